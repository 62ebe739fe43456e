"""Counting what the visit segments hold, whatever the profile makes of it: where things may really be."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from discharge.codes.destinations import DISCHARGE_DESTINATIONS, DISCHARGE_METHODS
from fhir_adapters.feeds.hl7_tables import YES_NO
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Location
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.interpret.stay import read_location
from fhir_adapters.hl7v2.parse.segments import DELETED, Message, Repetition
from fhir_adapters.hl7v2.parse.timestamps import parse_time

DALOS = "DALOS"
"""Discharge authorised length of stay, as UCLH's CareCast codes it."""
_DATED = re.compile(r"(19|20)\d{6}(\d{4,6})?")
COMPONENTS = range(1, 10)
"""Components of a location (HL7 type PL)."""
_CLEARABLE = (("PID", (11, 13)), ("PV1", (3, 36, 37, 42, 44, 45)), ("PV2", (9,)))
_LOOKED_AT = 2_000
"""Messages whose every field is looked at for a later date."""
_NEXT_YEAR = 400
"""Days ahead within which a date may be an expected discharge."""


@dataclass
class VisitTally:
    """The visit segments of all messages that concern us."""

    profile: Profile
    looks: dict[int, Counter[str]] = field(default_factory=lambda: {36: Counter(), 37: Counter()})
    """What PV1-36 and PV1-37 look like: empty, destination, method or words."""
    locations: int = 0
    without_ward: int = 0
    components: Counter[int] = field(default_factory=Counter)
    wards: Counter[str] = field(default_factory=Counter)
    """Wards as the profile reads them."""
    beds: set[tuple[str, str | None, str | None]] = field(default_factory=set)
    """Ward, bay and bed of each place where somebody lay."""
    later_dates: Counter[str] = field(default_factory=Counter)
    """Fields that hold a date after the day of their message."""
    a07_reasons: Counter[str] = field(default_factory=Counter)
    lengths_of_stay: int = 0
    observed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """OBX codes whose values look like dates, or like yes and no."""
    markers: Counter[str] = field(default_factory=Counter)
    """Fields that hold the delete marker."""

    def note(self, message: Message) -> None:
        """Count one message."""
        self.markers.update(_markers(message))
        self.lengths_of_stay += any(DALOS in (obx.text(3, 1), obx.text(3, 4)) for obx in message.all("OBX"))
        self.observed.update(_observed(message))
        pv1 = message.segment("PV1")
        if pv1 is None:
            return
        for number, looks in self.looks.items():
            looks[_look(pv1.value(number))] += 1
        self._location(pv1.first(3), read_location(Reader(message, self.profile)))
        if self.looks[36].total() <= _LOOKED_AT:
            self.later_dates.update(list(dict.fromkeys(_later_dates(message, self.profile))))
        if message.envelope.trigger == "A07":
            self.a07_reasons[message.value("EVN", 4)] += 1

    def _location(self, place: Repetition, read: Location | None) -> None:
        if read is None:
            return
        self.locations += 1
        filled = [part for part in COMPONENTS if place(part) not in ("", DELETED)]
        self.components.update(filled)
        self.without_ward += read.ward is None
        if read.ward is not None:
            self.wards[read.ward] += 1
            self.beds.add((read.ward, read.bay, read.bed))


def _observed(message: Message) -> Iterator[tuple[str, str]]:
    for obx in message.all("OBX"):
        code, value = obx.value(3), obx.value(5).upper()
        if code and _DATED.fullmatch(value):
            yield code, "dates"
        elif code and value in YES_NO:
            yield code, "yes or no"


def _look(value: str) -> str:
    if not value:
        return "empty"
    if DISCHARGE_DESTINATIONS.known(value):
        return "destination"
    return "method" if DISCHARGE_METHODS.known(value) else "words"


def _markers(message: Message) -> Iterator[str]:
    for name, fields in _CLEARABLE:
        yield from (f"{name}-{number}" for number in fields if message.text(name, number) == DELETED)


def _later_dates(message: Message, profile: Profile) -> Iterator[str]:
    sent = Reader(message, profile).time("MSH-7")
    if sent is None:
        return
    for segment in message.segments:
        if segment.name in {"EVN", "PV1", "PV2"} or segment.name.startswith("Z"):
            for number in range(1, 61):
                stamp = parse_time(segment.value(number), profile.zoneinfo)
                if stamp and 0 < (stamp.day - sent.day).days < _NEXT_YEAR:
                    yield f"{segment.name}-{number}"
