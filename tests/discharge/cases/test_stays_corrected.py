"""Hospitals that correct themselves: the case follows the stay that the person left last."""

from __future__ import annotations

from uuid import uuid5

from discharge.cases import commands as cmd
from discharge.cases.model import Case, Stage
from discharge.delays.periods import in_order
from discharge.delays.stays import stays_of
from tests.discharge.cases.stories import CASE, TRUST, day, leaves, refer, told
from tests.discharge.cases.test_readmissions import NOT_MET, owed, walk

FIRST, SECOND, THIRD, FOURTH = (uuid5(CASE, f"stay {number}") for number in range(4))
ELSEWHERE = uuid5(TRUST, "another")
REFERRED = walk((0, refer(spell=None)), (0, cmd.AcceptReferral()))


def ended(spell_id: object, came: int, left: int, **said: object) -> cmd.NoteHospitalFacts:
    days = {"admitted_on": day(came), "discharged_on": day(left)}
    return told(spell_id=spell_id, status="discharged", **days, **said)


def lies(spell_id: object, came: int) -> cmd.NoteHospitalFacts:
    return told(spell_id=spell_id, admitted_on=day(came))


def taken_back(spell_id: object, came: int, **said: object) -> cmd.NoteHospitalFacts:
    never = {"status": "cancelled", "cancelled_because": "admission-cancelled"}
    return told(spell_id=spell_id, admitted_on=day(came), **never, **said)


def left(case: Case) -> tuple[object, ...] | None:
    return (case.discharge.discharged_on, case.discharge.spell_id) if case.discharge else None


def test_given_two_stays_when_the_one_left_last_ended_before_the_other_then_they_left_with_the_other() -> (
    None
):
    case = walk((12, ended(FIRST, 9, 11)), (12, ended(SECOND, 9, 12)), case=REFERRED)
    assert left(case) == (day(12), SECOND)
    case = walk((13, ended(SECOND, 9, 10)), case=case)
    assert left(case) == (day(11), FIRST)
    assert {each.ended_on for each in stays_of(case)} == {day(10), day(11)}


def test_given_four_stays_of_one_day_when_three_are_taken_back_then_they_left_with_the_fourth() -> None:
    case = walk(
        (10, lies(FIRST, 10)),
        (10, lies(SECOND, 10)),
        (10, ended(THIRD, 10, 10, organisation_id=ELSEWHERE)),
        (10, ended(FOURTH, 10, 10)),
        case=REFERRED,
    )
    gone = taken_back(THIRD, 10, organisation_id=ELSEWHERE)
    case = walk((10, taken_back(FIRST, 10)), (10, gone), (10, taken_back(SECOND, 10)), case=case)
    assert (case.stage, left(case)) == (Stage.DISCHARGED, (day(10), FOURTH))
    assert (case.earlier_discharges, case.readmissions) == ((), ())


def test_given_a_stay_since_when_it_turns_out_that_they_left_before_then_it_counts_as_a_return() -> None:
    case = walk((12, ended(SECOND, 11, 12)), (12, ended(FIRST, 9, 12)), case=REFERRED)
    case = walk((13, ended(FIRST, 9, 10)), case=case)
    assert left(case) == (day(12), SECOND)
    assert [(each.ended_on, each.back_after) for each in stays_of(case)] == [(day(12), None), (day(10), 1)]
    assert "unplanned-return" in owed(case)


def test_given_waiting_corrected_to_days_after_leaving_then_the_hospitals_news_is_taken_and_asked_about() -> (
    None
):
    case = walk((0, refer()), (0, cmd.AcceptReferral()), (1, NOT_MET), case=None)
    case = walk((2, cmd.SetCriteriaToReside(met=True)), (3, NOT_MET), (4, leaves()), case=case)
    since = cmd.CorrectReadyPeriod(replaces=day(1), ready_on=day(5), ended_on=day(6))
    case = walk((6, since), (8, told(status="discharged", discharged_on=day(8))), case=case)
    assert case.discharge is not None
    assert case.discharge.discharged_on == day(8)
    assert [(each.ready_on, each.ended_on) for each in case.ready_periods] == [
        (day(3), day(5)),
        (day(5), day(6)),
    ]
    assert in_order(case.ready_periods) == case.ready_periods
    assert "waiting-contradicted" in owed(case)
