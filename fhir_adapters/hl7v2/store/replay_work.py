"""Replays as durable work: first which messages these are, then a few at a time, each with what became of it.

A replay is a row that the worker takes up wherever it was left; a message of it is handled once, in the same
transaction that puts it back. What is put back keeps its place in order.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Fact
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.hl7v2.parse.envelope import header_of, read_envelope
from fhir_adapters.hl7v2.process.replays import PUT_BACK, judged, refused_at_sight
from fhir_adapters.hl7v2.receive.directory import Arrival, choose_feed
from fhir_adapters.hl7v2.store.inbox import feed_doors
from fhir_adapters.hl7v2.store.single_message import profile_for
from fhir_adapters.hl7v2.store.unmapped import note_unmapped
from fhir_adapters.store.message_search import MessageQuery, conditions
from fhir_adapters.store.tables import FactRow, Feed, InboxRow, ReplayItemRow, ReplayRow

AT_A_TIME = 50
"""Messages handled in one transaction: few enough that the drain is never kept from a person for long."""

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)


async def ask_replay(
    session: AsyncSession, replay_id: UUID, organisation_id: UUID, wanted: MessageQuery, reason: str, by: UUID
) -> ReplayRow:
    """Have messages read again; asking twice with one id is asking once."""
    held = await session.get(ReplayRow, replay_id)
    if held is not None:
        return held
    row = ReplayRow(
        id=replay_id,
        organisation_id=organisation_id,
        wanted=wanted.model_dump(mode="json"),
        reason=reason,
        asked_by=by,
        state="waiting",
    )
    session.add(row)
    await session.flush()
    return row


async def stop_replay(session: AsyncSession, replay_id: UUID, reason: str) -> None:
    """Stop a replay as the transaction's user; again changes nothing. Raises not-found, already-done for one
    that came to its end, role-not-allowed.
    """
    await session.execute(select(func.homeward_stop_replay(replay_id, reason)))


async def work_replays(engine: AsyncEngine, profiles: ProfileBook, clock: CaseClock) -> bool:
    """Do the next bit of the oldest replay; whether there was one."""
    async with transaction(engine) as session:
        replay = await session.scalar(
            select(ReplayRow)
            .where(ReplayRow.state.in_(("waiting", "working")))
            .order_by(ReplayRow.asked_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if replay is None:
            return False
        if replay.state == "waiting":
            await _gather(session, replay)
        elif not await _handle_some(session, replay, profiles, clock):
            replay.state, replay.finished_at = "done", func.now()
        return True


async def _gather(session: AsyncSession, replay: ReplayRow) -> None:
    """Write down which messages are meant: those that were there when it was asked."""
    wanted = MessageQuery.model_validate(replay.wanted, extra="ignore")
    meant = select(literal(replay.id), InboxRow.id).where(
        *conditions(wanted, replay.organisation_id), InboxRow.received_at <= replay.asked_at
    )
    await session.execute(insert(ReplayItemRow).from_select(["replay_id", "inbox_id"], meant))
    count = select(func.count()).where(ReplayItemRow.replay_id == replay.id)
    replay.total, replay.state = await session.scalar(count), "working"


async def _handle_some(
    session: AsyncSession, replay: ReplayRow, profiles: ProfileBook, clock: CaseClock
) -> int:
    waiting = (
        select(InboxRow, Feed)
        .join(ReplayItemRow, ReplayItemRow.inbox_id == InboxRow.id)
        .join(Feed, Feed.id == InboxRow.feed_id)
        .where(ReplayItemRow.replay_id == replay.id, ReplayItemRow.outcome.is_(None))
        .order_by(InboxRow.sequence)
        .limit(AT_A_TIME)
        .with_for_update(of=InboxRow)
    )
    found = (await session.execute(waiting)).all()
    for row, feed in found:
        was = {"was_state": row.state, "was_code": row.code, "was_reason": row.reason}
        profile = profile_for(profiles, row, feed, clock.today(datetime.now(UTC)))
        outcome = await _again(session, row, profile, clock.case_time(row.received_at))
        await _note(session, replay.id, row.id, outcome=outcome, **was)
    return len(found)


async def _note(session: AsyncSession, replay_id: UUID, inbox_id: UUID, **values: Any) -> None:
    item = (ReplayItemRow.replay_id == replay_id, ReplayItemRow.inbox_id == inbox_id)
    await session.execute(update(ReplayItemRow).where(*item).values(**values, at=func.now()))


async def _again(session: AsyncSession, row: InboxRow, profile: Profile, arrived_at: datetime) -> str:
    """Put one message back where that can change something; what it comes to. `arrived_at` is case time."""
    if refused := refused_at_sight(row.state, row.content_type, kept=row.kept):
        return refused
    if row.state == "unassigned":
        return await _assign(session, row)
    message, now = understood(row.raw, profile, arrived_at)
    outcome = judged(row.state, row.code, row.reason, await _facts(session, row), now)
    if outcome != PUT_BACK:
        await note_unmapped(session, row, message, now, profile)
    if outcome == PUT_BACK:
        row.state, row.code, row.reason = "stored", None, None
    return outcome


async def _facts(session: AsyncSession, row: InboxRow) -> list[Fact]:
    if row.state != "interpreted":
        return []
    said = select(FactRow.payload).where(FactRow.inbox_id == row.id).order_by(FactRow.ordinal)
    return [_FACT.validate_python(payload, extra="ignore") for payload in await session.scalars(said)]


async def _assign(session: AsyncSession, row: InboxRow) -> str:
    """Give an unassigned message to the feed that claims it by now; bytes that it holds count as used."""
    header = header_of(read_envelope(row.raw))
    shown = Arrival(
        sending_application=header.sending_application if header else "",
        sending_facility=header.sending_facility if header else "",
    )
    door = choose_feed(await feed_doors(session), shown)
    if door is None:
        return "nobody-claims-it"
    same = select(InboxRow.id).where(
        InboxRow.feed_id == door.feed_id,
        InboxRow.message_id == row.message_id,
        InboxRow.sha256 == row.sha256,
    )
    if await session.scalar(same.limit(1)) is not None:
        row.state, row.reason = "not-used", "held-by-its-feed"
        return "held-by-its-feed"
    row.feed_id, row.organisation_id = door.feed_id, door.organisation_id
    row.state, row.code, row.reason = "stored", None, None
    return PUT_BACK
