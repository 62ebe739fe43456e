"""What happens in hospital: the stay as the feed tells it, the criteria to reside, and coming back.

Readmission: an admission 0-29 days after the discharge (NHS Digital indicator I02040). Fitness in a feed
(ZU1-22 and -24) opens and closes ready periods only when it changes, so that restated data never overrides a
ward.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.actions import BACK, DELETED, RETURNED, SETTLED_BY_CONTACT, open_action, settle
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    Decider,
    command_of,
    happened_on,
    not_before_admission,
    not_in_future,
)
from discharge.cases.decide.leaving import NEVER_REOPENED, death, told_by_feed
from discharge.cases.decide.participation import trust_joins
from discharge.cases.evolve import fold
from discharge.cases.model import IN_HOSPITAL, Case, CaseSpell, Readmission, Stage
from discharge.cases.stages import stage_when_reopened
from discharge.codes.admissions import admission_kind
from discharge.delays.model import EndedBy, ReadyPeriod
from discharge.delays.periods import correct_period, end_period, start_period
from discharge.errors import Refused
from discharge.outcomes.readmission import COUNTS, readmission_days

TRANSFER_GAP = timedelta(days=2)


def join_spell(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Join the case to a stay that was looked at and found to be this person's."""
    asked = command_of(envelope, cmd.JoinSpell)
    if any(mine == asked.spell for mine in case.spells):
        return []
    day = happened_on(envelope, now)
    return [ev.SpellJoined(spell=asked.spell), *trust_joins(case, asked.spell, day)]


def note_hospital_facts(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Take in what the trust's feed newly says about a stay, as a correction of what was known."""
    asked = command_of(envelope, cmd.NoteHospitalFacts)
    known = next((mine for mine in case.spells if mine.spell_id == asked.spell.spell_id), None)
    happened = [*_stay(case, known, asked.spell, envelope.effective_on, now)]
    if not fold(case, happened).closed:
        happened += trust_joins(case, asked.spell, envelope.effective_on)
    if asked.person_died_on is not None and case.outcome != "died":
        return [*happened, *death(fold(case, happened), asked.person_died_on)]
    return happened


def _stay(case: Case, known: CaseSpell | None, told: CaseSpell, on: date, now: datetime) -> list[ev.Event]:
    if known is None:
        return _new_stay(case, told, on, now)
    if known == told:
        return []
    happened: list[ev.Event] = [ev.SpellChanged(spell=told)]
    happened += _expected_date(case, known, told)
    happened += _fitness(fold(case, happened), known, told, on)
    happened += told_by_feed(fold(case, happened), known, told, on, now)
    return happened


def _new_stay(case: Case, told: CaseSpell, on: date, now: datetime) -> list[ev.Event]:
    if told.status == "cancelled":
        return []
    happened = _coming_back(case, told, now)
    happened.append(ev.SpellJoined(spell=told))
    blank = CaseSpell(spell_id=told.spell_id, organisation_id=told.organisation_id)
    happened += _expected_date(case, blank, told)
    happened += _fitness(fold(case, happened), blank, told, on)
    happened += told_by_feed(fold(case, happened), blank, told, on, now)
    return happened


def _coming_back(case: Case, told: CaseSpell, now: datetime) -> list[ev.Event]:
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
    happened += settle(case, BACK, now, SETTLED_BY_CONTACT | {"in-hospital"})
    happened.append(ev.PersonReadmitted(readmission=readmission))
    unplanned = admission_kind(told.admission_method, admitted) in COUNTS
    return [*happened, *open_action(case, RETURNED, now)] if unplanned else happened


def _arrived_elsewhere(case: Case, admitted: date) -> list[ev.Event]:
    moved = case.closed and case.outcome == "admitted-elsewhere" and case.closed_on is not None
    if not moved or case.closed_on is None or abs(admitted - case.closed_on) > TRANSFER_GAP:
        return []
    return [
        ev.CaseReopened(reopened_on=admitted, stage=stage_when_reopened(case), reason="arrived-elsewhere")
    ]


def note_person_deleted(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Ask somebody to find out whether the case goes on; nothing of it ends by itself."""
    return [] if case.closed else open_action(case, DELETED, now)


def _expected_date(case: Case, known: CaseSpell, told: CaseSpell) -> list[ev.Event]:
    changed = told.expected_discharge_on != known.expected_discharge_on
    if not changed or told.expected_discharge_on == case.expected_discharge_on:
        return []
    return [
        ev.ExpectedDischargeDateSet(
            expected_discharge_on=told.expected_discharge_on, told_by=told.organisation_id
        )
    ]


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
        basis = "feed-day-assumed" if told.fit_on_assumed else "feed"
        period = ReadyPeriod(ready_on=max(since, after_last), spell_id=told.spell_id, basis=basis)
        return [ev.ReadyPeriodStarted(period=period)]
    return []


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
    """Restate or remove a ready period; its ending kind stays, dates stay in order and within its stay."""
    asked = command_of(envelope, cmd.CorrectReadyPeriod)
    before = next((period for period in case.ready_periods if period.ready_on == asked.replaces), None)
    period = None
    if asked.ready_on is not None:
        day = not_in_future(asked.ready_on, now, "ready_on")
        if asked.ended_on is not None:
            not_in_future(asked.ended_on, now, "ended_on")
        _within_its_stay(case, before, day, asked.ended_on)
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


def _within_its_stay(case: Case, before: ReadyPeriod | None, ready_on: date, ended_on: date | None) -> None:
    """Refuse days outside of the stay that the period belongs to; the one that counts now, where it names
    none.
    """
    mine = next((each for each in case.spells if before and each.spell_id == before.spell_id), None)
    spell = mine or case.current_spell
    if spell is None:
        return
    if spell.admitted_on is not None and ready_on < spell.admitted_on:
        raise Refused("date-before-admission", where="ready_on")
    left = spell.discharged_on
    if left is not None and max(ready_on, ended_on or ready_on) > left:
        raise Refused("dates-out-of-order", detail="after the stay ended", where="ended_on")


def set_expected_date(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Set or withdraw the expected date of discharge by hand."""
    asked = command_of(envelope, cmd.SetExpectedDischargeDate)
    if asked.expected_discharge_on == case.expected_discharge_on:
        return []
    if asked.expected_discharge_on is not None:
        not_before_admission(case, asked.expected_discharge_on, "expected_discharge_on")
    return [
        ev.ExpectedDischargeDateSet(
            expected_discharge_on=asked.expected_discharge_on, told_by=envelope.actor.own_system
        )
    ]


DECIDERS: Mapping[str, Decider] = {
    "join-spell": join_spell,
    "note-hospital-facts": note_hospital_facts,
    "note-person-deleted": note_person_deleted,
    "set-criteria-to-reside": set_criteria,
    "correct-ready-period": correct_ready_period,
    "set-expected-discharge-date": set_expected_date,
}
