"""Lengths of time as rows state them, in calendar or in working days, and lead times made of two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Literal

from discharge.calendar import add_working_days
from discharge.codes.model import Code

Unit = Literal["days", "working-days"]
WORKING_DAYS_A_WEEK = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A number of calendar days or working days."""

    amount: int
    unit: Unit = "days"

    def after(self, day: date) -> date:
        """Return the date this long after `day`, not counting `day`."""
        if self.unit == "working-days":
            return add_working_days(day, self.amount)
        return day + timedelta(days=self.amount)

    def before(self, day: date) -> date:
        """Return the date this long before `day`, not counting `day`."""
        return Span(-self.amount, self.unit).after(day)

    @property
    def days(self) -> int:
        """The length in calendar days; working days are spread over weeks, bank holidays left out."""
        return ceil(self.amount * 7 / WORKING_DAYS_A_WEEK) if self.unit == "working-days" else self.amount


@dataclass(frozen=True, slots=True)
class LeadTime:
    """From asking to done: when things go well, and when they take long but are not late yet."""

    low: Span
    high: Span


def days(low: int, high: int) -> LeadTime:
    """Return a lead time in calendar days."""
    return LeadTime(Span(low), Span(high))


def working_days(low: int, high: int) -> LeadTime:
    """Return a lead time in working days."""
    return LeadTime(Span(low, "working-days"), Span(high, "working-days"))


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
