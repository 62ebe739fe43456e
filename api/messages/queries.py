"""Messages as operators look for them: found by many signs, and one with all that followed from it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, select, text, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from api.looks.notes import looked, looked_at
from api.messages.word_search import messages_that_say
from api.web.limits import search_words
from api.web.paging import SIZE
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store.tables import CaseEventRow, CaseRow, OutboxRow, Person
from discharge.store.tables.outbox import EVERY_ITEM
from fhir_adapters.store.message_search import BEYOND, NEEDS_SOMEBODY, MessageQuery, People, conditions
from fhir_adapters.store.tables import FactRow, Feed, InboxRow

COUNTED_TO = 1_000
"""Counts of a list stop here: beyond it a figure helps nobody and costs a walk through the whole inbox."""

PLACE = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+ ]00:00)_(\d{1,18})"
"""How a place is written; a browser may send the plus as a space."""
_PLACE = re.compile(PLACE)


@dataclass(frozen=True)
class Place:
    """Where a page of the list ended: the instant and sequence of its last message."""

    received_at: datetime
    sequence: int

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return f"{self.received_at.isoformat()}_{self.sequence}"


def place_of(text: str) -> Place | None:
    """A place from an address; None for anything that is none."""
    found = _PLACE.fullmatch(text)
    try:
        return Place(datetime.fromisoformat(found[1].replace(" ", "+")), int(found[2])) if found else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Found:
    """A page of messages, newest first, without their text; `more` says that older ones follow."""

    rows: Sequence[InboxRow]
    more: bool

    @property
    def next(self) -> str:
        """Where the next page begins; empty on the last."""
        last = self.rows[-1] if self.rows and self.more else None
        return Place(last.received_at, last.sequence).text if last else ""


async def find(
    session: AsyncSession,
    caller: Principal,
    wanted: MessageQuery,
    before: Place | None = None,
    size: int = SIZE,
) -> Found:
    """Messages of the caller's organisation. The look is noted where it asked for somebody."""
    statement = (
        select(InboxRow)
        .where(*conditions(wanted, caller.organisation_id))
        .order_by(InboxRow.received_at.desc(), InboxRow.sequence.desc())
        .options(defer(InboxRow.raw))
        .limit(size + 1)
    )
    if before:
        here = tuple_(InboxRow.received_at, InboxRow.sequence)
        statement = statement.where(here < tuple_(literal(before.received_at), literal(before.sequence)))
    rows = (await session.scalars(statement)).all()
    await looked(
        session, caller, "messages of a person", (), wanted.people.person_ids if wanted.people else ()
    )
    return Found(rows[:size], len(rows) > size)


async def count_states(
    session: AsyncSession, caller: Principal, wanted: MessageQuery, states: Sequence[str]
) -> dict[str, int]:
    """How many messages there are in each state under the same filter, counted to `COUNTED_TO` and one.

    A code or reason is of what was set aside: what was used or waits is not walked through for it.
    """
    only = (
        states
        if wanted.code == "" and wanted.reason is None
        else [each for each in states if each not in BEYOND]
    )
    parts = [_counted(caller, wanted, state) for state in only]
    found = await session.execute(union_all(*parts))
    return {row[0]: row[1] for row in found}


def _counted(caller: Principal, wanted: MessageQuery, state: str) -> Any:
    own = conditions(wanted.model_copy(update={"state": state}), caller.organisation_id)
    # In the order of the list, so that the count walks the same index and no more of it than the limit.
    newest = (InboxRow.received_at.desc(), InboxRow.sequence.desc())
    some = select(InboxRow.sequence).where(*own).order_by(*newest).limit(COUNTED_TO + 1).subquery()
    return select(literal(state), func.count()).select_from(some)


async def people_meant(session: AsyncSession, caller: Principal, who: str) -> People | None:
    """Whom a number or a name means; None where nothing was asked."""
    search_words(who, "who")
    who = " ".join(who.split())
    if not who:
        return None
    if any(character.isdigit() for character in who):
        return await _numbered(session, who)
    found: set[UUID] = set()
    for family, given in _names(who):
        found |= set(await session.scalars(_people("", family, given)))
    family, given = _names(who)[0]
    await looked(session, caller, "people of messages", (), found)
    unread = MessageQuery(state=NEEDS_SOMEBODY)
    said_in = await messages_that_say(session, caller, unread, f"{family}^{given}")
    return People(person_ids=tuple(sorted(found)), said_in=said_in)


