from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import ENVELOPE
from discharge.cases.model import Case
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.outbox import queue_case_signal, release, replace, skip
from discharge.store.tables import OutboxRow, PartnerRow
from tests.fixtures.cases import open_case, request
from tests.fixtures.postgres import Places


@pytest.fixture
async def dead(owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID) -> OutboxRow:
    """An item that the landlord refused, about a case of the trust."""
    case = await open_case(worker, person_id, places.trust)
    async with transaction(owner) as session:
        partner = PartnerRow(id=uuid4(), organisation_id=places.landlord, endpoint="http://x", kind="fhir")
        session.add(partner)
    async with transaction(worker) as session:
        row = OutboxRow(
            key=uuid4(),
            channel="partner",
            kind="order",
            case_id=case.case_id,
            partner_id=partner.id,
            payload={"item": "stairlift"},
            state="dead",
            attempts=3,
            relayed_at=func.now(),
        )
        session.add(row)
    return row


async def test_a_released_item_goes_out_again_under_its_own_key(
    api: AsyncEngine, places: Places, dead: OutboxRow
) -> None:
    user = uuid4()
    async with transaction(api, organisation_id=places.trust, user_id=user) as session:
        row = await release(session, dead.sequence, by=user, reason="address corrected")
    assert (row.state, row.key, row.attempts, row.relayed_at) == ("pending", dead.key, 1, None), (
        "it may have arrived"
    )
    assert (row.released_by, row.released_reason) == (user, "address corrected")


async def test_a_replaced_item_is_another_item_with_another_key(
    api: AsyncEngine, places: Places, dead: OutboxRow
) -> None:
    user = uuid4()
    async with transaction(api, organisation_id=places.trust, user_id=user) as session:
        row = await replace(session, dead.sequence, {"item": "ramp"}, by=user, reason="wrong item")
    assert (row.state, row.payload) == ("pending", {"item": "ramp"})
    assert row.key != dead.key


async def test_a_skipped_item_stays_as_skipped_and_the_relay_hears_of_it(
    api: AsyncEngine, places: Places, dead: OutboxRow
) -> None:
    user = uuid4()
    async with transaction(api, organisation_id=places.trust, user_id=user) as session:
        row = await skip(session, dead.sequence, by=user, reason="told them by phone")
    assert (row.state, row.relayed_at) == ("skipped", None)


async def released(api: AsyncEngine, organisation_id: UUID, sequence: int) -> OutboxRow:
    user = uuid4()
    async with transaction(api, organisation_id=organisation_id, user_id=user) as session:
        return await release(session, sequence, by=user, reason="again")


async def test_what_is_not_ones_own_is_not_found(api: AsyncEngine, places: Places, dead: OutboxRow) -> None:
    with pytest.raises(HomewardError) as caught:
        await released(api, places.stranger, dead.sequence)
    assert caught.value.code == "not-found"


async def test_what_is_no_longer_dead_is_not_found(api: AsyncEngine, places: Places, dead: OutboxRow) -> None:
    await released(api, places.trust, dead.sequence)
    with pytest.raises(HomewardError) as caught:
        await released(api, places.trust, dead.sequence)
    assert caught.value.code == "not-found"


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"sent_at": func.now(), "state": "delivered"}, "overtaken"),
        ({"sent_at": func.now(), "state": "delivered", "payload": {"strand": "s2"}}, "pending"),
        ({"sent_at": func.now(), "state": "delivered", "kind": "alert"}, "pending"),
        ({"state": "pending"}, "pending"),
    ],
)
async def test_given_a_refusal_that_came_late_when_released_then_not_behind_a_later_item_on_the_same_matter(
    api: AsyncEngine,
    worker: AsyncEngine,
    places: Places,
    dead: OutboxRow,
    later: dict[str, Any],
    expected: str,
) -> None:
    same = {
        "kind": dead.kind,
        "case_id": dead.case_id,
        "partner_id": dead.partner_id,
        "payload": dead.payload,
    }
    async with transaction(worker) as session:
        session.add(OutboxRow(key=uuid4(), channel="partner", **{**same, **later}))
    try:
        became = (await released(api, places.trust, dead.sequence)).state
    except HomewardError as refused:
        became = refused.code
    assert became == expected


async def test_the_same_fact_is_queued_for_a_case_once(worker: AsyncEngine, places: Places) -> None:
    envelope = request(Case(case_id=uuid4()), places.trust).envelope
    for _ in range(2):
        async with transaction(worker) as session:
            await queue_case_signal(session, envelope)
    async with transaction(worker) as session:
        row = (await session.scalars(select(OutboxRow))).one()
    assert (row.channel, row.key, row.state) == ("case-signal", envelope.command_id, "pending")
    assert row.payload == ENVELOPE.write(envelope)
