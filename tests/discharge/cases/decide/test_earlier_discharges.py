"""The discharge before a return, told on another day or taken back: what becomes of the return and the
waiting.
"""

from __future__ import annotations

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.delays.model import ReadyPeriod
from tests.discharge.cases.decide.test_readmission import (
    ACCEPTED,
    BACK,
    FIRST_LEFT,
    LEFT_ON,
    RETURNED,
    THIRD,
    answered,
    back,
    news,
    returned,
)
from tests.discharge.cases.stories import SPELL, after, day, noon, spell, told

WAITED = after((1, cmd.SetCriteriaToReside(met=False)), (5, told(**LEFT_ON)), case=ACCEPTED)


@pytest.mark.parametrize(("on", "days"), [(6, 3), (9, 0), (4, 5)])
def test_given_an_earlier_discharge_on_another_day_then_return_and_waiting_follow(on: int, days: int) -> None:
    case = after((9, back()), case=WAITED)
    period = case.ready_periods[0]
    moved = FIRST_LEFT.model_copy(
        update={
            "discharged_on": day(on),
            "discharged_at": noon(on),
            "contacts": case.earlier_discharges[0].contacts,
        }
    )
    assert news(case, told(status="discharged", discharged_on=day(on))) == [
        ev.EarlierDischargeCorrected(place=0, discharge=moved, readmission=returned(BACK, 9, days)),
        ev.ReadyPeriodCorrected(
            replaces=day(1), was=period, period=period.model_copy(update={"ended_on": day(on)})
        ),
    ]


def test_given_an_earlier_discharge_before_its_waiting_began_then_that_ends_where_it_began() -> None:
    case = after((9, back()), case=WAITED)
    corrected = news(case, told(status="discharged", discharged_on=day(0)))[1]
    assert corrected.period.ended_on == day(1)


def test_given_an_earlier_discharge_after_the_return_then_the_ward_is_asked_once_and_it_stays() -> None:
    asked = told(status="discharged", discharged_on=day(10))
    [opened] = news(RETURNED, asked)
    assert (opened.action.cause, opened.action.subject) == ("stays-overlap", str(SPELL))
    assert news(fold(RETURNED, [opened]), asked) == []
    assert news(RETURNED, told(**LEFT_ON, bed="7")) == []


@pytest.mark.parametrize("status", ["admitted", "on-leave"])
def test_given_an_earlier_discharge_that_did_not_happen_then_there_was_no_return_and_the_ward_is_asked(
    status: str,
) -> None:
    case = after((9, back()), case=WAITED)
    period = case.ready_periods[0]
    *happened, opened = news(case, told(status=status))
    assert happened == [
        ev.EarlierDischargeCorrected(place=0),
        answered("unplanned-return/1"),
        ev.ReadyPeriodCorrected(
            replaces=day(1),
            was=period,
            period=period.model_copy(update={"ended_on": day(9), "ended_by": "transferred"}),
        ),
    ]
    assert (opened.action.cause, opened.action.subject) == ("stays-overlap", str(SPELL))


def test_given_waiting_that_ended_otherwise_when_an_earlier_discharge_moves_then_it_stays() -> None:
    waits = (
        ReadyPeriod(ready_on=day(0), ended_on=day(5), ended_by="met-criteria-again", spell_id=SPELL),
        ReadyPeriod(ready_on=day(1), ended_on=day(4), ended_by="discharged", spell_id=SPELL),
        ReadyPeriod(ready_on=day(2), ended_on=day(5), ended_by="discharged", spell_id=THIRD),
        ReadyPeriod(ready_on=day(3), ended_on=day(5), ended_by="left"),
    )
    case = RETURNED.model_copy(update={"ready_periods": waits})
    happened = news(case, told(status="discharged", discharged_on=day(7)))
    assert [each for each in happened if each.kind == "ready-period-corrected"] == [
        ev.ReadyPeriodCorrected(
            replaces=day(3), was=waits[3], period=waits[3].model_copy(update={"ended_on": day(7)})
        )
    ]


def test_given_an_earlier_stay_taken_back_then_its_discharge_and_return_go() -> None:
    assert news(RETURNED, told(status="cancelled")) == [
        ev.EarlierDischargeCorrected(place=0),
        answered("unplanned-return/1"),
    ]


def test_given_an_earlier_stay_that_goes_on_under_another_number_then_its_discharge_is_that_stays() -> None:
    case = fold(RETURNED, [ev.SpellJoined(spell=spell(spell_id=THIRD, **LEFT_ON))])
    moved = FIRST_LEFT.model_copy(update={"spell_id": THIRD})
    assert news(case, told(status="cancelled")) == [
        ev.EarlierDischargeCorrected(place=0, discharge=moved, readmission=returned())
    ]


@pytest.mark.parametrize(
    "other", [{"discharged_on": day(6)}, {"status": "admitted", "discharged_on": day(5)}]
)
def test_given_no_stay_of_the_same_end_when_the_earlier_is_taken_back_then_its_discharge_goes(
    other: dict[str, object],
) -> None:
    case = fold(RETURNED, [ev.SpellJoined(spell=spell(spell_id=THIRD, **{**LEFT_ON, **other}))])
    assert news(case, told(status="cancelled"))[0] == ev.EarlierDischargeCorrected(place=0)


def test_given_a_return_in_a_stay_of_the_same_end_when_the_earlier_is_taken_back_then_both_go() -> None:
    """Nobody came back in the very stay that they had left."""
    over = back(on=5, status="discharged", discharged_on=day(5))
    case = fold(RETURNED, [ev.SpellChanged(spell=over.spell)])
    assert news(case, told(status="cancelled"))[:2] == [
        ev.EarlierDischargeCorrected(place=0),
        answered("unplanned-return/1"),
    ]


@pytest.mark.parametrize(("on", "until", "asked"), [(6, 6, False), (7, 7, False), (8, 7, True)])
def test_given_waiting_recorded_since_when_an_earlier_discharge_moves_then_the_periods_stay_in_order(
    on: int, until: int, asked: bool
) -> None:
    case = after((9, back()), case=WAITED)
    since = ReadyPeriod(ready_on=day(7), ended_on=day(8), ended_by="met-criteria-again", basis="ward")
    case = case.model_copy(update={"ready_periods": (*case.ready_periods, since)})
    _, corrected, *questions = news(case, told(status="discharged", discharged_on=day(on)))
    assert corrected.period == case.ready_periods[0].model_copy(update={"ended_on": day(until)})
    assert [(each.action.cause, each.action.subject) for each in questions] == (
        [("waiting-contradicted", str(SPELL))] if asked else []
    )
