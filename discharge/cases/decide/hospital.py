"""What happens in hospital: the stay as the feed tells it, and the criteria to reside.

Fitness in a feed (ZU1-22 and -24) opens and closes ready periods only when it changes, so that restated data
never overrides a ward.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.actions import DELETED, open_action
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    Decider,
    command_of,
    happened_on,
    not_before,
    not_before_admission,
    not_in_future,
    plain,
)
from discharge.cases.decide.death import death
from discharge.cases.decide.departure import left_with_another, told_by_feed
from discharge.cases.decide.participation import trust_joins
from discharge.cases.decide.readmission import (
    back_since,
    coming_back,
    news_of_an_earlier_discharge,
    return_taken_back,
    return_told_anew,
)
from discharge.cases.evolve import fold
from discharge.cases.model import IN_HOSPITAL, Case, CaseSpell
from discharge.delays.model import EndedBy, ReadyPeriod
from discharge.delays.periods import begun_on, correct_period, end_period, not_before_the_last, start_period
from discharge.errors import Refused, refuse_all, refuse_together
from discharge.reference.policy import Policy


def join_spell(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Join the case to a stay that was looked at and found to be this person's."""
    asked = command_of(envelope, cmd.JoinSpell)
    known = next((mine for mine in case.spells if mine.spell_id == asked.spell.spell_id), None)
    day = happened_on(envelope, now)
    happened = _stay(case, known, asked.spell, day, now, policy)
    return [*happened, *trust_joins(fold(case, happened), asked.spell, day)]


def note_hospital_facts(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Take in what the trust's feed newly says about a stay, as a correction of what was known."""
    asked = command_of(envelope, cmd.NoteHospitalFacts)
    known = next((mine for mine in case.spells if mine.spell_id == asked.spell.spell_id), None)
    happened = [*_stay(case, known, asked.spell, envelope.effective_on, now, policy)]
    if not fold(case, happened).closed:
        happened += trust_joins(case, asked.spell, envelope.effective_on)
    if asked.person_died_on is not None and case.outcome != "died":
        return [*happened, *death(fold(case, happened), asked.person_died_on)]
    return happened


def _stay(
    case: Case, known: CaseSpell | None, told: CaseSpell, on: date, now: datetime, policy: Policy
) -> list[ev.Event]:
    """What is newly known of a stay: that it is, what changed, and what that says of where the person is."""
    if known == told or (known is None and told.status == "cancelled"):
        return []
    before = known or CaseSpell(spell_id=told.spell_id, organisation_id=told.organisation_id)
    happened = coming_back(case, known, told, now, policy)
    happened.append(ev.SpellJoined(spell=told) if known is None else ev.SpellChanged(spell=told))
    happened += _expected_date(case, before, told)
    happened += _fitness(fold(case, happened), before, told, on)
    return [*happened, *_leaving(fold(case, happened), before, told, on, now, policy)]


def _leaving(
    case: Case, known: CaseSpell, told: CaseSpell, on: date, now: datetime, policy: Policy
) -> list[ev.Event]:
    happened = return_told_anew(case, known, told, on, now, policy)
    if any(isinstance(event, ev.ReadmissionCancelled) for event in happened):
        known = known.model_copy(update={"status": "admitted"})
    earlier = news_of_an_earlier_discharge(fold(case, happened), known, told, now, policy)
    happened += (
        told_by_feed(fold(case, happened), known, told, on, now, policy) if earlier is None else earlier
    )
    happened += return_taken_back(fold(case, happened), told, on, now, policy)
    if told.in_a_bed:
        return happened
    happened += left_with_another(fold(case, happened), now, policy)
    return [*happened, *back_since(case, fold(case, happened), now, policy)]


def note_person_deleted(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Ask somebody to find out whether the case goes on; nothing of it ends by itself."""
    return [] if case.closed else open_action(case, DELETED, now, policy)


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
    waits = told.in_a_bed or (told.status == "discharged" and known.status != "discharged")
    if waits and told.medically_fit and told.medically_fit_on is not None:
        return _became_fit(case, known, told, told.medically_fit_on)
    if told.medically_fit is False and known.medically_fit and case.open_ready_period is not None:
        day = max(told.medically_fit_on or on, case.open_ready_period.ready_on)
        return [ev.ReadyPeriodEnded(ended_on=day, ended_by="met-criteria-again")]
    return []


def _became_fit(case: Case, known: CaseSpell, told: CaseSpell, since: date) -> list[ev.Event]:
    if case.open_ready_period is None and not known.medically_fit:
        basis = "feed-day-assumed" if told.fit_on_assumed else "feed"
        ready_on = not_before_the_last(case.ready_periods, since)
        period = ReadyPeriod(ready_on=ready_on, spell_id=told.spell_id, basis=basis)
        return [ev.ReadyPeriodStarted(period=period)]
    return []


def set_criteria(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Open or close the ready period: ``met`` means a hospital bed is needed (again) from that day."""
    asked = command_of(envelope, cmd.SetCriteriaToReside)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now), lambda: not_before_admission(case, day, "effective_on")
    )
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
    before = begun_on(case.ready_periods, asked.replaces)
    period = None
    if asked.ready_on is not None:
        day, ended_on = asked.ready_on, asked.ended_on
        refuse_together(
            lambda: not_in_future(day, now, "ready_on"),
            lambda: ended_on and not_in_future(ended_on, now, "ended_on"),
            lambda: not_before(day, ended_on, "ended_on"),
            lambda: _within_its_stay(case, before, day, ended_on),
        )
        ended_by: EndedBy = (before and before.ended_by) or "met-criteria-again"
        period = ReadyPeriod(
            ready_on=day,
            ended_on=asked.ended_on,
            ended_by=None if asked.ended_on is None else ended_by,
            spell_id=before.spell_id if before else None,
            basis="ward",
        )
    correct_period(case.ready_periods, asked.replaces, period)
    return [ev.ReadyPeriodCorrected(replaces=asked.replaces, was=before, period=period)]


def _within_its_stay(case: Case, before: ReadyPeriod | None, ready_on: date, ended_on: date | None) -> None:
    """Refuse days outside of the stay that the period belongs to; the one that counts now, where it names
    none.
    """
    mine = next((each for each in case.spells if before and each.spell_id == before.spell_id), None)
    spell = mine or case.current_spell
    if spell is None:
        return
    came, left = spell.admitted_on or date.min, spell.discharged_on or date.max
    outside: list[Refused] = []
    if ready_on < came:
        outside.append(Refused("date-before-admission", where="ready_on"))
    if max(ready_on, ended_on or ready_on) > left:
        place = "ready_on" if ready_on > left else "ended_on"
        outside.append(Refused("dates-out-of-order", detail="after the stay ended", where=place))
    refuse_all(outside)


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
    "set-criteria-to-reside": plain(set_criteria),
    "correct-ready-period": plain(correct_ready_period),
    "set-expected-discharge-date": plain(set_expected_date),
}
