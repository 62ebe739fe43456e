"""Which messages somebody means, as one value that a page, an interface, a command and a replay share.

Every condition rests on an index of the inbox, so that a list is found among a million messages as among a
hundred; lists are ordered by (``received_at``, ``sequence``) and go on from where the last page ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict
from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import aliased

from discharge.values import Frozen
from fhir_adapters.store.tables import Feed, InboxRow, UnmappedMessageRow

UNASSIGNED = "unassigned"
"""The feed of what nobody claimed: its messages wait and are read by no profile."""

ASKS = ("parked", "unassigned", "rejected")
"""States in which a message waits for a person."""

NEEDS_SOMEBODY = "needs-somebody"
"""Asks for messages in any of those states."""

CAME: Mapping[str, ColumnElement[bool]] = {
    "repeated-id": InboxRow.same_id_other_bytes.is_(True),
    "again": InboxRow.times_received > 1,
    "with-care": and_(InboxRow.state == "interpreted", InboxRow.reason.is_not(None)),
    "edited": InboxRow.edited_from.is_not(None),
}
"""What is odd about how a message came or was read."""

BEYOND = ("stored", "interpreted")
"""States outside the index of what was set aside."""

_TYPE = re.compile(r"([A-Z]{3})(?:\^([A-Z]\d\d))?")
_TRIGGER = re.compile(r"[A-Z]\d\d")
_FAMILY_OF_TRIGGER = {"A": "ADT", "R": "ORU", "T": "MDM", "I": "REF", "S": "SIU"}


class People(Frozen):
    """Whom messages should be about: ids where they are known, else the numbers that their messages give, or
    the messages that say their name. `and_unread` adds messages that nobody was found for yet, and that give
    a number by which their feed named one of them.
    """

    model_config = ConfigDict(extra="ignore")

    person_ids: tuple[UUID, ...] = ()
    person_keys: tuple[str, ...] = ()
    said_in: tuple[UUID, ...] = ()
    and_unread: bool = False


class MessageQuery(Frozen):
    """Which messages. What is empty is not asked for; ``until`` is the first instant that is too late,
    ``unmapped`` a value of the queue that no profile maps.
    """

    model_config = ConfigDict(extra="ignore")

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
    unmapped: UUID | None = None
    came: Literal["", "repeated-id", "again", "with-care", "edited"] = ""
    ward: str = ""
    people: People | None = None


def kind_of(text: str) -> dict[str, str]:
    """What one box of text means: ``ADT^A03``, ``ADT`` or ``A03`` is a type, anything else a message id."""
    text = text.strip()
    upper = text.upper()
    if found := _TYPE.fullmatch(upper):
        return {"message_type": found[1], "trigger": found[2] or ""}
    if _TRIGGER.fullmatch(upper):
        return {"message_type": _FAMILY_OF_TRIGGER.get(upper[0], ""), "trigger": upper}
    return {"message_id": text} if text else {}


def conditions(wanted: MessageQuery, organisation_id: UUID) -> list[ColumnElement[bool]]:
    """The conditions on the inbox, for messages of one organisation."""
    own = [InboxRow.organisation_id == organisation_id]
    exact = {
        InboxRow.state: "" if wanted.state == NEEDS_SOMEBODY else wanted.state,
        InboxRow.message_type: wanted.message_type,
        InboxRow.trigger: wanted.trigger,
        InboxRow.code: wanted.code,
        InboxRow.feed_id: wanted.feed_id,
    }
    own += [column == value for column, value in exact.items() if value]
    if wanted.code or (wanted.state and wanted.state not in BEYOND):
        own.append(InboxRow.state.not_in(BEYOND))  # for the index of what was set aside
    if wanted.state == NEEDS_SOMEBODY:
        own.append(InboxRow.state.in_(ASKS))
    if wanted.ward:
        own.append(InboxRow.ward == wanted.ward.upper())
    if wanted.reason is not None:
        own.append(_reason(wanted.reason))
    if wanted.since:
        own.append(InboxRow.received_at >= wanted.since)
    if wanted.until:
        own.append(InboxRow.received_at < wanted.until)
    if wanted.came:
        own.append(CAME[wanted.came])
    return [*own, *_named(wanted, organisation_id)]


def _reason(reason: str) -> ColumnElement[bool]:
    return InboxRow.reason == reason if reason else or_(InboxRow.reason.is_(None), InboxRow.reason == "")


def _named(wanted: MessageQuery, organisation_id: UUID) -> list[ColumnElement[bool]]:
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
    return named


def _feeds(organisation_id: UUID) -> Select[Any]:
    """Feeds of the organisation, and those that once took what it holds (unassigned messages move)."""
    return select(Feed.id).where(or_(Feed.organisation_id == organisation_id, Feed.code == UNASSIGNED))


def _about(people: People, organisation_id: UUID) -> ColumnElement[UUID]:
    known = select(InboxRow.id).where(InboxRow.person_id.in_(people.person_ids))
    said = select(InboxRow.id).where(
        InboxRow.feed_id.in_(_feeds(organisation_id)), InboxRow.person_key.in_(people.person_keys)
    )
    named = select(InboxRow.id).where(InboxRow.id.in_(people.said_in))
    parts = [known, said, named, *([_unread(people.person_ids)] if people.and_unread else [])]
    return union(*parts).scalar_subquery()


def _unread(person_ids: tuple[UUID, ...]) -> Select[Any]:
    earlier = aliased(InboxRow)
    same = and_(earlier.feed_id == InboxRow.feed_id, earlier.person_key == InboxRow.person_key)
    whose = (earlier.person_id.in_(person_ids), InboxRow.person_id.is_(None))
    return select(InboxRow.id).join(earlier, same).where(*whose)
