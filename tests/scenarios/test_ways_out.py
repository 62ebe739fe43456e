"""Stories that leave the pathway, and those that come back to it."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import About
from tests.scenarios.telling import ANOTHER_HOSPITAL, BY_DEATH, BY_OWN_DECISION, DEAD, Story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def waits_for_a_stairlift(story: Story) -> None:
    """Admitted, referred, checked, and a stairlift on order; fit to leave since day 4."""
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1, reasons=["adaptation"])
    story.referral_is_accepted(day=1)
    story.consents_to_sharing(day=1)
    story.home_is_checked(day=2, stairs_inside="no")
    story.order(3, "adaptation", "straight-stairlift", partner="HVC", due_on=str(story.day(90)))
    story.is_fit_to_leave(day=4)
    story.then_ready_periods_are((4, None))


def goes_home_as_it_is(story: Story) -> None:
    """Admitted, referred, checked, ready, and home on day 5."""
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1)
    story.referral_is_accepted(day=1)
    story.home_is_checked(day=2)
    story.is_fit_to_leave(day=3)
    story.then_ready_periods_are((3, None))
    story.leaves_hospital(day=5)
    story.then_the_case_is("discharged")


def test_given_work_on_order_when_the_person_dies_then_work_and_contact_stop_at_once(somebody: About) -> None:
    ivy = somebody(began_days_ago=20)
    waits_for_a_stairlift(ivy)
    ivy.then_partner_has("HVC", resourceType="Task", status="requested")

    ivy.leaves_hospital(day=6, destination=DEAD, method=BY_DEATH)
    closed = ivy.then_the_case_is("closed")
    assert closed["case"]["outcome"] == "died"
    ivy.then_strand_is("adaptation/1", "cancelled")
    ivy.then_partner_has("HVC", resourceType="Task", status="cancelled")
    assert not closed["case"]["follow_ups"]
    ivy.then_nobody_is_warned()
    ivy.is_refused(
        "coordinator", "record-contact", 7, "stage-not-allowed", follow_up="24-hours", outcome="well"
    )
    ivy.hospital_reports_the_death(day=7)
    ivy.then_nothing_new_happens()


def test_given_a_wait_when_the_person_leaves_by_their_own_decision_then_the_case_goes_on(
    somebody: About,
) -> None:
    jack = somebody(began_days_ago=20)
    waits_for_a_stairlift(jack)
    jack.leaves_hospital(day=6, method=BY_OWN_DECISION)
    case = jack.then_the_case_is("discharged")["case"]
    assert case["unready_home"]["blockers"] == [jack.item("stairs-inside").code, "adaptation/1"]
    assert "welfare" in case["follow_ups"]
    jack.then_ready_periods_are((4, 6))
    jack.then_strand_is("adaptation/1", "open")
    jack.then_somebody_is_warned("home-not-ready-person-in-it")
    jack.then_somebody_is_warned("left-by-own-decision")
    jack.is_contacted(7, "welfare")
    jack.then_the_warning_ends("left-by-own-decision")


def test_given_a_wait_when_the_person_moves_to_another_hospital_then_the_case_says_so(
    somebody: About,
) -> None:
    gwen = somebody(began_days_ago=20)
    waits_for_a_stairlift(gwen)
    gwen.leaves_hospital(day=6, destination=ANOTHER_HOSPITAL)
    assert gwen.then_the_case_is("closed")["case"]["outcome"] == "admitted-elsewhere"
    gwen.then_ready_periods_are((4, 6))


def test_given_a_discharge_when_it_is_cancelled_then_the_wait_goes_on_as_if_it_had_never_ended(
    somebody: About,
) -> None:
    una = somebody(began_days_ago=20)
    goes_home_as_it_is(una)
    una.then_ready_periods_are((3, 5))

    una.did_not_leave_after_all(day=5)
    una.then_the_case_is("ready")
    una.then_ready_periods_are((3, None))
    assert not una.coded()["follow_ups"]

    una.leaves_hospital(day=8)
    una.then_the_case_is("discharged")
    una.then_waiting_is(published=5, true=5)
    assert len(una.coded()["follow_ups"]) == 5


def test_given_a_person_at_home_when_they_are_back_within_72_hours_then_the_same_case_goes_on(
    somebody: About,
) -> None:
    tariq = somebody(began_days_ago=42)
    goes_home_as_it_is(tariq)
    tariq.is_contacted(6, "24-hours")

    tariq.is_admitted(day=7, ward="OAK")
    tariq.then_the_case_leaves("discharged")
    case = tariq.coded()
    assert [each["days_after"] for each in case["readmissions"]] == [2]
    assert len(case["spells"]) == 2
    assert not case["follow_ups"]
    tariq.then_partner_has("RXH", resourceType="Task", businessStatus="readmitted")

    tariq.then_somebody_is_warned("back-in-hospital")
    found = {"answer": "nothing-wrong", "found": "medical"}
    tariq.asks("coordinator", "answer-action", 8, action="unplanned-return/1", **found)
    tariq.then_the_warning_ends("back-in-hospital")
    tariq.every_open_item_is_made_safe(day=8)
    tariq.is_fit_to_leave(day=9)
    tariq.leaves_hospital(day=10)
    tariq.then_the_case_is("discharged")
    tariq.all_follow_ups_go_well(discharged_on=10)
    tariq.case_is_closed(day=40, outcome="home-as-it-is")


def test_given_a_closed_case_when_the_person_is_back_within_29_days_then_it_opens_again(
    somebody: About,
) -> None:
    vera = somebody(began_days_ago=40)
    goes_home_as_it_is(vera)
    vera.all_follow_ups_go_well(discharged_on=5)
    vera.case_is_closed(day=33, outcome="home-as-it-is")
    vera.then_the_case_is("closed")
    vera.is_admitted(day=30)
    vera.then_the_case_leaves("closed")
    assert [each["days_after"] for each in vera.coded()["readmissions"]] == [25]


def test_given_a_referral_when_the_help_is_arranged_otherwise_then_the_ward_withdraws_it(
    somebody: About,
) -> None:
    hilda = somebody(began_days_ago=20)
    waits_for_a_stairlift(hilda)
    hilda.asks("ward", "withdraw-referral", 5, reason="arranged-otherwise")
    assert hilda.then_the_case_is("closed")["case"]["outcome"] == "withdrawn"
    hilda.then_ready_periods_are((4, None))
    hilda.then_partner_has("HVC", resourceType="Task", status="cancelled")
