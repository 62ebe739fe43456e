"""Which events of a stay stand, after everything that was taken back; and the two orders of facts.

Movements are ordered by when they happened (`moved_at`), restated data by when they were said (`stated_at`).
Of equal times the later arrival counts.

A cancel follows what it cancels. One that takes back all annuls every event of its kind that was said before
it: said again later with the same event time it is the same cancel, and an event said anew after its cancel
stands. One that takes back a single event means the one with its event time, else the last one said before
it. Where nothing was said before a cancel, an event with the very same event time is what it means, whatever
the times of sending say. A cancel of something never heard of is loose: it changes nothing.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, NamedTuple, TypeVar

from pydantic import AwareDatetime

from discharge.values import Frozen
from fhir_adapters.hl7v2.facts import BEGINNING, Movement, StayReported
from fhir_adapters.hl7v2.facts.common import NO_ARRIVAL, Arrival
from fhir_adapters.hl7v2.facts.instants import in_order

T = TypeVar("T")


class TakesBack(NamedTuple):
    """What a cancel takes back: every such event said before it, or one."""

    movement: Movement
    how: Literal["all", "one"]


CANCELS: dict[Movement, TakesBack] = {
    "admission-cancelled": TakesBack("admitted", "all"),
    "transfer-cancelled": TakesBack("transferred", "one"),
    "discharge-cancelled": TakesBack("discharged", "all"),
    "expectation-cancelled": TakesBack("expected", "all"),
    "leave-cancelled": TakesBack("leave-began", "one"),
    "return-cancelled": TakesBack("leave-ended", "one"),
}
"""Which movement each cancel takes back."""

RANK: dict[Movement, int] = {
    "admitted": 0,
    "transferred": 1,
    "leave-began": 2,
    "leave-ended": 3,
    "discharged": 4,
}
"""The order of movements at the same instant: a stay of no length is admitted first."""

_WITHDRAWALS = frozenset({"discharge-plan-withdrawn", "move-plan-withdrawn"})


Moment = tuple[datetime, Arrival]
"""When something was said, and of equal times which arrived later."""

FIRST: Moment = (BEGINNING, NO_ARRIVAL)


def moved(fact: StayReported) -> datetime:
    """When it happened, as far as anything tells."""
    return in_order(fact.moved_at or fact.stated_at or BEGINNING)


def stated(fact: StayReported) -> datetime:
    """When it was said, as far as anything tells."""
    return in_order(fact.stated_at or fact.moved_at or BEGINNING)


def said(fact: StayReported) -> Moment:
    """When it was said, of equal times by arrival."""
    return stated(fact), fact.arrival


def by_movement(fact: StayReported) -> tuple[datetime, int, Moment, str]:
    """The order of movements."""
    return moved(fact), RANK.get(fact.movement, 1), said(fact), fact.digest


def by_statement(fact: StayReported) -> tuple[Moment, bool, str]:
    """The order of restated data; of a plan and its withdrawal that arrived as one, the withdrawal counts."""
    return said(fact), fact.movement in _WITHDRAWALS, fact.digest


def latest(
    facts: Iterable[StayReported], value: Callable[[StayReported], T | None], *, cleared: str = ""
) -> T | None:
    """The value said last; a fact that clears the field counts as saying None."""
    telling = [fact for fact in facts if value(fact) is not None or cleared in fact.cleared]
    if len(telling) < 2:
        return value(telling[0]) if telling else None
    return value(max(telling, key=by_statement))


class _Cancel(Frozen):
    """Every message of one cancel: the same event time, first and last said at."""

    moved: AwareDatetime
    first: Moment
    last: Moment

    def covers(self, fact: StayReported) -> bool:
        """Whether the fact was said before this cancel (for the same event time: before its last
        repetition).
        """
        return said(fact) <= (self.last if moved(fact) == self.moved else self.first)


def _cancels(facts: list[StayReported], movement: Movement) -> list[_Cancel]:
    groups: dict[datetime, list[Moment]] = {}
    for fact in facts:
        if fact.movement == movement:
            groups.setdefault(moved(fact), []).append(said(fact))
    found = [_Cancel(moved=when, first=min(each), last=max(each)) for when, each in groups.items()]
    return sorted(found, key=lambda cancel: (cancel.first, cancel.moved))


def _taken_back(
    known: list[StayReported], live: list[StayReported], cancel: _Cancel, how: str
) -> list[StayReported]:
    """The events among those still live (in movement order) that a cancel annuls."""
    covered = [fact for fact in live if cancel.covers(fact)]
    if not covered:
        mistimed = not any(cancel.covers(fact) for fact in known)
        same_time = [fact for fact in live if mistimed and moved(fact) == cancel.moved]
        later = [fact for fact in same_time if stated(fact) > cancel.last[0]]
        first_said = min(map(stated, later), default=BEGINNING)
        return [fact for fact in later if stated(fact) == first_said]
    if how == "all":
        return covered
    times = [moved(fact) for fact in covered]
    target = cancel.moved if cancel.moved in times else times[-1]
    return [fact for fact in covered if moved(fact) == target]


class Standing(NamedTuple):
    """The events that stand, in movement order, and how many cancels found nothing to take back."""

    events: dict[Movement, list[StayReported]]
    loose: int

    def of(self, *movements: Movement) -> list[StayReported]:
        """The events of these kinds, in movement order."""
        return sorted((fact for kind in movements for fact in self.events[kind]), key=by_movement)


def standing(facts: list[StayReported]) -> Standing:
    """Take back what was cancelled; `facts` are in movement order."""
    events: dict[Movement, list[StayReported]] = {}
    loose = 0
    for movement, (target, how) in CANCELS.items():
        live = [fact for fact in facts if fact.movement == target]
        known = list(live)
        for cancel in _cancels(facts, movement):
            annulled = _taken_back(known, live, cancel, how)
            loose += not annulled and not (how == "all" and any(cancel.covers(fact) for fact in known))
            live = [fact for fact in live if fact not in annulled]
        events[target] = live
    return Standing(events, loose)


def not_deleted(facts: list[StayReported]) -> list[StayReported]:
    """What was said after the visit was last deleted; all of it where it never was."""
    deletions = [said(fact) for fact in facts if fact.movement == "deleted"]
    if not deletions:
        return facts
    return [fact for fact in facts if said(fact) > max(deletions)]
