"""A stay that the person was said to have left ended on another day: where they are then, and since when."""

from __future__ import annotations

import pytest

from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.delays.model import ReadyPeriod
from discharge.delays.periods import in_order
from tests.discharge.cases.decide.test_ends_of_stays import beside, of, over
from tests.discharge.cases.leaving_stories import (
    GONE,
    LATER,
    NOTE,
    READY,
    after_news,
    by_feed,
    left,
    owed,
    reason_ended,
)
from tests.discharge.cases.stories import SPELL, after, day, kinds, noon, spell, told

BESIDE = after((5, by_feed()), case=beside(READY, **over(3)))
"""Two stays: of the one the person left on day 4, of the other on day 3."""
WAITED = BESIDE.ready_periods[0]


def waited_until(on: int) -> ev.ReadyPeriodCorrected:
    """The waiting ended with its own stay, and the person left with another."""
    again = WAITED.model_copy(update={"ended_on": day(on), "ended_by": "transferred"})
    return ev.ReadyPeriodCorrected(replaces=day(1), was=WAITED, period=again)


@pytest.mark.parametrize(("on", "ended"), [(2, 2), (0, 1)])
def test_given_the_stay_they_left_ended_before_another_then_they_left_with_that_one(
    on: int, ended: int
) -> None:
    assert after_news(BESIDE, by_feed(on), 7) == [
        waited_until(ended),
        ev.PersonDischarged(discharge=left(3, spell_id=LATER)),
        reason_ended(3),
        *owed(3),
    ]


def test_given_a_closed_case_when_they_left_with_another_stay_then_the_day_alone_changes() -> None:
    closed = fold(BESIDE, [ev.CaseClosed(closed_on=day(8), outcome="rehoused")])
    assert after_news(closed, by_feed(2), 9) == [
        waited_until(2),
        ev.DischargeCorrected(discharge=left(3, spell_id=LATER)),
        reason_ended(3),
    ]


def test_given_waiting_of_another_stay_when_they_left_with_another_then_it_ends_as_they_left() -> None:
    others = WAITED.model_copy(update={"spell_id": LATER})
    case = BESIDE.model_copy(update={"ready_periods": (others,)})
    first, moved, *_ = after_news(case, by_feed(2), 7)
    assert first == ev.PersonDischarged(discharge=left(3, spell_id=LATER))
    assert moved.period == others.model_copy(update={"ended_on": day(3)})


@pytest.mark.parametrize("on", [3, 5])
def test_given_the_stay_they_left_still_ended_last_then_only_its_day_changes(on: int) -> None:
    first, *_ = after_news(BESIDE, by_feed(on), 7)
    assert first == ev.PersonDischarged(discharge=left(on))


def said_otherwise(**said: object) -> Case:
    """A discharge of day 4, of a stay that has ended on day 2 since."""
    case = fold(BESIDE, [ev.SpellChanged(spell=spell(**over(2)))])
    return case.model_copy(update={"discharge": left(4, **said)})


def test_given_a_discharge_that_its_stay_says_no_more_when_news_of_another_comes_then_it_follows() -> None:
    never_was = of(LATER, status="cancelled")
    first, *_ = after_news(said_otherwise(), never_was, 7)
    assert first == ev.PersonDischarged(discharge=left(2))


@pytest.mark.parametrize(
    "case",
    [
        said_otherwise(told_by="hand", unready_reason="bed-needed", decided_by_note=NOTE),
        said_otherwise(spell_id=None),
        fold(said_otherwise(), [ev.CaseClosed(closed_on=day(6), outcome="merged")]),
        fold(said_otherwise(), [ev.SpellChanged(spell=spell(status="discharged"))]),
        fold(said_otherwise(), [ev.SpellChanged(spell=spell(status="on-leave", discharged_on=day(2)))]),
    ],
    ids=["said by a person", "of no stay", "merged", "no day", "in a bed"],
)
def test_given_what_other_news_cannot_correct_then_the_discharge_stands(case: Case) -> None:
    assert after_news(case, of(LATER, ward="Elm", **over(3)), 7) == []


def test_given_a_bed_beside_it_when_the_stay_they_left_ended_on_another_day_then_the_ward_is_asked() -> None:
    case = beside(GONE, admitted_on=day(0))
    first, *_, asked = after_news(case, by_feed(3), 7)
    assert first == ev.PersonDischarged(discharge=left(3))
    assert (asked.action.cause, asked.action.subject) == ("stays-overlap", str(SPELL))


@pytest.mark.parametrize(("came", "returned"), [(3, False), (4, True), (32, True), (33, False)])
def test_given_a_bed_when_it_turns_out_that_they_left_before_then_they_are_back(
    came: int, returned: bool
) -> None:
    gone = after((50, by_feed(40)), case=READY)
    case = beside(gone, admitted_on=day(came))
    happened = after_news(case, by_feed(3), 50)
    assert happened[0] == ev.PersonDischarged(discharge=left(3))
    back = [each.readmission for each in happened if each.kind == "person-readmitted"]
    assert [(each.spell_id, each.readmitted_on, each.days_after) for each in back] == (
        [(LATER, day(came), came - 3)] if returned else []
    )


