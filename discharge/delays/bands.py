"""The bands in which England publishes delays. Source: NHS England discharge ready date statistics."""

from collections.abc import Iterable

BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("0", 0, 0),
    ("1", 1, 1),
    ("2-3", 2, 3),
    ("4-6", 4, 6),
    ("7-13", 7, 13),
    ("14-20", 14, 20),
    ("21+", 21, None),
)
"""Label, first day and last day of each band; the last one is open."""


def band_of(days: int) -> str:
    """Return the label of the band that a delay of `days` (0 or more) falls into."""
    return next(label for label, first, last in BANDS if first <= days and (last is None or days <= last))


def count_bands(delays: Iterable[int]) -> dict[str, int]:
    """Count delays by band; every band appears, in order."""
    counts = {label: 0 for label, _, _ in BANDS}
    for days in delays:
        counts[band_of(days)] += 1
    return counts
