"""Unit prices by edition (`prices.yaml`), and what a number of something costs by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.delays.definitions import DEFINITIONS
from discharge.reference.faults import nearest
from discharge.reference.kind import Kind
from discharge.reference.policy import Policy
from discharge.values import Frozen

Saving = Literal["cashable", "capacity", "wellbeing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Code):
    """What one unit costs in whole pounds, at the prices of a year, and which figures it prices."""

    pounds: int
    year: str
    of: tuple[str, ...]
    saving: Saving


class Cost(Frozen):
    """A figure at a price: how many, what each costs and all of them, in pounds; and whose price that is."""

    price: str
    label: str
    figure: str
    number: float
    pounds_each: int
    pounds: int
    year: str
    saving: Saving
    source: str


def _wrong(rows: Mapping[str, Price]) -> Iterator[str]:
    for code, row in rows.items():
        if row.pounds <= 0:
            yield f"{code}.pounds: a price is more than 0 - write whole pounds"
        for figure in row.of:
            if figure not in DEFINITIONS:
                mend = nearest(figure, DEFINITIONS, "name a figure of the bed-days report")
                yield f"{code}.of: {figure!r} is not a known figure - {mend}"


KIND = Kind("prices", Price, Path(__file__).with_name("prices.yaml"), check=_wrong)
PRICES = ListByEdition(KIND)


def costs_of(figures: Mapping[str, float | None], policy: Policy) -> tuple[Cost, ...]:
    """Return each figure that has a price, at each of its prices; what is not known has no cost."""
    return tuple(
        Cost(
            price=row.code,
            label=row.label,
            figure=figure,
            number=number,
            pounds_each=row.pounds,
            pounds=round(number * row.pounds),
            year=row.year,
            saving=row.saving,
            source=row.source,
        )
        for row in policy[KIND].values()
        for figure in row.of
        if (number := figures.get(figure)) is not None
    )
