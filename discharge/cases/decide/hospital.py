"""What happens in hospital: the stay as the feed tells it, the criteria to reside, leaving, and coming back.

Readmission: an admission 0-29 days after the discharge (NHS Digital indicator I02040). Fitness in a feed
(ZU1-22 and -24) opens and closes ready periods only when it changes, so that restated data never overrides a
ward.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

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
    not_before_admission,
    not_in_future,
    side_exit,
)
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import schedule
from discharge.cases.model import IN_HOSPITAL, Case, CaseSpell, Discharge, Readmission, Stage
from discharge.cases.stages import stage_when_reopened
from discharge.clocks import london_date, london_midnight
from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS
from discharge.delays.model import EndedBy, ReadyPeriod
from discharge.delays.periods import correct_period, end_period, start_period
from discharge.outcomes.readmission import readmission_days

TRANSFER_GAP = timedelta(days=2)
NOON = timedelta(hours=12)
NEVER_REOPENED = frozenset({"merged", "entered-in-error", "died"})


def note_hospital_facts(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Take in what the trust's feed newly says about a stay, as a correction of what was known."""
    asked = command_of(envelope, cmd.NoteHospitalFacts)
    known = next((mine for mine in case.spells if mine.spell_id == asked.spell.spell_id), None)
    happened = [*_stay(case, known, asked.spell, envelope.effective_on)]
    if asked.person_died_on is not None and case.outcome != "died":
        return [*happened, *_death(fold(case, happened), asked.person_died_on)]
    return happened


def _stay(case: Case, known: CaseSpell | None, told: CaseSpell, on: date) -> list[ev.Event]:
    if known is None:
        return _new_stay(case, told, on)
    if known == told:
        return []
    happened: list[ev.Event] = [ev.SpellChanged(spell=told)]
    happened += _expected_date(case, known, told)
    happened += _fitness(fold(case, happened), known, told, on)
    happened += _leaving(fold(case, happened), known, told)
    return happened


def _new_stay(case: Case, told: CaseSpell, on: date) -> list[ev.Event]:
    if told.status == "cancelled":
        return []
    happened = _coming_back(case, told)
    happened.append(ev.SpellJoined(spell=told))
    blank = CaseSpell(spell_id=told.spell_id, organisation_id=told.organisation_id)
    happened += _expected_date(case, blank, told)
    happened += _fitness(fold(case, happened), blank, told, on)
    happened += _leaving(fold(case, happened), blank, told)
    return happened


def _coming_back(case: Case, told: CaseSpell) -> list[ev.Event]:
    """Reopen for somebody who is back within 0-29 days, or who arrived at the hospital they were moved to."""
    admitted = told.admitted_on
    if admitted is None or case.outcome in NEVER_REOPENED or told.status not in ("admitted", "on-leave"):
        return []
    if case.discharge is None:
        return _arrived_elsewhere(case, admitted)
    days = readmission_days(case.discharge.discharged_on, admitted)
    if days is None:
        return []
    readmission = Readmission(spell_id=told.spell_id, readmitted_on=admitted, days_after=days)
    happened: list[ev.Event] = []
    if case.closed:
        happened.append(ev.CaseReopened(reopened_on=admitted, stage=Stage.DISCHARGED, reason="readmitted"))
    return [*happened, ev.PersonReadmitted(readmission=readmission)]


def _arrived_elsewhere(case: Case, admitted: date) -> list[ev.Event]:
    moved = case.closed and case.outcome == "admitted-elsewhere" and case.closed_on is not None
    if not moved or case.closed_on is None or abs(admitted - case.closed_on) > TRANSFER_GAP:
        return []
    return [
        ev.CaseReopened(reopened_on=admitted, stage=stage_when_reopened(case), reason="arrived-elsewhere")
    ]


def _expected_date(case: Case, known: CaseSpell, told: CaseSpell) -> list[ev.Event]:
    changed = told.expected_discharge_on != known.expected_discharge_on
    if not changed or told.expected_discharge_on == case.expected_discharge_on:
        return []
    return [ev.ExpectedDischargeDateSet(expected_discharge_on=told.expected_discharge_on)]


def _fitness(case: Case, known: CaseSpell, told: CaseSpell, on: date) -> list[ev.Event]:
    """Fitness as it changed; a feed that takes it back without a date (ZU1-24) means the day it said so."""
    if case.stage not in IN_HOSPITAL:
        return []
    if told.medically_fit and told.medically_fit_on is not None:
        return _became_fit(case, known, told, told.medically_fit_on)
    if told.medically_fit is False and known.medically_fit and case.open_ready_period is not None:
        day = max(told.medically_fit_on or on, case.open_ready_period.ready_on)
        return [ev.ReadyPeriodEnded(ended_on=day, ended_by="met-criteria-again")]
    return []


