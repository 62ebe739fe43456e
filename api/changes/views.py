"""What others changed in a case since somebody saw it: what it was, what it is now, who changed it and when.

Both sides come from the case as its reader may see it: nothing is told here that a page would withhold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from api.cases.timeline import who_did
from api.changes.part_words import PARTS, Side
from api.web.names import Directory
from api.web.page import words
from discharge.cases.events import event_as_known
from discharge.cases.model import Case
from discharge.cases.parts import parts_of
from discharge.store.tables import CaseEventRow


@dataclass(frozen=True)
class ChangedPart:
    """One thing that was changed; `met` says that what was refused is about it. What it was, who changed it
    and when are empty for a reader who may not know.
    """

    part: str
    label: str
    before: str
    after: str
    who: str = ""
    when: str = ""
    met: bool = False


@dataclass(frozen=True)
class Changes:
    """Everything that others changed, as its reader may see it, up to a version of the case."""

    rows: tuple[ChangedPart, ...]
    version: int

    @property
    def others(self) -> tuple[ChangedPart, ...]:
        """What was changed beside the thing that was refused."""
        return tuple(row for row in self.rows if not row.met)

    @property
    def met(self) -> tuple[ChangedPart, ...]:
        """What was refused."""
        return tuple(row for row in self.rows if row.met)


def changed_parts(
    before: Case,
    now: Case,
    events: Sequence[CaseEventRow],
    known: Directory,
    met: Collection[str] = (),
    reader: UUID | None = None,
) -> tuple[ChangedPart, ...]:
    """The parts that differ, the refused ones first, each with who changed it last, and when."""
    was, is_now = Side(before, known), Side(now, known)
    known_events = [(row, event_as_known(row.payload)) for row in events]
    last = {part: row for row, event in known_events if event for part in parts_of(event)}
    lines = (_line(part, was, is_now, met=part in met) for part in last)
    told = (
        replace(line, who=_who(last[line.part], known, reader), when=words.moment(last[line.part].case_time))
        for line in lines
        if line is not None
    )
    newer = (_newer(row, known, reader) for row, event in known_events if event is None)
    return (*sorted(told, key=lambda line: not line.met), *newer)


def _newer(row: CaseEventRow, known: Directory, reader: UUID | None) -> ChangedPart:
    """What only a newer build knows, so that nobody thinks it did not happen."""
    told = ChangedPart("newer", "Recorded by a newer version of Homeward", "", words.from_code(row.kind))
    return replace(told, who=_who(row, known, reader), when=words.moment(row.case_time))


def standing_parts(now: Case, known: Directory, met: Collection[str]) -> tuple[ChangedPart, ...]:
    """What was refused as it stands now, for a reader who does not follow what happens to the case."""
    nothing, is_now = Side(Case(case_id=now.case_id), known), Side(now, known)
    lines = (_line(part, nothing, is_now, met=True) for part in met)
    return tuple(replace(line, before="") for line in lines if line is not None)


def _who(row: CaseEventRow, known: Directory, reader: UUID | None) -> str:
    return "You" if reader is not None and row.user_id == reader else who_did(row, known)


def _line(part: str, was: Side, is_now: Side, *, met: bool) -> ChangedPart | None:
    room, _, key = part.partition(":")
    told = PARTS.get(room)
    if told is None:
        return None
    before, after = told.value(was, key), told.value(is_now, key)
    if (before is None and after is None) or (before == after and not met):
        return None
    label = told.label(is_now if after is not None else was, key)
    return ChangedPart(part, label, before or "Nothing", after or "Nothing", met=met)
