"""Replays as their pages show them: who wanted what and why, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.messages.views import id_words, kind_words
from api.replays.queries import Progress
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import MESSAGE_STATES, Tag, tag_of
from fhir_adapters.hl7v2.process.replays import OUTCOMES
from fhir_adapters.store.tables import InboxRow, ReplayItemRow, ReplayRow

REPLAY_STATES: Mapping[str, Tag] = {
    "waiting": Tag("Waiting", "yellow"),
    "working": Tag("Under way", "blue"),
    "done": Tag("Done", "green"),
    "stopped": Tag("Stopped", "orange"),
}


@dataclass(frozen=True)
class Line:
    """One replay of the list."""

    href: str
    what: str
    state: Tag
    total: str
    by: str
    reason: str
    at: str


def lines(rows: Sequence[ReplayRow], known: Directory) -> tuple[Line, ...]:
    """Every replay in words."""
    return tuple(_line(row, known) for row in rows)


def _line(row: ReplayRow, known: Directory) -> Line:
    return Line(
        href=f"/messages/replays/{row.id}",
        what=_meant(row.wanted),
        state=tag_of(REPLAY_STATES, row.state),
        total=words.count(row.total, "message") if row.total is not None else "Not counted yet",
        by=known.user(row.asked_by) or "Somebody",
        reason=row.reason,
        at=words.machine_time(row.asked_at),
    )


def _meant(wanted: Mapping[str, object]) -> str:
    """What was asked for, without whom: names stay where messages are."""
    ids = wanted.get("ids")
    if isinstance(ids, list) and ids:
        return "One message" if len(ids) == 1 else f"{len(ids):,} messages that were found by their words"
    parts = [
        str(wanted[name])
        for name in ("state", "code", "reason", "message_type", "trigger", "ward")
        if wanted.get(name)
    ]
    if wanted.get("people"):
        parts.append("one person's")
    return "Messages: " + (", ".join(parts) or "all")


@dataclass(frozen=True)
class Count:
    """How many messages came to what."""

    text: str
    count: str


@dataclass(frozen=True)
class Item:
    """One message of a replay, with what it was and what it is."""

    href: str
    name: str
    was: str
    outcome: str
    now: Tag


@dataclass(frozen=True)
class ReplaysPage:
    """One replay."""

    line: Line
    done: bool
    may_stop: bool
    stopped: str
    stop_href: str
    progress: str
    percent: int
    outcomes: tuple[Count, ...]
    became: tuple[Count, ...]
    items: tuple[Item, ...]


def present(
    found: Progress, items: Sequence[tuple[ReplayItemRow, InboxRow]], known: Directory
) -> ReplaysPage:
    """One replay in words."""
    total = found.row.total or 0
    handled = total - found.outcomes.get("", 0) if found.row.state != "waiting" else 0
    read = found.states.get("stored", 0) == 0
    return ReplaysPage(
        line=_line(found.row, known),
        done=found.row.state in ("done", "stopped") and read,
        may_stop=found.row.state in ("waiting", "working"),
        stopped=_stopped(found.row, known),
        stop_href=f"/messages/replays/{found.row.id}/stop",
        progress=_progress(found.row, handled),
        percent=round(100 * handled / total) if total else 100 * (found.row.state != "waiting"),
        outcomes=tuple(
            Count(OUTCOMES.get(code, _open_words(found.row)), f"{count:,}")
            for code, count in sorted(found.outcomes.items())
        ),
        became=tuple(
            Count(tag_of(MESSAGE_STATES, state).text, f"{count:,}") for state, count in found.states.items()
        ),
        items=tuple(_item(item, row, _open_words(found.row)) for item, row in items),
    )


def _progress(row: ReplayRow, handled: int) -> str:
    if row.total is None:
        return "The messages have not been counted yet"
    return f"{handled:,} of {words.count(row.total, 'message')} read"


def _open_words(row: ReplayRow) -> str:
    """What is said of a message that nobody looked at."""
    return "Left as it is: the replay was stopped" if row.state == "stopped" else "Waits"


def _stopped(row: ReplayRow, known: Directory) -> str:
    if row.state != "stopped":
        return ""
    by = known.user(row.stopped_by) or "Somebody"
    return f"Stopped by {by}, {words.machine_time(row.finished_at)}: {row.stopped_reason}"


def _item(item: ReplayItemRow, row: InboxRow, unseen: str) -> Item:
    was = (tag_of(MESSAGE_STATES, item.was_state).text if item.was_state else "", item.was_reason or "")
    return Item(
        href=f"/messages/{row.id}",
        name=f"{kind_words(row)}, {id_words(row)}",
        was=": ".join(part for part in was if part) or "Not read yet",
        outcome=OUTCOMES.get(item.outcome or "", unseen),
        now=tag_of(MESSAGE_STATES, row.state),
    )
