"""Two clocks: machine time is always real; case time is an affine function of the wall clock.

    case time = case_origin + (wall time - origin) * factor

In production the factor is 1 and both origins agree. With a shorter day (for a demonstration) a whole
follow-up can be watched over lunch. Instants are aware datetimes in UTC. A date is a Europe/London calendar
date, so that a night is a night when the clocks change, and a day may last 23 or 25 hours. Nothing here
reads a clock.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

LONDON = ZoneInfo("Europe/London")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 86_400.0

_DAY_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([smh])")
_UNIT_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class CaseClock(BaseModel):
    """The map from wall to case time: fixed at the first start of a data directory, running on while stopped.

    `factor` is the number of case seconds in one real second.
    """

    model_config = ConfigDict(frozen=True)

    origin: AwareDatetime
    case_origin: AwareDatetime
    factor: float = Field(gt=0)

    @classmethod
    def real(cls) -> "CaseClock":
        """Return the clock of production: case time is the wall clock."""
        return cls(origin=EPOCH, case_origin=EPOCH, factor=1.0)

    @classmethod
    def starting(cls, wall: datetime, factor: float) -> "CaseClock":
        """Return a clock that agrees with the wall at `wall` and runs `factor` times as fast from there."""
        return cls(origin=wall, case_origin=wall, factor=factor)

    def case_time(self, wall: datetime) -> datetime:
        """Return case time (UTC) at a wall instant."""
        return (self.case_origin + (wall - self.origin) * self.factor).astimezone(UTC)

    def wall_time(self, case: datetime) -> datetime:
        """Return the wall instant (UTC) at which it is `case` in case time."""
        return (self.origin + (case - self.case_origin) / self.factor).astimezone(UTC)

    def real_delay(self, case_now: datetime, case_due: datetime) -> timedelta:
        """Tell how long to wait really until `case_due`; zero when it is past."""
        return max(timedelta(0), (case_due - case_now) / self.factor)

    def today(self, wall: datetime) -> date:
        """Return the London calendar date of case time at a wall instant."""
        return london_date(self.case_time(wall))


def parse_day_length(text: str) -> float:
    """Return the clock factor for a day of `text` ("10s", "5m", "24h"); ValueError for anything else."""
    match = _DAY_LENGTH.fullmatch(text.strip())
    seconds = float(match[1]) * _UNIT_SECONDS[match[2]] if match else 0.0
    if not seconds:
        raise ValueError("a day length is a number and s, m or h, for instance 10s, 5m or 24h")
    return DAY_SECONDS / seconds


def london(instant: datetime) -> datetime:
    """Return the instant as London wall time; ValueError for a naive one, whose date would be a guess."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(LONDON)


def london_date(instant: datetime) -> date:
    """Return the London calendar date of an instant."""
    return london(instant).date()


def london_at(day: date, at: time) -> datetime:
    """Return the instant (UTC) of a London wall time; a time that happens twice means the first."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def london_midnight(day: date) -> datetime:
    """Return the instant (UTC) at which a London date begins."""
    return london_at(day, time(0))


def nights_between(first: date, last: date) -> int:
    """Count the nights from one date to a later one; negative when they are the other way round."""
    return (last - first).days
