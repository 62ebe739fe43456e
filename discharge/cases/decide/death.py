"""The person died, or was said to have died and lives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import events as ev
from discharge.cases.actions import ENDED, REVIVED, open_action
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    NEVER_REOPENED,
    Decider,
    happened_on,
    period_restated,
    plain,
    reasons_go_on,
    side_exit,
)
from discharge.cases.evolve import fold
from discharge.cases.model import Case, CaseSpell
from discharge.cases.stages import stage_when_reopened
from discharge.codes.casework import STOPPED_BY_DEATH
from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS
from discharge.reference.policy import Policy


def says_died(spell: CaseSpell) -> bool:
    """Whether a stay, as it is told, ended with the person's death."""
    if spell.died:
        return True
    day = spell.discharged_on or date.max
    method = DISCHARGE_METHODS.find(spell.discharge_method or "", day)
    place = DISCHARGE_DESTINATIONS.find(spell.discharge_destination or "", day)
    return bool((method and method.leaving == "died") or (place and place.place == "died"))


def death(case: Case, day: date) -> list[ev.Event]:
    """Leave the pathway because the person died; a case that can never go on stays as it is."""
    if case.closed and case.outcome in NEVER_REOPENED:
        return []
    return side_exit(case, day, "died", "died", STOPPED_BY_DEATH)


def lives(
    case: Case, on: date, now: datetime, policy: Policy, reason: str = "death-withdrawn"
) -> list[ev.Event]:
    """Take back the death that closed the case: it goes on where it stood; waiting, its reasons and what was
    owed run on as if they had never ended, and the owner of the case is asked to begin the work again.
    """
    reopened = ev.CaseReopened(reopened_on=on, stage=stage_when_reopened(case), reason=reason)
    happened: list[ev.Event] = [reopened]
    last = case.ready_periods[-1] if case.ready_periods else None
    if last is not None and last.ended_by == "died":
        happened.append(period_restated(last, ended_on=None, ended_by=None))
    if case.discharge is None:
        happened += reasons_go_on(case, case.closed_on)
    for owed in case.actions.values():
        if owed.answer == ENDED:
            happened += open_action(fold(case, happened), owed.cause, now, policy, owed.subject)
    return [*happened, *open_action(fold(case, happened), REVIVED, now, policy)]


def record_death(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The person died: waiting, work and contact stop at once."""
    return death(case, happened_on(envelope, now))


def withdraw_death(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """The person lives after all: the case that the death closed goes on, and what it ended (waiting and its
    reasons) runs on as if it had never ended.
    """
    if case.outcome != "died":
        return []
    return lives(case, envelope.effective_on, now, policy)


DECIDERS: Mapping[str, Decider] = {"record-death": plain(record_death), "withdraw-death": withdraw_death}
