"""Coming back to hospital, the return that was taken back, and stays that contradict each other."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands import Command
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Discharge, GateItem, Readmission, Stage, home
from discharge.delays.stays import stays_of
from discharge.outcomes.failed_discharge import discharges_of, readmission_after
from discharge.pathway_words import why_still_here
from housing_checks.pathway import advance
from tests.discharge.cases.stories import CASE, SPELL, TRUST, day, envelope, kinds, leaves, noon, refer, told
from tests.housing_checks.homes import FORM_1

BACK = uuid5(CASE, "back")
THIRD = uuid5(CASE, "third")
NOT_MET = cmd.SetCriteriaToReside(met=False)
ALL_YES = dict.fromkeys(FORM_1.codes, "yes")
GONE = told(status="discharged", discharged_on=day(5), discharge_destination="19")


def walk(*asked: tuple[int, Command], case: Case | None = None) -> Case:
    """Return the case after commands on their days, with all that follows from each."""
    case = case or Case(case_id=CASE)
    for on, command in asked:
        decision = advance(case, envelope(command, on), noon(on))
        assert decision.answer.outcome == "accepted", decision.answer
        case = decision.case
    return case


def back(spell_id: UUID = BACK, on: int = 9, **changes: object) -> cmd.NoteHospitalFacts:
    """Return news of another stay, an emergency, from that day."""
    news = {"spell_id": spell_id, "admitted_on": day(on), "admission_method": "21", **changes}
    return told(**news)


CANCELLED = back(status="cancelled", cancelled_because="admission-cancelled")


def at_home(*, answers: dict[str, str] = ALL_YES, accepted: bool = True) -> Case:
    """Return the case of somebody who left on day 5, from a home that was checked."""
    case = walk((0, refer()))
    if accepted:
        check = cmd.CompleteCheck(form=FORM_1.code, answers=answers)  # type: ignore[arg-type]
        case = walk((0, cmd.AcceptReferral()), (1, check), case=case)
    return walk((1, NOT_MET), (5, GONE), case=case)


def owed(case: Case) -> set[str]:
    return {action.cause for action in case.open_actions}


def rules(case: Case) -> set[str]:
    return {alert.rule for alert in case.open_alerts}


def test_given_a_return_that_was_taken_back_then_the_discharge_stands_with_its_contacts() -> None:
    home = at_home()
    case = walk((9, back()), case=home)
    assert (case.discharge, owed(case)) == (None, {"unplanned-return"})
    case = walk((10, CANCELLED), case=case)
    assert (case.stage, case.discharge) == (Stage.DISCHARGED, home.discharge)
    assert {key: each.due_at for key, each in case.follow_ups.items()} == {
        key: each.due_at for key, each in home.follow_ups.items()
    }
    assert (case.readmissions, case.earlier_discharges) == ((), ())
    assert {item.code: item.value for item in case.gate.values()} == {
        item.code: item.value for item in home.gate.values()
    }
    returned = case.actions["unplanned-return/1"]
    assert (returned.answer, returned.answered_at) == ("admission-cancelled", noon(10))
    assert readmission_after(case, discharges_of(case)[0]) is None
    assert [(stay.spell_id, stay.back_after, stay.failed) for stay in stays_of(case)] == [
        (SPELL, None, False)
    ]
    said = why_still_here(case, day(10))
    assert said.startswith("Left hospital on Sat 7 Mar; the hospital cancelled the admission")


def test_given_contacts_that_came_due_during_a_return_that_was_taken_back_then_each_is_told() -> None:
    """Due on days 6, 8 and 12; the return of day 7 was taken back on day 13."""
    case = walk((6, cmd.RecordContact(follow_up="24-hours", outcome="well")), case=at_home())
    case = walk((7, back(on=7)), (13, CANCELLED), case=case)
    missed = {action.subject for action in case.open_actions if action.cause == "contact-missed"}
    assert missed == {"72-hours", "7-days"}
    facts = [alert.fact for alert in case.open_alerts if alert.rule == "no-contact-after-discharge"]
    assert any("within 72 hours: not recorded by" in fact for fact in facts)
    assert case.follow_ups["24-hours"].outcome == "well"


def test_given_silence_that_a_return_answered_when_that_is_taken_back_then_it_is_owed_as_before() -> None:
    case = walk((7, cmd.StrikeClock()), case=at_home())
    before = case.actions["contact-missed/1"]
    case = walk((9, back()), case=case)
    assert case.actions["contact-missed/1"].answer == "back-in-hospital"
    case = walk((10, CANCELLED), case=case)
    again = case.actions["contact-missed/2"]
    assert (again.subject, again.opened_at, again.due_at) == (before.subject, before.opened_at, before.due_at)


def test_given_an_unready_home_when_the_return_is_taken_back_then_its_stop_is_there_again() -> None:
    home = at_home(answers=ALL_YES | {"heating": "no"})
    assert "home-not-ready-person-in-it" in rules(home)
    case = walk((9, back()), case=home)
    assert "home-not-ready-person-in-it" not in rules(case)
    assert "no-heating-water-power" in rules(case)
    case = walk((10, CANCELLED), case=case)
    assert case.unready_home == home.unready_home
    assert {"home-not-ready-person-in-it", "whereabouts"} <= rules(case)
    assert "no-heating-water-power" not in rules(case)
    assert {alert.level for alert in case.open_alerts if alert.rule == "home-not-ready-person-in-it"} == {
        "STOP"
    }


def test_given_the_waiting_of_a_return_that_was_taken_back_then_no_night_of_it_counts() -> None:
    reason = cmd.RecordDelayReason(reason_kind="national", code="CA10", owner_role="ward")
    case = walk((9, back()), (10, NOT_MET), (10, reason), case=at_home())
    assert case.open_ready_period is not None
    case = walk((12, CANCELLED), case=case)
    assert [(p.ready_on, p.ended_on) for p in case.ready_periods] == [(day(1), day(5))]
    assert all(each.to_on is not None and each.to_on <= each.from_on for each in case.delay_reasons)


def test_given_a_closed_case_when_a_return_opens_it_and_is_taken_back_then_it_is_open_and_owned() -> None:
    case = walk((6, cmd.CloseCase(outcome="home-as-it-is")), (9, back()), (10, CANCELLED), case=at_home())
    assert (case.stage, case.closed_on) == (Stage.DISCHARGED, None)
    assert "readmission-cancelled" in owed(case)


def test_given_a_return_that_ended_the_case_when_it_is_taken_back_then_the_case_opens_at_home() -> None:
    case = walk((9, back()), (9, cmd.WithdrawReferral(reason="no-longer-needed")), case=at_home())
    assert case.closed
    case = walk((10, CANCELLED), case=case)
    assert (case.stage, case.outcome) == (Stage.DISCHARGED, None)
    assert case.follow_ups


def test_given_a_return_taken_back_when_the_same_visit_is_admitted_after_all_then_it_counts_again() -> None:
    case = walk((9, back()), (10, CANCELLED), (11, back(on=10)), case=at_home())
    assert [(each.spell_id, each.days_after) for each in case.readmissions] == [(BACK, 5)]
    assert owed(case) == set() or "readmission-cancelled" not in owed(case)


def test_given_a_return_whose_visit_goes_on_under_another_number_then_it_is_still_a_return() -> None:
    case = walk((9, back()), (10, back(THIRD)), case=at_home())
    case = walk((10, back(status="cancelled", cancelled_because="moved")), case=case)
    assert case.stage is not Stage.DISCHARGED
    assert [(each.spell_id, each.days_after) for each in case.readmissions] == [(THIRD, 4)]
    assert [(stay.spell_id, stay.back_after) for stay in stays_of(case)] == [(SPELL, 4), (THIRD, None)]
    assert {action.subject for action in case.open_actions} == {str(THIRD)}


def test_given_two_unplanned_returns_then_each_is_looked_into_on_its_own() -> None:
    left_again = back(status="discharged", discharged_on=day(11), discharge_destination="19")
    case = walk((9, back()), (11, left_again), (13, back(THIRD, 13)), case=at_home())
    returns = [action for action in case.open_actions if action.cause == "unplanned-return"]
    assert [action.subject for action in returns] == [str(BACK), str(THIRD)]
    first = cmd.AnswerAction(action=returns[0].key, answer="nothing-wrong", found="home")
    case = walk((14, first), case=case)
    assert [each.cause for each in case.readmissions] == ["home", None]
    assert [action.subject for action in case.open_actions] == [str(THIRD)]


def test_given_a_return_in_the_middle_that_never_was_then_the_later_one_follows_the_first_discharge() -> None:
    left_again = back(status="discharged", discharged_on=day(11), discharge_destination="19")
    case = walk((9, back()), (11, left_again), (13, back(THIRD, 13)), (14, CANCELLED), case=at_home())
    assert [(left.spell_id, back.spell_id, back.days_after) for left, back in _pairs(case)] == [
        (SPELL, THIRD, 8)
    ]
    assert case.stage is not Stage.DISCHARGED


def _pairs(case: Case) -> list[tuple[object, object]]:  # type: ignore[type-arg]
    return list(zip(case.earlier_discharges, case.readmissions, strict=True))


def test_given_a_planned_stay_when_somebody_at_home_is_admitted_then_it_is_a_return() -> None:
    case = walk((6, back(status="expected", admitted_on=None, expected_admission_on=day(9))), case=at_home())
    assert case.stage is Stage.DISCHARGED
    case = walk((9, back(admission_method="11")), case=case)
    assert case.discharge is None
    assert [each.spell_id for each in case.readmissions] == [BACK]
    assert "unplanned-return" not in owed(case)
    case = walk((10, back(admission_method="21")), case=case)
    assert "unplanned-return" in owed(case)


def test_given_a_return_of_which_only_the_end_is_told_then_both_discharges_stand() -> None:
    late = back(status="discharged", discharged_on=day(11), discharge_destination="19")
    case = walk((11, late), case=at_home())
    assert [left.discharged_on for left in discharges_of(case)] == [day(5), day(11)]
    assert [(p.ready_on, p.ended_on) for p in case.ready_periods] == [(day(1), day(5))]


def test_given_somebody_in_hospital_again_long_after_then_the_discharge_stays_as_it_was() -> None:
    case = walk((40, back(on=40)), case=at_home())
    assert (case.stage, "back-later" in owed(case)) == (Stage.DISCHARGED, True)
    left_again = back(on=40, status="discharged", discharged_on=day(45), discharge_destination="19")
    case = walk((45, left_again), case=case)
    assert case.discharge is not None
    assert case.discharge.discharged_on == day(5)
    assert [(p.ready_on, p.ended_on) for p in case.ready_periods] == [(day(1), day(5))]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same hospital", "another hospital"])
def test_given_a_short_stay_within_a_longer_one_then_the_ward_is_asked(elsewhere: bool) -> None:
    """One hospital's own system knows who lies in its bed; of another's open bed nobody can be sure."""
    case = walk((0, refer()), (0, cmd.AcceptReferral()), (1, NOT_MET))
    there = {"organisation_id": uuid5(TRUST, "other") if elsewhere else TRUST}
    short = back(on=3, **there)
    over = back(on=3, status="discharged", discharged_on=day(4), discharge_destination="19", **there)
    case = walk((3, short), (4, over), case=case)
    assert (case.stage is Stage.DISCHARGED) is elsewhere
    assert "stays-overlap" in owed(case)
    assert "whereabouts" in rules(case)
    if not elsewhere:
        assert case.current_spell is not None
        assert case.current_spell.spell_id == SPELL
        assert case.open_ready_period is not None
        gone = walk((6, told(status="cancelled", cancelled_because="moved")), case=case)
        assert (gone.stage, gone.discharge and gone.discharge.spell_id) == (Stage.DISCHARGED, BACK)


def test_given_the_end_of_an_earlier_stay_told_last_then_the_later_discharge_stands() -> None:
    case = walk((0, refer()), (0, cmd.AcceptReferral()), (3, back(on=3)))
    over = back(on=3, status="discharged", discharged_on=day(6), discharge_destination="19")
    case = walk((6, over), (7, told(status="discharged", discharged_on=day(3))), case=case)
    assert case.discharge is not None
    assert (case.discharge.spell_id, case.discharge.discharged_on) == (BACK, day(6))


def test_given_an_earlier_discharge_told_on_another_day_then_the_figures_follow() -> None:
    case = walk((9, back()), case=at_home())
    case = walk((10, told(status="discharged", discharged_on=day(7))), case=case)
    assert case.discharge is None
    assert [(left.discharged_on, again.days_after) for left, again in _pairs(case)] == [(day(7), 2)]
    assert [(p.ready_on, p.ended_on) for p in case.ready_periods] == [(day(1), day(7))]
    assert stays_of(case)[0].back_after == 2
    impossible = walk((11, told(status="discharged", discharged_on=day(10))), case=case)
    assert [left.discharged_on for left, _ in _pairs(impossible)] == [day(7)]
    assert "stays-overlap" in owed(impossible)


def test_given_an_earlier_discharge_that_never_happened_then_there_was_no_return() -> None:
    case = walk((9, back()), (10, told(status="admitted")), case=at_home())
    assert _pairs(case) == []
    assert case.actions["unplanned-return/1"].answer == "admission-cancelled"
    assert [(p.ended_on, p.ended_by) for p in case.ready_periods] == [(day(9), "transferred")]


def test_given_an_earlier_stay_that_goes_on_under_another_number_then_its_discharge_and_return_stand() -> (
    None
):
    case = walk((9, back()), case=at_home())
    heir = told(spell_id=THIRD, status="discharged", discharged_on=day(5))
    case = walk((10, heir), (10, told(status="cancelled", cancelled_because="moved")), case=case)
    assert [(left.spell_id, again.days_after) for left, again in _pairs(case)] == [(THIRD, 4)]
    first = next(stay for stay in stays_of(case) if stay.spell_id == THIRD)
    assert (first.ended_on, first.back_after, first.failed) == (day(5), 4, False)
    assert "unplanned-return" in owed(case)


def test_given_the_record_of_an_earlier_version_when_its_stay_was_moved_then_the_return_still_counts() -> (
    None
):
    """Figures are kept where the discharge names a stay that goes on under another number."""
    case = walk((7, back(on=7)), case=at_home())
    spells = tuple(
        each.model_copy(update={"spell_id": THIRD}) if each.spell_id == SPELL else each
        for each in case.spells
    )
    gone = case.spells[0].model_copy(update={"status": "cancelled", "cancelled_because": "moved"})
    older = case.model_copy(update={"spells": (*spells, gone)})
    first = next(stay for stay in stays_of(older) if stay.spell_id == THIRD)
    assert (first.back_after, first.failed) == (2, True)


def test_given_a_closed_case_when_the_hospital_tells_another_day_then_the_date_alone_changes() -> None:
    by_hand = walk((0, refer()), (0, cmd.AcceptReferral()), (1, NOT_MET), (5, leaves()))
    closed = walk((8, cmd.CloseCase(outcome="step-down")), case=by_hand)
    case = walk((9, told(status="discharged", discharged_on=day(6))), case=closed)
    assert (case.stage, case.closed_on, case.outcome) == (Stage.CLOSED, day(8), "step-down")
    assert case.discharge is not None
    assert (case.discharge.discharged_on, case.discharge.told_by) == (day(6), "feed")
    assert case.ready_periods[0].ended_on == day(6)
    assert case.follow_ups == closed.follow_ups


def test_given_a_case_closed_before_the_person_left_then_it_opens_again_and_somebody_is_asked() -> None:
    by_hand = walk((0, refer()), (0, cmd.AcceptReferral()), (1, NOT_MET), (5, leaves()))
    closed = walk((6, cmd.CloseCase(outcome="step-down")), case=by_hand)
    case = walk((9, told(status="discharged", discharged_on=day(8))), case=closed)
    assert (case.stage, case.closed_on) == (Stage.DISCHARGED, None)
    assert case.follow_ups["24-hours"].due_at == noon(9)
    assert "left-after-closing" in owed(case)
    assert "whereabouts" in rules(case)


def test_given_nobody_had_accepted_when_the_person_leaves_then_an_alert_asks_and_they_can_be_accepted() -> (
    None
):
    case = at_home(accepted=False)
    assert "left-before-accepted" in rules(case)
    action = next(each for each in case.open_actions if each.cause == "left-before-accepted")
    assert (action.owner_role, action.due_at) == ("coordinator", noon(5) + timedelta(hours=1))
    case = walk((6, cmd.AcceptReferral()), case=case)
    assert case.stage is Stage.DISCHARGED
    assert case.referral is not None
    assert case.referral.accepted_on == day(6)
    assert case.owners
    assert case.actions[action.key].answer == "referral-accepted"
    again = advance(case, envelope(cmd.AcceptReferral(), 6), noon(6)).answer
    assert (again.outcome, again.code) == ("refused", "stage-not-allowed")


def test_given_home_turned_out_to_be_another_hospital_when_referred_again_then_the_next_wait_ends() -> None:
    case = walk(
        (6, told(status="discharged", discharged_on=day(6), discharge_destination="51")), case=at_home()
    )
    assert (case.outcome, case.discharge) == ("admitted-elsewhere", None)
    assert [(p.ended_on, p.ended_by) for p in case.ready_periods] == [(day(6), "transferred")]
    case = walk((7, refer(spell=None, ready_on=day(7))), case=case)
    assert case.open_ready_period is not None
    case = walk((9, leaves("19")), case=case)
    assert case.open_ready_period is None


def test_given_somebody_is_referred_by_a_stay_that_has_ended_then_they_are_at_home() -> None:
    ended = told(status="discharged", discharged_on=day(3), medically_fit=True, medically_fit_on=day(1))
    case = walk((4, refer(spell=ended.spell)))
    assert case.stage is Stage.DISCHARGED
    assert case.open_ready_period is None
    assert {"left-before-accepted", "contact-missed"} <= owed(case)


def test_given_a_discharge_without_a_wait_when_its_day_is_corrected_then_the_wait_before_stays() -> None:
    case = walk((9, back()), (11, leaves()), case=at_home())
    case = walk((12, back(status="discharged", discharged_on=day(12))), case=case)
    assert [(p.ready_on, p.ended_on) for p in case.ready_periods] == [(day(1), day(5))]


def test_given_a_merged_case_when_its_discharge_is_taken_back_then_it_stays_merged() -> None:
    case = walk((6, cmd.NoteMerge(into_case_id=uuid5(CASE, "older"))), case=at_home())
    case = walk((7, told(status="admitted")), case=case)
    assert (case.closed, case.outcome) == (True, "merged")


def test_given_the_same_news_twice_then_it_changes_nothing() -> None:
    case = walk((9, back()), (10, CANCELLED), case=at_home())
    assert kinds(advance(case, envelope(CANCELLED, 10), noon(10)).events) == []


def test_given_a_contact_that_was_missed_when_the_person_left_later_then_it_is_owed_by_its_new_hour() -> None:
    case = walk((7, cmd.StrikeClock()), case=at_home())
    assert [action.subject for action in case.open_actions] == ["24-hours"]
    case = walk((7, told(status="discharged", discharged_on=day(7), discharge_destination="19")), case=case)
    assert not case.open_actions
    assert case.actions["contact-missed/1"].answer == "due-later"
    case = walk((9, cmd.StrikeClock()), case=case)
    again = next(action for action in case.open_actions if action.subject == "24-hours")
    assert again.opened_at == noon(8)


def test_given_somebody_back_in_hospital_when_folded_under_another_order_of_items_then_the_case_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_home = Case(
        case_id=CASE,
        gate={code: GateItem(code=code, value="yes") for code in ("heating", "bed", "water")},
        discharge=Discharge(discharged_on=day(1), discharged_at=noon(1), told_by="feed"),
    )
    back = ev.PersonReadmitted(readmission=Readmission(spell_id=BACK, readmitted_on=day(3), days_after=2))
    folded = []
    for order in (("heating", "bed", "water"), ("water", "heating", "bed"), ()):
        monkeypatch.setattr(home._Order, "codes", staticmethod(lambda order=order: order))
        folded.append(fold(at_home, [back]))
    assert folded[0] == folded[1] == folded[2]
