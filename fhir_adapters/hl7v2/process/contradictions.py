"""Times of one stay that contradict each other, and what is made of them.

An event that is said after the admission and dated before it cannot be: what was said last stands, as of when
it was said, and the stay is doubtful until somebody corrects a time. An event said before the admission was
is none: it was an attendance that became a stay.
"""

from datetime import datetime
from typing import NamedTuple

from discharge.clocks import london_date
from fhir_adapters.hl7v2.facts import BEGINNING, Movement, StayReported
from fhir_adapters.hl7v2.facts.instants import coarse_minutes, coarsened, same
from fhir_adapters.hl7v2.process.standing_events import Standing, by_movement, moved, said, stated

DISCHARGED_BEFORE_ADMITTED = "discharged-before-admitted"
MOVED_BEFORE_ADMITTED = "moved-before-admitted"
USED_AGAIN = "visit-number-used-again"
"""What makes a stay doubtful (`discharge.codes.casework.STAY_DOUBTS`); its message has the same note."""

_MOVES: frozenset[Movement] = frozenset({"transferred", "leave-began", "leave-ended"})


class Settled(NamedTuple):
    """The events that stand, with possible times, and what is doubtful about the stay."""

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
