"""What the bed-days report is computed from: stays and lettings added up.

Stays may be counted here, one by one, or by PostgreSQL over what it keeps of each stay: both give one tally,
and tallies can be added. A distribution is kept as how many stays have each value, so that medians are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from discharge.delays.counted import CountedStay, CountedStays
from discharge.delays.night_counts import DelayCount
from discharge.delays.spreads import Spread
from discharge.delays.stays import Letting


@dataclass
class Finished:
    """Stays that ended in the period: the published delay of those whose ready date was stated, how many had
    none, nights held by the home, days until a return, and sums. `kinds` counts how people came back.
    """

    stated: Spread = field(default_factory=Counter)
    assumed: int = 0
    held: Spread = field(default_factory=Counter)
    back: Spread = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    attributed: Counter[str] = field(default_factory=Counter)
    true: int = 0
    without_reason: int = 0
    outside: int = 0
    failed: int = 0
    died_true: int = 0


@dataclass
class Waiting:
    """People who wait now: the published delay of each so far, and sums."""

    ages: Spread = field(default_factory=Counter)
    attributed: Counter[str] = field(default_factory=Counter)
    true: int = 0
    held: int = 0
    without_reason: int = 0


@dataclass
class Tally:
    """Everything that the report needs. `lets` are days from the start of looking to the letting."""

    finished: Finished = field(default_factory=Finished)
    waiting: Waiting = field(default_factory=Waiting)
    lets: Spread = field(default_factory=Counter)

    def add(self, stays: CountedStays, lettings: Iterable[Letting]) -> Tally:
        """Add stays of the period and homes let in it."""
        for each in stays.left:
            self._left(each)
        self.finished.died_true += sum(each.count.true or 0 for each in stays.died)
        for each in stays.waiting:
            self._waits(each.count)
        self.lets.update(each.days for each in lettings)
        return self

    def _left(self, each: CountedStay) -> None:
        stay, count, found = each.stay, each.count, self.finished
        if count.assumed:
            found.assumed += 1
        else:
            found.stated[count.published] += 1
        found.held.update([count.held] if count.held else [])
        found.back.update([] if stay.back_after is None else [stay.back_after])
        found.kinds.update([stay.back_kind] if stay.back_kind else [])
        found.attributed.update(count.attributed)
        found.true += count.true or 0
        found.without_reason += count.without_reason
        found.outside += stay.outside
        found.failed += stay.failed

    def _waits(self, count: DelayCount) -> None:
        found = self.waiting
        found.ages[count.published] += 1
        found.attributed.update(count.attributed)
        found.true += count.true or 0
        found.held += count.held
        found.without_reason += count.without_reason
