"""Returns to hospital beside other stays, sent again, cancelled and asked about: exactly what each gives."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Action
from discharge.delays.model import ReadyPeriod
from tests.discharge.cases.decide.test_readmission import (
    ACCEPTED,
    BACK,
    CANCELLED,
    FIRST_LEFT,
    GONE_AGAIN,
    LEFT,
    LEFT_ON,
    RETURNED,
    THIRD,
    TWICE,
    actions,
    answered,
    back,
    cancelled,
    news,
    owed,
    returned,
)
from tests.discharge.cases.stories import SPELL, day, kinds, noon, spell, told

OTHER = UUID(int=33)


def test_given_somebody_moved_elsewhere_then_a_message_about_the_stay_they_left_is_no_arrival() -> None:
    case = fold(ACCEPTED, [ev.CaseClosed(closed_on=day(2), outcome="admitted-elsewhere")])
    assert news(case, told(bed="7"), 3) == []
    assert kinds(news(case, back(on=2), 3)) == ["case-reopened"]


def test_given_the_stay_of_an_earlier_discharge_when_it_begins_again_then_the_ward_is_asked() -> None:
    for on in (11, 12):
        happened = news(GONE_AGAIN, told(admitted_on=day(on)), 13)
        assert "person-readmitted" not in kinds(happened)
        assert actions(happened)[0] == ("back-later", str(SPELL))
    happened = news(GONE_AGAIN, told(admitted_on=day(10)), 13)
    assert actions(happened)[0] == ("stays-overlap", str(SPELL))
    third = news(GONE_AGAIN, back(THIRD, 12), 13)
    assert third[0] == ev.PersonReadmitted(readmission=returned(THIRD, 12, 1))


def test_given_a_bed_that_names_an_old_day_of_leaving_then_it_is_a_return_all_the_same() -> None:
    happened = news(LEFT, back(discharged_on=day(3)))
    assert happened[0] == ev.PersonReadmitted(readmission=returned())
    assert news(LEFT, back(status="discharged")) == []


def test_given_a_stay_long_after_that_is_over_then_nobody_is_asked_about_a_bed() -> None:
    assert news(LEFT, back(on=60, status="discharged", discharged_on=day(62)), 63) == []


def test_given_a_return_without_its_day_then_what_is_known_of_it_stands() -> None:
    assert news(RETURNED, back(admitted_on=None)) == []


@pytest.mark.parametrize("on", [4, 8, 20])
def test_given_a_return_that_is_taken_back_with_another_day_then_it_is_undone_once(on: int) -> None:
    *happened, opened = news(RETURNED, back(on=on, status="cancelled"), 21)
    assert happened == [cancelled(21), answered("unplanned-return/1", 21)]
    assert opened.action.cause == "readmission-cancelled"


def test_given_a_return_that_nobody_was_asked_about_then_only_another_way_in_asks() -> None:
    unasked = RETURNED.model_copy(update={"actions": {}})
    assert news(unasked, back(bed="7")) == []
    assert actions(news(unasked, back(admission_method="22"))) == [("unplanned-return", str(BACK))]
    over = back(status="discharged", discharged_on=day(11), admission_method="22")
    assert ("unplanned-return", str(BACK)) not in actions(news(unasked, over, 12))


def test_given_a_return_on_another_day_and_by_another_way_in_then_both_are_taken() -> None:
    unasked = RETURNED.model_copy(update={"actions": {}})
    restated, opened = news(unasked, back(on=8, admission_method="22"))
    assert restated == ev.EarlierDischargeCorrected(
        place=0, discharge=FIRST_LEFT, readmission=returned(BACK, 8, 3)
    )
    assert opened.action.cause == "unplanned-return"


def test_given_a_return_that_began_before_when_its_end_is_told_then_they_left_with_it() -> None:
    over = back(on=4, status="discharged", discharged_on=day(11))
    happened = news(GONE_AGAIN, over, 12)
    assert kinds(happened)[:5] == [
        "discharge-cancelled",
        "readmission-cancelled",
        "action-answered",
        "action-opened",
        "person-discharged",
    ]
    discharge = happened[4].discharge
    assert (discharge.discharged_on, discharge.spell_id) == (day(11), BACK)


def test_given_a_stay_that_was_left_when_it_began_then_it_is_not_the_return_from_itself() -> None:
    case = fold(RETURNED, [ev.SpellChanged(spell=spell(admitted_on=day(5), **LEFT_ON))])
    assert cancelled() in news(case, CANCELLED)


def test_given_a_stay_that_was_left_next_when_the_return_was_none_then_it_is_that_stays() -> None:
    first, second = TWICE.earlier_discharges
    over = spell(spell_id=OTHER, admitted_on=day(10), status="discharged", discharged_on=day(11))
    case = fold(TWICE, [ev.SpellJoined(spell=over)]).model_copy(
        update={"earlier_discharges": (first, second.model_copy(update={"spell_id": OTHER}))}
    )
    assert news(case, CANCELLED, 14)[0] == ev.EarlierDischargeCorrected(
        place=0, discharge=FIRST_LEFT, readmission=returned(OTHER, 10, 5)
    )


def test_given_missed_contacts_that_a_return_settled_when_it_is_undone_then_they_are_open_again() -> None:
    missed = [owed("contact-missed", 6, subject=each) for each in ("24-hours", "72-hours")]
    both = {each.subject: each for each in missed}
    running = ReadyPeriod(ready_on=day(1), spell_id=SPELL)
    case = RETURNED.model_copy(update={"actions": both, "ready_periods": (running,)})
    assert kinds(news(case, CANCELLED)) == [
        "ready-period-ended",
        "readmission-cancelled",
        "action-opened",
        "action-opened",
        "action-opened",
    ]


def test_given_a_stay_left_twice_then_its_messages_are_about_the_last_time() -> None:
    left = GONE_AGAIN.discharge and GONE_AGAIN.discharge.model_copy(update={"spell_id": SPELL})
    case = GONE_AGAIN.model_copy(update={"discharge": left})
    first, *_ = news(case, told(status="discharged", discharged_on=day(12)), 13)
    assert (first.kind, first.discharge.discharged_on) == ("person-discharged", day(12))


def test_given_an_earlier_stay_that_goes_on_and_names_a_day_of_leaving_then_its_discharge_goes() -> None:
    happened = news(RETURNED, told(status="admitted", discharged_on=day(7)))
    assert happened[0] == ev.EarlierDischargeCorrected(place=0)


def test_given_an_earlier_stay_that_goes_on_then_no_other_of_the_same_end_takes_its_discharge() -> None:
    case = fold(RETURNED, [ev.SpellJoined(spell=spell(spell_id=THIRD, **LEFT_ON))])
    assert news(case, told(status="admitted"))[0] == ev.EarlierDischargeCorrected(place=0)


def question(number: int, **said: object) -> Action:
    return Action(
        cause="unplanned-return",
        number=number,
        owner_role="coordinator",
        opened_at=noon(9),
        due_at=noon(10),
    ).model_copy(update=said)


def test_given_a_question_of_an_earlier_version_then_it_is_answered_with_the_return() -> None:
    asked = (
        question(1),
        question(2, subject=str(THIRD)),
        question(1, subject=str(BACK), cause="fell"),
    )
    case = RETURNED.model_copy(update={"actions": {each.key: each for each in asked}})
    happened: list[ev.Event] = news(case, cmd.NoteHospitalFacts(spell=CANCELLED.spell))
    assert [each for each in happened if each.kind == "action-answered"] == [answered("unplanned-return/1")]
