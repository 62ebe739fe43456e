"""Wards with bays and beds, and a diary of who lies where, so that no two people are ever in one bed.

Times are offsets from the start of the simulation.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

SITE = "RXH01"
TREES = ("ELM", "OAK", "ASH", "YEW", "FIR", "BAY", "FIG", "BOX")
BAYS = 4
BEDS_IN_A_BAY = 6


@dataclass(frozen=True, slots=True)
class Bed:
    """A bed as PV1-3 names it: ward, bay, bed, site."""

    ward: str
    bay: str
    bed: str
    site: str = SITE


@dataclass(frozen=True, slots=True)
class Booking:
    """One person in one bed from `start` until just before `end`."""

    bed: Bed
    start: timedelta
    end: timedelta


class NoBedFree(Exception):
    """Every bed is taken at some time of the stay."""


def beds_of(wards: int) -> list[Bed]:
    """All beds of a hospital with that many wards."""
    names = [_ward_name(index) for index in range(wards)]
    return [
        Bed(ward, f"{ward} BAY{bay}", f"{ward}{bay}-{place}")
        for ward in names
        for bay in range(1, BAYS + 1)
        for place in range(1, BEDS_IN_A_BAY + 1)
    ]


def _ward_name(index: int) -> str:
    turn, tree = divmod(index, len(TREES))
    return TREES[tree] + (str(turn + 1) if turn else "")


class Diary:
    """Who lies where, when."""

    def __init__(self, beds: list[Bed]) -> None:
        self._beds = beds
        self._taken: dict[Bed, list[Booking]] = defaultdict(list)

    def book(self, start: timedelta, end: timedelta, dice: Random) -> Booking:
        """Take any bed that is free all the time. Raises NoBedFree."""
        free = [bed for bed in self._beds if self._is_free(bed, start, end)]
        if not free:
            raise NoBedFree
        booking = Booking(dice.choice(free), start, end)
        self._taken[booking.bed].append(booking)
        return booking

    def cut(self, booking: Booking, end: timedelta) -> None:
        """Let a booking end earlier."""
        taken = self._taken[booking.bed]
        taken[taken.index(booking)] = replace(booking, end=end)

    def restore(self, bookings: list[Booking]) -> None:
        """Go back to an earlier state of the diary."""
        self._taken.clear()
        for booking in bookings:
            self._taken[booking.bed].append(booking)

    def bookings(self) -> list[Booking]:
        """All of them, earliest first."""
        return sorted((item for taken in self._taken.values() for item in taken), key=lambda item: item.start)

    def _is_free(self, bed: Bed, start: timedelta, end: timedelta) -> bool:
        return all(end <= held.start or held.end <= start for held in self._taken[bed])
