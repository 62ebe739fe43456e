"""Lanes: what must be told reaches a partner that really receives, in order, each effect once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus

from discharge.cases import commands as cmd
from discharge.store import outbox
from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow, PartnerRow, Person, PersonAddress
from fhir_adapters.store.inbox import Arrived, HiddenNumber, receive
from fhir_adapters.store.tables import Feed
from tests.workflows import outgoing
from tests.workflows.outgoing import carried_on, relay
from tests.workflows.partner import Partner, listening
from tests.workflows.story import Story
from tests.workflows.waiting import until
from workflows import delivery, ports
from workflows.activities.delivery import MOST_FAULTS
from workflows.store import lanes, partners

TOLD = OutboxRow.channel == "partner"
rows, until_states = partial(outgoing.rows, TOLD), partial(outgoing.until_states, TOLD)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine time is real, so the waits between attempts are made short."""
    monkeypatch.setattr(lanes, "FIRST_WAIT", timedelta(milliseconds=20))
    monkeypatch.setattr(partners, "FIRST_PROBE", timedelta(milliseconds=200))


@pytest.fixture
async def partner(story: Story, tmp_path: Path) -> AsyncIterator[Partner]:
    async with listening(story.sessions, story.places.landlord, tmp_path) as partner:
        yield partner


async def order(story: Story, item: str) -> None:
    await story.do(cmd.StartStrand(strand_kind="adaptation", item=item, partner_id=story.places.landlord))


async def one_refused_and_one_behind_it(story: Story, partner: Partner) -> Sequence[OutboxRow]:
    await story.until_checked(adaptation_in_place="no")
    await partner.fail("refuse")
    await order(story, "grab-rail")
    await order(story, "key-safe")
    await relay(story)
    return await until_states(story, "dead", "pending")


