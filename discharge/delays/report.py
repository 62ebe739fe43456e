"""The bed-days report: pure figures over stays, each with its definition beside it.

Finished delays and people still waiting are never mixed, because a wait that goes on is cut off at today.
The 7, 14 and 21 days of the national return on length of *stay* are something else.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import fmean, median
from uuid import UUID

from discharge.cases.model import Case, CaseSpell, Discharge, StrandKind
from discharge.codes.delay_reasons import NATIONAL_DELAY_REASONS
from discharge.delays.bands import count_bands
from discharge.delays.counting import DelayCount, count_delay
from discharge.delays.definitions import DEFINITIONS, Unit
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.delays.released import Counterfactual, total_released
from discharge.outcomes.failed_discharge import discharges_of, failed_discharge, readmission_after
from discharge.outcomes.readmission import BANDS, readmission_band
from discharge.values import Frozen

Figures = dict[str, float | None]

COUNTS_NOWHERE = frozenset({"entered-in-error", "merged"})
ENDS_THE_STAY = frozenset({"died", "self-discharged", "admitted-elsewhere"})


class Stay(Frozen):
    """One hospital stay of a case: its ready periods and reasons, and the day it ended (None: still in
    bed).

    `back_after` is how many days later the person was in hospital again (None: not within 29); `failed` says
    whether the discharge failed.
    """

    case_id: UUID
    spell_id: UUID | None = None
    organisation_id: UUID | None = None
    ward: str | None = None
    periods: tuple[ReadyPeriod, ...] = ()
    reasons: tuple[DelayReason, ...] = ()
    ended_on: date | None = None
    died: bool = False
    rehoused: bool = False
    back_after: int | None = None
    failed: bool = False


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
    """Bed days of one period: finished stays that ended in [`from_on`, `to_on`], and who waits on `as_of`."""

    from_on: date
    to_on: date
    as_of: date
    finished: DelayGroup
    waiting: DelayGroup
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


def bed_days_report(
    stays: Iterable[Stay], from_on: date, to_on: date, as_of: date, against: Counterfactual
) -> BedDaysReport:
    """Compute the report over stays; `as_of` is today in case time."""
    counted = count_stays(stays, from_on, to_on, as_of)
    return BedDaysReport(
        from_on=from_on,
        to_on=to_on,
        as_of=as_of,
        finished=_finished(counted.left, sum(each.count.true or 0 for each in counted.died)),
        waiting=_waiting([each.count for each in counted.waiting]),
        released=_figure("released-days", _released(counted.left, against)),
        counterfactual=against,
    )


def in_comparison(each: CountedStay, against: Counterfactual) -> bool:
    """Whether a counterfactual says anything about a finished stay."""
    return bool(each.stay.periods) and (each.stay.rehoused or not against.rehoused_only)


def stays_of(case: Case) -> list[Stay]:
    """Return the stays of a case for the report; none for a case that counts nowhere.

    A ready period without a stay belongs to the stay that counts now.
    """
    if case.outcome in COUNTS_NOWHERE:
        return []
    current = case.current_spell
    spells = [spell for spell in case.spells if spell.status not in ("cancelled", "expected")]
    return [_stay(case, spell, spell is current) for spell in spells] or [_stay(case, None, True)]


def _stay(case: Case, spell: CaseSpell | None, current: bool) -> Stay:
    mine = {spell.spell_id if spell else None} | ({None} if current else set())
    left = _discharge(case, spell, current)
    back = readmission_after(case, left) if left else None
    return Stay(
        case_id=case.case_id,
        spell_id=spell.spell_id if spell else None,
        organisation_id=spell.organisation_id if spell else None,
        ward=spell.ward if spell else (case.referral.ward if case.referral else None),
        periods=tuple(period for period in case.ready_periods if period.spell_id in mine),
        reasons=case.delay_reasons,
        ended_on=_ended_on(case, spell, left, current),
        died=(spell is not None and spell.died) or (current and case.outcome == "died"),
        rehoused=any(
            strand.kind is StrandKind.REHOUSING and strand.property_id for strand in case.strands.values()
        ),
        back_after=back.days_after if back else None,
        failed=left is not None and bool(failed_discharge(left, back)),
    )


def _discharge(case: Case, spell: CaseSpell | None, current: bool) -> Discharge | None:
    """The discharge that a stay ended in; one told by hand may not name the stay that counts now."""
    recorded = discharges_of(case)
    if current and case.discharge is not None:
        return recorded[-1]
    spell_id = spell.spell_id if spell else None
    return next((each for each in reversed(recorded) if each.spell_id == spell_id), None)


def _ended_on(case: Case, spell: CaseSpell | None, left: Discharge | None, current: bool) -> date | None:
    """The feed's word first, then what was recorded by hand; a withdrawn case does not end anybody's stay."""
    if spell and spell.discharged_on:
        return spell.discharged_on
    if left:
        return left.discharged_on
    return case.closed_on if current and case.outcome in ENDS_THE_STAY else None


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
    known = [count.true for count in counts if count.true is not None]
    figures: Figures = {
        "discharges": len(delays),
        "same-day": len(delays) - len(delayed),
        "delayed": len(delayed),
        "percent-delayed": round(100 * len(delayed) / len(delays), 1) if delays else None,
        "published-days": sum(delays),
        "true-days": sum(known),
        "mean-with-zeros": _mean(delays),
        "mean-without-zeros": _mean(delayed),
        "median": median(delays) if delays else None,
        "ninetieth": percentile(delays, 90),
        "assumed": sum(count.assumed for count in counts),
        "without-reason": sum(count.without_reason for count in counts),
        **_afterwards([each.stay for each in left]),
        "died-days": died,
    }
    return _group(figures, delays, counts)


def _afterwards(stays: Sequence[Stay]) -> Figures:
    back = [stay.back_after for stay in stays if stay.back_after is not None]
    bands = Counter(map(readmission_band, back))
    by_band: Figures = {f"back-{label}": bands[label] for label, _, _ in BANDS}
    return {"readmitted": len(back), **by_band, "failed": sum(stay.failed for stay in stays)}


def _waiting(counts: Sequence[DelayCount]) -> DelayGroup:
    ages = [count.published for count in counts]
    figures: Figures = {
        "waiting": len(ages),
        "waiting-days": sum(ages),
        "waiting-true-days": sum(count.true or 0 for count in counts),
        "waiting-median": median(ages) if ages else None,
        "waiting-ninetieth": percentile(ages, 90),
        "waiting-without-reason": sum(count.without_reason for count in counts),
    }
    return _group(figures, ages, counts)


def _group(figures: Figures, delays: Sequence[int], counts: Sequence[DelayCount]) -> DelayGroup:
    return DelayGroup(
        figures=tuple(_figure(key, value) for key, value in figures.items()),
        bands=count_bands(delays),
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
    if against.days is None:
        return None
    return total_released((each.count.true for each in left if in_comparison(each, against)), against)


def _mean(values: Sequence[int]) -> float | None:
    return round(fmean(values), 2) if values else None


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return a percentile by nearest rank: a value that really occurs; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(percent * len(values) / 100) - 1)]
