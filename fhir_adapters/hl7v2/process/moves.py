"""Which number and person a stay belongs to, after visits and accounts were merged, renumbered or moved.

Pure: moves are followed in the order in which they were said, of equal times in that of arrival. What was
moved away and back again is where it was.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fhir_adapters.hl7v2.facts import BEGINNING
from fhir_adapters.hl7v2.facts.instants import in_order as moment


class Move(NamedTuple):
    """All that is said of `number` belongs to `to_number` and to `person_id`; `from_person_id` is whose it
    was, where the message says so.
    """

    stated_at: datetime | None
    arrival: int
    number: str
    to_number: str
    person_id: UUID
    from_person_id: UUID | None = None


def in_order(moves: Iterable[Move]) -> list[Move]:
    """Moves as they were said, of equal times as they arrived."""
    return sorted(moves, key=lambda move: (moment(move.stated_at or BEGINNING), move.arrival))


def belongs_to(moves: Sequence[Move], number: str) -> str:
    """The number that holds what is said of `number`; `moves` are in order."""
    for move in moves:
        if move.number == number:
            number = move.to_number
    return number


def owner(moves: Sequence[Move], number: str) -> UUID | None:
    """The person whom the last move gave this stay to; None where no move concerns it."""
    for place in range(len(moves) - 1, -1, -1):
        if belongs_to(moves[place + 1 :], moves[place].to_number) == number:
            return moves[place].person_id
    return None
