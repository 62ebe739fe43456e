"""The readiness gate: every gated item is ``yes`` or mitigated, and no required strand is open.

It is a gate, not a score, and a mitigation names the role that answers for it. ``unknown`` blocks as ``no``
does. `blockers.py` says in words what keeps it shut; here work and time change what is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from discharge.cases.events import Event, GateItemSet, MitigationWithdrawn
from discharge.cases.model import Case, GateItem
from discharge.cases.unready import blockers
from discharge.clocks import london_midnight
from housing_checks.checks.needed_records import LIBERTY, authorised_until


def gate_open(case: Case) -> bool:
    """Whether the home is ready: a check was completed and nothing blocks."""
    return not blockers(case)


def item_events(item: GateItem, change: GateItemSet) -> list[Event]:
    """Return the change of an item; a ``yes`` also ends its mitigation, so it cannot cover a later ``no``."""
    if change.value == "yes" and item.mitigation is not None:
        return [change, MitigationWithdrawn(item=item.code, withdrawn_on=change.as_of)]
    return [change]


def say_yes(case: Case, codes: Iterable[str], on: date) -> list[Event]:
    """Return the events that turn gated items to ``yes``; those that are, or are not gated, give none."""
    items = [case.gate[code] for code in codes if code in case.gate and case.gate[code].value != "yes"]
    return [
        event
        for item in items
        for event in item_events(item, GateItemSet(item=item.code, value="yes", as_of=on))
    ]


def forget(case: Case, codes: Iterable[str], on: date) -> list[Event]:
    """Return the events that make gated items unknown again and end their mitigations."""
    events: list[Event] = []
    for item in (case.gate[code] for code in codes if code in case.gate):
        if item.mitigation is not None:
            events.append(MitigationWithdrawn(item=item.code, withdrawn_on=on))
        if item.value != "unknown" or item.as_of is None or item.as_of < on:
            events.append(GateItemSet(item=item.code, value="unknown", as_of=on))
    return events


def mitigations_over(case: Case, today: date) -> list[Event]:
    """Return the end of each mitigation whose last day has passed: its item blocks again."""
    return [
        MitigationWithdrawn(item=item.code, withdrawn_on=item.mitigation.ends_on, because="ended")
        for item in case.gate_items
        if item.mitigation is not None and item.mitigation.ends_on < today
    ]


def answers_over(case: Case, today: date) -> list[Event]:
    """Return the end of each answer whose last day has passed: its item is unknown again."""
    return [
        GateItemSet(item=item.code, value="unknown", as_of=until + timedelta(days=1), expired=True)
        for item in case.gate_items
        if (until := _holds_until(case, item)) is not None and until < today
    ]


def _holds_until(case: Case, item: GateItem) -> date | None:
    """The last day on which an answer holds: of its own, or of the authorisation that it rests on."""
    authorised = authorised_until(case) if item.code == LIBERTY and item.value == "yes" else None
    return min((day for day in (item.valid_until, authorised) if day is not None), default=None)


def next_end(case: Case) -> datetime | None:
    """Return the instant at which the next mitigation or answer is over: the London midnight after its last
    day.
    """
    ends = [item.mitigation.ends_on for item in case.gate_items if item.mitigation is not None]
    held = (_holds_until(case, item) for item in case.gate_items)
    ends += [day for day in held if day is not None]
    return london_midnight(min(ends) + timedelta(days=1)) if ends else None
