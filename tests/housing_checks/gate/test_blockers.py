"""Each blocker says whose move it is, by when, and what to do next; what does not block goes on beside it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from discharge.cases.commands import CompleteCheck, NameMitigation, SaveAnswers, StartCheck
from discharge.cases.events import NeededBySet, OwnerAssigned, ParticipantJoined
from discharge.cases.model import Owner, Participant
from housing_checks.gate.blockers import Beside, Blocker, beside, blocking, foreseen
from housing_checks.gate.sentence import short_sentence, what_stands_between
from tests.housing_checks.homes import (
    FORM_1,
    SERVICE,
    TRUST,
    Story,
    answers,
    check,
    checked,
    confirm,
    day,
    start,
)

JO, SAM = UUID(int=1), UUID(int=2)
BASICS = (
    "Start basics at home: heating, water, power, food, keys and first care visit, or record a mitigation"
)


def only(story: Story) -> Blocker:
    (found,) = blocking(story.case)
    return found


def with_parties(story: Story) -> Story:
    parts = (
        Participant(organisation_id=SERVICE, role="housing-health", basis="referral", from_on=day(0)),
        Participant(organisation_id=TRUST, role="trust", basis="referral", from_on=day(0)),
    )
    return story.happens(
        *(ParticipantJoined(participant=each) for each in parts),
        OwnerAssigned(owner=Owner(organisation_id=SERVICE, user_id=JO)),
    )


def test_given_no_check_then_the_case_owner_of_the_housing_lead_begins_it() -> None:
    found = only(with_parties(Story()))
    assert (found.owner_role, found.organisation_id, found.user_id) == ("coordinator", SERVICE, JO)
    assert (found.why, found.next_action) == ("not-checked", "Begin the home check")
    refused = only(Story(accepted=False))
    assert refused.next_action == "Accept the referral, or return it with a reason"


def test_given_a_check_under_way_then_it_says_how_much_is_left() -> None:
    story = Story().ask(StartCheck(form=FORM_1.code))
    assert only(story).next_action == "Answer what is left (17 of 17) and complete the home check"
    assert only(story).since == day(1)


@pytest.mark.parametrize(
    ("value", "why", "following"),
    [
        (
            "no",
            "no",
            BASICS,
        ),
        ("unknown", "unknown", "Find out: Does the heating work?"),
    ],
)
def test_given_an_item_then_it_says_why_and_what_to_do_next(value: str, why: str, following: str) -> None:
    found = only(Story().ask(CompleteCheck(form=FORM_1.code, answers={**answers(), "heating": value})))
    assert (found.kind, found.code, found.why, found.next_action) == ("item", "heating", why, following)
    assert (found.owner_role, found.since) == ("coordinator", day(1))


def test_given_a_no_that_suggests_nothing_then_the_next_action_still_says_what_to_do() -> None:
    assert only(checked(arrival="no")).next_action == "Put it right, or record a mitigation"


def test_given_the_day_the_home_is_needed_then_what_has_no_day_of_its_own_is_due_then() -> None:
    story = checked(arrival="no")
    assert only(story).due_on is None
    assert only(story.happens(NeededBySet(needed_by=day(9)))).due_on == day(9)


def test_given_work_that_has_begun_then_the_item_waits_for_it_and_for_its_day() -> None:
    story = checked(toilet="no").happens(NeededBySet(needed_by=day(4)))
    story.ask(start("equipment", "commode", due_on=day(6)), on=2)
    item, strand = blocking(story.case)
    assert (item.code, item.waits_for, item.due_on) == ("toilet", ("equipment/1",), day(6))
    assert item.next_action == "Wait for this work, then update the answer: commode"
    assert (strand.kind, strand.code, strand.owner_role) == ("strand", "equipment/1", "equipment-service")
    assert (strand.due_on, strand.next_action) == (day(6), "Next step: order acknowledged")


def test_given_work_of_a_partner_then_the_partner_is_named_and_nobody_of_ours() -> None:
    story = with_parties(checked(safe_address="no"))
    story.ask(start("rehousing", "rehousing:1-bed-step-free", partner_id=SAM), on=2)
    strand = blocking(story.case)[-1]
    assert (strand.owner_role, strand.organisation_id, strand.user_id) == ("coordinator", SAM, None)


def test_given_other_work_then_an_item_does_not_wait_for_it() -> None:
    story = checked(toilet="no").ask(start("adaptation", "grab-rail"), on=2)
    assert blocking(story.case)[0].waits_for == ()


def told(case_beside: list[Beside]) -> list[tuple[str, str, str, date | None]]:
    return [(each.kind, each.code, each.owner_role, each.due_on) for each in case_beside]


def test_given_what_does_not_block_then_it_goes_on_beside_with_its_owner_and_day() -> None:
    story = Story().ask(check(room_to_move="no", heating="no"))
    story.ask(start("equipment", "commode", required=False, due_on=day(8)), on=2)
    story.ask(NameMitigation(item="heating", mitigation="temporary-heating", role="landlord"), on=2)
    assert blocking(story.case) == []
    assert told(beside(story.case)) == [
        ("mitigation", "heating", "landlord", day(9)),
        ("item", "room-to-move", "coordinator", None),
        ("strand", "equipment/1", "equipment-service", day(8)),
    ]


def test_given_what_blocks_then_it_is_not_told_beside_as_well() -> None:
    story = checked(heating="no").ask(start("adaptation", "grab-rail"), on=2)
    assert {each.code for each in blocking(story.case)} == {"heating", "adaptation/1"}
    assert beside(story.case) == []
    story.ask(confirm("heating"), on=2)
    assert beside(story.case) == []


def begun(**said: str) -> Story:
    """A check under way, with answers to some of its items."""
    return Story().ask(SaveAnswers(form=FORM_1.code, answers=said))


def test_given_a_check_under_way_then_what_is_known_to_block_is_told_beside_it_and_not_as_harmless() -> None:
    case = begun(heating="no", food="unknown", water="yes").case
    assert [(each.kind, each.code, each.why) for each in blocking(case)] == [
        ("check", "check", "not-checked"),
        ("item", "heating", "no"),
        ("item", "food", "unknown"),
    ]
    assert all(each.owner_role and each.due_on and each.next_action for each in blocking(case)[:1])
    assert beside(case) == []
    said = what_stands_between(case, day(1))
    assert "the home check is not complete (" in said
    assert "already known: heating: no (" in said
    assert "food for 48 hours, not known" in said
    assert "already known: heating: no" in (short_sentence(case, day(1)) or "")


def test_given_a_new_check_under_way_then_an_answer_that_the_gate_has_not_is_known_to_block_later() -> None:
    case = begun(heating="no").case
    assert foreseen(case) == ("heating",)
    assert foreseen(checked(heating="no").case) == ()


def test_given_no_day_on_which_the_home_is_needed_then_the_check_has_that_of_its_clock() -> None:
    assert only(Story()).due_on == day(2)
    needed = Story().happens(NeededBySet(needed_by=day(9)))
    assert only(needed).due_on == day(9)
