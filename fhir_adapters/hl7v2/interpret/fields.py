"""Reading a field as the profile means it: absent, valued or deleted."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from discharge.clocks import london_date
from fhir_adapters.feeds.profile import Profile, split_place
from fhir_adapters.hl7v2.parse.segments import DELETED, Message, Repetition, Segment
from fhir_adapters.hl7v2.parse.timestamps import Stamp, parse_time
from fhir_adapters.people.birth_dates import is_placeholder


@dataclass
class Notes:
    """What the mappers want to tell beside the facts: fields that the sender deleted, and codes for the
    operator.
    """

    cleared: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entity:
    """A number with who gave it (HL7 type EI)."""

    number: str
    authority: str = ""

    @property
    def text(self) -> str:
        """`authority|number`, or the number alone."""
        return f"{self.authority}|{self.number}" if self.authority else self.number


def entity(ei: Repetition) -> Entity | None:
    """The number in an EI: component 1, given by 2; else the universal id (3) alone."""
    number = "" if ei(1) == DELETED else ei(1)
    if number:
        return Entity(number, ei(2) or ei(3))
    return Entity(ei(3)) if ei(3) else None


MOST_AHEAD = timedelta(days=31)
"""How far a sender's clock, or a date written by hand, may be ahead. One message that is dated years ahead
would otherwise outdo all that is said after it, for years.
"""


@dataclass(frozen=True)
class Reader:
    """One message read by one profile; mappers ask it for values. `arrived_at`, an instant of case time, is
    None where nobody knows.
    """

    message: Message
    profile: Profile
    arrived_at: datetime | None = None

    def over(self, segments: tuple[Segment, ...]) -> "Reader":
        """The same reader over some of the segments."""
        read = Message(self.message.envelope, segments, self.message.damaged)
        return replace(self, message=read)

    def value(self, place: str) -> str:
        """The text at a place; a delete marker reads as empty."""
        name, number, component = split_place(place)
        return self.message.value(name, number, component)

    def deleted(self, place: str) -> bool:
        """Whether the sender deletes this field and the profile lets it."""
        name, number, component = split_place(place)
        return (
            self.profile.delete_marker == "deletes" and self.message.text(name, number, component) == DELETED
        )

    def time(self, place: str) -> Stamp | None:
        """The time at a place, in the profile's zone; a date that stands for "not known" is none."""
        return self._true(parse_time(self.value(place), self.profile.zoneinfo))

    def in_segment(self, segment: Segment, number: int) -> Stamp | None:
        """The time in a field of one segment, in the profile's zone; as `time`."""
        return self._true(parse_time(segment.value(number), self.profile.zoneinfo))

    def _true(self, stamp: Stamp | None) -> Stamp | None:
        return None if stamp is None or self.is_placeholder(stamp.day) else stamp

    def is_placeholder(self, day: date) -> bool:
        """Whether a date stands for "not known", in general or in this feed."""
        return is_placeholder(day) or day in self.profile.placeholder_dates

    def day(self) -> date | None:
        """The London day on which the message was said; the day of its arrival where it does not tell."""
        return self._day

    @cached_property
    def _day(self) -> date | None:
        """Asked of every number, name and address, and found once."""
        said = self.stated_at or self.arrived_at
        return london_date(said) if said else None

    @cached_property
    def stated_at(self) -> datetime | None:
        """When the sender said it: MSH-7, else EVN-2, by profile; EVN-6 as a last resort."""
        return self.first_time((*self.profile.restated_order, "EVN-6"))

    def observed(self, codes: frozenset[str]) -> str:
        """The value of the first OBX with one of these codes; empty where there is none."""
        told = self.message.all("OBX") if codes else ()
        coded = (obx for obx in told if codes & {obx.value(3).upper(), obx.value(3, 4).upper()})
        return next((obx.value(5) for obx in coded), "")

    def observed_day(self, codes: frozenset[str]) -> date | None:
        """As `observed`, as a day."""
        stamp = self._true(parse_time(self.observed(codes), self.profile.zoneinfo))
        return stamp.day if stamp else None

    def first_time(self, places: tuple[str, ...]) -> datetime | None:
        """The first of these places that holds a time which can have come; the arrival where none can."""
        ahead = False
        for stamp in filter(None, map(self.time, places)):
            if not self.is_ahead(stamp.instant):
                return stamp.instant
            ahead = True
        return self.arrived_at if ahead else None

    def is_ahead(self, at: datetime) -> bool:
        """Whether a time lies so far ahead of the arrival that it is a mistake."""
        return self.arrived_at is not None and at > self.arrived_at + MOST_AHEAD
