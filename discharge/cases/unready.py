"""Leaving for a home that is not ready, and being in one: what keeps the gate shut, and whose home it is.

Nobody leaves, or sits in, an unready home unseen. It concerns the home that was, or should have been,
checked: not another place (a step-down bed, a relative's home), not a transfer, not a death. Where the trust
does not say where somebody went, we take it that they went home.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from discharge.cases import events as ev
from discharge.cases.model import Case, Strand, UnreadyHome
from discharge.cases.stages import HOME
from discharge.codes.destinations import DISCHARGE_DESTINATIONS, Place

CHECK = "check"
"""What keeps the gate shut while no check was completed."""

CHECKED_HOME: frozenset[Place] = frozenset({"home", "none", "unknown"})
"""Kinds of destination that mean, or may mean, the home of the check."""


def goes_to_checked_home(destination: str | None, on: date) -> bool:
    """Whether a destination is, or may be, the home that the check is about."""
    row = DISCHARGE_DESTINATIONS.find(destination or "", on)
    return row is None or row.place in CHECKED_HOME


def in_checked_home(case: Case) -> bool:
    """Whether the person is at home, as far as we know, in the home that the check is about."""
    left = case.discharge
    if left is None or case.stage not in HOME:
        return False
    return goes_to_checked_home(left.destination, left.discharged_on)


def _as_code(code: str) -> str:
    return code.replace("-", " ")


def blockers(case: Case) -> tuple[str, ...]:
    """Return what keeps the gate shut, in codes: the missing check, else gated items, then required strands.

    Work that was begun after the person left is a new order, and no reason why they should not have; nor is
    work that was kept for another building.
    """
    if not case.gate:
        return (CHECK,)
    items = tuple(item.code for item in case.gate_items if not item.satisfied)
    return (*items, *(each.key for each in case.open_strands if _waited_for(case, each)))


def _waited_for(case: Case, strand: Strand) -> bool:
    return strand.required and strand.kept_on is None and not _later(case, strand)


def _later(case: Case, strand: Strand) -> bool:
    return case.discharge is not None and strand.started_on > case.discharge.discharged_on


def blocker_words(case: Case, code: str, named: Callable[[str], str] = _as_code) -> str:
    """Return a blocker in a few words, for the middle of a sentence; ``named`` says what items are called."""
    if code == CHECK:
        return "the home was not checked"
    strand = case.strands.get(code)
    if strand is not None:
        return f"{strand.item.rpartition(':')[2].replace('-', ' ')} not done"
    return f"{named(code)}: {_VALUE_WORDS[case.gate[code].value]}"


_VALUE_WORDS = {"yes": "yes", "no": "no", "unknown": "not known"}


def unready_events(case: Case, on: date) -> list[ev.Event]:
    """Say that somebody is in a home that is not ready, once; or that everything about it was answered."""
    shut = blockers(case) if in_checked_home(case) else ()
    if shut and case.unready_home is None:
        since = case.discharge.discharged_on if case.discharge else on
        return [ev.HomeNotReady(unready=UnreadyHome(since=max(since, _known_on(case, since)), blockers=shut))]
    if not shut and case.unready_home is not None:
        return [ev.UnreadyHomeSettled(settled_on=on)]
    return []


def _known_on(case: Case, left_on: date) -> date:
    """Since when the home is not ready: an answer given after the person left speaks from its own day."""
    days = [item.as_of for item in case.gate_items if not item.satisfied and item.as_of is not None]
    return min(days, default=left_on) if case.gate else left_on
