"""A trust's own list beside ours: taken from whoever gives it, for a feed of their organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import who
from api.web.refusals import ListRefused
from api.web.request_keys import KeyedWrite
from api.web.services import Services
from discharge.clocks import LONDON
from discharge.errors import HomewardError
from discharge.store import audit
from fhir_adapters.listed import ListInvalid
from fhir_adapters.shadow.list_mapping import ListMapping, mapping_for, mappings_with
from fhir_adapters.shadow.store.compared_lists import Given, take_list

AHEAD = timedelta(hours=1)
"""By how much the clock of whoever made a list may be fast."""


@dataclass(frozen=True)
class GivenList:
    """What was given: the feed it is compared with, its bytes, a mapping's name, and when it was made."""

    feed: str
    raw: bytes
    mapping: str = ""
    listed_at: datetime | None = None


def known_mappings(services: Services) -> Mapping[str, ListMapping]:
    """Every mapping there is, by name."""
    return mappings_with(services.settings.shadow_mappings)


async def compare_list(services: Services, keyed: KeyedWrite, given: GivenList) -> UUID:
    """Compare a list and keep the result; its id. Raises ListRefused, or not-found for a feed of somebody
    else.
    """
    caller = keyed.caller
    caller.require("shadow.import")
    mapping = mapping_for(known_mappings(services), given.mapping, given.feed)
    if mapping is None:
        raise HomewardError("invalid-body", where="mapping")
    now = await services.case_now()
    listed_at = _instant(given.listed_at) or now
    if listed_at > now + AHEAD:
        raise HomewardError("invalid-body", detail="in the future", where="listed_at")
    if not given.raw.strip():
        raise HomewardError("invalid-body", detail="empty", where="list")
    asked = Given(given.raw, listed_at, mapping, caller.user_id)

    async def compared(session: AsyncSession) -> UUID:
        try:
            kept = await take_list(session, caller.organisation_id, given.feed, asked)
        except ListInvalid as invalid:
            raise ListRefused(invalid) from None
        await audit.note_write(session, who(caller), "trust-list-compared", f"feed {given.feed} {kept.day}")
        return kept.id

    return await keyed.once(services, UUID, compared)


def _instant(given: datetime | None) -> datetime | None:
    """As given; a time without an offset is London's."""
    if given is None or given.tzinfo is not None:
        return given
    return given.replace(tzinfo=LONDON)
