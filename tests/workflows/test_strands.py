"""Strands on workflows of their own: their clocks run while nobody asks, and they end with their work."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowExecutionStatus

from discharge.cases import commands as cmd
from discharge.cases.model import Case
from discharge.clocks import london_midnight
from discharge.store.engine import transaction
from discharge.store.tables import StrandRow
from tests.workflows.homes import add_home
from tests.workflows.story import CLOCK, Story
from tests.workflows.waiting import until
from workflows import ports

ORDERS = (
    ("adaptation", "straight-stairlift", "adaptation-in-place"),
    ("equipment", "commode", "equipment-in-place"),
    ("rehousing", "rehousing:1-bed-general", "safe-address"),
    ("basics", "basics-at-home", "heating"),
)


async def ordered(story: Story, kind: str) -> str:
    """A case with one strand of a kind at work; its key."""
    _, item, gate = next(row for row in ORDERS if row[0] == kind)
    await story.until_checked(**{gate: "no"})
    await story.do(cmd.StartStrand(strand_kind=kind, item=item))
    return f"{kind}/1"


@pytest.mark.parametrize("kind", [row[0] for row in ORDERS])
async def test_given_a_strand_at_work_when_its_day_passes_then_it_is_late_on_the_record(
    story: Story, kind: str
) -> None:
    key = await ordered(story, kind)
    due = (await story.case()).strands[key].due_on
    assert due is not None
    days = (due - (await story.now()).date()).days
    await story.days(days - 0.1)
    assert (await story.case()).strands[key].overdue_since is None
    await story.days(2)
    case = await story.until(lambda case: case.strands[key].overdue_since, "the strand is late")
    assert case.strands[key].overdue_since == due + timedelta(days=1)


@pytest.mark.parametrize("kind", [row[0] for row in ORDERS])
async def test_given_a_strand_at_work_when_it_is_cancelled_then_its_workflow_ends(
    story: Story, kind: str
) -> None:
    key = await ordered(story, kind)
    assert (await story.strand(key).describe()).status is WorkflowExecutionStatus.RUNNING
    await story.do(cmd.CancelStrand(strand=key, reason="no-longer-needed"))
    await asyncio.wait_for(story.strand(key).result(), 20)


async def asked_of_the_record(story: Story, key: str) -> int:
    """How often a strand looked at the record: each look is a marker in its history."""
    history = await story.strand(key).fetch_history()
    return sum(event.HasField("marker_recorded_event_attributes") for event in history.events)


async def test_given_an_order_that_moves_when_its_strand_is_told_then_it_asks_the_record_no_more(
    story: Story,
) -> None:
    key = await ordered(story, "adaptation")
    due = (await story.case()).strands[key].due_on
    assert due is not None
    for days in (10, 20):
        later = due + timedelta(days=days)
        await story.do(cmd.MoveStrand(strand=key, step="acknowledged", due_on=later))
    await story.do(cmd.MoveStrand(strand=key, step="fitted"))
    await asyncio.wait_for(story.strand(key).result(), 20)
    assert await asked_of_the_record(story, key) <= 1, "when it began"


async def looks_again_on(story: Story, key: str) -> datetime | None:
    async with transaction(story.sessions) as session:
        mine = StrandRow.case_id == story.case_id, StrandRow.key == key
        return await session.scalar(select(StrandRow.next_look_at).where(*mine))


async def test_given_an_order_that_moves_then_the_record_knows_when_its_strand_looks_again(
    story: Story,
) -> None:
    key = await ordered(story, "adaptation")
    later = (await story.now()).date() + timedelta(days=90)
    await story.do(cmd.MoveStrand(strand=key, step="acknowledged", due_on=later))
    assert await looks_again_on(story, key) == london_midnight(later + timedelta(days=1))
    await story.do(cmd.MoveStrand(strand=key, step="fitted"))
    assert await looks_again_on(story, key) is None


async def test_given_a_strand_that_began_before_cases_said_where_it_stands_when_it_is_told_then_it_looks(
    story: Story,
) -> None:
    key = await ordered(story, "adaptation")
    await story.strand(key).terminate()
    start = ports.StrandStart(case_id=story.case_id, key=key, clock=CLOCK, way=ports.LOCALLY_FIRST)
    name = ports.strand_workflow_id(story.case_id, key)
    again = await story.client.start_workflow(
        ports.STRAND_WORKFLOW, start, id=name, task_queue=ports.CASES_QUEUE
    )
    await until(lambda: asked_of_the_record(story, key), "its first look")
    await story.do(cmd.MoveStrand(strand=key, step="fitted"))
    await asyncio.wait_for(again.result(), 20)
    assert await asked_of_the_record(story, key) == 2


async def test_given_a_new_day_promised_when_the_old_one_passes_then_nothing_is_late(story: Story) -> None:
    key = await ordered(story, "adaptation")
    due = (await story.case()).strands[key].due_on
    assert due is not None
    later = due + timedelta(days=20)
    await story.do(cmd.MoveStrand(strand=key, step="acknowledged", due_on=later))
    await story.days((due - (await story.now()).date()).days + 3)
    assert (await story.case()).strands[key].overdue_since is None
    await story.days(20)
    case = await story.until(lambda case: case.strands[key].overdue_since, "the strand is late")
    assert case.strands[key].overdue_since == later + timedelta(days=1)


async def test_given_an_order_when_it_is_fitted_then_the_gate_opens_and_the_strand_ends(story: Story) -> None:
    key = await ordered(story, "adaptation")
    await story.do(cmd.MoveStrand(strand=key, step="fitted"))
    assert (await story.case()).stage == "ready"
    await asyncio.wait_for(story.strand(key).result(), 20)


async def rehousing(story: Story) -> tuple[UUID, Case]:
    """A case that looks for a home, and the one home that was proposed to it."""
    home = await add_home(story.sessions, story.places.landlord)
    await ordered(story, "rehousing")
    return home, await story.until(lambda case: case.strands["rehousing/1"].proposals, "a proposal")


async def test_given_a_home_that_fits_when_rehousing_begins_then_it_is_proposed_and_not_offered(
    story: Story,
) -> None:
    home, case = await rehousing(story)
    strand = case.strands["rehousing/1"]
    assert strand.proposals == (home,)
    assert not strand.offers


async def test_given_no_home_when_one_becomes_free_then_the_next_search_proposes_it(
    story: Story,
) -> None:
    await ordered(story, "rehousing")
    assert not (await story.case()).strands["rehousing/1"].proposals
    home = await add_home(story.sessions, story.places.landlord)
    await story.days(1.1)
    case = await story.until(lambda case: case.strands["rehousing/1"].proposals, "a proposal")
    assert case.strands["rehousing/1"].proposals == (home,)


async def test_given_an_offer_when_nobody_answers_then_it_lapses_and_the_search_goes_on(
    story: Story,
) -> None:
    home, _ = await rehousing(story)
    other = await add_home(story.sessions, story.places.landlord)
    await story.do(cmd.OfferProperty(strand="rehousing/1", property_id=home))
    await story.days(8)
    case = await story.until(lambda case: case.strands["rehousing/1"].open_offer is None, "the lapse")
    assert case.strands["rehousing/1"].offers[0].answer == "lapsed"
    case = await story.until(lambda case: case.strands["rehousing/1"].proposals == (other,), "a proposal")


async def test_given_an_offer_accepted_when_let_and_keys_held_then_the_person_has_a_home(
    story: Story,
) -> None:
    home, _ = await rehousing(story)
    await story.do(cmd.OfferProperty(strand="rehousing/1", property_id=home))
    offer = (await story.case()).strands["rehousing/1"].open_offer
    assert offer is not None
    await story.do(cmd.AnswerOffer(strand="rehousing/1", offer_id=offer.offer_id, answer="accepted"))
    await story.do(cmd.LetProperty(strand="rehousing/1"))
    await story.do(cmd.MoveStrand(strand="rehousing/1", step="keys-held"))
    case = await story.case()
    assert case.strands["rehousing/1"].status == "completed"
    assert case.gate["safe-address"].value == "yes"
    await asyncio.wait_for(story.strand("rehousing/1").result(), 20)
