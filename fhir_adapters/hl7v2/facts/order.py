"""How facts are told apart, by their content, and put in order, by times as their senders wrote them.

Some times are written to the second, some to the minute, some only to the day. Of two the coarser precision
counts: 10:00 and 10:00:52 are the same minute, 1 March and 1 March 10:00 the same day. A time at a full
minute counts as written to the minute, midnight in London as a day.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel, Field

from discharge.clocks import london, london_date, london_midnight
from discharge.values import Frozen

NO_ARRIVAL = (0, 0)
Arrival = tuple[int, int]
"""Where a fact stands among all that arrived: the place of its message in the inbox, and its own therein. Of
equal times the later arrival counts. It is no part of what was said, and not kept with it.
"""


_CANONICAL = json.JSONEncoder(sort_keys=True).encode
"""The one way of writing content that its hash is made of: what is stored was hashed so."""


def content_hash(fact: BaseModel) -> str:
    """SHA-256 of a fact's content."""
    return hash_of(fact.model_dump(mode="json"))


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of what a fact is written down as."""
    if isinstance(content.get("cleared"), list):
        content = {**content, "cleared": sorted(content["cleared"])}
    return hashlib.sha256(_CANONICAL(content).encode()).hexdigest()


_OCTOBER = 10


def in_order(at: datetime) -> datetime:
    """The instant that puts a time in order. In October an hour is shown twice, and a time without an offset
    is either: all of it is one moment, in which the order of arrival counts.
    """
    if at.month != _OCTOBER:
        return at
    shown = london(at)
    twice = shown.utcoffset() != shown.replace(fold=1).utcoffset()
    return at.replace(minute=0, second=0, microsecond=0) if twice else at


def to_the_minute(at: datetime) -> datetime:
    """The beginning of its minute."""
    return at.replace(second=0, microsecond=0)


def _is_day(at: datetime) -> bool:
    return at == london_midnight(london_date(at))


def same(one: datetime, other: datetime) -> bool:
    """Whether two times are equal at the coarser precision of the two."""
    if _is_day(one) or _is_day(other):
        return london_date(one) == london_date(other)
    if to_the_minute(one) == one or to_the_minute(other) == other:
        return to_the_minute(one) == to_the_minute(other)
    return one == other


def before(one: datetime, other: datetime) -> bool:
    """Whether the first came before the other, at the coarser precision of the two."""
    return one < other and not same(one, other)


def coarse_minutes(times: Iterable[datetime]) -> frozenset[datetime]:
    """The minutes in which some time is written to the minute only."""
    return frozenset(at for at in times if to_the_minute(at) == at)


def coarsened(at: datetime, minutes: frozenset[datetime]) -> datetime:
    """The time, to the minute where another in it is no finer."""
    minute = to_the_minute(at)
    return minute if minute in minutes else at


class OrderedFact(Frozen):
    """A fact of which all that were reported are folded: told apart by its content, put in order by its times
    and, of equal ones, by its arrival.
    """

    arrival: Arrival = Field(default=NO_ARRIVAL, exclude=True, repr=False)

    @cached_property
    def content(self) -> dict[str, Any]:
        """What it is written down as, made once."""
        return self.model_dump(mode="json")

    @cached_property
    def digest(self) -> str:
        """The hash of its content, made once."""
        return hash_of(self.content)
