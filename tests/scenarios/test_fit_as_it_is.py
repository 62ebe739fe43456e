"""The whole line at its thinnest, from the first message to a closed case: by dates, and by the clock."""

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


def test_given_nobody_calls_after_discharge_when_days_go_by_then_the_clock_itself_warns_until_somebody_does(
    somebody: About,
) -> None:
    """Told in the stack's own time: four weeks after the discharge pass while we look on."""
    zofia = somebody()
    zofia.is_admitted(day=0)
    zofia.is_referred_by_the_ward(day=0)
    zofia.referral_is_accepted(day=0)
    zofia.home_is_checked(day=0)
    zofia.then_the_stay_has_joined(ward="ELM")
    zofia.leaves_hospital(day=0)
    zofia.then_the_case_is("discharged")

    alert = zofia.then_somebody_is_warned("no-contact-after-discharge")
    assert alert["owner_role"]
    assert alert["threshold"]
    assert alert["source"]
    zofia.then_partner_has("RXH", resourceType="Communication", topic="no-contact-after-discharge")
    zofia.then_the_warning_grows_louder("no-contact-after-discharge")
    zofia.is_contacted(zofia.today(), "72-hours", outcome="needs-help", problems=["no-heating"])
    zofia.then_the_warning_ends("no-contact-after-discharge")

    for day, follow_up in ((7, "7-days"), (14, "14-days"), (28, "28-days")):
        zofia.live_until_day(day)
        zofia.is_contacted(day, follow_up)
    zofia.then_the_case_is("followed-up")
    zofia.then_somebody_is_warned("problem-at-home")
    zofia.asks("coordinator", "answer-action", zofia.today(), action="no-heating/1", answer="put-right")
    sure = {"confirm": ["closed-with-contacts-owed"], "reason": "reached later"}
    zofia.case_is_closed(zofia.today(), outcome="home-as-it-is", **sure)
    zofia.then_the_case_is("closed")
    zofia.then_nobody_is_warned()
