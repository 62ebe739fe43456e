"""The inbox as its pages show it: a list without anybody's name, and one message with what it became."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from api.presenters import words
from api.presenters.message_text import Shown, shown
from api.presenters.tags import MESSAGE_STATES, Tag, tag_of
from api.presenters.worklist import Option, ViewLink
from api.reading.inbox import OpenedMessage
from api.reading.lists import MESSAGES_A_PAGE, Messages
from discharge.errors import ERRORS
from fhir_adapters.store.tables import FactRow, Feed, InboxRow


@dataclass(frozen=True)
class Wanted:
    """What somebody asked to see; everything is in the address of the page."""

    state: str = ""
    feed: str = ""
    text: str = ""
    only: str = ""
    page: int = 1

    @property
    def href(self) -> str:
        """The address of this part of the list."""
        kept = {name: value for name, value in vars(self).items() if value not in ("", 1)}
        return f"/messages?{urlencode(kept)}" if kept else "/messages"


@dataclass(frozen=True)
class Why:
    """A code of the table of errors with its words."""

    code: str
    title: str
    words: str


@dataclass(frozen=True)
class Row:
    """One message of the list."""

    href: str
    message_id: str
    feed: str
    what: str
    received: str
    again: str
    state: Tag
    why: Why | None
    reason: str
    other_bytes: bool


@dataclass(frozen=True)
class Page:
    """The list."""

    rows: tuple[Row, ...]
    views: tuple[ViewLink, ...]
    feeds: tuple[Option, ...]
    only: tuple[Option, ...]
    state: str
    text: str
    title: str
    summary: str
    filtered: bool
    clear_href: str
    newer: str
    older: str


@dataclass(frozen=True)
class Line:
    """A key with its value."""

    key: str
    value: str


@dataclass(frozen=True)
class Detail:
    """One message."""

    title: str
    state: Tag
    why: Why | None
    lines: tuple[Line, ...]
    became: tuple[str, ...]
    case_words: str
    case_href: str
    same_id_href: str
    text: Shown


def present(found: Messages, wanted: Wanted, feeds: list[Feed]) -> Page:
    """The list in words and links."""
    codes = {feed.id: feed.code for feed in feeds}
    first = (wanted.page - 1) * MESSAGES_A_PAGE + 1
    last = first + len(found.rows) - 1
    plain = replace(wanted, page=1)
    return Page(
        rows=tuple(_row(row, codes) for row in found.rows),
        views=_views(found, plain),
        feeds=(
            Option("", "All feeds", not wanted.feed),
            *(Option(code, code, code == wanted.feed) for code in sorted(codes.values())),
        ),
        only=(
            Option("", "All messages", not wanted.only),
            Option("repeated-id", "Ids that came with other bytes", bool(wanted.only)),
        ),
        state=wanted.state,
        text=wanted.text,
        title=tag_of(MESSAGE_STATES, wanted.state).text if wanted.state else "All",
        summary=f"{first:,} to {last:,} of {words.count(found.total, 'message')}",
        filtered=bool(wanted.feed or wanted.text or wanted.only),
        clear_href=Wanted(state=wanted.state).href,
        newer=replace(wanted, page=wanted.page - 1).href if wanted.page > 1 else "",
        older=replace(wanted, page=wanted.page + 1).href if last < found.total else "",
    )


def _views(found: Messages, plain: Wanted) -> tuple[ViewLink, ...]:
    everything = ViewLink("All", sum(found.counts.values()), replace(plain, state="").href, not plain.state)
    return everything, *(
        ViewLink(tag.text, found.counts.get(state, 0), replace(plain, state=state).href, state == plain.state)
        for state, tag in MESSAGE_STATES.items()
    )


def _row(row: InboxRow, codes: dict[UUID, str]) -> Row:
    return Row(
        href=f"/messages/{row.id}",
        message_id=_id_words(row),
        feed=codes.get(row.feed_id, "Unknown"),
        what=_what(row),
        received=words.moment(row.received_at),
        again=_again(row),
        state=tag_of(MESSAGE_STATES, row.state),
        why=_why(row.code),
        reason=row.reason or "",
        other_bytes=row.same_id_other_bytes,
    )


def _id_words(row: InboxRow) -> str:
    return "No id" if row.message_id.startswith("sha256:") else row.message_id


def _what(row: InboxRow) -> str:
    return "^".join(part for part in (row.message_type, row.trigger) if part) or "Not known"


def _again(row: InboxRow) -> str:
    return f"Received {words.count(row.times_received, 'time')}" if row.times_received > 1 else ""


def _why(code: str | None) -> Why | None:
    error = ERRORS.get(code or "")
    if error is None:
        return Why(code, words.from_code(code), "") if code else None
    return Why(error.code, error.title, error.words)


def present_one(found: OpenedMessage, *, may_open_case: bool) -> Detail:
    """One message in words."""
    row = found.row
    return Detail(
        title=f"{_what(row)}, {_id_words(row)}",
        state=tag_of(MESSAGE_STATES, row.state),
        why=_why(row.code),
        lines=tuple(Line(key, value) for key, value in _lines(found) if value),
        became=tuple(_fact_words(fact) for fact in found.facts),
        case_words=_case_words(found, may_open_case),
        case_href=f"/cases/{found.case_id}" if found.case_id and may_open_case else "",
        same_id_href=Wanted(text=row.message_id, feed=found.feed.code).href
        if row.same_id_other_bytes
        else "",
        text=shown(row.raw, row.content_type, whereabouts=found.whereabouts),
    )


def _lines(found: OpenedMessage) -> list[tuple[str, str]]:
    row = found.row
    return [
        ("Feed", found.feed.code),
        ("Type", _what(row)),
        ("Version", row.version or ""),
        ("Id", _id_words(row)),
        ("Received", words.moment(row.received_at)),
        (
            "Received again",
            f"{_again(row)}, last {words.moment(row.last_received_at)}" if _again(row) else "",
        ),
        ("Handled", words.moment(row.handled_at, "")),
        ("Time of the event, as sent", words.moment(row.event_time, "")),
        ("Answered", row.acknowledgement or ""),
        ("Details", row.reason or ""),
        ("Characters", row.charset or ""),
        ("SHA-256", row.sha256),
    ]


FACTS = {
    "person-reported": "Who the person is",
    "stay-reported": "A hospital stay",
    "persons-merged": "Two records are one person",
}
"""Kind of fact -> what the message told."""


def _fact_words(fact: FactRow) -> str:
    what = FACTS.get(fact.kind, words.from_code(fact.kind))
    movement = fact.payload.get("movement")
    told = f"{what}: {words.from_code(movement).lower()}" if movement else what
    return f"{told}, from {words.moment(fact.effective_at)}" if fact.effective_at else told


def _case_words(found: OpenedMessage, may_open: bool) -> str:
    if found.row.person_id is None:
        return "Nobody was found or made by this message."
    if found.case_id is None:
        return "The person has no open case here."
    return "" if may_open else "The person has an open case. Your role does not open cases."
