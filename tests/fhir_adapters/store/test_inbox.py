from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.store.inbox import Arrived, Received, receive
from fhir_adapters.store.tables import Feed, InboxRow
from tests.fixtures.postgres import Places

HL7 = "x-application/hl7-v2+er7"


@pytest.fixture
async def feed(owner: AsyncEngine, places: Places) -> Feed:
    async with transaction(owner) as session:
        row = Feed(id=uuid4(), code="one", organisation_id=places.trust, protocol="hl7v2")
        session.add(row)
    return row


async def received(api: AsyncEngine, feed: Feed, raw: bytes, message_id: str = "M1") -> Received:
    async with transaction(api) as session:
        return await receive(session, feed, Arrived(raw=raw, content_type=HL7, message_id=message_id))


async def rows(worker: AsyncEngine) -> list[InboxRow]:
    async with transaction(worker) as session:
        return list(await session.scalars(select(InboxRow).order_by(InboxRow.sequence)))


async def test_a_message_is_kept_byte_for_byte_for_the_feeds_organisation(
    api: AsyncEngine, worker: AsyncEngine, feed: Feed, places: Places
) -> None:
    raw = b"MSH|^~\\&|A\r\xff\x00|"
    await received(api, feed, raw)
    (row,) = await rows(worker)
    assert (row.raw, row.organisation_id, row.state) == (raw, places.trust, "stored")
    async with transaction(worker) as session:
        assert (await session.get_one(Feed, feed.id)).last_heard_at is not None


async def test_the_same_bytes_again_are_counted_and_the_same_id_with_other_bytes_is_flagged(
    api: AsyncEngine, worker: AsyncEngine, feed: Feed
) -> None:
    first = await received(api, feed, b"one")
    again = await received(api, feed, b"one")
    other = await received(api, feed, b"two")
    assert (first.repeated, again.repeated, other.repeated) == (False, True, False)
    assert again.id == first.id
    assert other.same_id_other_bytes
    assert [(row.times_received, row.same_id_other_bytes) for row in await rows(worker)] == [
        (2, False),
        (1, True),
    ]


async def test_without_an_id_the_hash_is_the_id(api: AsyncEngine, worker: AsyncEngine, feed: Feed) -> None:
    for _ in range(2):
        await received(api, feed, b"no id", message_id="")
    await received(api, feed, b"no id either", message_id="")
    kept = await rows(worker)
    assert [row.times_received for row in kept] == [2, 1]
    assert all(row.message_id == f"sha256:{row.sha256}" for row in kept)
    assert not any(row.same_id_other_bytes for row in kept)


async def test_of_one_message_on_many_connections_at_once_one_row_is_made(
    api: AsyncEngine, worker: AsyncEngine, feed: Feed
) -> None:
    results = await asyncio.gather(*(received(api, feed, b"same") for _ in range(8)))
    assert [result.repeated for result in results].count(False) == 1
    assert [row.times_received for row in await rows(worker)] == [8]
