"""The worker dies in the middle of each of the four strands: the case goes on, and nothing happens twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import About
from tests.scenarios.stack import WholeStack
from tests.scenarios.telling import Story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ONCE = frozenset(
    {
        "referral-received", "referral-accepted", "check-started", "check-completed", "making-ready-started",
        "strand-started", "strand-completed", "property-let", "person-discharged",
    }
)  # fmt: skip
"""Events that a story of one strand has at most once."""


@pytest.fixture
def killer(stack: WholeStack) -> Iterator[list[int]]:
    """Kills are counted; whoever was killed is back before the next story."""
    killed: list[int] = []
    yield killed
    if killed:
        stack.wait_until_back("worker", killed[-1])


@pytest.fixture
def checked(somebody: About) -> Story:
    """Checked, consented, not ready."""
    story = somebody(began_days_ago=20)
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1)
    story.referral_is_accepted(day=1)
    story.consents_to_sharing(day=1)
    story.home_is_checked(day=2, stairs_inside="no", bed="no", heating="no", safe_address="no")
    story.then_the_case_is("checked")
    return story


def then_all_happened_once(stack: WholeStack, story: Story) -> None:
    """One unbroken row of events, no step twice, and one effect for each key at each partner."""
    rows = stack.sql(
        "SELECT sequence, kind, payload FROM case_events WHERE case_id = %(case)s ORDER BY sequence",
        case=story.case_id,
    )
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    kinds = Counter(row["kind"] for row in rows)
    assert {kind: number for kind, number in kinds.items() if kind in ONCE and number > 1} == {}
    steps = Counter(
        (row["payload"]["strand"], row["payload"]["step"]) for row in rows if row["kind"] == "strand-moved"
    )
    assert set(steps.values()) <= {1}, steps
    keys = Counter(row["key"] for row in stack.received_by("HVC") + stack.received_by("HVE") if row["effect"])
    assert set(keys.values()) <= {1}


def test_given_an_adaptation_on_its_way_to_the_council_when_the_worker_dies_then_it_is_ordered_once(
    stack: WholeStack, checked: Story, killer: list[int]
) -> None:
    stack.order_failure("HVC", "hang", seconds=3)
    checked.order(3, "adaptation", "straight-stairlift", partner="HVC", due_on=str(checked.day(90)))
    checked.then_partner_was_asked("HVC")
    killer.append(stack.kill_at_once("worker"))
    checked.strand_reaches(4, "adaptation/1", "acknowledged", told_by="council")
    checked.strand_reaches(8, "adaptation/1", "fitted", told_by="council")
    checked.then_strand_is("adaptation/1", "completed")
    (order,) = checked.then_partner_has("HVC", resourceType="Task", status="requested")
    tries = [row for row in stack.received_by("HVC") if row["key"] == order["key"]]
    assert len(tries) > 1
    then_all_happened_once(stack, checked)


def test_given_equipment_half_delivered_when_the_worker_dies_then_the_order_goes_on(
    stack: WholeStack, checked: Story, killer: list[int]
) -> None:
    checked.order(3, "equipment", "hospital-bed", partner="HVE", due_on=str(checked.day(90)))
    checked.then_partner_has("HVE", resourceType="Task", status="requested")
    checked.strand_reaches(4, "equipment/1", "acknowledged", "dispatched", told_by="equipment")
    killer.append(stack.kill_at_once("worker"))
    checked.strand_reaches(5, "equipment/1", "delivered", "fitted", told_by="equipment")
    checked.then_strand_is("equipment/1", "completed")
    checked.then_partner_has("HVE", resourceType="Task", status="requested")
    then_all_happened_once(stack, checked)


def test_given_an_offer_that_waits_for_its_answer_when_the_worker_dies_then_it_lapses_or_is_answered_once(
    stack: WholeStack, checked: Story, killer: list[int]
) -> None:
    checked.order(3, "rehousing", "rehousing:2-bed-carer", due_on=str(checked.day(90)))
    home = checked.then_a_home_is_proposed("rehousing/1")
    checked.is_offered(home, day=20, strand="rehousing/1")
    killer.append(stack.kill_at_once("worker"))
    checked.answers_the_offer(20, "rehousing/1", "accepted")
    checked.asks("coordinator", "let-property", 20, strand="rehousing/1")
    checked.strand_reaches(20, "rehousing/1", "keys-held")
    checked.then_strand_is("rehousing/1", "completed")
    checked.then_the_home_is_let(home)
    then_all_happened_once(stack, checked)


def test_given_the_basics_half_done_when_the_worker_dies_then_they_are_finished_and_the_gate_opens(
    stack: WholeStack, checked: Story, killer: list[int]
) -> None:
    checked.order(3, "basics", "basics-at-home", due_on=str(checked.day(90)))
    checked.strand_reaches(4, "basics/1", "arranged")
    killer.append(stack.kill_at_once("worker"))
    checked.strand_reaches(5, "basics/1", "visited")
    checked.every_open_item_is_made_safe(day=6)
    checked.then_strand_is("basics/1", "completed")
    checked.then_the_case_is("ready")
    then_all_happened_once(stack, checked)
