"""Stories that end at the person's own front door, or at a new one."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import About

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_given_stairs_she_cannot_climb_when_a_stairlift_is_ordered_and_fitted_then_she_goes_home(
    somebody: About,
) -> None:
    edna = somebody(began_days_ago=45)
    edna.is_admitted(day=0)
    edna.is_expected_home(day=1, on=7)
    edna.is_referred_by_the_ward(day=1, reasons=["adaptation"])
    edna.referral_is_accepted(day=1)
    edna.consents_to_sharing(day=1)
    edna.home_is_checked(day=2, stairs_inside="no", adaptation_needed="major", adaptation_in_place="no")
    edna.then_the_case_is("checked")
    edna.then_is_still_here_because(edna.item("stairs-inside").label)

    edna.order(3, "adaptation", "straight-stairlift", partner="HVC", due_on=str(edna.day(12)))
    edna.then_the_case_is("making-ready")
    edna.then_partner_has("HVC", resourceType="Task", status="requested", code="straight-stairlift")
    edna.is_fit_to_leave(day=5)
    edna.waits_because(5, "CA10", owner="council")
    edna.strand_reaches(4, "adaptation/1", "acknowledged", told_by="council")
    edna.strand_reaches(6, "adaptation/1", "surveyed", "approved", "scheduled", told_by="council")
    edna.strand_reaches(10, "adaptation/1", "fitted", told_by="council")
    edna.then_strand_is("adaptation/1", "completed")
    edna.then_the_case_is("making-ready")
    edna.item_is_made_safe(10, "stairs-inside")
    edna.then_the_case_is("ready")

    edna.leaves_hospital(day=11)
    edna.then_the_case_is("discharged")
    edna.then_waiting_is(published=6, true=6)
    edna.all_follow_ups_go_well(discharged_on=11)
    edna.case_is_closed(day=40, outcome="home-made-ready")
    edna.then_the_case_is("closed")
    edna.then_partner_has("HVC", resourceType="Task", status="requested", code="straight-stairlift")


def test_given_no_bed_he_can_use_when_equipment_is_delivered_then_he_goes_home(somebody: About) -> None:
    clive = somebody(began_days_ago=20)
    clive.is_admitted(day=0)
    clive.is_referred_by_fhir(day=1, reasons=["equipment"])
    clive.referral_is_accepted(day=1)
    clive.consents_to_sharing(day=1)
    clive.home_is_checked(day=2, bed="no", equipment_needed="needed", equipment_in_place="no")

    clive.order(3, "equipment", "hospital-bed", partner="HVE", due_on=str(clive.day(6)))
    clive.then_partner_has("HVE", resourceType="Task", status="requested", code="hospital-bed")
    clive.strand_reaches(4, "equipment/1", "acknowledged", "dispatched", told_by="equipment")
    clive.strand_reaches(5, "equipment/1", "delivered", "fitted", told_by="equipment")
    clive.every_open_item_is_made_safe(day=5)
    clive.then_the_case_is("ready")

    clive.leaves_hospital(day=6)
    clive.then_the_case_is("discharged")
    clive.is_contacted(7, "24-hours", outcome="not-reached")
    clive.is_contacted(7, "24-hours", outcome="needs-help", problems=["equipment-missing"])
    clive.then_the_case_is("discharged")


def test_given_nothing_switched_on_at_home_when_the_basics_are_seen_to_then_the_gate_opens(
    somebody: About,
) -> None:
    olive = somebody(began_days_ago=30)
    olive.is_admitted(day=0)
    olive.is_referred_by_the_ward(day=1, reasons=["basics"])
    olive.referral_is_accepted(day=1)
    olive.home_is_checked(day=2, heating="no", food="unknown")
    olive.then_is_still_here_because("Heating")

    olive.order(3, "basics", "basics-at-home", due_on=str(olive.day(5)))
    olive.is_refused(
        "coordinator", "move-strand", 3, "gate-not-satisfied", strand="basics/1", step="in-place"
    )
    olive.strand_reaches(4, "basics/1", "arranged", "visited")
    olive.item_is_made_safe(5, "heating")
    olive.then_the_case_is("making-ready")
    olive.asks(
        "coordinator",
        "name-mitigation",
        5,
        item="food",
        mitigation="meals-delivered",
        role="family-carer",
        until_on=str(olive.day(40)),
        note="Her son Ben brings them.",
    )
    olive.then_strand_is("basics/1", "completed")
    olive.then_the_case_is("ready")


def test_given_no_home_to_go_to_when_the_second_offer_suits_then_he_is_rehoused_and_nobody_else_gets_it(
    somebody: About,
) -> None:
    walter = somebody(began_days_ago=20)
    walter.is_admitted(day=0)
    walter.is_referred_by_the_ward(day=1, reasons=["rehousing"], homeless="yes", needs=["ground-floor"])
    walter.referral_is_accepted(day=1)
    walter.consents_to_sharing(day=1)
    walter.home_is_checked(day=2, safe_address="no")
    walter.order(3, "rehousing", "rehousing:1-bed-step-free", due_on=str(walter.day(60)))
    first = walter.then_a_home_is_proposed("rehousing/1")

    walter.is_offered(first, day=20, strand="rehousing/1")
    walter.answers_the_offer(20, "rehousing/1", "refused", reason="too-far")
    second = walter.then_a_home_is_proposed("rehousing/1", other_than=first)
    walter.is_offered(second, day=20, strand="rehousing/1")
    walter.answers_the_offer(20, "rehousing/1", "accepted")
    walter.asks("coordinator", "let-property", 20, strand="rehousing/1")
    walter.then_the_home_is_let(second)

    percy = somebody(began_days_ago=20)
    percy.is_referred_by_the_ward(day=1, reasons=["rehousing"])
    percy.referral_is_accepted(day=1)
    percy.home_is_checked(day=2, safe_address="no")
    percy.order(3, "rehousing", "rehousing:1-bed-step-free", due_on=str(percy.day(60)))
    percy.is_refused(
        "coordinator",
        "offer-property",
        20,
        "property-already-let",
        strand="rehousing/1",
        property_id=second,
    )

    walter.strand_reaches(20, "rehousing/1", "keys-held")
    walter.then_strand_is("rehousing/1", "completed")
    walter.home_is_checked(day=20)
    walter.then_the_case_is("ready")


def test_given_a_person_unwell_again_when_ready_a_second_time_then_both_ways_of_counting_hold(
    somebody: About,
) -> None:
    """Ready on day 3, unwell on day 5, ready on day 8, left on day 9: published 1, true 3."""
    mavis = somebody(began_days_ago=30)
    mavis.is_admitted(day=0)
    mavis.is_referred_by_the_ward(day=1)
    mavis.referral_is_accepted(day=1)
    mavis.home_is_checked(day=2)
    mavis.is_fit_to_leave(day=3)
    mavis.then_ready_periods_are((3, None))
    mavis.is_unwell_again(day=5)
    mavis.then_ready_periods_are((3, 5))
    mavis.is_fit_to_leave(day=8)
    mavis.then_ready_periods_are((3, 5), (8, None))
    mavis.leaves_hospital(day=9)
    mavis.then_the_case_is("discharged")
    mavis.then_ready_periods_are((3, 5), (8, 9))
    mavis.then_waiting_is(published=1, true=3)


def test_given_the_ward_says_it_by_hand_when_unwell_again_then_the_same_periods_are_counted(
    somebody: About,
) -> None:
    """The same days as the feed told in the story before, given as commands."""
    norman = somebody(began_days_ago=30)
    norman.is_admitted(day=0)
    norman.is_referred_by_the_ward(day=1)
    norman.referral_is_accepted(day=1)
    norman.no_longer_needs_a_hospital_bed(day=3)
    norman.needs_a_hospital_bed_again(day=5)
    norman.no_longer_needs_a_hospital_bed(day=8)
    norman.leaves_hospital(day=9)
    norman.then_the_case_is("discharged")
    norman.then_waiting_is(published=1, true=3)
