"""The bed-days report as its page shows it: every number with its unit, its definition and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from api.bed_days.measures import GROUPS, RELEASED, SOONER, of_band, of_reason
from api.bed_days.people import Behind, band_words
from api.bed_days.queries import EVER, compared_on
from api.web.page import words
from api.worklist.views import Option
from discharge.delays.definitions import DEFINITIONS
from discharge.delays.released import COUNTERFACTUALS, FIXED
from discharge.delays.report import BedDaysReport, DelayGroup, Figure
from discharge.prices.price_list import Cost, Saving

PATH = "/reports/bed-days"
DATES: Mapping[str, str] = {"from_on": "From", "to_on": "To"}
_PARTS = ("day", "month", "year")
PARAMETERS = frozenset(
    {"against", "days", "of", "page", *DATES, *(f"{name}-{part}" for name in DATES for part in _PARTS)}
)
"""Everything that the address of a report may say."""
CLAIMS = (RELEASED, SOONER)
"""Figures that hold something against the comparison."""


@dataclass(frozen=True)
class ReportQuery:
    """What was asked for, as it was typed, and what is wrong with it (question -> words)."""

    from_on: date | None = None
    to_on: date | None = None
    against: str = "none"
    days: str = ""
    of: str = ""
    typed: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    page: int = 1

    @property
    def counterfactual(self) -> str:
        """The code of the comparison."""
        return f"{FIXED}:{self.days}" if self.against == FIXED else self.against

    def page_href(self, page: int) -> str:
        """The address of another page of the same people."""
        return self.href(self.of, page)

    def href(self, of: str = "", page: int = 1) -> str:
        """The address of this report, with the people behind one of its figures."""
        given = {
            "from_on": self.from_on.isoformat() if self.from_on else "",
            "to_on": self.to_on.isoformat() if self.to_on else "",
            "against": "" if self.against == "none" else self.against,
            "days": self.days if self.against == FIXED else "",
            "of": of,
            "page": str(page) if page > 1 else "",
        }
        kept = {name: value for name, value in given.items() if value}
        return (f"{PATH}?{urlencode(kept)}" if kept else PATH) + ("#people" if of else "")


@dataclass(frozen=True)
class FigureView:
    """One number, what it counts, and where its people are; no address where they may not be opened."""

    label: str
    value: str
    unit: str
    definition: str
    href: str


@dataclass(frozen=True)
class Line:
    """One row of a table of bands or reasons."""

    label: str
    value: str
    href: str
    housing: bool = False


@dataclass(frozen=True)
class Group:
    """Finished stays, or people waiting; the two are never added up."""

    name: str
    title: str
    figures: tuple[FigureView, ...]
    bands: tuple[Line, ...]
    reasons: tuple[Line, ...]


@dataclass(frozen=True)
class CostView:
    """What a figure costs at a price, and where that price is from."""

    label: str
    sum: str
    price: str
    saving: str


SAVINGS: Mapping[Saving, str] = {
    "cashable": "Money that a budget can spend again",
    "capacity": "A bed or time for somebody else, not money",
    "wellbeing": "The value of wellbeing, not money",
}


@dataclass(frozen=True)
class Form:
    """The questions above the report."""

    dates: tuple[dict[str, Any], ...]
    comparisons: tuple[Option, ...]
    days: str
    faults: Mapping[str, str]
    errors: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Report:
    """The figures in words."""

    period: str
    as_of: str
    finished: Group
    waiting: Group
    letting: tuple[FigureView, ...]
    released: FigureView
    comparison: str
    source: str
    costs: tuple[CostView, ...]
    people: Behind | None


def present_form(asked: ReportQuery, today: date) -> Form:
    """The questions, with what was typed and what is wrong with it."""
    choices = [(row.code, row.label) for row in COUNTERFACTUALS.in_force(compared_on(asked.to_on, today))]
    choices.append((FIXED, "A number of ready nights delayed by the home, chosen here"))
    return Form(
        dates=tuple(_date(name, legend, asked) for name, legend in DATES.items()),
        comparisons=tuple(Option(code, label, code == asked.against) for code, label in choices),
        days=asked.days,
        faults=asked.faults,
        errors=tuple(
            {"text": text, "href": f"#{name}-day" if name in DATES else f"#{name}"}
            for name, text in asked.faults.items()
        ),
    )


def present(report: BedDaysReport, asked: ReportQuery, people: Behind | None, *, may_open: bool) -> Report:
    """The report in words and links."""
    began = "From the beginning" if report.from_on <= EVER else f"From {words.day(report.from_on)}"
    return Report(
        period=f"{began} to {words.day(report.to_on)}",
        as_of=words.day(report.as_of),
        finished=_group(
            "finished", "Stays that ended in this period", report.finished, asked, report.to_on, may_open
        ),
        waiting=_group(
            "waiting",
            f"People waiting on {words.day(report.as_of)}",
            report.waiting,
            asked,
            report.as_of,
            may_open,
        ),
        letting=tuple(_figure(figure, asked, may_open) for figure in report.letting),
        released=_figure(report.released, asked, may_open),
        comparison=report.counterfactual.label,
        source=report.counterfactual.source,
        costs=tuple(map(_cost, report.costs)),
        people=people,
    )


def _group(name: str, title: str, group: DelayGroup, asked: ReportQuery, on: date, may_open: bool) -> Group:
    return Group(
        name=GROUPS[name].lower(),
        title=title,
        figures=tuple(_figure(figure, asked, may_open) for figure in group.figures),
        bands=tuple(
            Line(band_words(band, on), f"{people:,}", _href(asked, of_band(name, band), people, may_open))
            for band, people in group.bands.items()
        ),
        reasons=tuple(
            Line(
                f"{row.label} ({row.code})",
                f"{row.nights:,}",
                _href(asked, of_reason(name, row.code), row.nights, may_open),
                row.housing,
            )
            for row in group.reasons
        ),
    )


def _figure(figure: Figure, asked: ReportQuery, may_open: bool) -> FigureView:
    return FigureView(
        label=figure.label,
        value="Not claimed" if figure.value is None and figure.key in CLAIMS else _number(figure.value),
        unit="" if figure.value is None else _unit(figure),
        definition=figure.definition,
        href=_href(asked, figure.key, figure.value, may_open),
    )


def _cost(cost: Cost) -> CostView:
    figure = DEFINITIONS[cost.figure]
    waiting = ", people still waiting" if cost.figure.startswith("waiting") else ""
    return CostView(
        label=f"{figure.label}{waiting}",
        sum=f"{cost.number:,g} {figure.unit} at £{cost.pounds_each:,}: £{cost.pounds:,}",
        price=f"{cost.label}, {cost.year} prices. {cost.source.rstrip('.')}.",
        saving=SAVINGS[cost.saving],
    )


def _href(asked: ReportQuery, of: str, value: float | None, may_open: bool) -> str:
    return asked.href(of) if value and may_open else ""


def _number(value: float | None) -> str:
    return "Not known" if value is None else f"{value:,g}" if value < 1_000_000 else f"{value:,.0f}"


_ONE = {"people": "person", "days": "day", "nights": "night", "percent": "%"}


def _unit(figure: Figure) -> str:
    if figure.unit == "percent":
        return "%"
    return _ONE[figure.unit] if figure.value == 1 else figure.unit


def _date(name: str, legend: str, asked: ReportQuery) -> dict[str, Any]:
    typed = asked.typed.get(name, ("", "", ""))
    wrong = name in asked.faults
    params: dict[str, Any] = {
        "id": name,
        "fieldset": {"legend": {"text": legend, "size": "s"}},
        "items": [
            {
                "id": f"{name}-{part}",
                "name": f"{name}-{part}",
                "label": part.capitalize(),
                "width": 4 if part == "year" else 2,
                "value": value,
                "error": wrong,
            }
            for part, value in zip(_PARTS, typed, strict=True)
        ],
    }
    return params | ({"errorMessage": {"text": asked.faults[name]}} if wrong else {})
