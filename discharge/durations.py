"""How long something takes or may take: one type, in hours, days, working days or months.

Hours are counted from an instant, the others from a date, not counting that date. Working days are those of a
nation, England's unless a length says otherwise (`5 working days in Scotland`). A month later is the same day
of the month, or its last one.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import Any, Literal

from pydantic import model_validator

from discharge.calendar import DAY, ENGLAND, Nation, add_working_days, is_working_day
from discharge.clocks import london_date, london_midnight
from discharge.values import Frozen

Unit = Literal["hours", "days", "working-days", "months"]
MOMENT = timedelta(microseconds=1)
WORKING_DAYS_A_WEEK, DAYS_A_MONTH, HOURS_A_DAY = 5, 30, 24

NATIONS: Mapping[str, Nation] = MappingProxyType(
    {
        "England": "england",
        "Wales": "wales",
        "Scotland": "scotland",
        "Northern Ireland": "northern-ireland",
    }
)
"""A nation as it is written -> its calendar."""

_WRITTEN = re.compile(
    rf"(-?\d+) (?:(?P<unit>hour|day|week|month)s?|working days?(?: in (?P<nation>{'|'.join(NATIONS)}))?)"
)
_HOW = "write it as 24 hours, 3 days, 5 working days, 5 working days in Wales, 2 weeks or 6 months"


class Duration(Frozen):
    """A number of hours, days, working days or months; in data files as people write it, `5 working days`."""

    amount: int
    unit: Unit = "days"
    nation: Nation = ENGLAND

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        if not isinstance(written, str):
            return written
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"is not a length of time: {_HOW}")
        amount, unit = int(found[1]), found["unit"]
        if unit is None:
            return {"amount": amount, "unit": "working-days", "nation": NATIONS[found["nation"] or "England"]}
        return (
            {"amount": amount * 7, "unit": "days"}
            if unit == "week"
            else {"amount": amount, "unit": f"{unit}s"}
        )

    def after(self, day: date) -> date:
        """Return the date this long after `day`; hours that do not fill a day count as one."""
        match self.unit:
            case "working-days":
                return add_working_days(day, self.amount, self.nation)
            case "months":
                return _months_after(day, self.amount)
            case "hours":
                return day + timedelta(days=self.days)
            case _:
                return day + timedelta(days=self.amount)

    def before(self, day: date) -> date:
        """Return the date this long before `day`."""
        return self.model_copy(update={"amount": -self.amount}).after(day)

    def from_instant(self, at: datetime) -> datetime:
        """Return the instant this long after another: hours and days to the minute, working days and months
        to the end of their last day in London.
        """
        if self.unit in ("hours", "days"):
            return at + timedelta(hours=self.amount * (HOURS_A_DAY if self.unit == "days" else 1))
        return london_midnight(self.after(london_date(at)) + timedelta(days=1))

    def before_instant(self, at: datetime) -> datetime:
        """Return the instant this long before another: hours and days to the minute; working days and months
        from the beginning of that day in London, counted from the day that is over at `at`.
        """
        if self.unit in ("hours", "days"):
            return self.model_copy(update={"amount": -self.amount}).from_instant(at)
        return london_midnight(self.before(london_date(at - MOMENT)))

    def put_off(self, began_at: datetime, due_at: datetime, since: datetime, until: datetime) -> datetime:
        """Return when this length is over that began at an instant and was to be over at `due_at`, if it did
        not run between two others: hours and days as much later; working days and months by the days that
        ended meanwhile, of working days only such. The day on which it began is none of them. Never earlier.
        """
        if until <= since:
            return due_at
        if self.unit in ("hours", "days"):
            return due_at + (until - since)
        first = max(london_date(since), london_date(began_at) + DAY)
        last = london_date(due_at - MOMENT)
        ended = [first + DAY * number for number in range((london_date(until) - first).days)]
        if self.unit == "months":
            return london_midnight(last + DAY * (len(ended) + 1))
        counted = sum(is_working_day(day, self.nation) for day in ended)
        return london_midnight(add_working_days(last, counted, self.nation) + DAY)

    @property
    def days(self) -> int:
        """The length in calendar days; working days are spread over weeks, bank holidays left out."""
        match self.unit:
            case "working-days":
                return ceil(self.amount * 7 / WORKING_DAYS_A_WEEK)
            case "months":
                return self.amount * DAYS_A_MONTH
            case "hours":
                whole = ceil(abs(self.amount) / HOURS_A_DAY)
                return whole if self.amount > 0 else -whole
            case _:
                return self.amount

    @property
    def words(self) -> str:
        """As people say it: `1 working day`, `24 hours`, `5 working days in Scotland`."""
        unit = self.unit.replace("-", " ")
        where = next(name for name, nation in NATIONS.items() if nation == self.nation)
        elsewhere = f" in {where}" if self.nation != ENGLAND else ""
        return f"{self.amount} {unit[:-1] if self.amount == 1 else unit}{elsewhere}"


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))
