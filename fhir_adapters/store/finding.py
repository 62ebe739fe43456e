"""Which messages somebody means, as one value that a page, an interface, a command and a replay share.

Every condition rests on an index of the inbox, so that a list is found among a million messages as among a
hundred; lists are ordered by (``received_at``, ``sequence``) and go on from where the last page ended.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.values import Frozen
from fhir_adapters.store.tables import Feed, InboxRow, UnmappedMessageRow

ASKS = ("parked", "unassigned", "rejected")
"""States in which a message waits for a person."""

BEYOND = ("stored", "interpreted")
"""States outside the index of what was set aside."""

MOST_READ_FOR_A_NAME = 5_000
"""Newest messages waiting for a person whose bytes are looked through for a name: nobody knows yet whom they
mean.
"""

_TYPE = re.compile(r"([A-Z]{3})(?:\^([A-Z]\d\d))?")
_TRIGGER = re.compile(r"[A-Z]\d\d")
_FAMILY_OF_TRIGGER = {"A": "ADT", "R": "ORU", "T": "MDM", "I": "REF", "S": "SIU"}


class People(Frozen):
    """Whom messages should be about: ids where they are known, else what their messages would say."""

    person_ids: tuple[UUID, ...] = ()
    person_keys: tuple[str, ...] = ()
    name: str = ""


class Wanted(Frozen):
    """Which messages. What is empty is not asked for; ``until`` is the first instant that is too late,
    ``unmapped`` a value of the queue that no profile maps.
    """

    ids: tuple[UUID, ...] = ()
    state: str = ""
    message_id: str = ""
    message_type: str = ""
    trigger: str = ""
    feed_id: UUID | None = None
    code: str = ""
    reason: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    repeated_id: bool = False
    unmapped: UUID | None = None
    people: People | None = None
    case_persons: tuple[UUID, ...] = ()


def kind_of(text: str) -> dict[str, str]:
    """What one box of text means: ``ADT^A03``, ``ADT`` or ``A03`` is a type, anything else a message id."""
    text = text.strip()
    upper = text.upper()
    if found := _TYPE.fullmatch(upper):
        return {"message_type": found[1], "trigger": found[2] or ""}
    if _TRIGGER.fullmatch(upper):
        return {"message_type": _FAMILY_OF_TRIGGER.get(upper[0], ""), "trigger": upper}
    return {"message_id": text} if text else {}


def conditions(wanted: Wanted, organisation_id: UUID) -> list[ColumnElement[bool]]:
    """The conditions on the inbox, for messages of one organisation."""
    own = [InboxRow.organisation_id == organisation_id]
    exact = {
        InboxRow.state: wanted.state,
        InboxRow.message_type: wanted.message_type,
        InboxRow.trigger: wanted.trigger,
        InboxRow.code: wanted.code,
        InboxRow.feed_id: wanted.feed_id,
    }
    own += [column == value for column, value in exact.items() if value]
    if wanted.code or (wanted.state and wanted.state not in BEYOND):
        own.append(InboxRow.state.not_in(BEYOND))  # for the index of what was set aside
    if wanted.reason is not None:
        own.append(_reason(wanted.reason))
    if wanted.since:
        own.append(InboxRow.received_at >= wanted.since)
    if wanted.until:
        own.append(InboxRow.received_at < wanted.until)
    if wanted.repeated_id:
        own.append(InboxRow.same_id_other_bytes.is_(True))
    return [*own, *_named(wanted, organisation_id)]


def _reason(reason: str) -> ColumnElement[bool]:
    return InboxRow.reason == reason if reason else or_(InboxRow.reason.is_(None), InboxRow.reason == "")


def _named(wanted: Wanted, organisation_id: UUID) -> list[ColumnElement[bool]]:
    """Conditions that name messages one by one."""
    named: list[ColumnElement[bool]] = []
    if wanted.ids:
        named.append(InboxRow.id.in_(wanted.ids))
    if wanted.message_id:
        named += [InboxRow.feed_id.in_(_feeds(organisation_id)), InboxRow.message_id == wanted.message_id]
    if wanted.unmapped:
        behind = select(UnmappedMessageRow.inbox_id).where(UnmappedMessageRow.value_id == wanted.unmapped)
        named.append(InboxRow.id.in_(behind))
    if wanted.people:
        named.append(InboxRow.id.in_(_about(wanted.people, organisation_id)))
    if wanted.case_persons:
        named.append(InboxRow.person_id.in_(wanted.case_persons))
    return named


def _feeds(organisation_id: UUID) -> Select[Any]:
    """Feeds of the organisation, and those that once took what it holds (unassigned messages move)."""
    return select(Feed.id).where(or_(Feed.organisation_id == organisation_id, Feed.code == "unassigned"))


def _about(people: People, organisation_id: UUID) -> ColumnElement[UUID]:
    known = select(InboxRow.id).where(InboxRow.person_id.in_(people.person_ids))
    said = select(InboxRow.id).where(
        InboxRow.feed_id.in_(_feeds(organisation_id)), InboxRow.person_key.in_(people.person_keys)
    )
    parts = [known, said, *([_bytes_that_say(people.name, organisation_id)] if people.name else [])]
    return union(*parts).scalar_subquery()


def _bytes_that_say(name: str, organisation_id: UUID) -> Select[Any]:
    newest = (
        select(InboxRow.id, InboxRow.raw)
        .where(
            InboxRow.organisation_id == organisation_id,
            InboxRow.state.in_(ASKS),
            InboxRow.state.not_in(BEYOND),
        )
        .order_by(InboxRow.received_at.desc())
        .limit(MOST_READ_FOR_A_NAME)
        .subquery()
    )
    text = func.upper(func.encode(newest.c.raw, "escape"))
    return select(newest.c.id).where(func.strpos(text, name.upper()) > 0)


class Cause(Frozen):
    """Messages that wait for a person for one and the same cause; ``example`` is the newest of them."""

    state: str
    code: str
    reason: str
    feed_id: UUID
    count: int
    first_at: AwareDatetime
    last_at: AwareDatetime
    example: UUID


async def causes(session: AsyncSession, organisation_id: UUID) -> list[Cause]:
    """What waits for a person, by cause, the most frequent first."""
    code, reason = func.coalesce(InboxRow.code, ""), func.coalesce(InboxRow.reason, "")
    newest = func.array_agg(InboxRow.id)
    statement = (
        select(
            InboxRow.state.label("state"),
            code.label("code"),
            reason.label("reason"),
            InboxRow.feed_id.label("feed_id"),
            func.count().label("count"),
            func.min(InboxRow.received_at).label("first_at"),
            func.max(InboxRow.received_at).label("last_at"),
            newest.label("ids"),
        )
        .where(
            InboxRow.organisation_id == organisation_id,
            InboxRow.state.in_(ASKS),
            InboxRow.state.not_in(BEYOND),
        )
        .group_by(InboxRow.state, code, reason, InboxRow.feed_id)
        .order_by(func.count().desc(), code, reason)
    )
    return [
        Cause(**{name: value for name, value in row.items() if name != "ids"}, example=row["ids"][-1])
        for row in (await session.execute(statement)).mappings()
    ]
