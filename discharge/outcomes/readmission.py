"""Readmission: an emergency admission so many days (0 to 29, inclusive) after the last discharge.

Source: NHS Digital indicator I02040 (by continuous inpatient spell). Early returns are counted apart, because
they point to the home (`readmission_bands.yaml`); the bands are those of the day of discharge. Where the
trust does not say how somebody came in, the return counts, so that no failure is overlooked, and is also
shown apart.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from discharge.clocks import nights_between
from discharge.codes.admissions import AdmissionKind
from discharge.codes.bands import Band, band_among, gaps_and_overlaps
from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind
from discharge.reference.policy import Policy


def _wrong(rows: Mapping[str, Band]) -> Iterator[str]:
    yield from gaps_and_overlaps(rows)
    for code, band in rows.items():
        if band.last is None:
            yield f"{code}.last: is missing - a return is a readmission up to a last day"


KIND = Kind(
    "readmission-bands",
    Band,
    Path(__file__).with_name("readmission_bands.yaml"),
    check=_wrong,
    national=True,
)
READMISSION_BANDS = ListByEdition(KIND)

COUNTS: frozenset[AdmissionKind] = frozenset({"emergency", "unknown"})
"""The kinds of admission that make a return a readmission."""


def readmission_days(discharged_on: date, admitted_on: date, policy: Policy) -> int | None:
    """Return the days from discharge to a new admission, or None when it is too early or too late to count
    by the policy of the day of discharge.
    """
    days = nights_between(discharged_on, admitted_on)
    bands = policy.on(discharged_on)[KIND]
    return days if band_among(bands.values(), days) else None


def readmission_band(days: int, discharged_on: date) -> Band:
    """Return the band of a readmission `days` after a discharge; ValueError outside of all bands."""
    found = band_among(READMISSION_BANDS.as_rows(discharged_on), days)
    if found is None:
        raise ValueError("an admission so many days after the discharge is no readmission")
    return found
