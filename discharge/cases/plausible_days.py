"""Which days somebody can mean in a command, a referral or about a home: any other is a mistake in the year,
such as 1899 or 2999. People and systems are asked at the door; what a feed tells is kept as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel

from discharge.clocks import london_date
from discharge.errors import Refused, refuse_all

YEAR = timedelta(days=365.25)


@dataclass(frozen=True, slots=True)
class Span:
    """How many years back and ahead of today a day may lie."""

    back: int
    ahead: int

    def holds(self, day: date, today: date) -> bool:
        """Whether the day lies within."""
        return today - self.back * YEAR <= day <= today + self.ahead * YEAR


ANY_DAY = Span(back=10, ahead=5)
"""A hospital stay, a wait and the work on a home are shorter; a grant and a tenancy look years ahead."""

SPANS: Mapping[str, Span] = {"birth_date": Span(back=130, ahead=0)}
"""Field -> its own span. Nobody has lived for more than 123 years."""


def require_plausible(today: date, *said: BaseModel | Mapping[str, object]) -> None:
    """Refuse every day of what was said that cannot be meant, each by its field."""
    refuse_all([fault for each in said for fault in _implausible(dict(each), today)])


def _implausible(said: Mapping[str, object], today: date, within: str = "") -> Iterator[Refused]:
    for name, value in said.items():
        where = f"{within}{name}"
        if isinstance(value, BaseModel):
            yield from _implausible(dict(value), today, f"{where}.")
        elif isinstance(value, date):
            day = london_date(value) if isinstance(value, datetime) else value
            span = SPANS.get(name, ANY_DAY)
            if not span.holds(day, today):
                yield Refused("date-implausible", detail=_range(span, today), where=where)


def _range(span: Span, today: date) -> str:
    first, last = (today + years * YEAR for years in (-span.back, span.ahead))
    return f"from {first.isoformat()} to {last.isoformat()}"
