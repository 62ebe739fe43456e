"""Leaving hospital, as the feed or a person tells it: discharged, moved on, died; and undone again (A13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    Decider,
    coded,
    command_of,
    end_delay_reasons,
    end_ready_period,
    happened_on,
    noon,
    not_before_admission,
    reasons_go_on,
    side_exit,
)
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import schedule
from discharge.cases.model import Case, CaseSpell, Discharge, Stage
from discharge.cases.stages import stage_when_reopened
from discharge.clocks import london_date
from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS

NEVER_REOPENED = frozenset({"merged", "entered-in-error", "died"})
"""Outcomes that no news of a stay undoes."""


def told_by_feed(case: Case, known: CaseSpell, told: CaseSpell) -> list[ev.Event]:
    """Return what the stay's new state says about leaving; a date that is told anew corrects the old one."""
    if told.status == "discharged" and told.discharged_on is not None:
        same = known.status == "discharged" and known.discharged_on == told.discharged_on
        return [] if same else _left(case, told, told.discharged_on)
    if known.status == "discharged" and told.status in ("admitted", "on-leave", "cancelled"):
        return _not_left_after_all(case, told)
    if told.not_left_at is not None and told.not_left_at != known.not_left_at:
        return _not_left_as_said_by_hand(case, told, told.not_left_at)
    return []


def _left(case: Case, told: CaseSpell, day: date) -> list[ev.Event]:
    method = DISCHARGE_METHODS.find(told.discharge_method or "", day)
    place = DISCHARGE_DESTINATIONS.find(told.discharge_destination or "", day)
    if case.outcome in NEVER_REOPENED:
        return []
    if case.closed and case.discharge is None:  # we no longer helped, but the waiting ends only now
        return end_ready_period(case, day, "discharged")
    if told.died or (method and method.leaving == "died") or (place and place.place == "died"):
        return death(case, day)
    if method and method.leaving == "self-discharged":
        return side_exit(case, day, "self-discharged", "left")
    if place and place.place == "hospital":
        return side_exit(case, day, "admitted-elsewhere", "transferred")
    discharge = Discharge(
        discharged_on=day,
        discharged_at=noon(day),
        destination=told.discharge_destination,
        method=told.discharge_method,
        told_by="feed",
        spell_id=told.spell_id,
    )
    return _discharged(case, discharge)


def _discharged(case: Case, discharge: Discharge) -> list[ev.Event]:
    """The person left, or the day they left is told anew; contacts are owed from that day."""
    day = discharge.discharged_on
    corrected = case.discharge is not None
    happened: list[ev.Event] = [ev.PersonDischarged(discharge=discharge)]
    happened += _corrected_end(case, day) if corrected else end_ready_period(case, day, "discharged")
    if case.discharge is not None and case.discharge.discharged_on < day:
        happened += reasons_go_on(case, case.discharge.discharged_on)
    happened += end_delay_reasons(fold(case, happened), day)
    made = {key for key, owed in case.follow_ups.items() if owed.outcome is not None}
    owed = [each for each in schedule(discharge.discharged_at) if each.key not in made]
    return [*happened, *(ev.FollowUpScheduled(follow_up=each) for each in owed)]


def _corrected_end(case: Case, day: date) -> list[ev.Event]:
    last = next((period for period in reversed(case.ready_periods) if period.ended_by == "discharged"), None)
    if last is None or last.ended_on == day:
        return []
    moved = last.model_copy(update={"ended_on": max(day, last.ready_on)})
    return [ev.ReadyPeriodCorrected(replaces=last.ready_on, period=moved)]


def _not_left_after_all(case: Case, told: CaseSpell) -> list[ev.Event]:
    if case.discharge is None or case.discharge.spell_id not in (None, told.spell_id):
        return []
    return _cancelled(case, case.discharge.discharged_on)


def _not_left_as_said_by_hand(case: Case, told: CaseSpell, at: datetime) -> list[ev.Event]:
    """The trust takes back a discharge of which its own message never came: a person had told us of it."""
    left = case.discharge
    if left is None or left.told_by != "hand" or left.discharged_at > at:
        return []
    return _not_left_after_all(case, told)


def _cancelled(case: Case, day: date) -> list[ev.Event]:
    """Undo a discharge: the ready period and the reasons for waiting that it ended run on as if they had
    never ended, so that every night has its reason.
    """
    happened: list[ev.Event] = []
    if case.closed:
        happened.append(
            ev.CaseReopened(reopened_on=day, stage=Stage.DISCHARGED, reason="discharge-cancelled")
        )
    happened.append(ev.DischargeCancelled(cancelled_on=day))
    last = case.ready_periods[-1] if case.ready_periods else None
    if last is not None and last.ended_by == "discharged":
        running = last.model_copy(update={"ended_on": None, "ended_by": None})
        happened.append(ev.ReadyPeriodCorrected(replaces=last.ready_on, period=running))
    left = case.discharge
    return [*happened, *reasons_go_on(case, left.discharged_on if left else None)]


def death(case: Case, day: date) -> list[ev.Event]:
    """Leave the pathway because the person died; a case that can never go on stays as it is."""
    if case.closed and case.outcome in NEVER_REOPENED:
        return []
    return side_exit(case, day, "died", "died")


def confirm_discharge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record by hand that the person left; an A03 that comes later corrects it."""
    asked = command_of(envelope, cmd.ConfirmDischarge)
    day = happened_on(envelope, now)
    not_before_admission(case, day, "effective_on")
    coded("discharge-destinations", asked.destination, day, "destination")
    coded("discharge-methods", asked.method, day, "method")
    at = asked.discharged_at or min(now, noon(day))
    spell = case.current_spell
    discharge = Discharge(
        discharged_on=london_date(at) if asked.discharged_at else day,
        discharged_at=at,
        destination=asked.destination,
        method=asked.method,
        told_by="hand",
        spell_id=spell.spell_id if spell else None,
    )
    return _discharged(case, discharge)


def cancel_discharge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record by hand that the discharge did not happen."""
    return _cancelled(case, happened_on(envelope, now))


def record_death(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The person died: waiting, work and contact stop at once."""
    return death(case, happened_on(envelope, now))


def withdraw_death(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The person lives after all: the case that the death closed goes on, and what it ended (waiting and its
    reasons) runs on as if it had never ended.
    """
    if case.outcome != "died":
        return []
    reopened = ev.CaseReopened(
        reopened_on=envelope.effective_on, stage=stage_when_reopened(case), reason="death-withdrawn"
    )
    happened: list[ev.Event] = [reopened]
    last = case.ready_periods[-1] if case.ready_periods else None
    if last is not None and last.ended_by == "died":
        running = last.model_copy(update={"ended_on": None, "ended_by": None})
        happened.append(ev.ReadyPeriodCorrected(replaces=last.ready_on, period=running))
    return [*happened, *reasons_go_on(case, case.closed_on)]


DECIDERS: Mapping[str, Decider] = {
    "confirm-discharge": confirm_discharge,
    "cancel-discharge": cancel_discharge,
    "record-death": record_death,
    "withdraw-death": withdraw_death,
}
