"""The registry of clocks: how long something may take, from what on, and what happens when it takes longer.

A clock that runs keeps the length that was in force on the day it began: a changed row moves no date that is
recorded. Rows stand in `clocks.yaml`, each with its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

from discharge.cases.events import Event
from discharge.clocks import london_date
from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.durations import Duration
from discharge.reference.faults import nearest
from discharge.reference.kind import Kind
from discharge.reference.policy import Policy

EVENT_KINDS: frozenset[str] = frozenset(
    model.model_fields["kind"].default for model in get_args(get_args(Event)[0])
)
Whom = Literal["self-discharged", "lives-alone"]
"""Whom alone a contact after discharge is for."""
Breach = Literal[
    "contact-missed",
    "alert-escalated",
    "alert-louder",
    "offer-lapsed",
    "request-overdue",
    "strand-overdue",
    "homes-searched",
    "hazard-overdue",
    "check-late",
    "reason-asked",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """When a clock stands still: from any of the first events until any of the second."""

    begins_on: tuple[str, ...]
    ends_on: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Code):
    """One clock. `starts_on` and `stops` are kinds of events: any of the first begins it, any of `stops` ends
    it in time. `warn` is how long before its end somebody is warned. `repeat` is how long after its end it
    ends again, `most` how often at most. `pauses` says when it stands still, and `frozen_by` after which
    events it is left as it is: it moves no more, and is never late. `only` narrows whom it is for.
    """

    starts_on: tuple[str, ...] = ()
    length: Duration
    breach: Breach
    warn: Duration | None = None
    pauses: Pause | None = None
    frozen_by: tuple[str, ...] = ()
    repeat: Duration | None = None
    most: int | None = None
    stops: tuple[str, ...] = ()
    only: Whom | None = None

    def due_at(self, started_at: datetime) -> datetime:
        """Return when it ends that began at an instant (case time)."""
        return self.length.from_instant(started_at)

    def later(self, began_at: datetime, due_at: datetime, since: datetime, until: datetime) -> datetime:
        """Return when it ends that began at an instant, was to end at `due_at` and stood still from one
        instant until another.
        """
        return self.length.put_off(began_at, due_at, since, until) if since < due_at else due_at

    def warns_at(self, due_at: datetime) -> datetime | None:
        """Return from when somebody is warned that it ends at an instant; None for a clock that only ends."""
        return self.warn.before_instant(due_at) if self.warn is not None else None


PAUSES: frozenset[Breach] = frozenset({"contact-missed"})
"""What can stand still or be left as it is before it happens."""
WARNS: frozenset[Breach] = frozenset({"offer-lapsed", "request-overdue", "hazard-overdue"})
"""What can be warned of before it happens."""


def _wrong(rows: Mapping[str, Clock]) -> Iterator[str]:
    yield from _unknown_events(rows)
    for code, row in rows.items():
        for key in ("pauses", "frozen_by"):
            if getattr(row, key) and row.breach not in PAUSES:
                yield f"{code}.{key}: nothing that ends in {row.breach} stands still - take this key out"
        if row.warn is None:
            continue
        if row.breach not in WARNS:
            yield f"{code}.warn: nothing warns of {row.breach} - take this key out"
        elif not 0 < row.warn.days <= row.length.days:
            yield f"{code}.warn: is not between beginning and end - write less than {row.length.words}"


def _unknown_events(rows: Mapping[str, Clock]) -> Iterator[str]:
    for code, row in rows.items():
        named = {"starts_on": row.starts_on, "stops": row.stops, "frozen_by": row.frozen_by}
        if row.pauses is not None:
            named |= {"pauses.begins_on": row.pauses.begins_on, "pauses.ends_on": row.pauses.ends_on}
        for key, events in named.items():
            for event in sorted(set(events) - EVENT_KINDS):
                mend = nearest(event, EVENT_KINDS, "name a kind of event")
                yield f"{code}.{key}: {event!r} is not an event of a case - {mend}"


CLOCKS = Kind("clocks", Clock, Path(__file__).with_name("clocks.yaml"), check=_wrong)
CLOCK_ROWS = ListByEdition(CLOCKS)


OFFER_CLOCK, REQUEST_CLOCK, CHECK_CLOCK = "offer-answer", "request-answer", "home-check"
PUT_OFF_CLOCK = "item-put-off"


def clock_fault(code: str) -> str | None:
    """Say what is wrong with a name that should be that of a clock, and how to mend it."""
    known = {known for edition in CLOCKS.editions for known in edition.table}
    if code in known:
        return None
    return f"{code!r} is not a clock - {nearest(code, known, f'name one of {CLOCKS.name}')}"


def clock(code: str, begins_on: date, policy: Policy) -> Clock:
    """Return a clock as it is for what begins on a day; KeyError for one that is not in force then."""
    return policy.on(begins_on)[CLOCKS][code]


def clock_from(code: str, started_at: datetime, policy: Policy) -> datetime:
    """Return when a clock ends that began at an instant (case time)."""
    return clock(code, london_date(started_at), policy).due_at(started_at)
