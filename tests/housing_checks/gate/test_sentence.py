"""One sentence says what stands between a person and home, whose move it is, and by when."""

from __future__ import annotations

from uuid import UUID

from discharge.cases.commands import NameMitigation
from discharge.cases.events import CaseClosed, NeededBySet, OwnerAssigned, ParticipantJoined, PersonDischarged
from discharge.cases.model import Discharge, Owner, Participant
from discharge.pathway_words import Names
from housing_checks.gate.sentence import what_stands_between
from tests.housing_checks.homes import SERVICE, Story, checked, confirm, day, noon, start

JO = UUID(int=1)


def said(story: Story, today: int = 2, **more: int) -> str:
    return what_stands_between(story.case, day(today), Names(users={JO: "Jo Park"}), **more)


def test_given_nothing_checked_then_that_is_what_stands_between() -> None:
    assert said(Story()) == (
        "Cannot go home yet: the home was not checked (housing and health coordinator, by today)."
    )


def test_given_items_then_each_names_its_owner_and_its_day() -> None:
    story = checked(heating="no", food="unknown").happens(NeededBySet(needed_by=day(4)))
    assert said(story) == (
        "Cannot go home yet: heating (housing and health coordinator, by Fri 6 Mar); and "
        "food for 48 hours, not known (housing and health coordinator, by Fri 6 Mar)."
    )
    assert "heating (housing and health coordinator, by today)" in said(story, today=4)
    assert "heating (housing and health coordinator, was due Fri 6 Mar)" in said(story, today=5)


def test_given_work_under_way_then_it_is_named_once_with_the_item_that_waits_for_it() -> None:
    story = checked(toilet="no").ask(start("equipment", "commode", due_on=day(6)), on=2)
    assert said(story) == (
        "Cannot go home yet: toilet (housing and health coordinator, by Sun 8 Mar), "
        "waiting for commode (equipment service, by Sun 8 Mar)."
    )


def test_given_work_that_no_item_waits_for_then_it_is_named_by_itself() -> None:
    story = checked().ask(start("adaptation", "grab-rail", due_on=day(6)), on=2)
    assert said(story) == ("Cannot go home yet: grab or stair rails (adaptations service, by Sun 8 Mar).")


def test_given_a_case_owner_then_the_person_is_named() -> None:
    story = checked(heating="no")
    part = Participant(organisation_id=SERVICE, role="housing-health", basis="referral", from_on=day(0))
    story.happens(
        ParticipantJoined(participant=part), OwnerAssigned(owner=Owner(organisation_id=SERVICE, user_id=JO))
    )
    assert "(housing and health coordinator, Jo Park)" in said(story)


def test_given_more_than_fit_then_it_says_how_many_more() -> None:
    story = checked(heating="no", water="no", power="no")
    assert said(story, most=2).endswith("; and 1 more.")
    assert "1 more" not in said(story)


def test_given_a_mitigation_that_opens_the_gate_then_who_answers_and_until_when_is_said() -> None:
    story = checked(toilet="no")
    story.ask(
        NameMitigation(item="toilet", mitigation="temporary-equipment", role="therapy", until_on=day(9)), on=2
    )
    assert said(story) == (
        "Can go home: the home is ready while this holds: toilet: temporary equipment stands in, for "
        "instance a commode (therapists, until Wed 11 Mar)."
    )
    assert said(story.ask(confirm("toilet"), on=3)) == "Can go home: the home is ready."


def test_given_somebody_in_a_placement_far_away_then_the_sentence_does_not_say_that_they_are_at_home() -> (
    None
):
    story = checked(heating="no")
    referral = story.case.referral
    assert referral is not None
    away = referral.model_copy(update={"setting": "community", "reasons": ("placed-away",)})
    story.case = story.case.model_copy(update={"referral": away})
    assert said(story).startswith("Cannot move home from the placement yet: heating (")


def test_given_somebody_at_home_then_the_sentence_speaks_of_the_home_they_are_in() -> None:
    story = checked(heating="no")
    left = Discharge(
        discharged_on=day(2), discharged_at=noon(2), told_by="hand", method="1", destination="19"
    )
    story.happens(PersonDischarged(discharge=left))
    assert said(story).startswith("Is at home, and the home is not ready: heating (")
    assert said(story.ask(confirm("heating"), on=3)) == "The home is ready."
    story.happens(CaseClosed(closed_on=day(4), outcome="home-made-ready"))
    assert said(story) == "The case is closed."
