"""The bands in which England publishes delays, by edition (`delay_bands.yaml`).

Source: NHS England discharge ready date statistics. A report uses the bands of its last day, so that a period
that was published keeps its bands.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from discharge.codes.bands import Band, band_among, gaps_and_overlaps
from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind

KIND = Kind(
    "delay-bands", Band, Path(__file__).with_name("delay_bands.yaml"), check=gaps_and_overlaps, national=True
)
DELAY_BANDS = ListByEdition(KIND)


def band_of(days: int, on: date) -> str:
    """Return the code of the band that a delay of `days` (0 or more) falls into in a report up to a day."""
    return _band_among(DELAY_BANDS.as_rows(on), days)


def count_bands(delays: Mapping[int, int], on: date) -> dict[str, int]:
    """Count delays (days -> people) by band in a report up to a day; every band appears, in order."""
    bands = DELAY_BANDS.as_rows(on)
    counts = {band.code: 0 for band in bands}
    for days, people in delays.items():
        counts[_band_among(bands, days)] += people
    return counts


def _band_among(bands: Iterable[Band], days: int) -> str:
    found = band_among(bands, days)
    if found is None:
        raise ValueError("a delay is 0 days or more")
    return found.code
