"""Readmission: an emergency admission 0 to 29 days, inclusive, after the last discharge.

Source: NHS Digital indicator I02040 (by continuous inpatient spell). Days 0-2, 3-7 and 8-29 are counted
apart, because an early return points to the home. Where the trust does not say how somebody came in, the
return counts, so that no failure is overlooked, and is also shown apart.
"""

from datetime import date

from discharge.clocks import nights_between
from discharge.codes.admissions import AdmissionKind

LAST_DAY = 29

BANDS: tuple[tuple[str, int, int], ...] = (("0-2", 0, 2), ("3-7", 3, 7), ("8-29", 8, LAST_DAY))
"""Label, first and last day after discharge."""

COUNTS: frozenset[AdmissionKind] = frozenset({"emergency", "unknown"})
"""The kinds of admission that make a return a readmission."""


def readmission_days(discharged_on: date, admitted_on: date) -> int | None:
    """Return the days from discharge to a new admission, or None when it is too early or too late to
    count.
    """
    days = nights_between(discharged_on, admitted_on)
    return days if 0 <= days <= LAST_DAY else None


def readmission_band(days: int) -> str:
    """Return the band of a readmission `days` (0 to 29) after discharge; ValueError outside."""
    for label, first, last in BANDS:
        if first <= days <= last:
            return label
    raise ValueError("a readmission is 0 to 29 days after discharge")
