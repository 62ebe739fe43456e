"""One list a day: read, compared and its result kept. Nothing in it changes a case, a stay or a person."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.errors import HomewardError
from fhir_adapters.shadow.comparison import Surroundings, compare, match
from fhir_adapters.shadow.list_mapping import ListMapping
from fhir_adapters.shadow.list_parser import read_list
from fhir_adapters.shadow.model import Comparison, Difference
from fhir_adapters.shadow.store.clues import clues_of, heard_before, waiting_messages
from fhir_adapters.shadow.store.held_stays import held_by, moment_of
from fhir_adapters.store.tables import Feed, ShadowDifferenceRow, ShadowListRow

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('homeward.shadow:' || :feed, 0))")


@dataclass(frozen=True)
class Given:
    """A list as it was given: its bytes, when it was made (case time), how it is read, and who gave it."""

    raw: bytes
    listed_at: datetime
    mapping: ListMapping
    by: UUID | None = None


async def take_list(
    session: AsyncSession, organisation_id: UUID, feed_code: str, given: Given
) -> ShadowListRow:
    """Compare a list of the organisation's feed and keep the result, in the place of one of the same day.

    Raises ListInvalid with every fault, or `not-found` for a feed that is not the organisation's.
    """
    feed = await feed_of(session, organisation_id, feed_code)
    listed = await asyncio.to_thread(read_list, given.raw, given.mapping)
    await session.execute(_ONE_AT_A_TIME, {"feed": str(feed.id)})
    when = moment_of(given.listed_at)
    held = await held_by(session, feed, when, given.mapping.people)
    alone = [line for line, ours in match(listed, held) if ours is None]
    around = Surroundings(
        listed_at=when.at,
        heard_at=await heard_before(session, feed, when.at),
        waiting=await waiting_messages(session, feed, listed, held),
        clues=await clues_of(session, feed, alone),
    )
    return await _keep(session, feed, given, around.heard_at, compare(listed, held, around))


async def feed_of(session: AsyncSession, organisation_id: UUID, code: str) -> Feed:
    """A feed of an organisation by its code. Raises `not-found`."""
    wanted = (Feed.code == code, Feed.organisation_id == organisation_id)
    feed = await session.scalar(select(Feed).where(*wanted))
    if feed is None:
        raise HomewardError("not-found", where="feed")
    return feed


async def _keep(
    session: AsyncSession, feed: Feed, given: Given, heard_at: datetime | None, found: Comparison
) -> ShadowListRow:
    day = moment_of(given.listed_at).day
    same_day = (ShadowListRow.feed_id == feed.id, ShadowListRow.day == day)
    await session.execute(delete(ShadowListRow).where(*same_day))
    kept = ShadowListRow(
        id=uuid4(),
        feed_id=feed.id,
        organisation_id=feed.organisation_id,
        day=day,
        listed_at=given.listed_at,
        heard_at=heard_at,
        mapping=given.mapping.name,
        sha256=hashlib.sha256(given.raw).hexdigest(),
        taken_by=given.by,
        listed=found.listed,
        held=found.held,
        on_both=found.both,
        agreeing=found.agreeing,
        fields=dict(Counter(each.column or each.kind for each in found.differences)),
    )
    session.add(kept)
    await session.flush()
    session.add_all(_row(kept, number, each) for number, each in enumerate(found.differences))
    await session.flush()
    return kept


def _row(kept: ShadowListRow, ordinal: int, each: Difference) -> ShadowDifferenceRow:
    return ShadowDifferenceRow(
        id=uuid4(),
        list_id=kept.id,
        organisation_id=kept.organisation_id,
        ordinal=ordinal,
        kind=each.kind,
        column=each.column,
        cause=each.cause,
        theirs=each.theirs,
        ours=each.ours,
        line=each.line,
        nhs_number=each.nhs_number,
        hospital_number=each.hospital_number,
        person_id=each.person_id,
        case_id=each.case_id,
        inbox_id=each.said.inbox_id if each.said else None,
        said_at=each.said.said_at if each.said else None,
        received_at=each.said.received_at if each.said else None,
    )
