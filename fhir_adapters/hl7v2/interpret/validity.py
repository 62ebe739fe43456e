"""From when until when a name, address, number or contact holds, by its own dates.

XAD-12 and XPN-10 are ranges in HL7 2.4 (start and end as subcomponents); later versions put start and end
into components of their own. NK1-8 and NK1-9 are fields. What has ended by the day of its message is kept as
history and never taken for what is in force.
"""

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fhir_adapters.hl7v2.parse.segments import Repetition
from fhir_adapters.hl7v2.parse.timestamps import parse_time


class Dates(NamedTuple):
    """Where a data type holds its dates, by component, one after the other: a range, a start, an end. 0 is
    nowhere.
    """

    span: int = 0
    start: int = 0
    end: int = 0


XAD = Dates(12, 13, 14)
XPN = Dates(10, 12, 13)
XTN = Dates(0, 13, 14)
CX = Dates(0, 7, 8)


class Validity(NamedTuple):
    """The days, both included, on which something holds; None where the sender does not say."""

    from_on: date | None = None
    until_on: date | None = None

    def ended_by(self, day: date | None) -> bool:
        """Whether it held no longer on a day; without a day, whatever has an end is over."""
        return self.until_on is not None and (day is None or self.until_on < day)

    def begun_by(self, day: date | None) -> bool:
        """Whether it held already on a day."""
        return self.from_on is None or day is None or self.from_on <= day

    def in_force(self, day: date | None) -> bool:
        """Whether it holds on a day."""
        return self.begun_by(day) and not self.ended_by(day)


_UNSAID = Validity()


def validity(held: Repetition, dates: Dates, zone: ZoneInfo) -> Validity:
    """The days of one repetition."""
    if len(held.parts) < (dates.span or dates.start):
        return _UNSAID

    def day(component: int, subcomponent: int = 1) -> date | None:
        stamp = parse_time(held(component, subcomponent), zone) if component else None
        return stamp.day if stamp else None

    return Validity(
        day(dates.start) or day(dates.span), day(dates.end) or (day(dates.span, 2) if dates.span else None)
    )
