"""A spread: how many have each number of nights or days. Means, medians and percentiles of it are exact, and
take as long as there are different numbers, however many people there are.
"""

from __future__ import annotations

import math
from collections import Counter

Spread = Counter[int]
"""A number of nights or days -> how many have it."""


def added(spread: Spread) -> int:
    """All numbers added up."""
    return sum(number * people for number, people in spread.items())


def mean(spread: Spread) -> float | None:
    """The mean, to two places; None where there is nobody."""
    people = spread.total()
    return round(added(spread) / people, 2) if people else None


def median(spread: Spread) -> float | None:
    """The number in the middle, or the mean of the two that are; None where there is nobody."""
    people = spread.total()
    if not people:
        return None
    low, high = _at(spread, (people - 1) // 2), _at(spread, people // 2)
    return low if people % 2 else (low + high) / 2


def percentile(spread: Spread, percent: int) -> int | None:
    """Return a percentile by nearest rank: a number that really occurs; None where there is nobody."""
    people = spread.total()
    return _at(spread, max(0, math.ceil(percent * people / 100) - 1)) if people else None


def _at(spread: Spread, place: int) -> int:
    """The number at a place of all, in order, the first at 0."""
    for number, people in sorted(spread.items()):
        if place < people:
            return number
        place -= people
    raise IndexError(place)
