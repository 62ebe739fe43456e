"""Counting delay in nights, three ways that must not be mixed.

    published   discharge date minus the start of the last ready period; 0 on the same day
    true        nights in bed in all ready periods together
    attributed  nights on which a reason was the recorded one at midnight
    held        nights on which a recorded reason was one of the home

Source: Discharge Ready Date guidance, examples and frequently asked questions (NHS England). A missing
ready date is allowed there to mean "no delay"; it counts as 0 and is marked *assumed*, and the true delay
is then unknown (None).

A night belongs to the date on which it begins. Dates are London dates, so clock changes do not alter a
count. `until` is the day the stay ended, or today for somebody still in bed; `left` says which of the two
it is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from discharge.clocks import nights_between
from discharge.codes.delay_reasons import LOCAL_DELAY_REASONS, NATIONAL_DELAY_REASONS, national_reason
from discharge.delays.model import DelayReason, ReadyPeriod

DAY = timedelta(days=1)
ReasonKind = Literal["national", "local"]


class DelayCount(BaseModel):
    """The delay of one hospital stay, in nights; `true` is None where it cannot be known.

    `so_far` marks a person still in bed: never add such a count to finished ones.
    """

    model_config = ConfigDict(frozen=True)

    published: int
    true: int | None
    assumed: bool
    so_far: bool
    attributed: dict[str, int]
    without_reason: int
    held: int = 0


def _end(period: ReadyPeriod, until: date) -> date:
    return min(until, period.ended_on) if period.ended_on else until


def _nights(period: ReadyPeriod, until: date) -> int:
    return max(0, nights_between(period.ready_on, _end(period, until)))


def ready_at_the_end(periods: Sequence[ReadyPeriod]) -> ReadyPeriod | None:
    """Return the last ready period, unless the person met the criteria to reside again after it."""
    last = max(periods, key=lambda period: period.ready_on, default=None)
    return None if last is None or last.ended_by == "met-criteria-again" else last


def published_delay_days(periods: Sequence[ReadyPeriod], until: date) -> int:
    """Count from the start of the last ready period; 0 when there is none, or when it lapsed."""
    last = ready_at_the_end(periods)
    return _nights(last, until) if last else 0


def delay_assumed(periods: Sequence[ReadyPeriod], *, left: bool) -> bool:
    """Whether the published 0 stands for a ready date that nobody recorded."""
    return left and ready_at_the_end(periods) is None


def true_delay_days(periods: Sequence[ReadyPeriod], until: date, *, left: bool) -> int | None:
    """Count the nights of all ready periods; None for somebody who left without a ready date."""
    if left and not periods:
        return None
    return sum(_nights(period, until) for period in periods)


def nights_waited(periods: Iterable[ReadyPeriod], until: date) -> Iterator[date]:
    """Give each night in bed while ready, as the date on which it begins."""
    for period in periods:
        yield from (period.ready_on + DAY * n for n in range(_nights(period, until)))


def reasons_at_midnight(reasons: Iterable[DelayReason], night: date, kind: ReasonKind) -> tuple[str, ...]:
    """Return the codes recorded at the midnight that ends `night`: at most one national, any number of
    local. Where no national reason is recorded, the local one that began last counts under its own.
    """
    running = sorted((reason for reason in reasons if reason.runs(night)), key=lambda reason: reason.from_on)
    local = [reason.code for reason in running if reason.kind == "local"]
    if kind == "local":
        return tuple(dict.fromkeys(local))
    national = [reason.code for reason in running if reason.kind == "national"]
    return tuple((national or [code for code in map(national_reason, local) if code])[-1:])


def attributed_days(
    periods: Iterable[ReadyPeriod],
    reasons: Sequence[DelayReason],
    until: date,
    kind: ReasonKind = "national",
) -> dict[str, int]:
    """Count waiting nights for each reason. National counts add up to the nights with a reason; local may
    overlap.
    """
    counts: Counter[str] = Counter()
    for night in nights_waited(periods, until):
        counts.update(reasons_at_midnight(reasons, night, kind))
    return dict(counts)


def nights_without_reason(
    periods: Iterable[ReadyPeriod],
    reasons: Sequence[DelayReason],
    until: date,
    kind: ReasonKind = "national",
) -> list[date]:
    """List the waiting nights for which no reason is recorded."""
    given = [
        reason
        for reason in reasons
        if reason.kind == kind or (kind == "national" and national_reason(reason.code))
    ]
    return [
        night for night in nights_waited(periods, until) if not any(reason.runs(night) for reason in given)
    ]


def held_by_home(reason: DelayReason, night: date) -> bool:
    """Whether a reason is one of the home itself; a local one is what its national reason is."""
    local = LOCAL_DELAY_REASONS.find(reason.code, night) if reason.kind == "local" else None
    row = NATIONAL_DELAY_REASONS.find(local.national if local else reason.code, night)
    return row is not None and row.housing == "yes"


def nights_held_by_home(periods: Iterable[ReadyPeriod], reasons: Iterable[DelayReason], until: date) -> int:
    """Count the waiting nights on which at least one recorded reason was the home.

    The one national reason may hide it behind another, so the local ones are asked as well.
    """
    homes = [reason for reason in reasons if held_by_home(reason, reason.from_on)]
    return sum(any(reason.runs(night) for reason in homes) for night in nights_waited(periods, until))


def count_delay(
    periods: Sequence[ReadyPeriod], reasons: Sequence[DelayReason], until: date, *, left: bool
) -> DelayCount:
    """Count the delay of one stay in every way."""
    return DelayCount(
        published=published_delay_days(periods, until),
        true=true_delay_days(periods, until, left=left),
        assumed=delay_assumed(periods, left=left),
        so_far=not left,
        attributed=attributed_days(periods, reasons, until),
        without_reason=len(nights_without_reason(periods, reasons, until)),
        held=nights_held_by_home(periods, reasons, until),
    )
