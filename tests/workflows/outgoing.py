"""What a story tells its partners, as the outbox has it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow
from tests.workflows.story import CLOCK, Story
from tests.workflows.waiting import until
from workflows.relay import Relay


async def relay(story: Story) -> None:
    await Relay(story.sessions, story.client, CLOCK).once()


async def rows(which: ColumnElement[bool], story: Story) -> Sequence[OutboxRow]:
    async with transaction(story.sessions) as session:
        return (await session.scalars(select(OutboxRow).where(which).order_by(OutboxRow.sequence))).all()


async def until_states(which: ColumnElement[bool], story: Story, *states: str) -> Sequence[OutboxRow]:
    async def as_wished() -> Sequence[OutboxRow] | None:
        found = await rows(which, story)
        return found if tuple(row.state for row in found) == states else None

    return await until(as_wished, f"rows {states}")
