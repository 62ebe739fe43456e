"""The bed-days report: pure figures over stays, each with its definition beside it.

Finished delays and people still waiting are never mixed, because a wait that goes on is cut off at today.
The 7, 14 and 21 days of the national return on length of *stay* are something else.
"""

from collections import Counter
from datetime import date

from discharge.codes.delay_reasons import NATIONAL_DELAY_REASONS
from discharge.delays.bands import count_bands
from discharge.delays.definitions import DEFINITIONS, Unit, back_in
from discharge.delays.released import Counterfactual, days_let_sooner, released_nights
from discharge.delays.spreads import Spread, added, mean, median, percentile
from discharge.delays.tally import Finished, Tally, Waiting
from discharge.outcomes.readmission import READMISSION_BANDS
from discharge.prices.price_list import Cost, costs_of
from discharge.reference.policy import Policy
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
    costs: tuple[Cost, ...] = ()


def bed_days_report(
    tally: Tally, from_on: date, to_on: date, as_of: date, against: Counterfactual, policy: Policy
) -> BedDaysReport:
    """Compute the report over stays and homes let, added up; `as_of` is today in case time. Prices are those
    of the policy.
    """
    report = _report(tally, from_on, to_on, as_of, against)
    figures = (*report.finished.figures, *report.waiting.figures)
    return report.model_copy(update={"costs": costs_of({each.key: each.value for each in figures}, policy)})


def _report(tally: Tally, from_on: date, to_on: date, as_of: date, against: Counterfactual) -> BedDaysReport:
    return BedDaysReport(
        from_on=from_on,
        to_on=to_on,
        as_of=as_of,
        finished=_finished(tally.finished, to_on),
        waiting=_waiting(tally.waiting, as_of),
        letting=_letting(tally.lets, against),
        released=_figure("released-days", _released(tally.finished, against)),
        counterfactual=against,
    )


def _figure(key: str, value: float | None) -> Figure:
    row = DEFINITIONS[key]
    return Figure(key=key, label=row.label, value=value, unit=row.unit, definition=row.definition)


def _finished(tally: Finished, on: date) -> DelayGroup:
    stated = tally.stated
    delays = stated + Spread({0: tally.assumed})
    delayed = Spread({days: people for days, people in stated.items() if days})
    discharges, later = delays.total(), delayed.total()
    figures: Figures = {
        "discharges": discharges,
        "same-day": stated.total() - later,
        "delayed": later,
        "percent-delayed": round(100 * later / discharges, 1) if discharges else None,
        "published-days": added(delays),
        "true-days": tally.true,
        "mean-with-zeros": mean(delays),
        "mean-without-zeros": mean(delayed),
        "median": median(stated),
        "ninetieth": percentile(stated, 90),
        "assumed": tally.assumed,
        "held-days": added(tally.held),
        "without-reason": tally.without_reason,
        "outside": tally.outside,
        **_afterwards(tally, on),
        "died-days": tally.died_true,
    }
    return _group(figures, count_bands(stated, on) | {ASSUMED: tally.assumed}, tally.attributed)


def _afterwards(tally: Finished, on: date) -> Figures:
    bands = READMISSION_BANDS.as_rows(on)
    by_band: Figures = {
        back_in(band): sum(number for days, number in tally.back.items() if band.holds_days(days))
        for band in bands
    }
    return {
        "readmitted": tally.back.total(),
        **by_band,
        "back-unknown": tally.kinds["unknown"],
        "back-planned": tally.kinds["planned"] + tally.kinds["other"],
        "failed": tally.failed,
    }


def _waiting(tally: Waiting, on: date) -> DelayGroup:
    ages = tally.ages
    figures: Figures = {
        "waiting": ages.total(),
        "waiting-days": added(ages),
        "waiting-true-days": tally.true,
        "waiting-median": median(ages),
        "waiting-ninetieth": percentile(ages, 90),
        "waiting-held-days": tally.held,
        "waiting-without-reason": tally.without_reason,
    }
    return _group(figures, count_bands(ages, on), tally.attributed)


def _letting(lets: Spread, against: Counterfactual) -> tuple[Figure, ...]:
    sooner = sum((days_let_sooner(days, against) or 0) * homes for days, homes in lets.items())
    claims = against.days is not None and against.measure == "start-to-let"
    figures: Figures = {
        "lets": lets.total(),
        "start-to-let-mean": mean(lets),
        "start-to-let-median": median(lets),
        "let-sooner-days": sooner if claims else None,
    }
    return tuple(_figure(key, value) for key, value in figures.items())


def _group(figures: Figures, bands: dict[str, int], attributed: Counter[str]) -> DelayGroup:
    return DelayGroup(
        figures=tuple(_figure(key, value) for key, value in figures.items()),
        bands=bands,
        reasons=_reasons(attributed),
    )


def _reasons(nights: Counter[str]) -> tuple[ReasonNights, ...]:
    housing = {row.code for row in NATIONAL_DELAY_REASONS if row.housing == "yes"}
    return tuple(
        ReasonNights(
            code=code, label=NATIONAL_DELAY_REASONS.label(code), nights=total, housing=code in housing
        )
        for code, total in sorted(nights.items(), key=lambda item: (-item[1], item[0]))
    )


def _released(tally: Finished, against: Counterfactual) -> int | None:
    if against.days is None or against.measure != "nights-held":
        return None
    return sum(released_nights(held, against) * stays for held, stays in tally.held.items())
