"""One message from the inbox to its effect, in a transaction of its own.

This is for messages that cannot go with others (`batch`): those that merge, move or were read before, and
those that failed. What fails for a reason that we do not know is parked too, so that one message never holds
up the others.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import aliased

from discharge.clocks import CaseClock, london_date
from discharge.errors import HomewardError, Unavailable
from discharge.store.engine import transaction
from discharge.store.outbox import is_for_relay
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Interpretation, Interpreted, NotUsed, Parked, StayReported
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.hl7v2.parse.envelope import BATCH, MOST_INSIDE, messages_in, read_envelope
from fhir_adapters.hl7v2.parse.segments import Message
from fhir_adapters.hl7v2.receive.inbox_row import arrived, numbers_hidden
from fhir_adapters.hl7v2.send.answers import read_answer
from fhir_adapters.hl7v2.store import pairs
from fhir_adapters.hl7v2.store.doubts import Doubt, SetApart
from fhir_adapters.hl7v2.store.early_hiding import hide_all_the_same, release
from fhir_adapters.hl7v2.store.effects import Effect, Source, apply_facts
from fhir_adapters.hl7v2.store.persons import set_apart
from fhir_adapters.hl7v2.store.sent import late_answer
from fhir_adapters.hl7v2.store.unmapped import note_unmapped
from fhir_adapters.people.match import Offered
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.tables import FactRow, Feed, InboxRow

log = logging.getLogger("homeward.drain")

_EARLIER = aliased(InboxRow)
WAITING_FIRST = (
    select(InboxRow, Feed)
    .join(Feed, Feed.id == InboxRow.feed_id)
    .where(
        InboxRow.state == "stored",
        ~exists().where(
            _EARLIER.feed_id == InboxRow.feed_id,
            _EARLIER.person_key == InboxRow.person_key,
            _EARLIER.state == "stored",
            _EARLIER.sequence < InboxRow.sequence,
        ),
    )
    .with_for_update(skip_locked=True, of=InboxRow)
)
"""Messages that wait while no earlier one of the same person does."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of one message: its state, and the code and reason where it has any. ``for_relay``: it, or
    another one of its transaction, left the relay something to tell.
    """

    inbox_id: UUID
    state: str
    code: str | None = None
    reason: str | None = None
    for_relay: bool = False


async def drain_one(
    engine: AsyncEngine, inbox_id: UUID, profiles: ProfileBook, clock: CaseClock
) -> Drained | None:
    """Handle one message; None when it waits no more, or not yet. Raises Unavailable."""
    outcome: Parked | NotUsed
    offered: tuple[Offered, ...] = ()
    try:
        async with transaction(engine) as session:
            found = (await session.execute(WAITING_FIRST.where(InboxRow.id == inbox_id))).one_or_none()
            if found is None:
                return None
            row, feed = found
            return await _handle(session, row, feed, profiles, clock)
    except Unavailable:
        raise
    except Doubt as doubt:
        outcome, offered = Parked(code=doubt.code, reason=doubt.reason), doubt.offered
    except SetApart as test:
        outcome = NotUsed(code="processing-id-not-used", reason=test.reason)
    except HomewardError as error:
        outcome = Parked(code="message-not-understood", reason=f"fault-{error.detail or error.code}")
    except Exception as error:
        log.error("message not applied: %s", type(error).__name__)
        outcome = Parked(code="message-not-understood", reason=f"fault-{type(error).__name__}")
    async with transaction(engine) as session:
        await pairs.offer_doubted(session, inbox_id, offered)
        read = await _read_all_the_same(session, inbox_id, profiles, clock, outcome)
        return await _finish(session, inbox_id, outcome, Effect(), read)


async def _read_all_the_same(
    session: AsyncSession,
    inbox_id: UUID,
    profiles: ProfileBook,
    clock: CaseClock,
    set_aside: Parked | NotUsed,
) -> str | None:
    """Note what its profile does not map also of a message that is set aside, and hide whom it hides; by what
    it was read.
    """
    found = select(InboxRow, Feed).join(Feed, Feed.id == InboxRow.feed_id).where(InboxRow.id == inbox_id)
    row, feed = (await session.execute(found)).one()
    today = clock.today(datetime.now(UTC))
    profile = profile_for(profiles, row, feed, today)
    message, outcome = understood(row.raw, profile)
    async with _as_far_as_it_goes(session):
        await note_unmapped(session, row, message, outcome, profile)
    if message is not None and isinstance(set_aside, Parked):
        async with _as_far_as_it_goes(session):
            await hide_all_the_same(session, row, message, profile)
    return read_by(profile, profiles, row, today)


@asynccontextmanager
async def _as_far_as_it_goes(session: AsyncSession) -> AsyncIterator[None]:
    """What is done beside: should it fail, the message is set aside all the same. A collision or an outage is
    for the caller.
    """
    try:
        async with session.begin_nested():
            yield
    except OperationalError:
        raise
    except Exception as error:
        log.error("not done beside a message set aside: %s", type(error).__name__)


async def _handle(
    session: AsyncSession, row: InboxRow, feed: Feed, profiles: ProfileBook, clock: CaseClock
) -> Drained:
    """Give one message its effect. Raises Doubt: then nothing of it may stay."""
    today = clock.today(datetime.now(UTC))
    profile = profile_for(profiles, row, feed, today)
    if row.message_type == BATCH:
        return await _finish(session, row.id, await unwrap(session, row, feed, profile), Effect())
    message, outcome = understood(row.raw, profile, clock.case_time(row.received_at))
    outcome = other_bytes(row, profile, outcome)
    if has_own_door(feed):
        outcome = flagged(outcome, message, feed, await named_senders(session))
    await note_unmapped(session, row, message, outcome, profile)
    if outcome == AN_ANSWER:
        outcome = await _answered(session, row)
    effect = Effect()
    if isinstance(outcome, NotUsed) and outcome.test_patient is not None:
        await set_apart(session, row.organisation_id, outcome.test_patient)
    if isinstance(outcome, Interpreted):
        source = source_of(row, feed, today)
        if row.handled_at is not None:  # what it said the last time gives way to what it says now
            await session.execute(delete(FactRow).where(FactRow.inbox_id == row.id))
        effect = await apply_facts(session, source, outcome.facts)
    if isinstance(outcome, Parked) and message is not None:
        await hide_all_the_same(session, row, message, profile)
    return await _finish(session, row.id, outcome, effect, read_by(profile, profiles, row, today))


def source_of(row: InboxRow, feed: Feed, today: date) -> Source:
    """Where the facts of a message come from; the id of its reading is the same however often it begins."""
    reading_id = uuid5(row.id, row.handled_at.isoformat()) if row.handled_at else row.id
    return Source(row.id, row.organisation_id, feed.code, today, reading_id)


def profile_for(profiles: ProfileBook, row: InboxRow, feed: Feed, today: date) -> Profile:
    """The version of the feed's profile by which a message is read; days are case time, London.

    The first time it is the one in force on the day that the message is about, never one that has not begun
    ``today``. Who has a message read again has corrected the profile: then it is the one in force today.
    """
    again = row.handled_at is not None
    return profiles.in_force(feed.profile, today if again else _day_of(row, today))


def _day_of(row: InboxRow, today: date) -> date:
    return min(london_date(row.event_time), today) if row.event_time else today


def read_by(profile: Profile, profiles: ProfileBook, row: InboxRow, today: date) -> str:
    """By which version and text a message was read, and where a replay read it by another than was in force
    on its day, that it did.
    """
    if row.handled_at is None:
        return profile.mark
    of_its_day = profiles.in_force(profile.name, _day_of(row, today))
    if of_its_day.version == profile.version:
        return profile.mark
    return f"{profile.mark}, in force when it was replayed; on its day it was version {of_its_day.version}"


AN_ANSWER = NotUsed(code="unknown-trigger", reason="acknowledgement")


async def _answered(session: AsyncSession, row: InboxRow) -> Interpretation:
    """An acknowledgement on a connection of its own: it may answer something that we sent."""
    answer = read_answer(row.raw)
    if answer is None or not await late_answer(session, answer, row.organisation_id):
        return AN_ANSWER
    return AN_ANSWER.model_copy(update={"reason": "answer-to-ours"})


def other_bytes(row: InboxRow, profile: Profile, outcome: Interpretation) -> Interpretation:
    """The same id with other bytes is interpreted, unless this feed's ids are unique: then a person must
    look. Who edits a message or has it read again has looked.
    """
    unseen = row.same_id_other_bytes and row.edited_from is None and row.handled_at is None
    if unseen and profile.control_ids_unique and isinstance(outcome, Interpreted):
        return Parked(code="message-not-understood", reason="control-id-reused")
    return outcome


async def _finish(
    session: AsyncSession,
    inbox_id: UUID,
    outcome: Interpretation,
    effect: Effect,
    read_by: str | None = None,
) -> Drained:
    values = {**became(outcome, effect, read_by), "handled_at": func.now()}
    waiting = (InboxRow.id == inbox_id, InboxRow.state == "stored")
    await session.execute(update(InboxRow).where(*waiting).values(values))
    if not isinstance(outcome, Parked) and not effect.requested:  # whom a request hides is not known yet
        await release(session, [inbox_id])
    return Drained(inbox_id, outcome.outcome, values["code"], values["reason"], is_for_relay(session))


def became(outcome: Interpretation, effect: Effect, read_by: str | None) -> dict[str, Any]:
    """What became of a message, as columns of the inbox."""
    if isinstance(outcome, Interpreted):
        code, reason = None, ",".join((*outcome.notes, *effect.notes)) or None
    else:
        code, reason = outcome.code, outcome.reason
    return {
        "state": outcome.outcome,
        "code": code,
        "reason": reason,
        "person_id": effect.person_id,
        "spell_id": effect.spell_id,
        "read_by": read_by,
        "ward": _ward(outcome),
    }


def _ward(outcome: Interpretation) -> str | None:
    """Where the person lies by the message, in capitals; None where it does not say."""
    facts = outcome.facts if isinstance(outcome, Interpreted) else ()
    wards = (fact.location.ward for fact in facts if isinstance(fact, StayReported) and fact.location)
    return next((ward.upper() for ward in wards if ward), None)


OTHER_SENDER = "sender-of-another-feed"
"""Port and certificate say who sent a message; a header that names another feed is told, and changes nothing.
"""
Named = Mapping[tuple[str | None, str | None], UUID]
"""MSH-3 and MSH-4 as feeds ask for them -> the feed; an empty one is not asked for."""


async def named_senders(session: AsyncSession) -> Named:
    """The feeds that ask for a sender by name."""
    rows = await session.execute(
        select(Feed.sending_application, Feed.sending_facility, Feed.id).where(
            Feed.sending_application.is_not(None) | Feed.sending_facility.is_not(None)
        )
    )
    return {(application, facility): feed_id for application, facility, feed_id in rows}


def has_own_door(feed: Feed) -> bool:
    """Whether messages come to this feed by a port or a certificate of its own."""
    return feed.port is not None or feed.certificate is not None


def flagged(outcome: Interpretation, message: Message | None, feed: Feed, named: Named) -> Interpretation:
    """The outcome, with a note where the header names another feed."""
    if message is None or not isinstance(outcome, Interpreted) or not has_own_door(feed):
        return outcome
    said = message.envelope
    shown = (
        (said.sending_application, said.sending_facility),
        (said.sending_application, None),
        (None, said.sending_facility),
    )
    others = [named[each] for each in shown if each in named and named[each] != feed.id]
    return outcome.model_copy(update={"notes": (*outcome.notes, OTHER_SENDER)}) if others else outcome


async def unwrap(session: AsyncSession, row: InboxRow, feed: Feed, profile: Profile) -> Interpretation:
    """Keep each message of a batch in its feed; those that came before are there already. Whom the batch
    hid, its messages go on hiding.
    """
    inside = messages_in(row.raw)
    if len(inside) > MOST_INSIDE:
        return Parked(code="message-not-understood", reason="batch-too-long")
    for raw in inside:
        read = read_envelope(raw)
        hides = numbers_hidden(raw, read, profile)
        await receive(session, feed, arrived(raw, read, claimed=True, hides=hides))
    return Interpreted(facts=(), notes=(f"batch-of-{len(inside)}",))
