"""Leaving with the gate shut, being in a home that is not ready, and what is found or missed afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from discharge.cases import commands as cmd
from discharge.cases.actions import action_words
from discharge.cases.commands import Envelope
from discharge.cases.model import Case, Stage
from discharge.next_actions import next_action
from discharge.outcomes.failed_discharge import discharges_of, failed_discharge, readmission_after
from discharge.pathway_words import why_still_here
from discharge.risk.alerts import escalation_of
from discharge.risk.levels import LEVELS
from discharge.risk.rules import loudest_first
from housing_checks.gate.blockers import blocking
from housing_checks.pathway import advance, next_wakeup
from tests.discharge.cases.stories import CONTACTS, day, envelope, leaves, noon, refer, spell, told
from tests.housing_checks.homes import FORM_1
from tests.housing_checks.test_pathway import ALL_YES, checked, walk

COLD = ALL_YES | {"heating": "unknown", "water": "no"}
UNREADY = "home-not-ready-person-in-it"
HOME = cmd.ConfirmDischarge(destination="19")
GONE = told(status="discharged", discharged_on=day(5), discharge_destination="19", discharge_method="1")


def rules(case: Case) -> dict[str, str]:
    """Return the rules that speak, each with its level."""
    return {alert.rule: alert.level for alert in case.open_alerts}


def refusal(case: Case, command: cmd.Command, on: int = 5) -> tuple[str | None, str | None]:
    answer = advance(case, envelope(command, on), noon(on)).answer
    return answer.code, answer.detail


def test_given_a_shut_gate_when_somebody_is_sent_home_then_a_reason_and_a_name_are_asked_for() -> None:
    case = checked(COLD)
    assert refusal(case, HOME) == ("unready-reason-needed", "heating, water")
    assert refusal(case, leaves(decided_by_note=None)) == ("decider-needed", "heating, water")
    assert refusal(case, leaves(unready_reason="because"))[0] == "code-not-in-value-set"


def test_given_no_check_when_somebody_is_sent_home_then_a_reason_and_a_name_are_asked_for() -> None:
    for case in (walk((0, refer())), walk((0, refer()), (0, cmd.AcceptReferral()))):
        assert refusal(case, HOME) == ("unready-reason-needed", "check")
    assert checked(ALL_YES).stage is Stage.READY
    walk((5, HOME), case=checked(ALL_YES))


@pytest.mark.parametrize("destination", ["29", "54", "51", "88"], ids=["son", "care home", "ward", "hospice"])
def test_given_a_shut_gate_when_somebody_goes_elsewhere_then_nothing_is_asked(destination: str) -> None:
    case = walk((5, cmd.ConfirmDischarge(destination=destination)), case=checked(COLD))
    assert case.unready_home is None
    assert "home-not-ready-person-in-it" not in rules(case)
    assert "no-heating-water-power" not in rules(case)


def test_given_a_shut_gate_when_the_person_dies_then_nothing_is_asked() -> None:
    case = walk((5, cmd.RecordDeath()), case=checked(COLD))
    assert (case.outcome, case.unready_home, case.open_alerts) == ("died", None, ())


@pytest.mark.parametrize("destination", ["19", None, "99"])
def test_given_a_shut_gate_when_the_trust_says_that_the_person_left_then_one_alert_rings_and_tells_all_of_it(
    destination: str | None,
) -> None:
    before = walk((2, cmd.SetCriteriaToReside(met=False)), case=checked(COLD))
    stops = {alert.alert_id for alert in before.open_alerts if alert.level == "STOP"}
    assert len(stops) == 2
    case = walk((5, told(**(GONE.spell.model_dump() | {"discharge_destination": destination}))), case=before)
    assert [alert.rule for alert in case.open_alerts if alert.level == "STOP"] == [UNREADY]
    assert {alert.told_by for alert in case.alerts.values() if alert.alert_id in stops} == {UNREADY}
    again = walk((6, cmd.StrikeClock()), case=case)
    assert [alert.rule for alert in again.open_alerts if alert.level == "STOP"] == [UNREADY]
    assert case.unready_home is not None
    assert (case.unready_home.since, case.unready_home.blockers) == (day(5), ("heating", "water"))
    said = why_still_here(case, day(5))
    assert "the home is not ready (heating: not known, water: no)" in said
    action = next_action(case, day(5))
    assert action is not None
    assert "heating" in action.words


def test_given_an_unready_home_when_each_item_is_answered_then_it_is_settled_and_not_before() -> None:
    case = walk((5, leaves()), case=checked(COLD))
    assert [each.code for each in blocking(case)] == ["heating", "water"]
    case = walk((6, cmd.ConfirmItem(item="heating", value="yes")), case=case)
    assert case.unready_home is not None
    assert [each.code for each in blocking(case)] == ["water"]
    loud = next(alert for alert in case.open_alerts if alert.rule == "home-not-ready-person-in-it")
    assert loud.fact.endswith(
        "the home is not ready: hot and cold water: no. Reason given: The bed was needed."
    )
    made_safe = cmd.NameMitigation(item="water", mitigation="someone-there", role="family-carer")
    case = walk((6, made_safe), case=case)
    assert case.unready_home is None
    assert not {"home-not-ready-person-in-it", "no-heating-water-power"} & set(rules(case))


def test_given_an_unchecked_home_when_it_is_checked_afterwards_then_what_is_wrong_is_left_to_answer() -> None:
    case = walk((0, refer()), (0, cmd.AcceptReferral()), (1, GONE.model_copy()))
    assert set(rules(case)) == {UNREADY}
    (loud,) = case.open_alerts
    assert "the home was not checked" in loud.fact
    case = walk((1, cmd.AcknowledgeAlert(alert_id=loud.alert_id)), (2, cmd.StrikeClock()), case=case)
    assert [each.acknowledged_at is not None for each in case.open_alerts if each.rule == UNREADY] == [True]
    case = walk((6, cmd.CompleteCheck(form=FORM_1.code, answers=COLD)), case=case)
    assert case.unready_home is not None
    assert [each.code for each in blocking(case)] == ["heating", "water"]
    (found,) = (each for each in case.open_alerts if each.level == "STOP")
    assert (found.alert_id, found.acknowledged_at) == (loud.alert_id, None)
    case = walk(
        (6, cmd.ConfirmItem(item="heating", value="yes")),
        (6, cmd.ConfirmItem(item="water", value="yes")),
        case=case,
    )
    assert case.unready_home is None


def test_given_a_home_that_was_ready_when_its_heating_fails_later_then_nobody_sits_in_it_unseen() -> None:
    case = walk((5, HOME), (7, cmd.ConfirmItem(item="heating", value="no")), case=checked(ALL_YES))
    assert case.unready_home is not None
    assert case.unready_home.since == day(7)
    assert rules(case)["home-not-ready-person-in-it"] == "STOP"


def test_given_work_not_done_when_the_person_left_then_it_keeps_the_home_unready_and_later_work_not() -> None:
    order = cmd.StartStrand(strand_kind="adaptation", item="grab-rail")
    case = walk((2, order), (5, leaves()), case=checked(ALL_YES))
    assert case.unready_home is not None
    assert case.unready_home.blockers == ("adaptation/1",)
    later = cmd.StartStrand(strand_kind="adaptation", item="straight-stairlift")
    case = walk((8, later), (9, cmd.MoveStrand(strand="adaptation/1", step="fitted")), case=case)
    assert case.unready_home is None


def test_given_a_discharge_by_hand_when_the_trust_tells_it_too_then_reason_and_name_are_kept() -> None:
    case = walk((5, leaves()), (5, told(status="discharged", discharged_on=day(5))), case=checked(COLD))
    left = case.discharge
    assert left is not None
    assert (left.told_by, left.destination, left.unready_reason) == ("feed", "19", "bed-needed")
    assert left.decided_by_note is not None


def test_given_an_unready_home_when_the_case_is_closed_then_it_is_refused_until_all_is_answered() -> None:
    case = walk(
        (5, leaves()), (6, cmd.RecordContact(follow_up="28-days", outcome="well")), case=checked(COLD)
    )
    assert refusal(case, cmd.CloseCase(outcome="home-as-it-is"), 6) == ("answer-needed", "heating, water")
    walk((6, cmd.CloseCase(outcome="care-home")), case=case)


def test_given_an_unready_home_when_the_discharge_is_cancelled_then_the_gate_is_as_before() -> None:
    case = walk((5, GONE), (6, told(status="admitted")), case=checked(COLD))
    assert case.unready_home is None
    assert case.stage is Stage.CHECKED
    assert "home-not-ready-person-in-it" not in rules(case)


def test_given_an_unready_home_that_nobody_takes_on_then_it_climbs_within_hours() -> None:
    case = walk((5, leaves()), case=checked(COLD))
    loud = next(alert for alert in case.open_alerts if alert.rule == "home-not-ready-person-in-it")
    due = escalation_of(loud)
    assert due is not None
    assert (due.due_at, due.owner_role) == (noon(5) + timedelta(hours=4), "discharge-team")


def test_given_alerts_of_a_case_then_the_loudest_is_first_and_those_taken_on_are_last() -> None:
    case = walk((2, cmd.SetCriteriaToReside(met=False)), (20, GONE.model_copy()), case=checked(COLD))
    levels = [alert.level for alert in loudest_first(case)]
    assert levels == sorted(levels, key=LEVELS.index)
    first = loudest_first(case)[0]
    taken = walk((20, cmd.AcknowledgeAlert(alert_id=first.alert_id)), case=case)
    assert loudest_first(taken)[-1].alert_id == first.alert_id


def test_given_an_alert_about_the_undone_check_when_the_person_is_gone_then_another_tells_it() -> None:
    before = walk((0, refer()), (0, cmd.AcceptReferral()), (1, cmd.SetCriteriaToReside(met=False)))
    (undone,) = (each for each in before.open_alerts if each.rule == "check-not-started")
    case = walk((2, GONE.model_copy()), case=before)
    assert set(rules(case)) == {UNREADY}
    ended = case.alerts[str(undone.alert_id)]
    assert (ended.cleared_at, ended.told_by) == (noon(2), UNREADY)
    back_in_bed = walk((3, told(status="admitted")), case=case)
    assert UNREADY not in rules(back_in_bed)
    assert "check-not-started" in rules(back_in_bed)


@pytest.mark.parametrize("heating_taken_on", [True, False])
def test_given_two_alerts_of_an_earlier_version_then_one_rings_only_for_what_nobody_took_on(
    heating_taken_on: bool,
) -> None:
    before = checked(ALL_YES | {"heating": "no"})
    (heating,) = (each for each in before.open_alerts if each.level == "STOP")
    case = walk((5, leaves()), case=before)
    (loud,) = (each for each in case.open_alerts if each.rule == UNREADY)
    taken = {"acknowledged_at": noon(5)}
    kept = [
        loud.model_copy(update={**taken, "tells": ()}),
        heating.model_copy(update=taken if heating_taken_on else {}),
    ]
    older = case.model_copy(update={"alerts": {str(each.alert_id): each for each in kept}})
    (now,) = walk((5, cmd.StrikeClock()), case=older).open_alerts
    assert (now.rule, now.acknowledged_at is not None) == (UNREADY, heating_taken_on)


def at_home() -> Case:
    """Home on day 5 from a home that was ready."""
    return walk((5, HOME), case=checked(ALL_YES))


FOUND = [
    ("no-heating", "coordinator", 1, "STOP"),
    ("no-food", "coordinator", 1, "STOP"),
    ("fell", "discharge-team", 1, "STOP"),
    ("placement-unsuitable", "coordinator", 24, "RED"),
]


@pytest.mark.parametrize(("problem", "owner", "hours", "level"), FOUND)
def test_given_something_wrong_at_home_when_it_is_reported_then_somebody_owes_an_answer_and_an_alert_says_so(
    problem: str, owner: str, hours: int, level: str
) -> None:
    call = cmd.RecordContact(follow_up="24-hours", outcome="needs-help", problems=(problem,))
    case = walk((6, call), case=at_home())
    (action,) = case.open_actions
    assert (action.key, action.owner_role) == (f"{problem}/1", owner)
    assert action.due_at == noon(6) + timedelta(hours=hours)
    assert rules(case)["problem-at-home"] == level
    again = cmd.RecordContact(follow_up="24-hours", outcome="needs-help", problems=(problem,))
    case = walk((6, again), case=case)
    assert len(case.actions) == 1
    assert refusal(case, cmd.CloseCase(outcome="home-as-it-is"), 6) == ("answer-needed", f"{problem}/1")
    case = walk((6, cmd.AnswerAction(action=f"{problem}/1", answer="put-right")), case=case)
    assert not case.open_actions
    assert "problem-at-home" not in rules(case)
    assert refusal(case, cmd.AnswerAction(action=f"{problem}/1", answer="put-right"), 6)[0] == "already-done"


def test_given_back_in_hospital_reported_by_phone_then_the_ward_team_owes_an_answer() -> None:
    case = walk((6, cmd.RecordContact(follow_up="24-hours", outcome="in-hospital")), case=at_home())
    assert [(each.cause, each.owner_role) for each in case.open_actions] == [
        ("in-hospital", "discharge-team")
    ]
    assert rules(case)["back-in-hospital"] == "RED"


def test_given_an_answer_that_follows_from_other_records_when_a_person_gives_it_then_it_is_refused() -> None:
    call = cmd.RecordContact(follow_up="24-hours", outcome="needs-help", problems=("fell",))
    case = walk((6, call), case=at_home())
    refused = refusal(case, cmd.AnswerAction(action="fell/1", answer="case-ended"), 6)
    assert refused == ("code-not-in-value-set", "action-answers")


def test_given_nobody_calls_when_time_goes_by_then_each_missed_contact_opens_one_action_on_its_hour() -> None:
    case, now = at_home(), noon(5)
    opened, last = [], max(owed.due_at for owed in case.follow_ups.values())
    while (look := next_wakeup(case, now)) is not None and look <= last:
        now = look
        asked = Envelope.model_validate(envelope(cmd.StrikeClock(), 0).model_dump() | {"command_id": uuid4()})
        made = advance(case, asked, now)
        opened += [(e.action.subject, now) for e in made.events if e.kind == "action-opened"]
        case = made.case
    assert opened == [(key, owed.due_at) for key, owed in case.follow_ups.items()]
    assert len([each for each in case.open_alerts if each.rule == "no-contact-after-discharge"]) == len(
        CONTACTS
    )


def test_given_a_contact_whose_hour_passed_while_nobody_looked_then_it_is_time_to_look_now() -> None:
    case, now = at_home(), noon(9)
    assert next_wakeup(case, now) == now
    looked = walk((9, cmd.StrikeClock()), case=case)
    later = next_wakeup(looked, now)
    assert later is not None
    assert later > now


def test_given_a_contact_tried_in_vain_when_its_hour_passes_then_it_is_not_missed_as_well() -> None:
    case = walk((5, cmd.RecordContact(follow_up="24-hours", outcome="not-reached")), case=at_home())
    case = walk((7, cmd.StrikeClock()), case=case)
    assert [(each.cause, each.subject) for each in case.open_actions] == [("not-reached", "24-hours")]


def test_given_missed_contacts_when_somebody_reaches_the_person_then_the_silence_is_answered() -> None:
    case = walk((9, cmd.StrikeClock()), case=at_home())
    assert [each.subject for each in case.open_actions] == ["24-hours", "72-hours"]
    assert action_words(case.open_actions[0]) == "Call within 24 hours: not made in time"
    tried = walk((9, cmd.RecordContact(follow_up="72-hours", outcome="not-reached")), case=case)
    assert [(each.cause, each.subject) for each in tried.open_actions] == [
        ("contact-missed", "24-hours"),
        ("not-reached", "72-hours"),
    ]
    case = walk((10, cmd.RecordContact(follow_up="7-days", outcome="well")), case=tried)
    assert not case.open_actions
    assert {each.answer for each in case.actions.values()} == {"reached-since", "tried-since"}


def test_given_a_missed_call_when_a_later_contact_says_in_hospital_then_the_sentence_owes_no_call() -> None:
    case = walk((6, cmd.StrikeClock()), case=at_home())
    assert [each.subject for each in case.open_actions] == ["24-hours"]
    assert "overdue: call within 24 hours" in why_still_here(case, day(6))
    case = walk((7, cmd.RecordContact(follow_up="72-hours", outcome="in-hospital")), case=case)
    assert [each.cause for each in case.open_actions] == ["in-hospital"]
    for today in (7, 8):
        assert "24 hours" not in why_still_here(case, day(today))
    answered = cmd.AnswerAction(action="in-hospital/1", answer="nothing-wrong")
    action = next_action(walk((7, answered), case=case), day(7))
    assert action is not None
    assert action.words == "Contact at 7 days"


def test_given_trouble_at_a_contact_then_it_clears_the_silence_and_never_the_trouble() -> None:
    case = walk((7, cmd.StrikeClock()), case=at_home())
    call = cmd.RecordContact(follow_up="24-hours", outcome="needs-help", problems=("no-heating", "no-food"))
    case = walk((7, call), (8, cmd.RecordContact(follow_up="72-hours", outcome="well")), case=case)
    assert [each.cause for each in case.open_actions] == ["no-heating", "no-food"]
    assert "no-contact-after-discharge" not in rules(case)


def back(**changes: object) -> cmd.NoteHospitalFacts:
    return cmd.NoteHospitalFacts(spell=spell(spell_id=uuid4(), admitted_on=day(7), **changes))


def test_given_an_unplanned_return_then_the_failed_discharge_is_looked_into_and_its_cause_recorded() -> None:
    case = walk((7, back(admission_method="21")), case=at_home())
    (action,) = case.open_actions
    assert (action.key, action.owner_role) == ("unplanned-return/1", "coordinator")
    assert rules(case)["back-in-hospital"] == "RED"
    said = why_still_here(case, day(7))
    assert said.startswith("Back in hospital since Mon 9 Mar, 2 days after leaving, not planned")
    assert "find out whether the home was the reason" in said
    action_now = next_action(case, day(7))
    assert action_now is not None
    assert action_now.words.startswith("Answer: the person is back in hospital")
    answer = cmd.AnswerAction(action="unplanned-return/1", answer="nothing-wrong")
    assert refusal(case, answer, 8)[0] == "reason-needed"
    case = walk((8, answer.model_copy(update={"found": "care"})), case=case)
    assert case.readmissions[-1].cause == "care"
    (left,) = discharges_of(case)
    assert failed_discharge(left, readmission_after(case, left)) == ("return", "cause")


def test_given_a_planned_return_then_nothing_failed() -> None:
    case = walk((7, back(admission_method="11")), case=at_home())
    assert case.readmissions
    assert not case.open_actions


def test_given_missed_contacts_when_the_person_is_back_in_hospital_then_nobody_has_to_ring_any_more() -> None:
    case = walk((9, cmd.StrikeClock()), (9, back()), case=at_home())
    assert [each.cause for each in case.open_actions] == ["unplanned-return"]


def test_given_open_questions_when_the_person_dies_then_they_end_with_the_case() -> None:
    case = walk((9, cmd.StrikeClock()), (9, cmd.RecordDeath()), case=at_home())
    assert not case.open_actions
    assert {each.answer for each in case.actions.values()} == {"case-ended"}


def test_given_somebody_who_left_by_own_decision_then_the_work_goes_on() -> None:
    order = cmd.StartStrand(strand_kind="adaptation", item="grab-rail")
    gone = told(status="discharged", discharged_on=day(5), discharge_method="6")
    case = walk((2, order), (5, gone), case=checked(ALL_YES))
    assert case.stage is Stage.DISCHARGED
    assert case.open_strands
    assert {"left-by-own-decision", "home-not-ready-person-in-it"} <= set(rules(case))
