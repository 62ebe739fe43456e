"""Organisations that a command names as landlord, council or partner: each is one of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Command
from discharge.errors import HomewardError, refuse_all
from discharge.store.tables import Organisation

COUNCILS = ("council",)
LANDLORDS = ("landlord", "council")
"""A council lets homes as well."""
PARTNERS = ("council", "equipment-service", "landlord", "adaptations-service", "care-provider")
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"council_id": COUNCILS, "landlord_id": LANDLORDS, "partner_id": PARTNERS}
)
"""Field of a command -> the kinds of organisations that it may name."""


async def require_kinds(session: AsyncSession, command: Command) -> None:
    """Refuse an organisation that is not of the kind as which a command names it: it would take part as what
    it is not, and read what only those may read. Raises no-such-organisation.
    """
    named: dict[str, UUID] = {
        field: value for field in KINDS if isinstance(value := getattr(command, field, None), UUID)
    }
    if not named:
        return
    rows = await session.execute(
        select(Organisation.id, Organisation.kind).where(Organisation.id.in_(named.values()))
    )
    kinds = {row.id: row.kind for row in rows}
    refuse_all(
        [
            HomewardError("no-such-organisation", detail=", ".join(KINDS[field]), where=field)
            for field, organisation in named.items()
            if kinds.get(organisation) not in KINDS[field]
        ]
    )
