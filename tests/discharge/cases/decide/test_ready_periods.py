"""When waiting begins and ends: as the feed tells it, as the ward sets it, and as it is corrected."""

from __future__ import annotations

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.delays.model import ReadyPeriod
from discharge.errors import Refused
from tests.discharge.cases.decide.test_hospital import CASE, FIT, LATER, LEFT, STAYED, ended, started
from tests.discharge.cases.stories import (
    SPELL,
    after,
    day,
    decided,
    refer,
    refused,
    spell,
    told,
)

READY = fold(CASE, [ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(1), spell_id=SPELL))])


@pytest.mark.parametrize(("assumed", "basis"), [(False, "feed"), (True, "feed-day-assumed")])
def test_given_fitness_in_the_feed_then_waiting_begins_that_day(assumed: bool, basis: str) -> None:
    news = told(**FIT, fit_on_assumed=assumed)
    assert decided(CASE, news, 3)[1:] == [started(1, basis)]


def test_given_an_earlier_wait_then_the_new_one_never_begins_before_that_ended() -> None:
    periods = [
        ReadyPeriod(ready_on=day(-9), ended_on=day(-8)),
        ReadyPeriod(ready_on=day(-4), ended_on=day(2)),
    ]
    case = fold(CASE, [ev.ReadyPeriodStarted(period=each) for each in periods])
    assert decided(case, told(**FIT), 3)[1:] == [started(2)]
    assert decided(case, told(medically_fit=True, medically_fit_on=day(3)), 3)[1:] == [started(3)]


@pytest.mark.parametrize(
    ("case", "news"),
    [
        (READY, {"medically_fit": True, "medically_fit_on": day(2)}),
        (CASE, {"medically_fit": True}),
        (CASE, {"medically_fit": False, "medically_fit_on": day(2)}),
        (READY, {"medically_fit": False, "medically_fit_on": day(2)}),
        (READY, {"medically_fit": None, "medically_fit_on": day(2)}),
        (LEFT, {"status": "discharged", "discharged_on": day(2), **FIT}),
    ],
    ids=["waits already", "no day", "no wait", "never said fit", "says nothing", "has left"],
)
def test_given_fitness_that_changes_nothing_then_no_wait_begins_or_ends(
    case: Case, news: dict[str, object]
) -> None:
    assert [each.kind for each in decided(case, told(**news), 3)] == ["spell-changed"]


def test_given_a_restated_fitness_after_the_ward_ended_the_wait_then_it_does_not_begin_again() -> None:
    case = after((1, told(**FIT)), (2, cmd.SetCriteriaToReside(met=True)), case=CASE)
    assert decided(case, told(**FIT, bed="7"), 3)[1:] == []


@pytest.mark.parametrize(("off_on", "on", "day_taken"), [(3, 4, 3), (None, 4, 4), (0, 4, 1), (None, 0, 1)])
def test_given_fitness_taken_back_then_the_wait_ends_on_its_day_else_on_the_day_of_the_news(
    off_on: int | None, on: int, day_taken: int
) -> None:
    case = after((1, told(**FIT)), case=CASE)
    news = told(medically_fit=False, medically_fit_on=None if off_on is None else day(off_on))
    assert decided(case, news, on)[1:] == [ended(day_taken)]
    closed = after((1, cmd.SetCriteriaToReside(met=True)), case=case)
    assert decided(closed, news, on)[1:] == []


def test_given_no_criteria_then_waiting_begins_once_in_this_stay() -> None:
    asked = cmd.SetCriteriaToReside(met=False)
    assert decided(CASE, asked, 1, 2) == [started(1, "ward")]
    assert decided(READY, asked, 2) == []
    no_stay = after((0, refer(spell=None)))
    assert decided(no_stay, asked, 1) == [
        ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(1), basis="ward"))
    ]


def test_given_criteria_met_again_then_waiting_ends_once() -> None:
    asked = cmd.SetCriteriaToReside(met=True)
    assert decided(READY, asked, 3, 4) == [ended(3)]
    assert decided(CASE, asked, 3) == []


@pytest.mark.parametrize(
    ("case", "met", "on", "answer"),
    [
        (CASE, False, -1, ("date-before-admission", "", "effective_on")),
        (CASE, False, 6, ("date-in-future", "", "effective_on")),
        (READY, True, 0, ("dates-out-of-order", "", "effective_on")),
        (fold(READY, [ended(4)]), False, 3, ("dates-out-of-order", "", "effective_on")),
    ],
)
def test_given_criteria_on_a_day_that_cannot_be_then_they_are_refused(
    case: Case, met: bool, on: int, answer: tuple[str, str, str]
) -> None:
    assert refused(case, cmd.SetCriteriaToReside(met=met), on, 5) == answer


