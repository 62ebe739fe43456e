"""What one stay or one letting adds to the bed-days report, so that the report is a sum and nothing else.

A stay that has ended adds to its last day, a letting to its own. A stay that goes on adds nights that grow
with each day: they are kept as slopes. A run of nights adds 1 on its first day and takes 1 away on the first
day after it; up to any day D there are as many nights as the sum of ``n * (D - day)`` over all days before D.
Its published delay is one run, kept whole (the day on which it began, and as key the first day after it),
because medians need the delay of each person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from discharge.delays.night_counts import DelayCount
from discharge.delays.spans import Span
from discharge.delays.stays import Letting, Stay

OfSpread = Literal["stated", "held", "back", "lets"]
"""How many have each number: delay as published, nights held, days until a return, days to a letting."""
ByCode = Literal["kinds", "attributed"]
Total = Literal["assumed", "true", "without_reason", "outside", "failed", "died_true"]
OfWait = Literal["waited", "waited-held", "age"]
"""Of those who wait: nights by national reason ('': none), nights held by the home, the published delay."""
What = OfSpread | ByCode | Total | OfWait


class Summand(NamedTuple):
    """``n`` of a figure under one key, from one day on or on that day."""

    what: What
    key: str
    day: date
    n: int


Summands = tuple[Summand, ...]
_Named = tuple[What, str, int]


def of_ended(stay: Stay, count: DelayCount, ended_on: date) -> Summands:
    """What a stay adds that has ended, with its delay counted up to that day."""
    died: list[_Named] = [("died_true", "", count.true or 0)]
    named = died if stay.died else _of_left(stay, count)
    return tuple(Summand(what, key, ended_on, n) for what, key, n in named if n)


def of_waiting(spans: Sequence[Span]) -> Summands:
    """What a stay adds that goes on, by its runs of nights. Somebody none of whose runs is published waits
    all the same: their published delay is a run without nights.
    """
    published = [span for span in spans if span.published]
    begun = (published or spans)[0].from_on
    end = published[-1].to_on if published else begun
    slopes: Counter[tuple[What, str, date]] = Counter()
    for span in spans:
        whats: list[tuple[What, str]] = [("waited", span.code or "")]
        whats += [("waited-held", "")] if span.held else []
        for what, key in whats:
            slopes[what, key, span.from_on] += 1
            if span.to_on is not None:
                slopes[what, key, span.to_on] -= 1
    added = (Summand(*named, n) for named, n in sorted(slopes.items()) if n)
    return (Summand("age", end.isoformat() if end else "", begun, 1), *added)


def of_letting(let: Letting) -> Summands:
    """What a home let adds."""
    return (Summand("lets", str(let.days), let.let_on, 1),)


def as_stored(summands: Iterable[Summand]) -> list[list[str | int]]:
    """As a row keeps them: what, key, day, n."""
    return [[each.what, each.key, each.day.isoformat(), each.n] for each in summands]


def _of_left(stay: Stay, count: DelayCount) -> list[_Named]:
    return [
        ("assumed", "", 1) if count.assumed else ("stated", str(count.published), 1),
        *_spread("held", count.held or None),
        *_spread("back", stay.back_after),
        ("kinds", stay.back_kind or "", int(stay.back_kind is not None)),
        *(("attributed", code, nights) for code, nights in sorted(count.attributed.items())),
        ("true", "", count.true or 0),
        ("without_reason", "", count.without_reason),
        ("outside", "", stay.outside),
        ("failed", "", int(stay.failed)),
    ]


def _spread(what: OfSpread, number: int | None) -> Iterator[_Named]:
    if number is not None:
        yield what, str(number), 1
