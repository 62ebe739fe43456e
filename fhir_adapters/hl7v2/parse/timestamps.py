"""Times as feeds write them.

HL7 says `YYYY[MM[DD[HHMM[SS[.S]]]]][+/-ZZZZ]`; feeds also send `2025-05-05 23:23:28`. A time without an
offset is the sending trust's local time (Europe/London unless the profile says otherwise). A birth date is
the first eight digits as written and is never converted: shifting it by the summer hour moves birthdays.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

_PATTERN = re.compile(
    r"(?P<y>\d{4})-?(?:(?P<m>\d{2})-?(?:(?P<d>\d{2})[ T]?(?:(?P<H>\d{2})(?::?(?P<M>\d{2}):?"
    r"(?:(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?)?)?)?\s*(?P<z>Z|[+-]\d{2}:?\d{2})?"
)
_MIDNIGHT_24 = "24"

LONGEST = 40
"""Characters of the longest time that any pattern takes; what is longer is none, and is not remembered."""


class Stamp(NamedTuple):
    """A time as an instant (aware, UTC) with the calendar date that was written; `exact` is false for a bare
    date.
    """

    instant: datetime
    day: date
    exact: bool


def _zone_of(text: str | None, zone: ZoneInfo) -> timezone | ZoneInfo:
    if not text:
        return zone
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _moment(parts: dict[str, str | None], zone: ZoneInfo) -> datetime:
    hour = parts["H"] or "0"
    rolled = timedelta(days=1) if hour == _MIDNIGHT_24 else timedelta()
    micro = (parts["f"] or "").ljust(6, "0")[:6]
    naive = datetime(  # noqa: DTZ001 - the zone is attached below, after 24:00 is rolled over
        int(parts["y"] or 0),
        int(parts["m"] or 1),
        int(parts["d"] or 1),
        0 if rolled else int(hour),
        int(parts["M"] or 0),
        int(parts["S"] or 0),
        int(micro),
    )
    return (naive + rolled).replace(tzinfo=_zone_of(parts["z"], zone))


@lru_cache(maxsize=4096)
def _parse(text: str, zone: ZoneInfo) -> Stamp | None:
    match = _PATTERN.fullmatch(text)
    if not match:
        return None
    try:
        moment = _moment(match.groupdict(), zone)
        return Stamp(moment.astimezone(UTC), moment.astimezone(zone).date(), match["H"] is not None)
    except (ValueError, OverflowError):
        return None


def parse_time(text: str, zone: ZoneInfo) -> Stamp | None:
    """Read a time; None when it is absent, a delete marker, or cannot be one. `day` is the date in `zone`."""
    cleaned = text.split("^", 1)[0].strip()
    return _parse(cleaned, zone) if 0 < len(cleaned) <= LONGEST else None


def parse_day(text: str) -> date | None:
    """Read a date exactly as written, ignoring any time or offset behind it."""
    match = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", text.strip())
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