def test_given_a_stay_that_is_over_when_it_turns_out_that_they_left_before_then_they_left_twice() -> None:
    case = beside(GONE, admitted_on=day(3), **over(4))
    happened = after_news(case, by_feed(2), 7)
    leaving = [each for each in happened if isinstance(each, ev.PersonDischarged | ev.PersonReadmitted)]
    assert kinds(leaving) == ["person-discharged", "person-readmitted", "person-discharged"]
    assert [each.discharge for each in leaving[::2]] == [left(2), left(4, spell_id=LATER)]
    assert leaving[1].readmission.days_after == 1


def test_given_a_stay_long_after_when_the_day_of_leaving_is_corrected_then_it_stays_as_it_was() -> None:
    case = beside(GONE, admitted_on=day(60), **over(62))
    first, *rest = after_news(case, by_feed(3), 63)
    assert first == ev.PersonDischarged(discharge=left(3))
    assert "person-readmitted" not in kinds(rest)
    _, within, *_ = after_news(case, by_feed(61), 63)
    assert (within.discharge.discharged_on, within.discharge.spell_id) == (day(62), LATER)


def test_given_a_stay_they_came_back_in_when_one_beside_it_ended_earlier_then_they_left_with_it() -> None:
    """They came back in one of three stays, and left it on day 11; the third ended on day 12 beside it."""
    back = of(LATER, admitted_on=day(9), **over(11))
    case = after((11, back), (12, of(NOTE, admitted_on=day(8), **over(12))), case=GONE)
    assert case.discharge is not None
    assert case.discharge.spell_id == NOTE
    first, *_ = after_news(case, of(NOTE, admitted_on=day(8), **over(8)), 13)
    assert first == ev.PersonDischarged(discharge=left(11, spell_id=LATER))


def test_given_the_stay_they_left_told_on_later_days_then_it_is_no_stay_long_after() -> None:
    first, *_ = after_news(GONE, told(admitted_on=day(6), **over(8)), 9)
    assert first == ev.PersonDischarged(discharge=left(8))


def test_given_a_stay_of_which_nobody_knows_when_it_began_then_it_is_no_stay_long_after() -> None:
    case = beside(GONE, admitted_on=None)
    first, *_ = after_news(case, of(LATER, admitted_on=None, **over(6)), 9)
    assert first == ev.PersonDischarged(discharge=left(6, spell_id=LATER))


def test_given_the_stay_they_left_ended_in_death_before_another_then_they_died() -> None:
    happened = after_news(BESIDE, by_feed(2, died=True), 7)
    assert [each.outcome for each in happened if each.kind == "case-closed"] == ["died"]


def test_given_news_of_a_stay_that_they_did_not_leave_last_then_waiting_that_leaving_ended_stays() -> None:
    others = WAITED.model_copy(update={"spell_id": LATER})
    case = BESIDE.model_copy(update={"ready_periods": (others,)})
    assert after_news(case, of(LATER, **over(2)), 7) == []


def test_given_the_day_of_leaving_stands_when_news_comes_then_no_stay_since_becomes_a_return() -> None:
    """An earlier version recorded it so; somebody may have said how it is."""
    case = beside(GONE, admitted_on=day(6))
    assert after_news(case, by_feed(4, ward="Elm"), 9) == []


SINCE = ReadyPeriod(ready_on=day(6), ended_on=day(7), ended_by="met-criteria-again", basis="ward")
"""Waiting that the ward recorded after the day on which the person was known to have left."""
WAITED_SINCE = GONE.model_copy(update={"ready_periods": (*GONE.ready_periods, SINCE)})


@pytest.mark.parametrize(("on", "until", "asked"), [(5, 5, False), (6, 6, False), (7, 6, True), (8, 6, True)])
def test_given_waiting_recorded_since_when_the_day_of_leaving_changes_then_the_periods_stay_in_order(
    on: int, until: int, asked: bool
) -> None:
    happened = after_news(WAITED_SINCE, by_feed(on), 9)
    [corrected] = [each for each in happened if each.kind == "ready-period-corrected"]
    assert corrected.period == GONE.ready_periods[0].model_copy(update={"ended_on": day(until)})
    kept = fold(WAITED_SINCE, happened).ready_periods
    assert in_order(kept) == kept
    questions = [each.action for each in happened if each.kind == "action-opened"]
    assert [(each.cause, each.subject) for each in questions] == (
        [("waiting-contradicted", str(SPELL))] if asked else []
    )
    assert {each.opened_at for each in questions} <= {noon(9)}


def test_given_waiting_recorded_since_when_they_had_not_left_then_the_first_runs_until_that_began() -> None:
    happened = after_news(WAITED_SINCE, told(status="admitted"), 9)
    assert fold(WAITED_SINCE, happened).ready_periods == (
        GONE.ready_periods[0].model_copy(update={"ended_on": day(6), "ended_by": "met-criteria-again"}),
        SINCE,
    )


def test_given_waiting_recorded_since_when_they_left_with_another_stay_then_the_periods_stay_in_order() -> (
    None
):
    case = BESIDE.model_copy(update={"ready_periods": (WAITED, SINCE)})
    case = fold(case, [ev.SpellChanged(spell=spell(spell_id=LATER, **over(9)))])
    first, second, *_ = after_news(case, by_feed(8), 9)
    assert first.period == WAITED.model_copy(update={"ended_on": day(6), "ended_by": "transferred"})
    assert second == ev.PersonDischarged(discharge=left(9, spell_id=LATER))
