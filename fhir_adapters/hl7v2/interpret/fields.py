"""Reading a field as the profile means it: absent, valued or deleted, in force by its own dates, and as one
text where a delimiter stands bare in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

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


class Dates(NamedTuple):
    """Where a data type holds the days from when until when its name, address or number holds, by component:
    a range, a start, an end. 0 is nowhere.

    XAD-12 and XPN-10 are ranges in HL7 2.4 (start and end as subcomponents); later versions put start and end
    into components of their own.
    """

    span: int = 0
    start: int = 0
    end: int = 0


XAD = Dates(12, 13, 14)
XPN = Dates(10, 12, 13)
XTN = Dates(0, 13, 14)
CX = Dates(0, 7, 8)


class Validity(NamedTuple):
    """The days, both included, on which something holds; None where the sender does not say. What has ended
    by the day of its message is kept as history and never taken for what is in force.
    """

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


BARE_MARKS = "delimiters-in-text"
TEXT_TYPES = frozenset({"TX", "FT", "ST"})
_PARTED: Mapping[str, tuple[int, ...]] = {"PID": (5, 11), "PV1": (3,), "NK1": (2,)}


def street(xad: Repetition) -> str:
    """XAD-1: street, name and number as one line; a bare mark between spaces is text."""
    whole = xad.whole(1)
    if any(f" {mark} " in whole for mark in "&^~"):
        return whole
    return " ".join(part for part in (xad(1, sub) for sub in (1, 2, 3)) if part)


def surname(xpn: Repetition) -> str:
    """XPN-1: the surname; prefix and own surname (FN-2, FN-3) repeat parts of it, anything else is text."""
    first, whole = xpn(1), xpn.whole(1)
    more = [part for part in xpn.parts[0][1:] if part] if xpn.parts else []
    return first if all(part.casefold() in first.casefold() for part in more) else whole


def texts(segment: Segment, field: int) -> list[str]:
    """Each repetition of a text field, whole."""
    return [text for text in segment.written(field) if text]


def _found(message: Message) -> Iterator[bool]:
    for segment in message.segments:
        for number in _PARTED.get(segment.name, ()):
            cut = (held for held in segment.repetitions(number) if held.wholes)
            yield from (_has_bare(segment.name, number, held) for held in cut)
        if segment.name == "NTE" or (segment.name == "OBX" and segment.text(2) in TEXT_TYPES):
            number = 3 if segment.name == "NTE" else 5
            yield any(len(held.parts) > 1 or len(held.parts[0]) > 1 for held in segment.repetitions(number))


def _has_bare(name: str, field: int, held: Repetition) -> bool:
    if (name, field) == ("PID", 11):
        bare = any(len(part) > 1 for part in held.parts[:1]) and " & " in held.whole(1)
        return bare or any(len(part) > 1 for part in held.parts[1:5])
    if name == "PV1":
        return any(len(part) > 1 for part in held.parts[:3])
    return surname(held) != held(1) or any(len(part) > 1 for part in held.parts[1:3])


def has_bare_marks(message: Message) -> bool:
    """Whether a mark stands bare in a text of this message: `son & daughter` in a field that has no such
    parts is one text.

    By the field's type: TX, FT and ST have no components; the components of an address, a place and a given
    name have no subcomponents. The first component of an address (SAD) and of a name (FN) have, so that there
    a bare mark shows by the spaces around it, or by parts that are none of a surname's.
    """
    return any(_found(message))
