"""The inbox as its page shows it: a list without anybody's name, found by many signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from api.presenters import words
from api.presenters.tags import MESSAGE_STATES, Tag, tag_of
from api.presenters.worklist import Option
from api.reading.messages import COUNTED_TO, Found
from api.searching import Search
from discharge.errors import ERRORS
from fhir_adapters.hl7v2.causes import cause_words
from fhir_adapters.store.finding import ASKS
from fhir_adapters.store.tables import AlarmRow, Feed, InboxRow


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
    other_bytes: bool
    edited: bool


@dataclass(frozen=True)
class Alarm:
    """Something about messages that is not as it should be."""

    title: str
    fact: str
    threshold: str
    since: str


@dataclass(frozen=True)
class Page:
    """The list. `replay` are the hidden fields of a form that has all of it read again."""

    rows: tuple[Row, ...]
    views: tuple[View, ...]
    feeds: tuple[Option, ...]
    only: tuple[Option, ...]
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
) -> Page:
    """The list in words and links."""
    codes = {feed.id: feed.code for feed in feeds}
    total = counts.get(search.state, 0) if search.state else sum(counts.values())
    capped = any(count > COUNTED_TO for count in counts.values()) if not search.state else total > COUNTED_TO
    return Page(
        rows=tuple(_row(row, codes) for row in found.rows),
        views=_views(counts, search),
        feeds=(
            Option("", "All feeds", not search.feed),
            *(Option(code, code, code == search.feed) for code in sorted(codes.values())),
        ),
        only=(
            Option("", "All messages", not search.only),
            Option("repeated-id", "Ids that came with other bytes", bool(search.only)),
        ),
        chosen=_chosen(search),
        search=search,
        title=tag_of(MESSAGE_STATES, search.state).text if search.state else "All",
        summary=_summary(total, capped, bool(before)),
        clear_href=Search(state=search.state).href(),
        first_href=search.href() if before else "",
        older_href=search.href(before=found.next) if found.more else "",
        replay=tuple(search.query.items()),
        alarms=tuple(map(alarm_words, alarms)),
    )


def _summary(total: int, capped: bool, later: bool) -> str:
    many = f"more than {COUNTED_TO:,} messages" if capped else words.count(total, "message")
    return f"{many}, continued" if later else many


def counted(number: int) -> str:
    """A count as lists show it."""
    return f"{COUNTED_TO:,}+" if number > COUNTED_TO else f"{number:,}"


def _views(counts: Mapping[str, int], search: Search) -> tuple[View, ...]:
    capped = COUNTED_TO + 1 if any(count > COUNTED_TO for count in counts.values()) else 0
    everything = max(sum(counts.values()), capped)
    return (
        View("All", counted(everything), replace(search, state="").href(), not search.state),
        *(
            View(tag.text, counted(counts[state]), replace(search, state=state).href(), state == search.state)
            for state, tag in MESSAGE_STATES.items()
            if counts.get(state) or state in ASKS or state == search.state
        ),
    )


_LABELS = {
    "who": "About",
    "text": "Id or type",
    "feed": "Feed",
    "since": "From",
    "until": "Until",
    "code": "Code",
    "reason": "Reason",
    "case": "Case",
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
        return "ids that came with other bytes"
    return value[:8] if name in ("case", "id", "unmapped") else value


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
        received=words.moment(row.received_at),
        again=again_words(row),
        state=tag_of(MESSAGE_STATES, row.state),
        why=why(row.code, row.reason),
        reason=row.reason or "",
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


ALARM_TITLES = {
    "nothing-arrived": "Nothing arrives from {}",
    "nothing-sent": "Nothing goes out to {}",
    "too-many-parked": "Too many messages of {} wait for somebody",
    "too-long-waiting": "Messages of {} wait too long to be read",
    "profile-not-used": "The file of the profile of {} cannot be used",
}
"""Kind of alarm -> its heading."""


def alarm_words(row: AlarmRow) -> Alarm:
    """An alarm in words."""
    title = ALARM_TITLES.get(row.kind, words.from_code(row.kind) + ": {}").format(row.subject)
    told = f", told {words.count(row.times_told, 'time')}" if row.times_told > 1 else ""
    return Alarm(title, row.fact, row.threshold, f"{words.moment(row.raised_at)}{told}")
