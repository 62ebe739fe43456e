"""What a story tells its partners, as the outbox has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from sqlalchemy import ColumnElement, select

from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow
from tests.workflows.story import CLOCK, Story
from tests.workflows.waiting import until
from workflows.probes import Probes
from workflows.relay import Relay


async def relay(story: Story) -> None:
    await Relay(story.sessions, story.client, CLOCK).once()


@asynccontextmanager
async def carried_on(story: Story) -> AsyncIterator[None]:
    """The relay and the probes at work until left."""

    async def at_work() -> None:
        probes = Probes(story.sessions, story.client, CLOCK)
        while True:
            await relay(story)
            await probes.once()
            await asyncio.sleep(0.05)

    working = asyncio.create_task(at_work())
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def rows(which: ColumnElement[bool], story: Story) -> Sequence[OutboxRow]:
    async with transaction(story.sessions) as session:
        return (await session.scalars(select(OutboxRow).where(which).order_by(OutboxRow.sequence))).all()


async def until_states(which: ColumnElement[bool], story: Story, *states: str) -> Sequence[OutboxRow]:
    async def as_wished() -> Sequence[OutboxRow] | None:
        found = await rows(which, story)
        return found if tuple(row.state for row in found) == states else None

    return await until(as_wished, f"rows {states}")
