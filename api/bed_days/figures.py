"""The figures of the bed-days report, from the sums that PostgreSQL keeps of what each case adds to them
(`discharge.delays.summands`). No case is read, however many there are, but those that are not counted as this
version counts: what the sums hold of these is taken away, and they are counted one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import who
from api.web.principals import Principal
from discharge.delays.night_counts import DAY
from discharge.delays.spreads import Spread
from discharge.delays.summands import ByCode, OfSpread, OfWait, Total
from discharge.delays.tally import Finished, Tally, Waiting
from discharge.durations import Duration

OF_DAY = [what for whats in (OfSpread, ByCode, Total) for what in get_args(whats)]
"""Figures of a period: each counts on its day."""
MONTH = Duration(amount=1, unit="months")
_ENDS = ("first_month", "after_months")
_FIGURES = text("""
WITH kept AS (
    SELECT what, key, day, n FROM counted_sums WHERE organisation_id = :organisation_id
        AND what = ANY (CAST(:of_day AS text[])) AND day >= :from_on AND day < :first_month
    UNION ALL SELECT what, key, month, n FROM counted_months WHERE organisation_id = :organisation_id
        AND what = ANY (CAST(:of_day AS text[])) AND month >= :first_month AND month < :after_months
    UNION ALL SELECT what, key, day, n FROM counted_sums WHERE organisation_id = :organisation_id
        AND what = ANY (CAST(:of_day AS text[])) AND day >= :after_months AND day <= :to_on
    UNION ALL SELECT what, key, day, n FROM counted_sums WHERE organisation_id = :organisation_id
        AND what IN ('waited', 'waited-held', 'age')
    UNION ALL SELECT what, key, day, n FROM counted_changes WHERE organisation_id = :organisation_id
    UNION ALL SELECT what, key, day, n FROM homeward_uncounted()
)
SELECT what, key, sum(n) AS n FROM kept
    WHERE what = ANY (CAST(:of_day AS text[])) AND day BETWEEN :from_on AND :to_on GROUP BY what, key
UNION ALL SELECT what, key, sum(n * (:as_of - day)) FROM kept
    WHERE what IN ('waited', 'waited-held') AND day < :as_of GROUP BY what, key
UNION ALL SELECT what, greatest(0, least(CAST(nullif(key, '') AS date), :as_of) - day)::text AS age, sum(n)
    FROM kept WHERE what = 'age' GROUP BY what, age
UNION ALL SELECT what, key, n FROM kept WHERE what = 'uncounted'
""")


@dataclass(frozen=True)
class Figures:
    """The tally of all cases that the caller's organisation leads but some, which are ``uncounted``."""

    tally: Tally
    uncounted: frozenset[UUID]


async def add_up(session: AsyncSession, caller: Principal, period: tuple[date, date, date]) -> Figures:
    """What the sums give for a period (first day, last day, today). PostgreSQL finds the cases that are not
    counted as this version counts with the same look, so that each is either in the tally or named.
    """
    from_on, to_on, as_of = period
    values = {"from_on": from_on, "to_on": to_on, "as_of": as_of, "of_day": OF_DAY}
    values |= {"organisation_id": who(caller).organisation_id, **_whole_months(from_on, to_on)}
    found: dict[str, Counter[str]] = {}
    for what, key, n in await session.execute(_FIGURES, values):
        found.setdefault(what, Counter())[key] = int(n)
    return Figures(_tally(found), frozenset(map(UUID, found.get("uncounted", ()))))


def _whole_months(from_on: date, to_on: date) -> dict[str, date]:
    """The first day of the first month that lies whole in a period, and the first day after the last one;
    where none does, both are the first day of the period.
    """
    first = from_on if from_on.day == 1 else MONTH.after(from_on.replace(day=1))
    after = (to_on + DAY).replace(day=1)
    return {"first_month": first, "after_months": after} if first < after else dict.fromkeys(_ENDS, from_on)


def _tally(found: Mapping[str, Counter[str]]) -> Tally:
    def spread(what: OfSpread | OfWait) -> Spread:
        return Spread({int(key): n for key, n in found.get(what, {}).items() if n})

    waited = found.get("waited", Counter())
    finished = Finished(
        stated=spread("stated"),
        held=spread("held"),
        back=spread("back"),
        kinds=_by_code(found.get("kinds", {})),
        attributed=_by_code(found.get("attributed", {})),
        **{what: found[what].total() for what in get_args(Total) if what in found},
    )
    waiting = Waiting(
        ages=spread("age"),
        attributed=_by_code(waited),
        true=waited.total(),
        held=found.get("waited-held", Counter()).total(),
        without_reason=waited[""],
    )
    return Tally(finished, waiting, spread("lets"))


def _by_code(found: Mapping[str, int]) -> Counter[str]:
    """Nights by code; one that has none of them does not appear."""
    return Counter({code: n for code, n in found.items() if code and n})
