"""Opening, closing and correcting ready periods: each returns the new periods in order, or refuses.

Every period is kept, because the published figure looks at the last one only while a person waited through
all of them. Source: Discharge Ready Date guidance, which re-checks the date at every ward round.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from discharge.delays.model import EndedBy, ReadyPeriod
from discharge.errors import Refused

Periods = tuple[ReadyPeriod, ...]


def by_day(periods: Iterable[ReadyPeriod]) -> Periods:
    """Return the periods by the day they began; of one day the one that ended first before the others."""
    return tuple(sorted(periods, key=lambda period: (period.ready_on, period.ended_on or date.max)))


def in_order(periods: Iterable[ReadyPeriod], where: str = "effective_on") -> Periods:
    """Return the periods by date; raises dates-out-of-order when one ends before it begins or two overlap.
    ``where`` is the field that gave the day.
    """
    ordered = by_day(periods)
    backwards = any(period.ended_on is not None and period.ended_on < period.ready_on for period in ordered)
    overlapping = any(
        earlier.ended_on is None or earlier.ended_on > later.ready_on for earlier, later in pairwise(ordered)
    )
    if backwards or overlapping:
        raise Refused("dates-out-of-order", where=where)
    return ordered


def open_period(periods: Iterable[ReadyPeriod]) -> ReadyPeriod | None:
    """Return the period that is still running, if any."""
    return next((period for period in periods if period.ended_on is None), None)


def not_before_the_last(periods: Iterable[ReadyPeriod], day: date) -> date:
    """Return the day on which a new period begins: `day`, but never before the last one that ended."""
    return max((day, *(period.ended_on for period in periods if period.ended_on is not None)))


def start_period(periods: Iterable[ReadyPeriod], period: ReadyPeriod) -> Periods:
    """Add a period; raises already-done while another one runs."""
    periods = tuple(periods)
    if open_period(periods):
        raise Refused("already-done", where="met")
    return in_order((*periods, period))


def end_period(periods: Iterable[ReadyPeriod], ended_on: date, ended_by: EndedBy) -> Periods:
    """End the running period; raises already-done when none runs, dates-out-of-order before its beginning."""
    periods = tuple(periods)
    running = open_period(periods)
    if running is None:
        raise Refused("already-done", where="met")
    ended = running.model_copy(update={"ended_on": ended_on, "ended_by": ended_by})
    return in_order(ended if period is running else period for period in periods)


def begun_on(periods: Periods, day: date) -> ReadyPeriod | None:
    """Return the period that began on a day; of several the last."""
    return next((period for period in reversed(periods) if period.ready_on == day), None)


def correct_period(periods: Periods, replaces: date, corrected: ReadyPeriod | None) -> Periods:
    """Put another period in the place of the one that began on `replaces`, or remove it (None).

    Raises no-such-item when none began on that day.
    """
    wrong = begun_on(periods, replaces)
    if wrong is None:
        raise Refused("no-such-item", where="replaces")
    kept = tuple(period for period in periods if period != wrong)
    return in_order(kept if corrected is None else (*kept, corrected), "ready_on")
