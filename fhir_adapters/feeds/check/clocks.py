"""Doubts about the clock of a feed: offsets that do not fit the season, times of one message an hour apart.

A time without an offset is read in the profile's zone. Whether the sender means that shows only in summer,
and in an hour that the zone does not have.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fhir_adapters.feeds.check.model import Suggestion
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.parse.segments import Message
from fhir_adapters.hl7v2.parse.timestamps import Stamp, parse_time

TIMES = ("MSH-7", "EVN-2", "EVN-6", "PV1-44", "PV1-45")
ENOUGH = 3
"""Fewer messages show nothing."""
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})\s*$")
_HOUR, _NEARLY = timedelta(hours=1), timedelta(minutes=5)
_SHIFTED = re.compile(r"\d{8}(?:23|01)00")
_NO_ZONE = ZoneInfo("UTC")


@dataclass
class ClockTally:
    """How all messages write times, and what of it is doubtful."""

    profile: Profile
    written: Counter[str] = field(default_factory=Counter)
    """Offset, or the zone that stands in for none -> times."""
    utc_in_summer: Counter[str] = field(default_factory=Counter)
    hour_apart: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    not_in_zone: Counter[str] = field(default_factory=Counter)
    birth_hours: int = 0

    def note(self, message: Message) -> None:
        """Count one message."""
        reader = Reader(message, self.profile)
        stamps = {place: stamp for place in TIMES if (stamp := reader.time(place)) and stamp.exact}
        for place, stamp in stamps.items():
            self._written(place, reader.value(place), stamp)
        sent = stamps.get("MSH-7")
        for place in ("EVN-2", "EVN-6"):
            if sent and place in stamps and self._is_summer(sent.instant):
                self.compared[place] += 1
                apart = abs(sent.instant - stamps[place].instant)
                self.hour_apart[place] += abs(apart - _HOUR) <= _NEARLY
        self.birth_hours += bool(_SHIFTED.match(reader.value("PID-7")))

    def _written(self, place: str, text: str, stamp: Stamp) -> None:
        found = _OFFSET.search(text)
        if found is None:
            self.written[f"none, read as {self.profile.zone}"] += 1
            self.not_in_zone[place] += self._is_skipped(text)
            return
        offset = found[0].strip()
        self.written[offset] += 1
        if offset.strip("Z+-0:") == "" and self._is_summer(stamp.instant):
            self.utc_in_summer[place] += 1

    def _is_summer(self, instant: datetime) -> bool:
        return bool(instant.astimezone(self.profile.zoneinfo).dst())

    def _is_skipped(self, text: str) -> bool:
        """Whether the zone's clocks never showed this time: it is read as another one."""
        plain = parse_time(text, _NO_ZONE)
        if plain is None:
            return False
        wall = plain.instant.replace(tzinfo=self.profile.zoneinfo)
        back = wall.astimezone(UTC).astimezone(self.profile.zoneinfo)
        return back.replace(tzinfo=None) != wall.replace(tzinfo=None)


def doubts(clocks: ClockTally) -> Iterator[Suggestion]:
    """What to ask the sender about its clock."""
    zone = clocks.profile.zone
    for place, count in clocks.utc_in_summer.items():
        yield _doubt(
            count,
            f"{place} has the offset +0000 in {count} summer messages, when {zone} is an hour "
            "ahead. It is read as UTC: ask whether this is right, or local time with a wrong "
            "offset",
        )
    for place, compared in clocks.compared.items():
        apart = clocks.hour_apart[place]
        if compared >= ENOUGH and apart >= 0.8 * compared:
            yield _doubt(
                apart,
                f"{place} and MSH-7 are an hour apart in {apart} of {compared} summer messages: one of them "
                "may be UTC; ask which",
            )
    for place, count in clocks.not_in_zone.items():
        if count:
            yield _doubt(
                count,
                f"{place} holds {count} times that {zone} skipped when summer began: the sender's clock may "
                "be UTC, or in another zone",
            )
    if clocks.birth_hours:
        yield Suggestion(
            key="",
            count=clocks.birth_hours,
            text=f"PID-7 ends in 2300 or 0100 in {clocks.birth_hours} messages: the sender may "
            "shift birth dates by the summer hour. The day is used as written: compare some "
            "with the trust",
        )


def _doubt(count: int, text: str) -> Suggestion:
    return Suggestion(key="zone", count=count, text=text)
