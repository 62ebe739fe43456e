"""Stories about partners that are away, lose an answer, or refuse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import About
from tests.scenarios.stack import WholeStack, until
from tests.scenarios.telling import Story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
OPERATOR = ("operator", "HHP")


@pytest.fixture(autouse=True)
def well_again(stack: WholeStack) -> Iterator[None]:
    """No story leaves a failing partner behind."""
    yield
    stack.forget_failures("HVE")


@pytest.fixture
def needs_a_bed(somebody: About) -> Story:
    """Checked, consented, and a hospital bed is needed at home."""
    story = somebody(began_days_ago=20)
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1, reasons=["equipment"])
    story.referral_is_accepted(day=1)
    story.consents_to_sharing(day=1)
    story.home_is_checked(day=2, bed="no")
    return story


def order_a_bed(story: Story) -> None:
    story.order(3, "equipment", "hospital-bed", partner="HVE", due_on=str(story.day(90)))


def test_given_a_partner_that_is_away_when_it_is_back_then_it_acts_once_and_every_try_had_one_key(
    stack: WholeStack, needs_a_bed: Story
) -> None:
    stack.order_failure("HVE", "unavailable", count=2)
    order_a_bed(needs_a_bed)
    (order,) = needs_a_bed.then_partner_has("HVE", resourceType="Task", status="requested")
    tries = [row for row in stack.received_by("HVE") if row["key"] == order["key"]]
    assert [row["status"] for row in tries] == [503, 503, 201]
    needs_a_bed.then_item_is("HVE", "delivered")


def test_given_a_partner_whose_answer_is_lost_when_told_again_then_it_acts_once(
    stack: WholeStack, needs_a_bed: Story
) -> None:
    stack.order_failure("HVE", "lose-answer")
    order_a_bed(needs_a_bed)
    needs_a_bed.then_item_is("HVE", "delivered")
    (order,) = needs_a_bed.then_partner_has("HVE", resourceType="Task", status="requested")
    tries = [row for row in stack.received_by("HVE") if row["key"] == order["key"]]
    assert [row["effect"] for row in tries] == [True, False]
    assert tries[1]["repeat"]


def test_given_a_partner_that_refuses_when_an_operator_releases_it_then_it_goes_and_so_does_what_waited(
    stack: WholeStack, needs_a_bed: Story
) -> None:
    stack.order_failure("HVE", "refuse")
    order_a_bed(needs_a_bed)
    dead = until(lambda: dead_letter_of(stack, needs_a_bed), "a dead letter")
    assert dead["code"] == "partner-refused"
    needs_a_bed.asks("coordinator", "cancel-strand", 4, strand="equipment/1", reason="replaced")
    assert needs_a_bed.told_to("HVE") == []

    path = f"/api/v1/dead-letters/{dead['sequence']}/decision"
    no_reason = stack.post(OPERATOR, path, {"decision": "release", "reason": ""})
    assert (no_reason.status_code, no_reason.json()["code"]) == (422, "invalid-body")
    not_theirs = stack.post(("coordinator", "HHP"), path, {"decision": "release", "reason": "please"})
    assert (not_theirs.status_code, not_theirs.json()["code"]) == (403, "role-not-allowed")
    released = stack.post(OPERATOR, path, {"decision": "release", "reason": "They corrected their list."})
    assert released.status_code == 200, released.text
    (order,) = needs_a_bed.then_partner_has("HVE", resourceType="Task", status="requested")
    assert order["key"] == dead["key"]
    needs_a_bed.then_partner_has("HVE", resourceType="Task", status="cancelled")
    assert dead_letter_of(stack, needs_a_bed) is None


def test_given_a_partner_that_refuses_when_an_operator_gives_it_up_then_the_lane_goes_on(
    stack: WholeStack, needs_a_bed: Story
) -> None:
    stack.order_failure("HVE", "refuse")
    order_a_bed(needs_a_bed)
    dead = until(lambda: dead_letter_of(stack, needs_a_bed), "a dead letter")
    needs_a_bed.asks("coordinator", "cancel-strand", 4, strand="equipment/1", reason="no-longer-needed")
    path = f"/api/v1/dead-letters/{dead['sequence']}/decision"
    skipped = stack.post(OPERATOR, path, {"decision": "skip", "reason": "Not wanted any more."})
    assert skipped.status_code == 200, skipped.text
    needs_a_bed.then_partner_has("HVE", resourceType="Task", status="cancelled")
    needs_a_bed.then_partner_has("HVE", resourceType="Task")


def dead_letter_of(stack: WholeStack, story: Story) -> dict[str, str] | None:
    """The refused item of a story's case, if there is one."""
    listed = stack.get(OPERATOR, "/api/v1/dead-letters", size=500)
    assert listed.status_code == 200, listed.text
    return next((item for item in listed.json()["dead_letters"] if item["case_id"] == story.case_id), None)
