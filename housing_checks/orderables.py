"""What rows of things to order have in common: lead times, costs and the check items that they help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from discharge.codes.model import Code
from discharge.durations import Duration
from discharge.reference.faults import nearest
from housing_checks.checks.form import CHECK_ITEMS


@dataclass(frozen=True, slots=True)
class LeadTime:
    """From asking to done: when things go well, and when they take long but are not late yet."""

    low: Duration
    high: Duration

    def __post_init__(self) -> None:
        if self.low.days > self.high.days:
            raise ValueError(f"takes {self.low.words} at the least and {self.high.words} at the most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orderable(Code):
    """Something a strand can be opened for; ``helps`` names the check items that it may turn to ``yes``."""

    lead: LeadTime
    helps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow(Orderable):
    """Something to order, with its usual cost (whole pounds, from and to) and who usually pays."""

    cost_pounds: tuple[int, int]
    funder: str


def unknown_items(rows: Mapping[str, Orderable]) -> Iterator[str]:
    """Check items that rows claim to help and no form asks, one fault each."""
    asked = {item.code for item in CHECK_ITEMS.rows}
    for code, row in rows.items():
        for item in row.helps:
            if item not in asked:
                mend = nearest(item, asked, "name an item of a check form")
                yield f"{code}.helps: {item!r} is not a check item - {mend}"
