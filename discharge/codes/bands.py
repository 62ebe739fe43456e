"""Bands of days: rows that together hold each number of days once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from discharge.codes.model import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Code):
    """From the first day to the last one, both included; a last day of None: there is no end."""

    first: int
    last: int | None = None

    def holds_days(self, days: int) -> bool:
        """Whether a number of days is in the band."""
        return self.first <= days and (self.last is None or days <= self.last)


def band_among(bands: Iterable[Band], days: int) -> Band | None:
    """Return the band that holds a number of days; None outside of all of them."""
    return next((band for band in bands if band.holds_days(days)), None)


def gaps_and_overlaps(rows: Mapping[str, Band]) -> Iterator[str]:
    """What is wrong between bands, which go up from 0 without a gap, one fault each."""
    expected: int | None = 0
    for code, band in rows.items():
        if expected is None:
            yield f"{code}: comes after a band without an end - give that one its last day"
            return
        if band.first != expected:
            yield f"{code}.first: is {band.first} - write {expected}, the day after the band before it"
        if band.last is not None and band.last < band.first:
            yield f"{code}.last: is before its first day - write {band.first} or later"
        expected = None if band.last is None else band.last + 1
