"""Which events of a stay stand, after everything that was taken back and whatever contradicts the admission;
and the two orders of facts.

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

from discharge.clocks import london_date
from discharge.values import Frozen
from fhir_adapters.hl7v2.facts import BEGINNING, Movement, StayReported
from fhir_adapters.hl7v2.facts.order import NO_ARRIVAL, Arrival, coarse_minutes, coarsened, in_order, same

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


DISCHARGED_BEFORE_ADMITTED = "discharged-before-admitted"
MOVED_BEFORE_ADMITTED = "moved-before-admitted"
USED_AGAIN = "visit-number-used-again"
"""What makes a stay doubtful (`discharge.codes.casework.STAY_DOUBTS`); its message has the same note."""

_MOVES: frozenset[Movement] = frozenset({"transferred", "leave-began", "leave-ended"})


class Settled(NamedTuple):
    """The events that stand, with possible times, and what is doubtful about the stay.

    An event that is said after the admission and dated before it cannot be: what was said last stands, as of
    when it was said, and the stay is doubtful until somebody corrects a time. An event said before the
    admission was is none: it was an attendance that became a stay.
    """

    stands: Standing
    doubts: tuple[str, ...]


def comparable(facts: list[StayReported]) -> list[StayReported]:
    """The facts with times that can be compared: to the minute where another in that minute is no finer."""
    moves = coarse_minutes(fact.moved_at for fact in facts if fact.moved_at)
    statements = coarse_minutes(fact.stated_at for fact in facts if fact.stated_at)
    return [_coarsened(fact, moves, statements) for fact in facts]


def _coarsened(
    fact: StayReported, moves: frozenset[datetime], statements: frozenset[datetime]
) -> StayReported:
    moved_at = fact.moved_at and coarsened(fact.moved_at, moves)
    stated_at = fact.stated_at and coarsened(fact.stated_at, statements)
    if (moved_at, stated_at) == (fact.moved_at, fact.stated_at):
        return fact
    return fact.model_copy(update={"moved_at": moved_at, "stated_at": stated_at})


def settled(stands: Standing, admitted_at: datetime | None) -> Settled:
    """What stands, with every event that cannot have been then as of when it was said. `admitted_at` is the
    time of the admission as it was corrected last.
    """
    admissions = stands.of("admitted")
    doubts: list[str] = []
    events = dict(stands.events)
    for movement in ("discharged", *sorted(_MOVES)):
        events[movement] = [_possible(fact, admissions, admitted_at, doubts) for fact in stands.of(movement)]
    if _used_again(events["admitted"], events["discharged"]):
        doubts.append(USED_AGAIN)
    return Settled(Standing(events, stands.loose), tuple(dict.fromkeys(doubts)))


def _possible(
    fact: StayReported, admissions: list[StayReported], admitted_at: datetime | None, doubts: list[str]
) -> StayReported:
    """The event as it is, where it follows an admission; else as of when it was said."""
    known = [each for each in admissions if said(each) < said(fact)]
    if not known or any(moved(fact) >= moved(each) for each in admissions):
        return fact
    first = min(known, key=by_movement)
    put_back = admitted_at if len({moved(each) for each in admissions}) == 1 else None
    if same(moved(fact), moved(first)) or (put_back is not None and put_back <= moved(fact)):
        return fact.model_copy(update={"moved_at": moved(first)})
    if fact.movement in _MOVES and london_date(moved(fact)) == london_date(moved(first)):
        return fact
    doubts.append(DISCHARGED_BEFORE_ADMITTED if fact.movement == "discharged" else MOVED_BEFORE_ADMITTED)
    return fact.model_copy(update={"moved_at": max(stated(fact), *map(moved, known))})


def _used_again(admissions: list[StayReported], discharges: list[StayReported]) -> bool:
    """Whether somebody came in again, on a later day, after the stay of this number had ended, as far as it
    is known when it ended.
    """
    return any(
        came.admitted_at is not None
        and london_date(came.admitted_at) > london_date(moved(left))
        and any(moved(first) <= moved(left) for first in admissions)
        for left in discharges
        for came in admissions
        if BEGINNING < moved(left) < moved(came)
    )
