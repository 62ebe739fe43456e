"""Items sent to a partner again: once, by operators of their organisation, and never past a later one."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow, PartnerRow
from tests.api.conftest import Door
from tests.fixtures.postgres import Places


async def sent_item(door: Door, owner: AsyncEngine, places: Places, state: str = "delivered") -> OutboxRow:
    partner = PartnerRow(id=uuid4(), organisation_id=places.landlord, endpoint="http://x", kind="fhir")
    async with transaction(owner) as session:
        session.add(partner)
    row = OutboxRow(
        key=uuid4(), channel="partner", kind="order", case_id=await door.referred(), partner_id=partner.id,
        payload={"item": "stairlift"}, state=state,
    )  # fmt: skip
    async with transaction(door.worker) as session:
        session.add(row)
    return row


async def test_given_an_item_that_arrived_when_sent_again_twice_with_one_key_then_it_is_one_new_item(
    door: Door, owner: AsyncEngine, places: Places
) -> None:
    row = await sent_item(door, owner, places)
    body, key = {"reason": "their system lost it"}, {"Idempotency-Key": "lost-1"}
    path = f"/api/v1/sent/{row.sequence}/again"
    answers = [await door.post(path, body, "operator", **key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    async with transaction(door.worker) as session:
        again = await session.get_one(OutboxRow, answers[0].json()["sequence"])
        old = await session.get_one(OutboxRow, row.sequence)
    assert (again.resent_from, again.partner_id, again.state) == (row.sequence, row.partner_id, "pending")
    assert (again.payload, again.released_reason) == (row.payload, "their system lost it")
    assert again.key != old.key
    assert old.state == "delivered"


async def test_given_an_item_with_a_later_one_when_sent_again_then_it_would_set_the_partner_back(
    door: Door, owner: AsyncEngine, places: Places
) -> None:
    row = await sent_item(door, owner, places)
    newer = OutboxRow(
        key=uuid4(), channel="partner", kind="order", case_id=row.case_id, partner_id=row.partner_id,
        payload=row.payload,
    )  # fmt: skip
    async with transaction(door.worker) as session:
        session.add(newer)
    answer = await door.post(f"/api/v1/sent/{row.sequence}/again", {"reason": "lost"}, "operator")

    assert (answer.status_code, answer.json()["code"]) == (409, "overtaken")
    async with transaction(door.worker) as session:
        assert not await session.scalar(select(OutboxRow).where(OutboxRow.resent_from == row.sequence))


@pytest.mark.parametrize(
    ("state", "org", "status"), [("pending", "TRUST", 409), ("delivered", "STRANGER", 404)]
)
async def test_given_an_item_that_waits_or_is_of_others_when_sent_again_then_it_is_refused(
    door: Door, owner: AsyncEngine, places: Places, state: str, org: str, status: int
) -> None:
    row = await sent_item(door, owner, places, state)
    answer = await door.post(f"/api/v1/sent/{row.sequence}/again", {"reason": "try"}, "operator", org)

    assert answer.status_code == status
