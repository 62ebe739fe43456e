"""Feeds and the parts of the system: when each was last heard, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.web.principals import Principal
from discharge.store.tables import (
    HeartbeatRow,
    Spell,
)
from fhir_adapters.store.message_search import ASKS, BEYOND
from fhir_adapters.store.tables import Feed, InboxRow

ANSWERED_WITHIN = timedelta(minutes=1)
"""A listener that lives sends what it owes much sooner after a message was handled."""


async def feeds(session: AsyncSession, caller: Principal) -> Sequence[Feed]:
    """Every feed of the caller's organisation, the longest silent first."""
    own = select(Feed).where(Feed.organisation_id == caller.organisation_id)
    return (await session.scalars(own.order_by(Feed.last_heard_at.asc().nulls_last()))).all()


async def feeds_heard(session: AsyncSession, caller: Principal) -> Sequence[Feed]:
    """The feeds that what the caller sees depends on: its own, and of each hospital whose stays it sees.

    Only when they were heard is for others to know.
    """
    seen = exists().where(Spell.organisation_id == Feed.organisation_id)
    fitting = select(Feed).where(or_(Feed.organisation_id == caller.organisation_id, seen))
    return (await session.scalars(fitting.order_by(Feed.last_heard_at.asc().nulls_last()))).all()


async def count_unsent_answers(session: AsyncSession) -> dict[UUID, int]:
    """How many application acknowledgements of each feed did not reach their sender: its connection had
    ended, or the listener that owed them.
    """
    orphaned = and_(InboxRow.application_answer == "owed", InboxRow.handled_at < func.now() - ANSWERED_WITHIN)
    unsent = or_(InboxRow.application_answer == "not-sent", orphaned)
    counted = select(InboxRow.feed_id, func.count()).where(unsent).group_by(InboxRow.feed_id)
    return {row[0]: row[1] for row in await session.execute(counted)}


async def heartbeats(session: AsyncSession) -> Sequence[HeartbeatRow]:
    """When each part of the system was last alive."""
    return (await session.scalars(select(HeartbeatRow).order_by(HeartbeatRow.part))).all()


async def count_waiting(session: AsyncSession) -> dict[UUID, dict[str, int]]:
    """How many messages of each feed wait, for the drain or for a person, by state."""
    counted: dict[UUID, dict[str, int]] = {}
    for waits in (InboxRow.state == "stored", and_(InboxRow.state.in_(ASKS), InboxRow.state.not_in(BEYOND))):
        found = select(InboxRow.feed_id, InboxRow.state, func.count()).where(waits)
        for feed_id, state, count in await session.execute(found.group_by(InboxRow.feed_id, InboxRow.state)):
            counted.setdefault(feed_id, {})[state] = count
    return counted


async def count_arrived(session: AsyncSession, since: datetime) -> dict[UUID, int]:
    """How many messages came from each feed since an instant of machine time: a feed's whole history would
    have to be walked through.
    """
    arrived = select(InboxRow.feed_id, func.count()).where(InboxRow.received_at >= since)
    return {row[0]: row[1] for row in await session.execute(arrived.group_by(InboxRow.feed_id))}
