"""The thinnest whole line: from the ward's first message to a closed case, nothing made up."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import About

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_given_a_home_that_is_fit_as_it_is_when_the_ward_refers_then_the_person_is_home_and_followed_up(
    somebody: About,
) -> None:
    ada = somebody(began_days_ago=40)

    ada.is_admitted(day=0)
    ada.is_referred_by_the_ward(day=1)
    ada.then_the_case_is("referred")
    ada.referral_is_accepted(day=1)
    ada.consents_to_sharing(day=1)
    ada.home_is_checked(day=2)
    ada.then_the_case_is("ready")

    ada.is_fit_to_leave(day=3)
    ada.leaves_hospital(day=5)
    ada.then_the_case_is("discharged")
    ada.then_waiting_is(published=2, true=2)

    ada.all_follow_ups_go_well(discharged_on=5)
    ada.then_the_case_is("followed-up")
    ada.case_is_closed(day=34, outcome="home-as-it-is")
    ada.then_the_case_is("closed")
    ada.then_partner_has("RXH", resourceType="Task", status="accepted", businessStatus="accepted")
    ada.then_partner_has("RXH", resourceType="Task", status="completed")
