"""What ids and codes are called: organisations, staff, teams, items of strands and of the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.pathway_words import Names
from discharge.store.tables import Organisation, PartnerRow, Team, User
from housing_checks.item_words import gate_items, strand_items, strand_kinds


@dataclass(frozen=True)
class Directory:
    """Organisations, staff and teams by id, as far as the caller may know them; `partners` are the
    organisations that partners belong to.
    """

    organisations: Mapping[UUID, Organisation] = field(default_factory=dict)
    users: Mapping[UUID, str] = field(default_factory=dict)
    teams: Mapping[UUID, str] = field(default_factory=dict)
    partners: Mapping[UUID, UUID] = field(default_factory=dict)

    def organisation(self, key: UUID | None) -> str:
        """The name of an organisation."""
        found = self.organisations.get(key) if key else None
        return found.name if found else "Unknown organisation"

    def partner(self, key: UUID | None) -> str:
        """The name of the organisation that a partner belongs to."""
        return self.organisation(self.partners.get(key) if key else None)

    def receives_messages(self, key: UUID) -> bool:
        """Whether an organisation has an address to which messages about cases are sent."""
        return key in self.partners.values()

    def user(self, key: UUID | None) -> str | None:
        """The name of somebody on the staff."""
        return self.users.get(key) if key else None

    @cached_property
    def names(self) -> Names:
        """The same for sentences about a case."""
        organisations = {key: row.name for key, row in self.organisations.items()}
        return Names(
            organisations=organisations,
            items=strand_items(),
            gate=gate_items(),
            kinds=strand_kinds(),
            users=self.users,
        )


async def directory(session: AsyncSession) -> Directory:
    """Everybody and everything that has a name; a few dozen rows."""
    organisations = await session.scalars(select(Organisation))
    found: dict[str, dict[UUID, Any]] = {"users": {}, "teams": {}, "partners": {}}
    for kind, key, name, belongs_to in await session.execute(_NAMED):
        found[kind][key] = belongs_to if kind == "partners" else name
    return Directory(organisations={row.id: row for row in organisations}, **found)


_NAMED = union_all(
    select(literal("users"), User.id, User.display_name, null().cast(Uuid)),
    select(literal("teams"), Team.id, Team.name, null().cast(Uuid)),
    select(literal("partners"), PartnerRow.id, null().cast(Text), PartnerRow.organisation_id),
)
"""Everything with a name besides organisations, asked at once: every page asks it."""
