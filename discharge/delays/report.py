"""The bed-days report: pure figures over stays, each with its definition beside it.

Finished delays and people still waiting are never mixed, because a wait that goes on is cut off at today.
The 7, 14 and 21 days of the national return on length of *stay* are something else.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import fmean, median

from discharge.codes.delay_reasons import NATIONAL_DELAY_REASONS
from discharge.delays.bands import count_bands
from discharge.delays.counting import DelayCount, count_delay
from discharge.delays.definitions import DEFINITIONS, Unit
from discharge.delays.released import Counterfactual, days_let_sooner, released_nights
from discharge.delays.stays import Letting, Stay
from discharge.outcomes.readmission import BANDS, readmission_band
from discharge.values import Frozen

Figures = dict[str, float | None]

ASSUMED = "assumed"
"""The band of those who left without a ready date."""


class Figure(Frozen):
    """One number (None: cannot be known), its unit and what exactly it counts."""

    key: str
    label: str
    value: float | None
    unit: Unit
    definition: str


class ReasonNights(Frozen):
    """Nights attributed to one national reason."""

    code: str
    label: str
    nights: int
    housing: bool


class DelayGroup(Frozen):
    """The figures of finished stays, or of people still waiting."""

    figures: tuple[Figure, ...]
    bands: dict[str, int]
    reasons: tuple[ReasonNights, ...]

    def value(self, key: str) -> float | None:
        """Return one figure by its key."""
        return next(figure.value for figure in self.figures if figure.key == key)


class BedDaysReport(Frozen):
    """Bed days of one period: finished stays that ended in [`from_on`, `to_on`], who waits on `as_of`, and
    homes let in the period, which are another measure than nights in a bed.
    """

    from_on: date
    to_on: date
    as_of: date
    finished: DelayGroup
    waiting: DelayGroup
    letting: tuple[Figure, ...]
    released: Figure
    counterfactual: Counterfactual


class CountedStay(Frozen):
    """One stay and its delay, counted every way."""

    stay: Stay
    count: DelayCount


class CountedStays(Frozen):
    """Who is behind the figures: stays that ended in the period, by death apart, and people waiting now."""

    left: tuple[CountedStay, ...]
    died: tuple[CountedStay, ...]
    waiting: tuple[CountedStay, ...]


def count_stays(stays: Iterable[Stay], from_on: date, to_on: date, as_of: date) -> CountedStays:
    """Count every stay that is in the report; `as_of` is today in case time."""
    counted = [
        CountedStay(stay=stay, count=_count(stay, as_of))
        for stay in stays
        if (_waits(stay) if stay.ended_on is None else from_on <= stay.ended_on <= to_on)
    ]
    return CountedStays(
        left=tuple(each for each in counted if each.stay.ended_on and not each.stay.died),
        died=tuple(each for each in counted if each.stay.ended_on and each.stay.died),
        waiting=tuple(each for each in counted if each.stay.ended_on is None),
    )


def lettings_in(lettings: Iterable[Letting], from_on: date, to_on: date) -> tuple[Letting, ...]:
    """Choose the homes let in a period, the last day included."""
    return tuple(each for each in lettings if from_on <= each.let_on <= to_on)


def bed_days_report(
    stays: Iterable[Stay],
    lettings: Iterable[Letting],
    from_on: date,
    to_on: date,
    as_of: date,
    against: Counterfactual,
) -> BedDaysReport:
    """Compute the report over stays and homes let; `as_of` is today in case time."""
    counted = count_stays(stays, from_on, to_on, as_of)
    return BedDaysReport(
        from_on=from_on,
        to_on=to_on,
        as_of=as_of,
        finished=_finished(counted.left, sum(each.count.true or 0 for each in counted.died)),
        waiting=_waiting([each.count for each in counted.waiting]),
        letting=_letting([each.days for each in lettings_in(lettings, from_on, to_on)], against),
        released=_figure("released-days", _released(counted.left, against)),
        counterfactual=against,
    )


def _waits(stay: Stay) -> bool:
    return any(period.ended_on is None for period in stay.periods)


def _count(stay: Stay, as_of: date) -> DelayCount:
    left = stay.ended_on is not None
    return count_delay(stay.periods, stay.reasons, stay.ended_on or as_of, left=left)


def _figure(key: str, value: float | None) -> Figure:
    row = DEFINITIONS[key]
    return Figure(key=key, label=row.label, value=value, unit=row.unit, definition=row.definition)


def _finished(left: Sequence[CountedStay], died: int) -> DelayGroup:
    counts = [each.count for each in left]
    delays = [count.published for count in counts]
    delayed = [days for days in delays if days]
    stated = [count.published for count in counts if not count.assumed]
    known = [count.true for count in counts if count.true is not None]
    figures: Figures = {
        "discharges": len(delays),
        "same-day": len(stated) - len(delayed),
        "delayed": len(delayed),
        "percent-delayed": round(100 * len(delayed) / len(delays), 1) if delays else None,
        "published-days": sum(delays),
        "true-days": sum(known),
        "mean-with-zeros": _mean(delays),
        "mean-without-zeros": _mean(delayed),
        "median": median(stated) if stated else None,
        "ninetieth": percentile(stated, 90),
        "assumed": len(delays) - len(stated),
        "held-days": sum(count.held for count in counts),
        "without-reason": sum(count.without_reason for count in counts),
        "outside": sum(each.stay.outside for each in left),
        **_afterwards([each.stay for each in left]),
        "died-days": died,
    }
    return _group(figures, count_bands(stated) | {ASSUMED: len(delays) - len(stated)}, counts)


def _afterwards(stays: Sequence[Stay]) -> Figures:
    back = [stay.back_after for stay in stays if stay.back_after is not None]
    bands = Counter(map(readmission_band, back))
    by_band: Figures = {f"back-{label}": bands[label] for label, _, _ in BANDS}
    kinds = Counter(stay.back_kind for stay in stays)
    return {
        "readmitted": len(back),
        **by_band,
        "back-unknown": kinds["unknown"],
        "back-planned": kinds["planned"] + kinds["other"],
        "failed": sum(stay.failed for stay in stays),
    }


def _waiting(counts: Sequence[DelayCount]) -> DelayGroup:
    ages = [count.published for count in counts]
    figures: Figures = {
        "waiting": len(ages),
        "waiting-days": sum(ages),
        "waiting-true-days": sum(count.true or 0 for count in counts),
        "waiting-median": median(ages) if ages else None,
        "waiting-ninetieth": percentile(ages, 90),
        "waiting-held-days": sum(count.held for count in counts),
        "waiting-without-reason": sum(count.without_reason for count in counts),
    }
    return _group(figures, count_bands(ages), counts)


def _letting(days: Sequence[int], against: Counterfactual) -> tuple[Figure, ...]:
    sooner = [found for each in days if (found := days_let_sooner(each, against)) is not None]
    claims = against.days is not None and against.measure == "start-to-let"
    figures: Figures = {
        "lets": len(days),
        "start-to-let-mean": _mean(days),
        "start-to-let-median": median(days) if days else None,
        "let-sooner-days": sum(sooner) if claims else None,
    }
    return tuple(_figure(key, value) for key, value in figures.items())


def _group(figures: Figures, bands: dict[str, int], counts: Sequence[DelayCount]) -> DelayGroup:
    return DelayGroup(
        figures=tuple(_figure(key, value) for key, value in figures.items()),
        bands=bands,
        reasons=_reasons(counts),
    )


def _reasons(counts: Iterable[DelayCount]) -> tuple[ReasonNights, ...]:
    nights: Counter[str] = Counter()
    for count in counts:
        nights.update(count.attributed)
    housing = {row.code for row in NATIONAL_DELAY_REASONS if row.housing == "yes"}
    return tuple(
        ReasonNights(
            code=code, label=NATIONAL_DELAY_REASONS.label(code), nights=total, housing=code in housing
        )
        for code, total in sorted(nights.items(), key=lambda item: (-item[1], item[0]))
    )


def _released(left: Iterable[CountedStay], against: Counterfactual) -> int | None:
    if against.days is None or against.measure != "nights-held":
        return None
    return sum(released_nights(each.count.held, against) for each in left)


def _mean(values: Sequence[int]) -> float | None:
    return round(fmean(values), 2) if values else None


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return a percentile by nearest rank: a value that really occurs; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(percent * len(values) / 100) - 1)]