async def _numbered(session: AsyncSession, who: str) -> People:
    number = who.replace(" ", "")
    written = {who, number, number.upper()}
    if len(number) == 10:
        written |= {f"{number[:3]} {number[3:6]} {number[6:]}", f"{number[:3]}-{number[3:6]}-{number[6:]}"}
    found = await session.scalars(_people(number, "", ""))
    return People(person_ids=tuple(found), person_keys=tuple(sorted(_key(each) for each in written)))


def _people(number: str, family: str, given: str) -> Select[Any]:
    return select(func.homeward_people_of_messages(number, family, given))


def _key(number: str) -> str:
    """As the listener writes down whom a message is about before anybody has read it."""
    return hashlib.sha256(number.encode()).hexdigest()[:24]


def _names(who: str) -> list[tuple[str, str]]:
    """``Ashdown, Joan`` as it is; without a comma either word may be the family name."""
    family, comma, given = (part.strip() for part in who.partition(","))
    if comma or " " not in who:
        return [(family, given)]
    first, last = who.rsplit(" ", maxsplit=1)
    return [(last, first), tuple(who.split(" ", maxsplit=1))]  # type: ignore[list-item]


async def people_of_case(session: AsyncSession, case_id: UUID) -> People:
    """The person of a case the caller's organisation takes part in, and who turned out to be them. Raises
    not-found.
    """
    person_id = await session.scalar(select(CaseRow.person_id).where(CaseRow.id == case_id))
    if person_id is None:
        raise HomewardError("not-found")
    return await _everything_about(session, person_id)


async def _everything_about(session: AsyncSession, person_id: UUID) -> People:
    others = await session.scalars(select(Person.id).where(Person.merged_into == person_id))
    return People(person_ids=(person_id, *others), and_unread=True)


async def people_of_message(session: AsyncSession, message_id: UUID) -> People:
    """Whom a message is about: the person where one was found, and the number by which the sender names
    them. Raises not-found.
    """
    row = await session.get(InboxRow, message_id)
    if row is None:
        raise HomewardError("not-found")
    if row.person_id:
        return await _everything_about(session, row.person_id)
    return People(person_keys=(row.person_key,) if row.person_key else ())


@dataclass(frozen=True)
class Followed:
    """What followed from a message: signals to cases, their events, and what was sent to partners."""

    signals: Sequence[OutboxRow]
    events: Sequence[CaseEventRow]
    sent: Sequence[OutboxRow]


async def followed(session: AsyncSession, message_id: UUID) -> Followed:
    """The trace of one message, as far as the caller's organisation takes part in the cases."""
    signals = (
        await session.scalars(
            select(EVERY_ITEM)
            .where(EVERY_ITEM.cause_inbox_id == message_id, EVERY_ITEM.channel == "case-signal")
            .order_by(EVERY_ITEM.sequence)
        )
    ).all()
    commands = [row.key for row in signals]
    events = select(CaseEventRow).where(CaseEventRow.command_id.in_(commands))
    cases = [row.case_id for row in signals]
    sent = select(EVERY_ITEM).where(
        EVERY_ITEM.case_id.in_(cases),
        EVERY_ITEM.channel == "partner",
        EVERY_ITEM.cause_command_id.in_(commands),
    )
    return Followed(
        signals,
        (await session.scalars(events.order_by(CaseEventRow.case_id, CaseEventRow.sequence))).all(),
        (await session.scalars(sent.order_by(EVERY_ITEM.sequence))).all(),
    )


_FACTS = text("SELECT * FROM homeward_facts_shown(:message_id, NULL)")
"""What each fact says is PostgreSQL's answer: of the hidden only what tells nothing of where they are."""


async def message(
    session: AsyncSession, caller: Principal, message_id: UUID, what: str = "message"
) -> tuple[InboxRow, Sequence[FactRow]]:
    """One message and the facts that were read from it; the look is noted, also where nobody knows yet whom
    it is about. Raises not-found.
    """
    row = await session.get(InboxRow, message_id)
    if row is None:
        raise HomewardError("not-found")
    if row.person_id:
        await looked(session, caller, what, (), [row.person_id])
    else:
        await looked_at(session, caller, f"{what} {row.sequence}, person not known")
    facts = select(FactRow).from_statement(_FACTS).execution_options(populate_existing=True)
    return row, (await session.scalars(facts, {"message_id": message_id})).all()


async def feed_of(session: AsyncSession, code: str) -> UUID | None:
    """The id of a feed by its code. Raises not-found for a code that no feed has."""
    if not code:
        return None
    found = await session.scalar(select(Feed.id).where(Feed.code == code))
    if found is None:
        raise HomewardError("not-found", where="feed")
    return found