def _became_fit(case: Case, known: CaseSpell, told: CaseSpell, since: date) -> list[ev.Event]:
    if case.open_ready_period is None and not known.medically_fit:
        after_last = max((p.ended_on for p in case.ready_periods if p.ended_on is not None), default=since)
        period = ReadyPeriod(ready_on=max(since, after_last), spell_id=told.spell_id, basis="feed")
        return [ev.ReadyPeriodStarted(period=period)]
    return []


def _leaving(case: Case, known: CaseSpell, told: CaseSpell) -> list[ev.Event]:
    if told.status == "discharged" and told.discharged_on is not None:
        same = known.status == "discharged" and known.discharged_on == told.discharged_on
        return [] if same else _left(case, told, told.discharged_on)
    if known.status == "discharged" and told.status in ("admitted", "on-leave", "cancelled"):
        return _not_left_after_all(case, told)
    return []


def _left(case: Case, told: CaseSpell, day: date) -> list[ev.Event]:
    method = DISCHARGE_METHODS.find(told.discharge_method or "", day)
    place = DISCHARGE_DESTINATIONS.find(told.discharge_destination or "", day)
    if case.outcome in NEVER_REOPENED:
        return []
    if case.closed and case.discharge is None:  # we no longer helped, but the waiting ends only now
        return end_ready_period(case, day, "discharged")
    if told.died or (method and method.leaving == "died") or (place and place.place == "died"):
        return _death(case, day)
    if method and method.leaving == "self-discharged":
        return side_exit(case, day, "self-discharged", "left")
    if place and place.place == "hospital":
        return side_exit(case, day, "admitted-elsewhere", "transferred")
    discharge = Discharge(
        discharged_on=day,
        discharged_at=london_midnight(day) + NOON,
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
    happened += end_delay_reasons(case, day)
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


def _cancelled(case: Case, day: date) -> list[ev.Event]:
    """Undo a discharge: the ready period that it ended runs on as if it had never ended."""
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
    return happened


def _death(case: Case, day: date) -> list[ev.Event]:
    if case.closed and case.outcome in NEVER_REOPENED:
        return []
    return side_exit(case, day, "died", "died")


def set_criteria(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Open or close the ready period: ``met`` means a hospital bed is needed (again) from that day."""
    asked = command_of(envelope, cmd.SetCriteriaToReside)
    day = happened_on(envelope, now)
    not_before_admission(case, day, "effective_on")
    if asked.met:
        if case.open_ready_period is None:
            return []
        end_period(case.ready_periods, day, "met-criteria-again")
        return [ev.ReadyPeriodEnded(ended_on=day, ended_by="met-criteria-again")]
    if case.open_ready_period is not None:
        return []
    spell = case.current_spell
    period = ReadyPeriod(ready_on=day, spell_id=spell.spell_id if spell else None, basis="ward")
    start_period(case.ready_periods, period)
    return [ev.ReadyPeriodStarted(period=period)]


def correct_ready_period(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Restate or remove a ready period; its ending kind stays, and dates must stay in order."""
    asked = command_of(envelope, cmd.CorrectReadyPeriod)
    before = next((period for period in case.ready_periods if period.ready_on == asked.replaces), None)
    period = None
    if asked.ready_on is not None:
        day = not_before_admission(case, not_in_future(asked.ready_on, now, "ready_on"), "ready_on")
        ended_by: EndedBy = (before and before.ended_by) or "met-criteria-again"
        period = ReadyPeriod(
            ready_on=day,
            ended_on=asked.ended_on,
            ended_by=None if asked.ended_on is None else ended_by,
            spell_id=before.spell_id if before else None,
            basis="ward",
        )
    correct_period(case.ready_periods, asked.replaces, period)
    return [ev.ReadyPeriodCorrected(replaces=asked.replaces, period=period)]


def set_expected_date(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Set or withdraw the expected date of discharge by hand."""
    asked = command_of(envelope, cmd.SetExpectedDischargeDate)
    if asked.expected_discharge_on == case.expected_discharge_on:
        return []
    if asked.expected_discharge_on is not None:
        not_before_admission(case, asked.expected_discharge_on, "expected_discharge_on")
    return [ev.ExpectedDischargeDateSet(expected_discharge_on=asked.expected_discharge_on)]


def confirm_discharge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record by hand that the person left; an A03 that comes later corrects it."""
    asked = command_of(envelope, cmd.ConfirmDischarge)
    day = happened_on(envelope, now)
    not_before_admission(case, day, "effective_on")
    coded("discharge-destinations", asked.destination, day, "destination")
    coded("discharge-methods", asked.method, day, "method")
    at = asked.discharged_at or min(now, london_midnight(day) + NOON)
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
    return _death(case, happened_on(envelope, now))


DECIDERS: Mapping[str, Decider] = {
    "note-hospital-facts": note_hospital_facts,
    "set-criteria-to-reside": set_criteria,
    "correct-ready-period": correct_ready_period,
    "set-expected-discharge-date": set_expected_date,
    "confirm-discharge": confirm_discharge,
    "cancel-discharge": cancel_discharge,
    "record-death": record_death,
}
