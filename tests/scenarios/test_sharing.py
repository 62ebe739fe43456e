"""Stories about what may leave, and what must never be seen."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import About
from tests.scenarios.telling import Story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def is_checked_and_needs_a_bed(story: Story) -> None:
    """Admitted, referred, accepted, checked: equipment is needed."""
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1, reasons=["equipment"])
    story.referral_is_accepted(day=1)
    story.home_is_checked(day=2, bed="no")


def test_given_no_consent_when_work_is_ordered_then_nothing_leaves_until_consent_is_recorded(
    somebody: About,
) -> None:
    thelma = somebody(began_days_ago=20)
    is_checked_and_needs_a_bed(thelma)
    thelma.order(3, "equipment", "hospital-bed", partner="HVE", due_on=str(thelma.day(60)))
    thelma.then_is_held_back("HVE", "order")
    thelma.then_partner_has("RXH", resourceType="Task", businessStatus="making-ready")
    assert thelma.told_to("HVE") == []
    thelma.then_cannot_be_seen_by("equipment")

    thelma.consents_to_sharing(day=4)
    (order,) = thelma.then_partner_has("HVE", resourceType="Task", status="requested", code="hospital-bed")
    assert thelma.person.postcode in order["body"]
    thelma.strand_reaches(5, "equipment/1", "acknowledged", told_by="equipment")

    thelma.asks("coordinator", "withdraw-sharing-basis", 6)
    thelma.asks("coordinator", "cancel-strand", 6, strand="equipment/1", reason="person-declined")
    thelma.then_is_held_back("HVE", "order")
    thelma.then_cannot_be_seen_by("equipment")
    thelma.then_partner_has("HVE", resourceType="Task")


def test_given_a_hidden_address_when_work_is_ordered_then_the_address_appears_nowhere(
    somebody: About,
) -> None:
    rosina = somebody(began_days_ago=20)
    rosina.is_admitted(day=0)
    rosina.is_referred_by_fhir(day=1, reasons=["equipment"])
    rosina.then_the_stay_has_joined(ward="ELM")
    rosina.referral_is_accepted(day=1)
    rosina.consents_to_sharing(day=1)
    assert rosina.case()["person"]["address"]["postcode"] == rosina.person.postcode

    rosina.has_an_address_that_is_hidden(day=2)
    rosina.then_the_hospital_message_was_used()
    rosina.home_is_checked(day=2, bed="no")
    rosina.order(3, "equipment", "hospital-bed", partner="HVE", due_on=str(rosina.day(60)))
    (order,) = rosina.then_partner_has("HVE", resourceType="Task", status="requested")
    assert "withheld" in order["body"]
    rosina.then_the_address_appears_nowhere()
    assert rosina.case()["person"]["location_hidden"]

    rosina.says_the_address_again(day=4)
    rosina.then_the_hospital_message_was_used()
    rosina.then_the_address_appears_nowhere()


def test_given_a_case_when_an_organisation_takes_no_part_then_it_finds_nothing(somebody: About) -> None:
    ronald = somebody(began_days_ago=20)
    is_checked_and_needs_a_bed(ronald)
    for outsider in (("coordinator", "OTT"), ("coordinator", "HVC"), ("system", "HVE")):
        ronald.then_cannot_be_seen_by_party(outsider)


def test_given_people_who_look_at_a_case_when_asked_who_looked_then_all_of_them_are_named(
    somebody: About,
) -> None:
    yvonne = somebody(began_days_ago=20)
    is_checked_and_needs_a_bed(yvonne)
    yvonne.case("ward")
    yvonne.case("coordinator")
    looks = yvonne.who_looked()
    assert {"discharge-team", "coordinator"} <= {look["role"] for look in looks}
