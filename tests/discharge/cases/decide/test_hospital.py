"""The stay as the feed and the ward tell it: exactly what each piece of news gives."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Action, Actor, Case, Participant, Readmission, Stage
from discharge.delays.model import ReadyPeriod
from tests.discharge.cases.stories import (
    SPELL,
    TRUST,
    after,
    day,
    decided,
    leaves,
    noon,
    refer,
    refused,
    spell,
    told,
)

LATER = UUID(int=21)
ELSEWHERE = UUID(int=22)
CASE = after((0, refer()), (0, cmd.AcceptReferral()))
LEFT = after((2, told(status="discharged", discharged_on=day(2))), case=CASE)
FIT = {"medically_fit": True, "medically_fit_on": day(1)}


def started(on: int, basis: str = "feed", spell_id: UUID = SPELL) -> ev.ReadyPeriodStarted:
    return ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(on), spell_id=spell_id, basis=basis))


def ended(on: int) -> ev.ReadyPeriodEnded:
    return ev.ReadyPeriodEnded(ended_on=day(on), ended_by="met-criteria-again")


def expected(on: int | None, by: UUID | None = TRUST) -> ev.ExpectedDischargeDateSet:
    return ev.ExpectedDischargeDateSet(expected_discharge_on=None if on is None else day(on), told_by=by)


def test_given_a_stay_then_it_is_joined_once() -> None:
    there = spell(spell_id=LATER)
    assert decided(CASE, cmd.JoinSpell(spell=there), 1, 2) == [ev.SpellJoined(spell=there)]
    assert decided(CASE, cmd.JoinSpell(spell=spell()), 1) == []
    assert refused(CASE, cmd.JoinSpell(spell=there), 2, 1) == ("date-in-future", "", "effective_on")


def test_given_a_stay_that_says_no_longer_fit_when_it_is_joined_then_the_wait_ends_on_that_day() -> None:
    case = after((1, told(**FIT)), case=CASE)
    stay = spell(medically_fit=False)
    assert decided(case, cmd.JoinSpell(spell=stay), 3, 4) == [ev.SpellChanged(spell=stay), ended(3)]


def test_given_news_of_a_stay_then_it_is_taken_once() -> None:
    moved = told(bed="7")
    assert decided(CASE, moved, 1) == [ev.SpellChanged(spell=moved.spell)]
    assert decided(CASE, told(), 1) == []


def test_given_a_stay_that_is_new_then_all_it_says_is_taken() -> None:
    case = after((0, refer(spell=None)))
    stay = spell(expected_discharge_on=day(6), **FIT)
    assert decided(case, cmd.NoteHospitalFacts(spell=stay), 2) == [
        ev.SpellJoined(spell=stay),
        expected(6),
        started(1),
    ]
    gone = spell(status="cancelled")
    assert decided(case, cmd.NoteHospitalFacts(spell=gone), 2) == []


def test_given_a_bed_in_another_trust_then_that_trust_joins_unless_the_case_is_closed() -> None:
    there = spell(spell_id=LATER, organisation_id=ELSEWHERE, admitted_on=day(1))
    part = Participant(organisation_id=ELSEWHERE, role="trust", basis="hospital-stay", from_on=day(2))
    asked = cmd.NoteHospitalFacts(spell=there)
    assert decided(CASE, asked, 2) == [
        ev.SpellJoined(spell=there), ev.ParticipantJoined(participant=part),
    ]  # fmt: skip
    closed = fold(CASE, [ev.CaseClosed(closed_on=day(1), outcome="withdrawn")])
    assert decided(closed, asked, 2) == [ev.SpellJoined(spell=there)]


def test_given_a_death_beside_news_of_the_stay_then_the_case_closes_once() -> None:
    asked = cmd.NoteHospitalFacts(spell=spell(bed="7"), person_died_on=day(2))
    changed, closed = decided(CASE, asked, 3)
    assert changed == ev.SpellChanged(spell=asked.spell)
    assert closed == ev.CaseClosed(closed_on=day(2), outcome="died")
    dead = fold(CASE, [closed])
    assert decided(dead, asked, 3) == [changed]


def test_given_the_expected_date_when_the_stay_restates_it_then_a_persons_own_stands() -> None:
    case = after((1, told(expected_discharge_on=day(6))), case=CASE)
    by_hand = after((1, cmd.SetExpectedDischargeDate(expected_discharge_on=day(8))), case=case)
    assert decided(by_hand, told(expected_discharge_on=day(6), bed="7"), 2)[1:] == []
    assert decided(by_hand, told(expected_discharge_on=day(8)), 2)[1:] == []
    assert decided(by_hand, told(expected_discharge_on=day(9)), 2)[1:] == [expected(9)]
    assert decided(by_hand, told(), 2)[1:] == [expected(None)]


def back(on: int, **said: object) -> cmd.NoteHospitalFacts:
    return cmd.NoteHospitalFacts(spell=spell(spell_id=LATER, admitted_on=day(on)).model_copy(update=said))


def readmitted(on: int, after_days: int) -> ev.PersonReadmitted:
    return ev.PersonReadmitted(
        readmission=Readmission(spell_id=LATER, readmitted_on=day(on), days_after=after_days)
    )


@pytest.mark.parametrize("status", ["admitted", "on-leave"])
def test_given_an_emergency_within_the_days_then_the_return_is_told_and_its_cause_is_asked(
    status: str,
) -> None:
    news = back(5, admission_method="21", status=status)
    told_of, opened, joined = decided(LEFT, news, 6)
    assert told_of == readmitted(5, 3)
    assert (opened.action.cause, opened.action.opened_at) == ("unplanned-return", noon(6))
    assert joined == ev.SpellJoined(spell=news.spell)


def test_given_a_planned_return_then_nobody_asks_for_its_cause() -> None:
    news = back(5, admission_method="11")
    assert decided(LEFT, news, 6) == [readmitted(5, 3), ev.SpellJoined(spell=news.spell)]


def test_given_a_return_after_the_case_closed_then_it_opens_again_first() -> None:
    closed = fold(LEFT, [ev.CaseClosed(closed_on=day(4), outcome="home-as-it-is")])
    news = back(5, admission_method="11")
    assert decided(closed, news, 6) == [
        ev.CaseReopened(reopened_on=day(5), stage=Stage.DISCHARGED, reason="readmitted"),
        readmitted(5, 3),
        ev.SpellJoined(spell=news.spell),
    ]


def test_given_somebody_nobody_had_reached_when_they_are_back_then_silence_alone_is_answered() -> None:
    causes = ("not-reached", "contact-missed", "self-discharged", "in-hospital", "no-heating")
    owed = [
        Action(
            cause=cause,
            number=1,
            owner_role="coordinator",
            opened_at=noon(3),
            due_at=noon(4) + timedelta(number),
        )
        for number, cause in enumerate(causes)
    ]
    case = fold(LEFT, [ev.ActionOpened(action=each) for each in owed])
    answers = [
        each for each in decided(case, back(5, admission_method="11"), 6) if each.kind == "action-answered"
    ]
    assert answers == [
        ev.ActionAnswered(action=f"{cause}/1", answer="back-in-hospital", answered_at=noon(6))
        for cause in causes[:4]
    ]


@pytest.mark.parametrize(
    ("case", "news"),
    [
        (LEFT, back(5, status="expected")),
        (LEFT, back(5, admitted_on=None)),
        (CASE, back(5)),
        (fold(LEFT, [ev.CaseClosed(closed_on=day(3), outcome="merged")]), back(5)),
        (fold(LEFT, [ev.CaseClosed(closed_on=day(3), outcome="entered-in-error")]), back(5)),
        (fold(LEFT, [ev.CaseClosed(closed_on=day(3), outcome="died")]), back(5)),
        (fold(CASE, [ev.CaseClosed(closed_on=day(3), outcome="withdrawn")]), back(5)),
    ],
)
def test_given_a_stay_that_is_no_return_then_it_is_joined_and_nothing_reopens(
    case: Case, news: cmd.NoteHospitalFacts
) -> None:
    assert decided(case, news, 6) == [ev.SpellJoined(spell=news.spell)]


@pytest.mark.parametrize(("on", "cause"), [(32, "back-later"), (1, "stays-overlap")])
def test_given_a_bed_that_is_no_return_when_somebody_is_at_home_then_the_ward_is_asked_once(
    on: int, cause: str
) -> None:
    opened, joined = decided(LEFT, back(on), 33)
    assert (opened.action.cause, opened.action.subject) == (cause, str(LATER))
    assert joined == ev.SpellJoined(spell=back(on).spell)
    again = decided(fold(LEFT, [opened, joined]), back(on, bed="7"), 33)
    assert [each.kind for each in again] == ["spell-changed"]
    closed = fold(LEFT, [ev.CaseClosed(closed_on=day(3), outcome="home-as-it-is")])
    assert decided(closed, back(on), 33) == [joined]


@pytest.mark.parametrize(("on", "arrived"), [(2, True), (6, True), (1, False), (7, False)])
def test_given_somebody_moved_to_another_hospital_when_they_arrive_in_time_then_the_case_goes_on(
    on: int, arrived: bool
) -> None:
    case = fold(CASE, [ev.CaseClosed(closed_on=day(4), outcome="admitted-elsewhere")])
    reopened = ev.CaseReopened(reopened_on=day(on), stage=Stage.ACCEPTED, reason="arrived-elsewhere")
    assert (reopened in decided(case, back(on), 8)) is arrived


STAYED = after((0, refer(spell=spell(discharged_on=day(4)))))
STAYED = fold(STAYED, [ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(1), spell_id=SPELL))])


def test_given_an_expected_date_by_hand_then_it_says_whose_system_told_it_if_one_did() -> None:
    asked = cmd.SetExpectedDischargeDate(expected_discharge_on=day(6))
    assert decided(CASE, asked, 1) == [expected(6, None)]
    system = Actor(organisation_id=TRUST, role="system")
    assert decided(CASE, asked, 1, actor=system) == [expected(6)]
    known = fold(CASE, [expected(6, None)])
    assert decided(known, asked, 1) == []
    assert decided(known, cmd.SetExpectedDischargeDate(expected_discharge_on=None), 1) == [
        expected(None, None)
    ]
    early = cmd.SetExpectedDischargeDate(expected_discharge_on=day(-1))
    assert refused(CASE, early, 1) == ("date-before-admission", "", "expected_discharge_on")


def test_given_a_discharge_by_hand_then_a_new_stay_counts_from_that_day() -> None:
    case = after((2, leaves()), case=CASE)
    assert readmitted(2, 0) in decided(case, back(2), 3)


def test_given_a_person_whom_the_hospital_deleted_then_somebody_is_asked_while_the_case_is_open() -> None:
    [opened] = decided(CASE, cmd.NotePersonDeleted(), 3, 4)
    assert (opened.action.cause, opened.action.opened_at) == ("person-deleted", noon(4))
    closed = fold(CASE, [ev.CaseClosed(closed_on=day(3), outcome="withdrawn")])
    assert decided(closed, cmd.NotePersonDeleted(), 4) == []


def test_given_a_stay_whose_end_is_new_then_its_fitness_still_counts_and_later_news_of_it_does_not() -> None:
    over = {"status": "discharged", "discharged_on": day(2)}
    unknown = after((0, refer(spell=None)), (0, cmd.AcceptReferral()))
    assert decided(unknown, told(**over, **FIT), 3)[1] == started(1)
    assert decided(CASE, told(**over, **FIT), 3)[1] == started(1)
    returned = after((5, back(5)), case=LEFT)
    assert [each.kind for each in decided(returned, told(**over, **FIT), 6)] == ["spell-changed"]
    for status in ("expected", "cancelled"):
        kinds = [each.kind for each in decided(CASE, told(status=status, **FIT), 3)]
        assert "ready-period-started" not in kinds
