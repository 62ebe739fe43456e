"""Reading a field as the profile means it: absent, valued or deleted."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from fhir_adapters.feeds.profile import Profile, split_place
from fhir_adapters.hl7v2.reading import DELETED, Message, Repetition, Segment
from fhir_adapters.hl7v2.timestamps import Stamp, parse_time


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


@dataclass(frozen=True)
class Reader:
    """One message read by one profile; mappers ask it for values."""

    message: Message
    profile: Profile

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
        """The time at a place, in the profile's zone."""
        return parse_time(self.value(place), self.profile.zoneinfo)

    def in_segment(self, segment: Segment, number: int) -> Stamp | None:
        """The time in a field of one segment, in the profile's zone."""
        return parse_time(segment.value(number), self.profile.zoneinfo)

    def first_time(self, places: tuple[str, ...]) -> datetime | None:
        """The first of these places that holds a time."""
        stamps = (self.time(place) for place in places)
        return next((stamp.instant for stamp in stamps if stamp), None)
