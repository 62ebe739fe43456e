"""What every decider of this floor asks first: the right command, the right stage, a day that has come."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar

from discharge.cases.commands import Envelope
from discharge.cases.model import IN_HOSPITAL, Case, Stage
from discharge.clocks import london_date
from discharge.errors import Refused

CommandT = TypeVar("CommandT")

TAKEN_ON = IN_HOSPITAL - {Stage.REFERRED}
"""Stages in which somebody works for a person who is still in hospital."""


def asked(envelope: Envelope, kind: type[CommandT]) -> CommandT:
    """Return the command as the kind its decider was registered for; TypeError shows a wrong registration."""
    command = envelope.command
    if not isinstance(command, kind):
        raise TypeError(f"this decider takes {kind.__name__}")
    return command


def require_stage(case: Case, allowed: frozenset[Stage]) -> None:
    """Refuse with stage-not-allowed outside the given stages."""
    if case.stage not in allowed:
        raise Refused("stage-not-allowed", detail=case.stage.value)


def happened_on(envelope: Envelope, now: datetime) -> date:
    """Return the effective day of something that has happened; refuse one that has not come yet."""
    if envelope.effective_on > london_date(now):
        raise Refused("date-in-future", where="effective_on")
    return envelope.effective_on


def require_order(earlier: date | None, later: date, where: str) -> None:
    """Refuse with dates-out-of-order when the later day lies before the earlier one."""
    if earlier is not None and later < earlier:
        raise Refused("dates-out-of-order", where=where)
