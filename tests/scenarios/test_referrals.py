"""Stories about who is meant: stays that appear later, referrals that come again, records that are one."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import About

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_given_a_referral_before_the_stay_is_known_when_the_admission_arrives_then_they_join_by_themselves(
    somebody: About,
) -> None:
    carys = somebody(began_days_ago=20)
    carys.is_referred_by_the_ward(day=0)
    assert carys.coded()["referral"]["awaiting_spell"]
    carys.referral_is_accepted(day=0)
    carys.is_admitted(day=1, ward="YEW")
    carys.then_the_stay_has_joined(ward="YEW")
    carys.leaves_hospital(day=4)
    carys.then_the_case_is("discharged")


def test_given_a_person_in_a_bed_when_referred_with_a_number_alone_then_nothing_held_is_asked_for(
    somebody: About,
) -> None:
    joyce = somebody(began_days_ago=20)
    joyce.is_admitted(day=0, ward="FIR")
    joyce.then_the_hospital_message_was_used()
    joyce.is_referred_by_number_alone(day=1)
    case = joyce.case()
    assert case["person"]["family_name"] == joyce.person.family
    assert case["person"]["address"]["postcode"] == joyce.person.postcode
    joyce.then_the_stay_has_joined(ward="FIR")


def test_given_a_referral_by_fhir_that_says_who_to_call_when_its_case_is_open_then_they_can_be_called(
    somebody: About,
) -> None:
    olwen = somebody(began_days_ago=20)
    olwen.is_admitted(day=0)
    olwen.then_the_hospital_message_was_used()
    daughter = {"name": {"text": "Ruth Pell"}, "telecom": [{"system": "phone", "value": "07700 900222"}]}
    olwen.is_referred_by_fhir(day=1, reached={"contact": [daughter]})
    olwen.then_may_be_called("07700 900222", by="Harrow Vale Hospitals")


def test_given_a_returned_referral_when_the_ward_refers_again_then_the_same_case_opens_again(
    somebody: About,
) -> None:
    lorna = somebody(began_days_ago=20)
    lorna.is_admitted(day=0)
    lorna.is_referred_by_the_ward(day=1)
    lorna.then_the_stay_has_joined(ward="ELM")
    lorna.asks("coordinator", "return-referral", 1, reason="more-information")
    assert lorna.then_the_case_is("closed")["case"]["outcome"] == "returned"
    lorna.then_partner_has("RXH", resourceType="Task", status="rejected")
    first = lorna.case_id

    lorna.is_referred_by_fhir(day=3, reasons=["basics"])
    assert lorna.case_id == first
    lorna.then_the_case_is("referred")
    assert lorna.coded()["referral"]["reasons"] == ["basics"]
    lorna.referral_is_accepted(day=3)


def without_alerts(events: list[str]) -> list[str]:
    """What people and messages did; alerts come and go with the clock."""
    return [kind for kind in events if not kind.startswith("alert-")]


def test_given_an_open_case_when_another_door_refers_for_the_same_stay_then_it_answers_with_that_case(
    somebody: About,
) -> None:
    priya = somebody(began_days_ago=20)
    priya.is_admitted(day=0)
    priya.is_referred_by_the_ward(day=1)
    priya.then_the_stay_has_joined(ward="ELM")
    first, events = priya.case_id, without_alerts(priya.events())
    priya.is_referred_by_fhir(day=1)
    assert priya.case_id == first
    assert without_alerts(priya.events()) == events


def test_given_two_records_with_a_case_each_when_they_are_merged_then_the_older_case_goes_on(
    somebody: About,
) -> None:
    kamala = somebody(began_days_ago=20)
    kamala.is_admitted(day=0)
    kamala.has_a_second_record(day=0)
    kamala.then_the_hospital_message_was_used()
    kamala.is_referred_by_the_ward(day=1)
    older = kamala.case_id
    kamala.referral_is_accepted(day=1)
    kamala.second_record_is_referred(day=2)
    younger = kamala.case_id
    assert younger != older

    kamala.records_are_joined(day=3)
    ended = kamala.then_the_case_is("closed")
    assert (ended["case"]["outcome"], ended["case"]["merged_into"]) == ("merged", older)
    kamala.case_id = older
    kamala.then_the_case_is("accepted")
    kamala.check_is_begun(day=4)
    kamala.is_safe(day=4)
    kamala.home_is_checked(day=4)
    kamala.then_the_case_is("ready")