async def test_given_orders_when_relayed_then_the_partner_has_each_once_and_in_order(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    for item in ("grab-rail", "straight-stairlift", "key-safe"):
        await order(story, item)
    await relay(story)
    sent = await until_states(story, "delivered", "delivered", "delivered")
    tasks = await partner.content()
    assert [task["groupIdentifier"]["value"].split("/", 1)[1] for task in tasks] == [
        "adaptation/1",
        "adaptation/2",
        "adaptation/3",
    ]
    assert [task["identifier"][0]["value"] for task in tasks] == [str(row.key) for row in sent]
    assert all(row.sent_at and row.received_at and row.accepted_at is None for row in sent)


async def lane_of(story: Story, partner: Partner) -> WorkflowExecutionDescription:
    lane = story.client.get_workflow_handle(ports.lane_workflow_id(partner.id, story.case_id))
    return await lane.describe()


async def events_of(story: Story, partner: Partner) -> list[EventType.ValueType]:
    lane = story.client.get_workflow_handle(ports.lane_workflow_id(partner.id, story.case_id))
    return [event.event_type for event in (await lane.fetch_history()).events]


async def test_given_items_day_after_day_when_delivered_then_one_run_of_the_lane_takes_them_all(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    runs = set()
    for number, item in enumerate(("grab-rail", "straight-stairlift", "key-safe"), start=1):
        await order(story, item)
        await relay(story)
        await until_states(story, *["delivered"] * number)
        runs.add((await lane_of(story, partner)).run_id)
        await story.days(2)
    assert len(runs) == 1
    assert len(await events_of(story, partner)) < 3 * 10 + 8, (
        "an item costs a signal, two tasks and an activity"
    )


async def test_given_items_that_wait_when_relayed_together_then_one_activity_delivers_them_in_order(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    for item in ("grab-rail", "straight-stairlift", "key-safe"):
        await order(story, item)
    await relay(story)
    await until_states(story, "delivered", "delivered", "delivered")
    assert (await events_of(story, partner)).count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 1


async def test_given_nothing_more_to_tell_when_days_pass_then_the_lane_ends_and_the_next_item_starts_it(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    await order(story, "straight-stairlift")
    await relay(story)
    await until_states(story, "delivered")
    await story.days(20)
    first = await lane_of(story, partner)
    assert first.status is WorkflowExecutionStatus.RUNNING
    await story.days(10)
    assert (await lane_of(story, partner)).status is WorkflowExecutionStatus.COMPLETED
    await order(story, "key-safe")
    await relay(story)

    async def taken_anew() -> bool:
        return (await lane_of(story, partner)).run_id != first.run_id

    await until(taken_anew, "another run")


async def test_given_a_case_that_ends_when_its_last_item_is_delivered_then_the_lane_ends_with_it(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    await order(story, "straight-stairlift")
    await story.do(cmd.WithdrawReferral(reason="person-declined"))
    await relay(story)

    async def ended() -> bool:
        return (await lane_of(story, partner)).status is WorkflowExecutionStatus.COMPLETED

    await until(ended, "the end of the lane")
    assert {row.state for row in await rows(story)} == {"delivered"}


async def test_given_an_item_that_breaks_us_when_it_was_tried_often_then_a_person_is_asked_and_none_overtakes(
    story: Story, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.until_checked(adaptation_in_place="no")
    for item in ("grab-rail", "straight-stairlift", "key-safe"):
        await order(story, item)
    genuine, tries = delivery._prepare, 0

    async def prepare(session: AsyncSession, claimed: lanes.Claimed, *given: Any) -> Any:
        nonlocal tries
        if claimed.row.payload["item"] == "straight-stairlift":
            tries += 1
            raise ZeroDivisionError
        return await genuine(session, claimed, *given)

    monkeypatch.setattr(delivery, "_prepare", prepare)
    await relay(story)
    sent, broken, _ = await until_states(story, "delivered", "dead", "pending")
    assert (sent.attempts, broken.error_code) == (1, "internal")
    assert tries == MOST_FAULTS + 1, "once behind another item, and then as the first of its turn"


async def test_given_a_partner_that_fails_at_first_when_sent_then_every_try_has_the_same_key_and_bytes(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    await partner.fail("unavailable", 2)
    await partner.fail("lose-answer")
    await order(story, "grab-rail")
    await relay(story)
    (row,) = await until_states(story, "delivered")
    received = await partner.received()
    assert len(received) == 4
    assert {one["key"] for one in received} == {str(row.key)}
    assert len({one["sha256"] for one in received}) == 1
    assert sum(one["effect"] for one in received) == 1
    assert row.attempts == 4


async def test_given_a_refused_item_when_others_follow_then_they_wait_until_a_person_releases_it(
    story: Story, partner: Partner
) -> None:
    held, waiting = await one_refused_and_one_behind_it(story, partner)
    assert (held.error_code, held.error_detail) == ("partner-refused", "HTTP 400")
    assert waiting.attempts == 0
    async with transaction(story.sessions) as session:
        await outbox.release(session, held.sequence, by=uuid4(), reason="they corrected it")
    await relay(story)
    await until_states(story, "delivered", "delivered")
    assert len(await partner.content()) == 2


async def test_given_a_refused_item_when_a_person_skips_it_then_the_lane_goes_on_without_it(
    story: Story, partner: Partner
) -> None:
    refused, _ = await one_refused_and_one_behind_it(story, partner)
    async with transaction(story.sessions) as session:
        await outbox.skip(session, refused.sequence, by=uuid4(), reason="told by phone")
    await relay(story)
    await until_states(story, "skipped", "delivered")
    assert len(await partner.content()) == 1


async def test_given_a_partner_that_keeps_failing_when_tried_then_it_rests_once_and_is_probed_until_well(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    await partner.fail("server-error", partners.PAUSE_AFTER + 1)
    await order(story, "grab-rail")
    await relay(story)

    async def paused() -> PartnerRow | None:
        async with transaction(story.sessions) as session:
            found = await session.get_one(PartnerRow, partner.id)
            return found if found.paused_at else None

    assert (await until(paused, "the pause")).pause_reason == "HTTP 500"
    async with carried_on(story):
        await until_states(story, "delivered")
    async with transaction(story.sessions) as session:
        well = await session.get_one(PartnerRow, partner.id)
    assert (well.paused_at, well.consecutive_failures) == (None, 0)


@pytest.mark.parametrize("why", ["partner rests", "refused item"])
async def test_given_a_lane_that_waits_when_days_pass_then_it_does_nothing_until_it_is_told(
    story: Story, partner: Partner, why: str
) -> None:
    await story.until_checked(adaptation_in_place="no")
    await partner.fail("refuse" if why == "refused item" else "unauthorised")
    await order(story, "grab-rail")
    await relay(story)
    lane = story.client.get_workflow_handle(ports.lane_workflow_id(partner.id, story.case_id))

    async def tried() -> bool:
        return (await rows(story))[0].error_code is not None

    await until(tried, "the try")
    await story.days(0.1)
    before = (await lane.describe()).history_length
    await story.days(3)
    assert (await lane.describe()).history_length == before
    if why == "refused item":
        async with transaction(story.sessions) as session:
            await outbox.release(session, (await rows(story))[0].sequence, by=uuid4(), reason="mended")
    async with carried_on(story):
        await until_states(story, "delivered")


async def test_given_consent_withdrawn_when_an_item_is_due_then_it_stays_here_until_there_is_a_basis(
    story: Story, partner: Partner
) -> None:
    await story.until_checked(adaptation_in_place="no")
    await order(story, "grab-rail")
    await story.do(cmd.WithdrawSharingBasis())
    await relay(story)
    await until_states(story, "held")
    await story.do(cmd.RecordSharingBasis(basis="consent"))
    await relay(story)
    await until_states(story, "delivered")
    assert len(await partner.content()) == 1


async def hide(story: Story, **person: object) -> None:
    async with transaction(story.sessions) as session:
        home = PersonAddress(
            id=uuid4(), person_id=story.person_id, lines="7 Secret Close", postcode="ZZ99 3WZ"
        )
        session.add(home)
        if person:
            await session.execute(update(Person).where(Person.id == story.person_id).values(person))


async def test_given_an_address_when_work_is_ordered_then_the_partner_can_find_the_home(
    story: Story, partner: Partner
) -> None:
    await hide(story)
    await story.until_checked(adaptation_in_place="no")
    await order(story, "grab-rail")
    await relay(story)
    await until_states(story, "delivered")
    assert "7 Secret Close" in str(await partner.content())


async def a_message_that_hides(story: Story) -> None:
    """It is stored, and waits for the drain."""
    number = "9990000018"
    async with transaction(story.sessions) as session:
        feed = Feed(id=uuid4(), code="RXH", organisation_id=story.places.trust, protocol="hl7v2")
        session.add(feed)
        await session.execute(update(Person).where(Person.id == story.person_id).values(nhs_number=number))
        await session.flush()
        hides = (HiddenNumber("nhs", number),)
        await receive(
            session, feed, Arrived(raw=b"MSH|", content_type="x-application/hl7-v2+er7", hides=hides)
        )


async def test_given_an_order_that_waits_when_a_message_hides_then_the_address_does_not_leave(
    story: Story, partner: Partner
) -> None:
    await hide(story)
    await story.until_checked(adaptation_in_place="no")
    await order(story, "grab-rail")
    await a_message_that_hides(story)
    await relay(story)
    await until_states(story, "delivered")
    assert "Secret" not in str(await partner.content())


@pytest.mark.parametrize("restriction", [{"hidden_by_feed": True}, {"sensitivity": "restricted"}])
async def test_given_a_hidden_address_when_work_is_ordered_then_it_does_not_leave(
    story: Story, partner: Partner, restriction: dict[str, object]
) -> None:
    await hide(story, **restriction)
    await story.until_checked(adaptation_in_place="no")
    await order(story, "grab-rail")
    await relay(story)
    await until_states(story, "delivered")
    content = str(await partner.content())
    assert "Secret" not in content
    assert "ZZ99" not in content
