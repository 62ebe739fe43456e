"""Dying, and living after all: exactly what each piece of news gives."""

from __future__ import annotations

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Stage
from discharge.delays.model import ReadyPeriod
from tests.discharge.cases.leaving_stories import (
    CASE,
    DIED,
    GONE,
    READY,
    after_news,
    by_feed,
    open_one,
    runs_on,
)
from tests.discharge.cases.stories import after, day, decided, kinds, noon, refused, spell, told

DEAD = after((5, by_feed(died=True)), case=READY)


def test_given_a_death_that_the_stay_takes_back_then_all_goes_on_and_somebody_begins_the_work_again() -> None:
    *happened, opened = after_news(DEAD, told(status="admitted"), 6)
    assert happened == [
        ev.CaseReopened(reopened_on=day(6), stage=Stage.ACCEPTED, reason="death-withdrawn"),
        ev.ReadyPeriodCorrected(replaces=day(1), was=DEAD.ready_periods[0], period=READY.ready_periods[0]),
        runs_on(4),
    ]
    assert (opened.action.cause, opened.action.opened_at) == ("death-taken-back", noon(6))


@pytest.mark.parametrize("said", DIED)
def test_given_a_death_that_was_a_discharge_then_the_person_has_left_alive(said: dict[str, object]) -> None:
    dead = after((5, by_feed(**said)), case=CASE)
    happened = after_news(dead, by_feed(discharge_method="1", discharge_destination="19"), 6)
    assert kinds(happened)[:3] == ["case-reopened", "action-opened", "person-discharged"]
    assert happened[2].discharge.discharged_on == day(4)
    assert happened[0].reopened_on == day(6)


def test_given_a_death_that_was_said_without_a_day_when_it_is_taken_back_then_the_case_goes_on() -> None:
    said = fold(CASE, [ev.SpellChanged(spell=spell(discharge_method="4"))])
    dead = after((4, cmd.RecordDeath()), case=said)
    assert kinds(after_news(dead, told(), 6)) == ["case-reopened", "action-opened"]


def test_given_a_death_that_was_a_going_by_own_decision_then_they_are_looked_for_from_now() -> None:
    *_, opened = after_news(DEAD, by_feed(discharge_method="6"), 6)
    assert (opened.action.cause, opened.action.opened_at) == ("self-discharged", noon(6))


@pytest.mark.parametrize("said", DIED)
def test_given_a_discharge_that_is_restated_as_a_death_that_day_then_the_person_died(
    said: dict[str, object],
) -> None:
    assert after_news(GONE, by_feed(**said))[-1] == ev.CaseClosed(closed_on=day(4), outcome="died")


def test_given_a_discharge_restated_as_a_death_when_the_stay_goes_on_then_nobody_has_left_either() -> None:
    dead = after((5, by_feed(died=True)), case=GONE)
    happened = after_news(dead, told(status="admitted"), 6)
    assert kinds(happened)[:3] == ["case-reopened", "action-opened", "discharge-cancelled"]
    assert fold(dead, happened).stage is Stage.ACCEPTED


def test_given_a_death_that_is_restated_or_was_told_by_hand_then_it_stands() -> None:
    assert after_news(DEAD, by_feed(died=True, bed="7")) == []
    assert after_news(DEAD, by_feed(discharge_method="4")) == []
    by_hand = after((4, cmd.RecordDeath()), case=CASE)
    assert after_news(by_hand, told(bed="7")) == []
    elsewise = fold(CASE, [ev.CaseClosed(closed_on=day(4), outcome="withdrawn")])
    was_dead = fold(elsewise, [ev.SpellChanged(spell=spell(died=True))])
    assert after_news(was_dead, told(bed="7")) == []


def test_given_a_death_then_it_closes_the_case_and_is_withdrawn_once() -> None:
    closed = ev.CaseClosed(closed_on=day(3), outcome="died")
    assert decided(CASE, cmd.RecordDeath(), 3, 4) == [closed]
    assert refused(CASE, cmd.RecordDeath(), 4, 3) == ("date-in-future", "", "effective_on")
    assert decided(CASE, cmd.WithdrawDeath(), 5) == []
    at_home = fold(GONE, [closed])
    first, opened = decided(at_home, cmd.WithdrawDeath(), 5, 6)
    assert first == ev.CaseReopened(reopened_on=day(5), stage=Stage.DISCHARGED, reason="death-withdrawn")
    assert opened.action.opened_at == noon(6)


def test_given_a_death_after_the_case_ended_well_then_it_is_what_the_case_ended_with() -> None:
    case = fold(CASE, [ev.CaseClosed(closed_on=day(2), outcome="withdrawn")])
    assert decided(case, cmd.RecordDeath(), 3) == [ev.CaseClosed(closed_on=day(3), outcome="died")]


def test_given_what_was_owed_when_somebody_died_then_it_is_owed_again_when_they_live() -> None:
    died = ev.CaseClosed(closed_on=day(5), outcome="died")
    owing = fold(GONE, [open_one("no-heating"), open_one("fell")])
    answers = [
        ev.ActionAnswered(action="no-heating/1", answer="case-ended", answered_at=noon(5)),
        ev.ActionAnswered(action="fell/1", answer="put-right", answered_at=noon(5)),
    ]
    case = fold(owing, [*answers, died])
    opened = [each.action for each in decided(case, cmd.WithdrawDeath(), 6) if each.kind == "action-opened"]
    assert [(each.key, each.opened_at) for each in opened] == [
        ("no-heating/2", noon(6)),
        ("death-taken-back/1", noon(6)),
    ]


def test_given_a_contact_owed_when_somebody_died_then_the_same_contact_is_owed_again() -> None:
    missed = open_one("contact-missed").action.model_copy(update={"subject": "24-hours"})
    case = fold(
        GONE,
        [
            ev.ActionOpened(action=missed),
            ev.ActionAnswered(action="contact-missed/1", answer="case-ended", answered_at=noon(5)),
            ev.CaseClosed(closed_on=day(5), outcome="died"),
        ],
    )
    again, _ = (each.action for each in decided(case, cmd.WithdrawDeath(), 6) if each.kind == "action-opened")
    assert (again.key, again.subject) == ("contact-missed/2", "24-hours")


def test_given_waiting_that_did_not_end_by_death_when_somebody_lives_then_it_stays_ended() -> None:
    periods = (ReadyPeriod(ready_on=day(1), ended_on=day(2), ended_by="met-criteria-again"),)
    case = DEAD.model_copy(update={"ready_periods": periods, "delay_reasons": ()})
    assert kinds(decided(case, cmd.WithdrawDeath(), 6)) == ["case-reopened", "action-opened"]
    never = case.model_copy(update={"ready_periods": ()})
    assert kinds(decided(never, cmd.WithdrawDeath(), 6)) == ["case-reopened", "action-opened"]


def test_given_several_things_owed_when_somebody_died_then_all_are_owed_again() -> None:
    died = ev.CaseClosed(closed_on=day(5), outcome="died")
    ended = [
        ev.ActionAnswered(action=f"{cause}/1", answer="case-ended", answered_at=noon(5))
        for cause in ("no-heating", "fell")
    ]
    case = fold(GONE, [open_one("no-heating"), open_one("fell"), *ended, died])
    opened = [
        each.action.key for each in decided(case, cmd.WithdrawDeath(), 6) if each.kind == "action-opened"
    ]
    assert opened == ["no-heating/2", "fell/2", "death-taken-back/1"]
    assert kinds(decided(case, cmd.WithdrawDeath(), 6))[0] == "case-reopened"
