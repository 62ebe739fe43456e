"""What one decided command leaves to be told: a row for each, held until there is a basis."""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import SharingBasis
from discharge.cases.outbox_items import Outgoing
from discharge.cases.record_request import RecordRequest
from discharge.store.engine import transaction
from discharge.store.record import Recorded
from discharge.store.tables import (
    OutboxRow,
    PartnerRow,
)
from tests.fixtures.cases import NOW, TODAY, open_case, recorded, request
from tests.fixtures.postgres import Places


async def partner(owner: AsyncEngine, organisation_id: UUID, transport: str = "fhir") -> UUID:
    async with transaction(owner) as session:
        row = PartnerRow(
            id=uuid4(),
            organisation_id=organisation_id,
            endpoint="http://127.0.0.1:9/fhir",
            kind="other",
            transport=transport,
        )
        session.add(row)
    return row.id


def told(
    organisation_id: UUID, kind: str = "order", *, needs_basis: bool = True, item: str = "bed"
) -> Outgoing:
    return Outgoing(
        organisation_id=organisation_id, kind=kind, content={"item": item}, needs_basis=needs_basis
    )


async def outbox(engine: AsyncEngine) -> list[OutboxRow]:
    async with transaction(engine) as session:
        return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.sequence)))


async def test_given_what_is_to_be_told_then_each_has_its_row_by_the_way_its_kind_goes(
    worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust, places.housing)
    landlord = await partner(owner, places.landlord)
    fhir, hl7 = await partner(owner, places.trust), await partner(owner, places.trust, "hl7v2")
    outgoing = (
        told(places.landlord, item="rail"),
        told(places.stranger),
        told(places.trust, "readiness", needs_basis=False),
        told(places.trust, "task-status", needs_basis=False),
        told(places.landlord, "readiness"),
        told(places.trust, "news-of-a-later-version", needs_basis=False),
    )
    step = request(case, places.housing, ev.NeededBySet(needed_by=TODAY), outgoing=outgoing)
    await recorded(worker, step)
    command_id = step.envelope.command_id
    assert [
        (
            row.key, row.channel, row.kind, row.case_id, row.partner_id, row.organisation_id,
            row.payload, row.cause_command_id, row.needs_basis, row.state,
        )
        for row in await outbox(worker)
    ] == [
        (
            uuid5(command_id, str(number)), "partner", outgoing[number].kind, case.case_id, to,
            places.housing, outgoing[number].content, command_id, outgoing[number].needs_basis, state,
        )
        for number, to, state in (
            (0, landlord, "held"), (2, hl7, "pending"), (3, fhir, "pending"), (5, fhir, "pending")
        )
    ]  # fmt: skip


async def test_given_a_basis_then_what_needs_one_goes_at_once(
    worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust)
    await partner(owner, places.landlord)
    sharing = ev.SharingBasisRecorded(sharing=SharingBasis(basis="consent", recorded_on=TODAY))
    step = request(case, places.trust, sharing, outgoing=(told(places.landlord),))
    await recorded(worker, step)
    assert [row.state for row in await outbox(worker)] == ["pending"]


async def test_given_a_basis_that_ends_and_another_then_only_what_waits_in_this_case_is_held_and_freed(
    worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    to = await partner(owner, places.landlord)
    case = await open_case(worker, person_id, places.trust)
    states = {
        ("waits", True): "pending",
        ("went", True): "delivered",
        ("dead", True): "dead",
        ("needs none", False): "pending",
    }
    async with transaction(worker) as session:
        for (name, needs), state in states.items():
            for of_case in (case.case_id, uuid4()):
                session.add(
                    OutboxRow(
                        key=uuid4(), channel="partner", kind=name, case_id=of_case, partner_id=to,
                        payload={}, needs_basis=needs, state=state, relayed_at=NOW,
                    )
                )  # fmt: skip

    async def after(step: RecordRequest) -> dict[tuple[str, bool], tuple[str, bool, bool]]:
        assert isinstance(await recorded(worker, step), Recorded)
        return {
            (row.kind, row.case_id == case.case_id): (
                row.state, row.relayed_at is None, row.basis_ended_at is None,
            )
            for row in await outbox(worker)
        }  # fmt: skip

    untouched = {
        (name, mine): (state, False, True) for (name, _), state in states.items() for mine in (True, False)
    }
    consent = ev.SharingBasisRecorded(sharing=SharingBasis(basis="consent", recorded_on=TODAY))
    given = request(case, places.trust, consent)
    assert await after(given) == untouched
    withdrawn = request(given.case, places.trust, ev.SharingBasisWithdrawn(withdrawn_on=TODAY))
    assert await after(withdrawn) == untouched | {("waits", True): ("held", True, False)}
    again = request(withdrawn.case, places.trust, consent)
    assert await after(again) == untouched | {("waits", True): ("pending", True, True)}
