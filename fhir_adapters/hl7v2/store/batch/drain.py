"""The drain: many waiting messages from the inbox to their effect, in one transaction.

A batch holds the first messages that wait, in order. Those that go together have their effect one after the
other on what was loaded for all of them, and are written and committed together; the others follow, each in a
transaction of its own. Whatever happens, a message has its effect once, with its row: a batch that is broken
off waits as before.
"""

import asyncio
import logging
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.clocks import CaseClock
from discharge.errors import Unavailable
from discharge.store.engine import transaction
from discharge.store.outbox import is_for_relay
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.hl7v2.facts import Interpreted, NotUsed
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.hl7v2.parse.envelope import BATCH
from fhir_adapters.hl7v2.store import pairs
from fhir_adapters.hl7v2.store.batch.load import Loaded, begun, load
from fhir_adapters.hl7v2.store.batch.plan import Plan, Read, names_of, plan
from fhir_adapters.hl7v2.store.batch_state import finish, work_on, write
from fhir_adapters.hl7v2.store.early_hiding import release
from fhir_adapters.hl7v2.store.effects import Effect, apply_facts
from fhir_adapters.hl7v2.store.moves import visit_key
from fhir_adapters.hl7v2.store.persons import lock
from fhir_adapters.hl7v2.store.single_message import (
    Drained,
    Named,
    became,
    drain_one,
    flagged,
    has_own_door,
    named_senders,
    other_bytes,
    profile_for,
    read_by,
    source_of,
)
from fhir_adapters.hl7v2.store.unmapped import missing_in, put_in
from fhir_adapters.store.tables import Feed, InboxRow

log = logging.getLogger("homeward.drain")

MOST_MESSAGES = 128
MOST_BYTES = 4 * 1024 * 1024
"""How much goes into one batch; a message that is larger goes alone."""

MOST_FAILURES = 4
"""After so many messages of a batch have failed, only those before the next that does go together."""

COLLISIONS = frozenset({"40001", "40P01"})
"""SQLSTATE of a serialisation failure and of a deadlock."""
COLLISIONS_BORNE = 3

BREATH = 8
"""After so many messages whoever else works in this process has a turn."""

HL7 = "%hl7-v2%"
"""Content types that the drain takes."""

_TAKE = text(
    """
    WITH waiting AS MATERIALIZED (
        SELECT id, sequence, feed_id, person_key, coalesce(size, octet_length(raw_inline)) AS size FROM inbox
        WHERE state = 'stored' AND content_type LIKE :hl7
        ORDER BY sequence LIMIT :messages FOR UPDATE SKIP LOCKED
    ), fitting AS (
        SELECT *, sum(size) OVER earlier AS together, row_number() OVER earlier AS place FROM waiting
        WINDOW earlier AS (ORDER BY sequence)
    )
    SELECT id FROM fitting
    WHERE (together <= :bytes OR place = 1) AND NOT EXISTS (
        SELECT FROM inbox AS earlier
        WHERE earlier.feed_id = fitting.feed_id AND earlier.person_key = fitting.person_key
          AND earlier.state = 'stored' AND earlier.sequence < fitting.sequence
          AND earlier.id NOT IN (SELECT id FROM fitting)
    )
    """
)
"""Locks the first messages that wait; what another drain has locked, and what follows it for the same person,
is left to it.
"""


class _Failed(Exception):
    """A message of a batch cannot have its effect among others."""

    def __init__(self, inbox_id: UUID) -> None:
        self.inbox_id = inbox_id
        super().__init__()


async def drain_some(engine: AsyncEngine, profiles: ProfileBook, clock: CaseClock) -> list[Drained]:
    """Handle the first messages that wait; none when none waits. Raises Unavailable."""
    drain = _Drain(engine, profiles, clock)
    together, alone = await drain.batch()
    found = together + [done for inbox_id in alone if (done := await drain.one(inbox_id))]
    order = {inbox_id: place for place, inbox_id in enumerate(drain.taken)}
    return sorted(found, key=lambda done: order.get(done.inbox_id, -1))


