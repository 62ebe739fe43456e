"""What messages said of people, read for a batch and for a message alone by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.hl7v2.facts import PersonReported
from fhir_adapters.hl7v2.store.batch.state import Reported
from fhir_adapters.store.tables import FactRow, InboxRow


async def person_reports(session: AsyncSession, ids: Sequence[UUID]) -> list[Reported]:
    """Every report about people, with the organisation that sent it and its place among what arrived."""
    rows = await session.execute(
        select(
            FactRow.payload,
            InboxRow.organisation_id,
            FactRow.person_id,
            InboxRow.sequence,
            FactRow.ordinal,
        )
        .join(InboxRow, InboxRow.id == FactRow.inbox_id)
        .where(FactRow.person_id.in_(ids), FactRow.kind == "person-reported")
    )
    return [
        Reported(
            PersonReported.model_validate({**payload, "arrival": (sequence, ordinal)}, extra="ignore"),
            sender,
            about,
        )
        for payload, sender, about, sequence, ordinal in rows
    ]
