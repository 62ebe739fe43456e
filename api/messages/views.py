"""The inbox as its page shows it: a list without anybody's name, found by many signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from api.alarms.views import Alarm, alarm_words
from api.messages.queries import COUNTED_TO, Found
from api.messages.search import Search
from api.messages.word_search import MOST_FOUND, MOST_READ
from api.web.page import words
from api.web.page.tags import MESSAGE_STATES, Tag, tag_of
from api.worklist.views import Option
from discharge.errors import ERRORS
from fhir_adapters.hl7v2.interpret.notes import note_words
from fhir_adapters.hl7v2.process.causes import cause_words
from fhir_adapters.store.message_search import ASKS, NEEDS_SOMEBODY
from fhir_adapters.store.tables import AlarmRow, Feed, InboxRow

LOOKED_THROUGH = (
    f"Only the newest {MOST_READ:,} messages that match the other filters were searched for words. "
    f"At most {MOST_FOUND} are listed."
)


@dataclass(frozen=True)
class View:
    """One view of the list with its count."""

    text: str
    count: str
    href: str
    current: bool


@dataclass(frozen=True)
class Chosen:
    """One thing that the list is narrowed by, and the address of the list without it."""

    text: str
    href: str


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
    notes: str
    other_bytes: bool
    edited: bool


@dataclass(frozen=True)
class MessagesPage:
    """The list. `replay` are the hidden fields of a form that has all of it read again."""

    rows: tuple[Row, ...]
    views: tuple[View, ...]
    feeds: tuple[Option, ...]
    only: tuple[Option, ...]
    codes: tuple[Option, ...]
    looked_through: str
    chosen: tuple[Chosen, ...]
    search: Search
    title: str
    summary: str
    clear_href: str
    first_href: str
    older_href: str
    replay: tuple[tuple[str, str], ...]
    alarms: tuple[Alarm, ...]


def present(
    found: Found,
    counts: Mapping[str, int],
    search: Search,
    feeds: Sequence[Feed],
    alarms: Sequence[AlarmRow] = (),
    before: str = "",
) -> MessagesPage:
    """The list in words and links."""
    codes = {feed.id: feed.code for feed in feeds}
    shown = _among(search.state, counts)
    total, capped = sum(shown), any(count > COUNTED_TO for count in shown)
    return MessagesPage(
        rows=tuple(_row(row, codes) for row in found.rows),
        views=tuple(map(_uncounted, _views(counts, search))) if search.words else _views(counts, search),
        feeds=(
            Option("", "All feeds", not search.feed),
            *(Option(code, code, code == search.feed) for code in sorted(codes.values())),
        ),
        only=(
            Option("", "All messages", not search.only),
            *(Option(code, told, code == search.only) for code, told in ONLY.items()),
        ),
        codes=_codes(search.code),
        looked_through=LOOKED_THROUGH if search.words else "",
        chosen=_chosen(search),
        search=search,
        title=_title(search.state),
        summary=_summary(total, capped, bool(before)),
        clear_href=Search(state=search.state).href(),
        first_href=search.href() if before else "",
        older_href=search.href(before=found.next) if found.more else "",
        replay=tuple(search.query.items()),
        alarms=tuple(map(alarm_words, alarms)),
    )


def _among(state: str, counts: Mapping[str, int]) -> list[int]:
    """The counts of the states that a view shows."""
    states = {"": tuple(counts), NEEDS_SOMEBODY: ASKS}.get(state, (state,))
    return [counts.get(each, 0) for each in states]


def _codes(chosen: str) -> tuple[Option, ...]:
    """Why a message may have been set aside; an unknown code that was typed stays."""
    rows = {code: f"{row.title} ({code})" for code, row in ERRORS.items() if row.ack is not None}
    if chosen and chosen not in rows:
        rows[chosen] = chosen
    some = (Option(code, told, code == chosen) for code, told in rows.items())
    return (Option("", "Any or none", not chosen), *some)


def _summary(total: int, capped: bool, later: bool) -> str:
    many = f"more than {COUNTED_TO:,} messages" if capped else words.count(total, "message")
    return f"{many}, continued" if later else many


def _uncounted(view: View) -> View:
    """Words are looked for in one view: of the others it is not known how many say them."""
    return view if view.current else replace(view, count="")


def _sum(state: str, counts: Mapping[str, int]) -> str:
    shown = _among(state, counts)
    return counted(COUNTED_TO + 1 if any(each > COUNTED_TO for each in shown) else sum(shown))


def counted(number: int) -> str:
    """A count as lists show it."""
    return f"{COUNTED_TO:,}+" if number > COUNTED_TO else f"{number:,}"


def _views(counts: Mapping[str, int], search: Search) -> tuple[View, ...]:
    return (
        *(
            View(told, _sum(state, counts), replace(search, state=state).href(), search.state == state)
            for state, told in (("", "All"), (NEEDS_SOMEBODY, "Needs attention"))
        ),
        *(
            View(tag.text, counted(counts[state]), replace(search, state=state).href(), state == search.state)
            for state, tag in MESSAGE_STATES.items()
            if counts.get(state) or state in ASKS or state == search.state
        ),
    )


ONLY = {
    "repeated-id": "Same id, different content",
    "again": "Received more than once",
    "with-care": "Used, and read with care",
    "edited": "Edited by somebody",
}
"""How a message came or was read -> words."""

_LABELS = {
    "who": "About",
    "text": "Id or type",
    "words": "Words",
    "ward": "Ward",
    "feed": "Feed",
    "since": "From",
    "until": "Until",
    "code": "Code",
    "reason": "Reason",
    "case": "Case",
    "about": "Person in message",
    "id": "Message",
    "only": "Show",
    "unmapped": "Code not mapped",
}


def _chosen(search: Search) -> tuple[Chosen, ...]:
    empty = Search()
    return tuple(
        Chosen(
            f"{label}: {_short(name, search.query[name])}",
            replace(search, **{name: getattr(empty, name)}).href(),
        )
        for name, label in _LABELS.items()
        if name in search.query
    )


def _short(name: str, value: str) -> str:
    if name == "only":
        return ONLY.get(value, value).lower()
    return value[:8] if name in ("case", "about", "id", "unmapped") else value


def message_rows(rows: Sequence[InboxRow], feeds: Sequence[Feed]) -> tuple[Row, ...]:
    """Messages as a list shows them."""
    codes = {feed.id: feed.code for feed in feeds}
    return tuple(_row(row, codes) for row in rows)


def _row(row: InboxRow, codes: Mapping[UUID, str]) -> Row:
    return Row(
        href=f"/messages/{row.id}",
        message_id=id_words(row),
        feed=codes.get(row.feed_id, "Unknown"),
        what=kind_words(row),
        received=words.short_machine_time(row.received_at),
        again=again_words(row),
        state=tag_of(MESSAGE_STATES, row.state),
        why=why(row.code, row.reason),
        reason=row.reason or "",
        notes=note_words(row.reason),
        other_bytes=row.same_id_other_bytes and row.edited_from is None,
        edited=row.edited_from is not None,
    )


def id_words(row: InboxRow) -> str:
    """The id of a message, which may have none."""
    return "No id" if row.message_id.startswith("sha256:") else row.message_id


def kind_words(row: InboxRow) -> str:
    """Type and trigger."""
    return "^".join(part for part in (row.message_type, row.trigger) if part) or "Not known"


def again_words(row: InboxRow) -> str:
    """How often the same bytes came; nothing for once."""
    return f"Received {words.count(row.times_received, 'time')}" if row.times_received > 1 else ""


def why(code: str | None, reason: str | None) -> Why | None:
    """Why a message was not used, in words; a cause that a person can do something about has its own."""
    if not code:
        return None
    error = ERRORS.get(code)
    if error and error.code in ("message-not-understood", "patient-mismatch"):
        cause = cause_words(code, reason or "")
        return Why(code, cause.title, cause.do)
    return Why(code, error.title, error.words) if error else Why(code, words.from_code(code), "")


def _title(state: str) -> str:
    named = {"": "All", NEEDS_SOMEBODY: "Needs attention"}
    return named.get(state) or tag_of(MESSAGE_STATES, state).text