class _Drain:
    """One go of the drain."""

    def __init__(self, engine: AsyncEngine, profiles: ProfileBook, clock: CaseClock) -> None:
        self._engine = engine
        self._profiles = profiles
        self._clock = clock
        self._failed: dict[UUID, None] = {}
        self.taken: list[UUID] = []
        self.named: Named = {}

    async def batch(self) -> tuple[list[Drained], list[UUID]]:
        """Handle what goes together; returns it, and what is to go alone after it.

        A message that fails ends the transaction, and the rest begins again without it.
        """
        collisions = 0
        while True:
            try:
                async with transaction(self._engine) as session:
                    return await self._together(session)
            except _Failed as failed:
                self._failed[failed.inbox_id] = None
            except Unavailable as collision:
                collisions += 1
                if collision.detail not in COLLISIONS or collisions > COLLISIONS_BORNE:
                    raise
            except Exception as error:  # whatever it is, one message must not hold up those behind it
                if not self.taken:
                    raise
                log.error("batch not written: %s", getattr(error, "detail", "") or type(error).__name__)
                return [], self.taken

    async def one(self, inbox_id: UUID) -> Drained | None:
        """Handle one message alone.

        Two messages that name the same people in different ways may each wait for the other: PostgreSQL ends
        one of them, and it simply goes again.
        """
        for _ in range(COLLISIONS_BORNE):
            try:
                return await drain_one(self._engine, inbox_id, self._profiles, self._clock)
            except Unavailable as collision:
                if collision.detail not in COLLISIONS:
                    raise
        return await drain_one(self._engine, inbox_id, self._profiles, self._clock)

    async def _together(self, session: AsyncSession) -> tuple[list[Drained], list[UUID]]:
        today = self._clock.today(datetime.now(UTC))
        messages = await self._take(session, today)
        if not messages:
            return [], []
        loaded = await _load(session, messages)
        made = plan(messages, loaded, self._failed)
        if len(self._failed) > MOST_FAILURES:
            made = _before_failures(made, self._failed)
        done = await self._apply(session, made, loaded, today) if made.together else []
        return done, [one.row.id for one in made.alone]

    async def _take(self, session: AsyncSession, today: date) -> list[Read]:
        """The first messages that wait, each as its profile reads it."""
        limits = {"hl7": HL7, "messages": MOST_MESSAGES, "bytes": MOST_BYTES}
        ids = list(await session.scalars(_TAKE, limits))
        if not ids:
            return []
        rows = select(InboxRow, Feed).join(Feed, Feed.id == InboxRow.feed_id).where(InboxRow.id.in_(ids))
        found = (await session.execute(rows.order_by(InboxRow.sequence))).all()
        self.taken = [row.id for row, _ in found]
        self.named = await named_senders(session) if any(has_own_door(feed) for _, feed in found) else {}
        messages = []
        for place, (row, feed) in enumerate(found, 1):
            messages.append(self._read(row, feed, today))
            if place % BREATH == 0:
                await asyncio.sleep(0)
        return messages

    def _read(self, row: InboxRow, feed: Feed, today: date) -> Read:
        profile = profile_for(self._profiles, row, feed, today)
        if row.message_type == BATCH:
            return Read(row, feed, profile)
        message, outcome = understood(row.raw, profile, self._clock.case_time(row.received_at))
        outcome = flagged(other_bytes(row, profile, outcome), message, feed, self.named)
        return Read(row, feed, profile, message, outcome)

    async def _apply(self, session: AsyncSession, made: Plan, loaded: Loaded, today: date) -> list[Drained]:
        """Give messages their effect together. Raises _Failed."""
        work_on(session, loaded.state)
        done = []
        with session.no_autoflush:
            for place, one in enumerate(made.together, 1):
                done.append(await self._effect(session, one, today))
                if place % BREATH == 0:
                    await asyncio.sleep(0)
        await write(session, loaded.state)
        used = ((one, one.message) for one in made.together if one.message is not None)
        unused = [one.row.id for one in made.together if isinstance(one.outcome, NotUsed)]
        missing = [(one.row, missing_in(said, one.profile)) for one, said in used if one.row.id not in unused]
        await put_in(session, missing)
        await finish(session, done)
        if loaded.state.anything_hidden:
            await release(session, [one.row.id for one in made.together])
        for offer in loaded.state.afterwards:
            await offer()
        await pairs.offer_all_resembling(session, loaded.state.described)
        told = is_for_relay(session)
        return [Drained(one["inbox_id"], one["state"], one["code"], one["reason"], told) for one in done]

    async def _effect(self, session: AsyncSession, one: Read, today: date) -> dict[str, Any]:
        effect, outcome = Effect(), one.outcome
        if outcome is None:
            raise _Failed(one.row.id)
        if isinstance(outcome, Interpreted):
            source = source_of(one.row, one.feed, today)
            try:
                effect = await apply_facts(session, source, outcome.facts)
            except (Unavailable, DBAPIError):
                raise
            except Exception:
                raise _Failed(one.row.id) from None
        by = read_by(one.profile, self._profiles, one.row, today)
        return {"inbox_id": one.row.id, **became(outcome, effect, by)}


async def _load(session: AsyncSession, messages: list[Read]) -> Loaded:
    """Lock whatever the messages name, in one order for all (numbers before visits), and load it."""
    names = names_of(messages)
    numbers = {f"nhs:{value}" for value in names.nhs}
    numbers |= {f"local:{organisation}:{authority}:{value}" for organisation, authority, value in names.local}
    visits = {visit_key(*visit) for visit in names.visits}
    await lock(session, numbers | visits)
    loaded = await load(session, names, await begun(session))
    loaded.state.sequences = {one.row.id: one.row.sequence for one in messages}
    loaded.state.locked = frozenset(numbers | visits)
    loaded.state.moved_numbers = {number for _, number in loaded.moved}
    return loaded


def _before_failures(made: Plan, failed: dict[UUID, None]) -> Plan:
    """Only what comes before the first message that failed; it, and what follows, goes alone."""
    first = next((one for one in made.alone if one.row.id in failed), None)
    if first is None:
        return made
    before = [one for one in made.together if one.row.sequence < first.row.sequence]
    return Plan(before, [one for one in made.alone if one.row.sequence <= first.row.sequence])
