"""Each person's part in a figure of the bed-days report, so that every number opens and shows its people.

A row for each figure: an expression over what is kept of a stay or of a home let. The part is the days or
nights, 1 where people are counted, null for whoever is not in the figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnClause,
    ColumnElement,
    Integer,
    Text,
    and_,
    case,
    column,
    func,
    literal,
    null,
    true,
)
from sqlalchemy.sql import visitors

from api.bed_days.queries import BedDaysQuery
from discharge.codes.bands import Band
from discharge.codes.delay_reasons import NATIONAL_DELAY_REASONS
from discharge.delays.bands import DELAY_BANDS
from discharge.delays.definitions import DEFINITIONS, back_in
from discharge.delays.released import Counterfactual
from discharge.delays.report import ASSUMED
from discharge.outcomes.readmission import READMISSION_BANDS

Group = Literal["left", "died", "waiting", "lettings"]
"""What a figure is of: stays that ended, by death apart, people who wait, or homes let."""
Part = ColumnElement[Any]

PUBLISHED = column("published", Integer)
TRUE_NIGHTS = column("true", Integer)
HELD = column("held", Integer)
WITHOUT_REASON = column("without_reason", Integer)
OF_REASON = column("of_reason", Integer)
"""Nights of the one reason that is asked for."""
NO_DATE = column("assumed", Boolean)
BACK_AFTER = column("back_after", Integer)
BACK_KIND = column("back_kind", Text)
DAYS = column("days", Integer)
"""Days from the start of a rehousing to the letting."""

GROUPS: Mapping[str, str] = {"finished": "Stays that ended", "waiting": "People waiting"}
NO_READY_DATE = "No ready date"
RELEASED = "released-days"
SOONER = "let-sooner-days"


@dataclass(frozen=True)
class Measure:
    """A figure, a band or a reason as its people are listed: its title, what it is of, each one's part; the
    reason whose nights are asked for.
    """

    title: str
    group: Group
    part: Part
    reason: str = ""

    @property
    def made_of(self) -> frozenset[str]:
        """The names of the numbers that the part is made of."""
        every = visitors.iterate(self.part)
        return frozenset(each.name for each in every if isinstance(each, ColumnClause))


def _once(counts: ColumnElement[bool]) -> Part:
    return case((counts, 1))


def _some(number: ColumnElement[Any]) -> Part:
    """A number of days or nights; who has none is not in the figure."""
    return func.nullif(number, 0)


def _within(days: ColumnElement[Any], band: Band) -> ColumnElement[bool]:
    return and_(days >= band.first, true() if band.last is None else days <= band.last)


EACH_ONCE: Part = literal(1, Integer)
STATED: Part = case((~NO_DATE, PUBLISHED))
LEFT: Mapping[str, Part] = {
    "discharges": EACH_ONCE,
    "same-day": _once(and_(~NO_DATE, PUBLISHED == 0)),
    "delayed": _once(PUBLISHED > 0),
    "percent-delayed": _once(PUBLISHED > 0),
    "published-days": _some(PUBLISHED),
    "true-days": _some(TRUE_NIGHTS),
    "mean-with-zeros": PUBLISHED,
    "mean-without-zeros": _some(PUBLISHED),
    "median": STATED,
    "ninetieth": STATED,
    ASSUMED: _once(NO_DATE),
    "held-days": _some(HELD),
    "without-reason": _some(WITHOUT_REASON),
    "outside": _some(column("outside", Integer)),
    "readmitted": _once(BACK_AFTER.is_not(None)),
    "back-unknown": _once(BACK_KIND == "unknown"),
    "back-planned": _once(BACK_KIND.in_(("planned", "other"))),
    "failed": _once(column("failed", Boolean)),
}
DIED: Mapping[str, Part] = {"died-days": _some(TRUE_NIGHTS)}
WAITING: Mapping[str, Part] = {
    "waiting": EACH_ONCE,
    "waiting-days": _some(PUBLISHED),
    "waiting-true-days": _some(TRUE_NIGHTS),
    "waiting-median": PUBLISHED,
    "waiting-ninetieth": PUBLISHED,
    "waiting-held-days": _some(HELD),
    "waiting-without-reason": _some(WITHOUT_REASON),
}
LETTINGS: Mapping[str, Part] = {
    "lets": EACH_ONCE,
    "start-to-let-mean": DAYS,
    "start-to-let-median": DAYS,
}


def of_band(group: str, band: str) -> str:
    """How an address names the people of a band."""
    return f"band:{group}:{band}"


def of_reason(group: str, code: str) -> str:
    """How an address names the people who waited for a reason."""
    return f"reason:{group}:{code}"


def measure_of(of: str, asked: BedDaysQuery) -> Measure | None:
    """The measure of a figure, a band or a reason; none for what is not on the report."""
    kind, _, rest = of.partition(":")
    name, _, code = rest.partition(":")
    if kind == "band" and name in GROUPS:
        return _of_band(name, code, asked)
    if kind == "reason" and name in GROUPS and any(code == row.code for row in NATIONAL_DELAY_REASONS):
        title = f"{GROUPS[name]}: {NATIONAL_DELAY_REASONS.label(code)}"
        return Measure(title, _group(name), _some(OF_REASON), code)
    return next(
        (
            Measure(DEFINITIONS[of].label, group, parts[of])
            for group, parts in _figures(asked).items()
            if of in parts
        ),
        None,
    )


def _group(name: str) -> Group:
    return "left" if name == "finished" else "waiting"


def _figures(asked: BedDaysQuery) -> Mapping[Group, Mapping[str, Part]]:
    back = {
        back_in(band): _once(_within(BACK_AFTER, band)) for band in READMISSION_BANDS.as_rows(asked.to_on)
    }
    return {
        "left": {**LEFT, **back, RELEASED: _released(asked.against)},
        "died": DIED,
        "waiting": WAITING,
        "lettings": {**LETTINGS, SOONER: _sooner(asked.against)},
    }


def _released(against: Counterfactual) -> Part:
    """What `released_nights` counts, of those of whom it counts any."""
    if against.days is None or against.measure != "nights-held":
        return null()
    return case((and_(HELD > 0, against.days > HELD), against.days - HELD))


def _sooner(against: Counterfactual) -> Part:
    """What `days_let_sooner` counts."""
    if against.days is None or against.measure != "start-to-let":
        return null()
    return against.days - DAYS


def _of_band(name: str, code: str, asked: BedDaysQuery) -> Measure | None:
    finished = name == "finished"
    if code == ASSUMED:
        return Measure(f"{GROUPS[name]}: {NO_READY_DATE}", "left", LEFT[ASSUMED]) if finished else None
    rows = DELAY_BANDS.as_rows(asked.to_on if finished else asked.today)
    band = next((row for row in rows if row.code == code), None)
    if band is None:
        return None
    held = _within(STATED if finished else PUBLISHED, band)
    return Measure(f"{GROUPS[name]}: delay of {band.label}", _group(name), _once(held))
