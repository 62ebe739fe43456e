"""What referrals said of whom to call, folded for each organisation that referred, beside what feeds say.

A list replaces what the same organisation said before, and nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.hl7v2.facts import PersonReported
from fhir_adapters.hl7v2.store.batch_state import Reported, state_of
from fhir_adapters.people.person_fold import PersonState, fold_person
from fhir_adapters.people.reach import ReferredContacts
from fhir_adapters.store.referral_contacts import FACT
from fhir_adapters.store.tables import FactRow, InboxRow


async def said_by_referrals(
    session: AsyncSession, person_id: UUID, ids: Sequence[UUID]
) -> Mapping[UUID, PersonState]:
    """Whom to call by each organisation that referred a person, or one of the records that are theirs
    (`ids`).
    """
    batch = state_of(session)
    said = await contact_reports(session, ids) if batch is None else batch.referred[person_id]
    return {sender: _folded(said, sender, person_id) for sender in sorted({one.sender for one in said})}


def _folded(said: Iterable[Reported], sender: UUID, person_id: UUID) -> PersonState:
    theirs = [one for one in said if one.sender == sender]
    return fold_person(
        (one.fact for one in theirs if one.about == person_id),
        (one.fact for one in theirs if one.about != person_id),
    )


async def contact_reports(session: AsyncSession, ids: Sequence[UUID]) -> list[Reported]:
    """Everything that referrals said of whom to call for people."""
    rows = await session.execute(
        select(
            FactRow.payload,
            FactRow.effective_at,
            InboxRow.organisation_id,
            FactRow.person_id,
            InboxRow.sequence,
            FactRow.ordinal,
        )
        .join(InboxRow, InboxRow.id == FactRow.inbox_id)
        .where(FactRow.person_id.in_(ids), FactRow.kind == FACT)
    )
    return [
        Reported(_reported(payload, stated_at, (sequence, ordinal)), sender, about)
        for payload, stated_at, sender, about, sequence, ordinal in rows
    ]


def _reported(payload: object, stated_at: object, arrival: tuple[int, int]) -> PersonReported:
    """As a feed would have said it, which identifies nobody."""
    said = ReferredContacts.model_validate(payload, extra="ignore")
    return PersonReported.model_validate(
        {**dict(said), "identifiers": (), "stated_at": stated_at, "arrival": arrival}
    )
