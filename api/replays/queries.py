"""Replays of messages with how far they are, and one message's history of replays and edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from api.looks.notes import looked
from api.web.principals import Principal
from discharge.errors import HomewardError
from fhir_adapters.store.parked_causes import Cause, causes
from fhir_adapters.store.tables import InboxRow, MessageEditRow, ReplayItemRow, ReplayRow

MOST = 100


async def waiting_causes(session: AsyncSession, caller: Principal) -> list[Cause]:
    """What waits for a person, by cause; a look at the cases that it concerns."""
    found = await causes(session, caller.organisation_id)
    await looked(session, caller, "messages that wait", {case for each in found for case in each.cases})
    return found


@dataclass(frozen=True)
class Progress:
    """One replay: outcomes with their counts ('' while waiting), and what put-back messages are by now."""

    row: ReplayRow
    outcomes: dict[str, int]
    states: dict[str, int]


async def replays(session: AsyncSession, offset: int, size: int) -> Sequence[ReplayRow]:
    """Replays of the caller's organisation, newest first."""
    statement = select(ReplayRow).order_by(ReplayRow.asked_at.desc(), ReplayRow.id).offset(offset).limit(size)
    return (await session.scalars(statement)).all()


async def progress(session: AsyncSession, replay_id: UUID) -> Progress:
    """One replay and how far it is. Raises not-found."""
    row = await session.get(ReplayRow, replay_id)
    if row is None:
        raise HomewardError("not-found")
    outcome = func.coalesce(ReplayItemRow.outcome, "")
    counted = await session.execute(
        select(outcome, func.count()).where(ReplayItemRow.replay_id == replay_id).group_by(outcome)
    )
    became = await session.execute(
        select(InboxRow.state, func.count())
        .join(ReplayItemRow, ReplayItemRow.inbox_id == InboxRow.id)
        .where(ReplayItemRow.replay_id == replay_id, ReplayItemRow.outcome == "put-back")
        .group_by(InboxRow.state)
    )
    return Progress(row, dict(counted.all()), dict(became.all()))


async def items_of(session: AsyncSession, replay_id: UUID) -> Sequence[tuple[ReplayItemRow, InboxRow]]:
    """The first messages of a replay, with what they are now."""
    statement = (
        select(ReplayItemRow, InboxRow)
        .join(InboxRow, InboxRow.id == ReplayItemRow.inbox_id)
        .where(ReplayItemRow.replay_id == replay_id)
        .order_by(InboxRow.sequence)
        .options(defer(InboxRow.raw))
        .limit(MOST)
    )
    return [(item, row) for item, row in await session.execute(statement)]


@dataclass(frozen=True)
class History:
    """How often a message was read again, and edits that stand in for it, or that it is."""

    replays: Sequence[tuple[ReplayItemRow, ReplayRow]]
    edits: Sequence[MessageEditRow]


async def history(session: AsyncSession, inbox_id: UUID) -> History:
    """What people did with one message, oldest first."""
    again = (
        select(ReplayItemRow, ReplayRow)
        .join(ReplayRow, ReplayRow.id == ReplayItemRow.replay_id)
        .where(ReplayItemRow.inbox_id == inbox_id)
        .order_by(ReplayRow.asked_at)
    )
    edits = (
        select(MessageEditRow)
        .where((MessageEditRow.original_id == inbox_id) | (MessageEditRow.inbox_id == inbox_id))
        .order_by(MessageEditRow.proposed_at)
    )
    return History(
        [(item, row) for item, row in await session.execute(again)], (await session.scalars(edits)).all()
    )