def corrected(**said: int) -> cmd.CorrectReadyPeriod:
    days = {name: day(number) for name, number in said.items()}
    return cmd.CorrectReadyPeriod(**({"replaces": day(1)} | days))


DISCHARGED = fold(READY, [ev.ReadyPeriodEnded(ended_on=day(4), ended_by="discharged")])


@pytest.mark.parametrize(
    ("case", "asked", "ended_on", "ended_by"),
    [
        (READY, corrected(ready_on=2), None, None),
        (READY, corrected(ready_on=2, ended_on=3), 3, "met-criteria-again"),
        (DISCHARGED, corrected(ready_on=2, ended_on=3), 3, "discharged"),
        (DISCHARGED, corrected(ready_on=2), None, None),
    ],
)
def test_given_a_ready_period_when_restated_then_its_stay_and_ending_are_kept(
    case: Case, asked: cmd.CorrectReadyPeriod, ended_on: int | None, ended_by: str | None
) -> None:
    period = ReadyPeriod(
        ready_on=day(2),
        ended_on=None if ended_on is None else day(ended_on),
        ended_by=ended_by,
        spell_id=SPELL,
        basis="ward",
    )
    was = case.ready_periods[0]
    assert decided(case, asked, 5) == [ev.ReadyPeriodCorrected(replaces=day(1), was=was, period=period)]


def test_given_a_ready_period_when_removed_then_it_is_gone() -> None:
    was = READY.ready_periods[0]
    assert decided(READY, corrected(), 5) == [ev.ReadyPeriodCorrected(replaces=day(1), was=was, period=None)]


BACK_AGAIN = fold(STAYED, [ev.SpellJoined(spell=spell(spell_id=LATER, admitted_on=day(9)))])
UNNAMED = fold(BACK_AGAIN, [ended(4), ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(10)))])


@pytest.mark.parametrize(
    ("case", "asked", "answer"),
    [
        (READY, corrected(replaces=2, ready_on=2), ("no-such-item", "", "replaces")),
        (READY, corrected(replaces=2), ("no-such-item", "", "replaces")),
        (READY, corrected(ready_on=13), ("date-in-future", "", "ready_on")),
        (READY, corrected(ready_on=13, ended_on=3), ("date-in-future", "", "ready_on")),
        (READY, corrected(ready_on=2, ended_on=13), ("date-in-future", "", "ended_on")),
        (READY, corrected(ready_on=3, ended_on=2), ("dates-out-of-order", "", "ended_on")),
        (READY, corrected(ready_on=-1), ("date-before-admission", "", "ready_on")),
        (STAYED, corrected(ready_on=5), ("dates-out-of-order", "after the stay ended", "ready_on")),
        (
            STAYED,
            corrected(ready_on=2, ended_on=5),
            ("dates-out-of-order", "after the stay ended", "ended_on"),
        ),
        (
            STAYED,
            corrected(ready_on=4, ended_on=5),
            ("dates-out-of-order", "after the stay ended", "ended_on"),
        ),
        (
            BACK_AGAIN,
            corrected(ready_on=2, ended_on=5),
            ("dates-out-of-order", "after the stay ended", "ended_on"),
        ),
        (UNNAMED, corrected(replaces=10, ready_on=8), ("date-before-admission", "", "ready_on")),
    ],
)
def test_given_a_correction_that_cannot_be_then_it_is_refused(
    case: Case, asked: cmd.CorrectReadyPeriod, answer: tuple[str, str, str]
) -> None:
    assert refused(case, asked, 12) == answer


def test_given_a_day_to_come_when_a_period_is_corrected_then_it_is_said_once() -> None:
    with pytest.raises(Refused) as refusal:
        decided(READY, corrected(ready_on=13), 12)
    assert refusal.value.others == ()


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        (STAYED, corrected(ready_on=2, ended_on=4)),
        (STAYED, corrected(ready_on=0, ended_on=4)),
        (BACK_AGAIN, corrected(ready_on=0, ended_on=4)),
        (READY.model_copy(update={"spells": ()}), corrected(ready_on=-5)),
        (fold(READY, [ev.SpellChanged(spell=spell(admitted_on=None))]), corrected(ready_on=-5)),
    ],
)
def test_given_days_within_the_stay_when_corrected_then_they_are_taken(
    case: Case, asked: cmd.CorrectReadyPeriod
) -> None:
    (event,) = decided(case, asked, 12)
    assert (event.period.ready_on, event.period.ended_on) == (asked.ready_on, asked.ended_on)


def test_given_a_period_that_nobody_named_a_stay_for_when_corrected_then_it_names_none() -> None:
    (event,) = decided(UNNAMED, corrected(replaces=10, ready_on=9, ended_on=10), 12)
    assert (event.period.spell_id, event.period.ended_by) == (None, "met-criteria-again")
