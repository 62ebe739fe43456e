"""What deciders of this floor ask besides: the right stage, and days in order."""

from __future__ import annotations

from datetime import date

from discharge.cases.model import IN_HOSPITAL, Case, Stage
from discharge.cases.stages import HOME
from discharge.errors import Refused

TAKEN_ON = IN_HOSPITAL - {Stage.REFERRED}
"""Stages in which somebody works for a person who is still in hospital."""

GATE_STANDS = TAKEN_ON | HOME
"""Stages in which the gate is asked: what kept it shut when the person left is answered at home."""


def require_stage(case: Case, allowed: frozenset[Stage]) -> None:
    """Refuse with stage-not-allowed outside the given stages."""
    if case.stage not in allowed:
        raise Refused("stage-not-allowed", detail=case.stage.value)


def require_order(earlier: date | None, later: date, where: str) -> None:
    """Refuse with dates-out-of-order when the later day lies before the earlier one."""
    if earlier is not None and later < earlier:
        raise Refused("dates-out-of-order", where=where)
