"""The nights of a stay in runs that are alike: from when until when, for which reason, and whether the home
held them.

Whoever still waits, waits a night longer each day. Runs say so without counting anew: an open one grows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.delays.night_counts import DelayCount, held_by_home, ready_at_the_end, reasons_at_midnight
from discharge.values import Frozen


class Span(Frozen):
    """Nights of one ready period under the same reasons. ``to_on`` is the first day after them, None while
    they go on; ``code`` the national reason; ``held`` whether a recorded reason was the home; ``published``
    whether they belong to the delay that is published.
    """

    from_on: date
    to_on: date | None
    code: str | None
    held: bool
    published: bool

    def nights(self, until: date) -> int:
        """How many nights there are up to a day."""
        return max(0, (min(until, self.to_on or until) - self.from_on).days)


def count_spans(spans: Iterable[Span], until: date) -> DelayCount:
    """Count the delay of somebody who still waits, up to a day, from the runs of their nights."""
    nights = [(span, span.nights(until)) for span in spans]
    attributed: Counter[str] = Counter()
    for span, n in nights:
        if span.code is not None and n:
            attributed[span.code] += n
    return DelayCount(
        published=sum(n for span, n in nights if span.published),
        true=sum(n for _, n in nights),
        assumed=False,
        so_far=True,
        attributed=dict(attributed),
        without_reason=sum(n for span, n in nights if span.code is None),
        held=sum(n for span, n in nights if span.held),
    )


def spans_of(periods: Sequence[ReadyPeriod], reasons: Sequence[DelayReason]) -> tuple[Span, ...]:
    """Split the ready periods of a stay where a reason begins or ends."""
    last = ready_at_the_end(periods)
    homes = [reason for reason in reasons if held_by_home(reason, reason.from_on)]
    return tuple(
        Span(
            from_on=first,
            to_on=end,
            code=next(iter(reasons_at_midnight(reasons, first, "national")), None),
            held=any(reason.runs(first) for reason in homes),
            published=period is last,
        )
        for period in periods
        for first, end in _runs(period, reasons)
    )


def _runs(period: ReadyPeriod, reasons: Iterable[DelayReason]) -> Iterator[tuple[date, date | None]]:
    begun, ended = period.ready_on, period.ended_on
    days = {day for reason in reasons for day in (reason.from_on, reason.to_on) if day is not None}
    cuts = sorted(day for day in days if begun < day and (ended is None or day < ended))
    return zip((begun, *cuts), (*cuts, ended), strict=True)
