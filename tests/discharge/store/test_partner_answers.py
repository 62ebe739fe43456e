from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import Case, Strand
from discharge.cases.outbox_items import Outgoing
from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow, PartnerRow
from tests.fixtures.cases import TODAY, open_case, recorded, request
from tests.fixtures.postgres import Places

STRAND = Strand(
    kind="adaptation",
    number=1,
    item="grab-rail",
    started_on=TODAY,
    owner_role="adaptations-service",
)


async def facts(engine: AsyncEngine) -> tuple[bool, bool]:
    """Whether the only message was accepted, and whether it was acted on."""
    async with transaction(engine) as session:
        row = (await session.scalars(select(OutboxRow))).one()
        return row.accepted_at is not None, row.acted_at is not None


async def ordered(owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID) -> Case:
    """A case with one order queued for the landlord."""
    async with transaction(owner) as session:
        session.add(PartnerRow(id=uuid4(), organisation_id=places.landlord, endpoint="http://x", kind="fhir"))
    case = await open_case(worker, person_id, places.trust)
    order = Outgoing(
        organisation_id=places.landlord, kind="order", content={"strand": STRAND.key}, needs_basis=False
    )
    step = request(case, places.trust, ev.StrandStarted(strand=STRAND), outgoing=(order,))
    await recorded(worker, step)
    return step.case


async def test_given_an_order_when_its_strand_moves_and_ends_then_it_was_accepted_and_acted_on(
    owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await ordered(owner, worker, places, person_id)
    assert await facts(worker) == (False, False)
    step = request(case, places.trust, ev.StrandMoved(strand=STRAND.key, step="acknowledged", moved_on=TODAY))
    await recorded(worker, step)
    assert await facts(worker) == (True, False)
    step = request(step.case, places.trust, ev.StrandCompleted(strand=STRAND.key, completed_on=TODAY))
    await recorded(worker, step)
    assert await facts(worker) == (True, True)


async def test_given_an_order_when_another_strand_moves_then_nothing_is_said_of_it(
    owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await ordered(owner, worker, places, person_id)
    other = STRAND.model_copy(update={"number": 2})
    step = request(
        case,
        places.trust,
        ev.StrandStarted(strand=other),
        ev.StrandMoved(strand=other.key, step="acknowledged", moved_on=TODAY),
    )
    await recorded(worker, step)
    assert await facts(worker) == (False, False)
