"""The eight kinds of condition that risk rules are made of: from when one holds, if nothing else changes.

A condition never asks what time it is. So the same answer serves both questions: what holds now, and when
must we look again. It looks at one named fact, which is known of any number of subjects; of what nobody knows
it assumes the worse: a date nobody knows counts as near, and silence from the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from discharge.clocks import london, london_midnight
from discharge.durations import Duration
from discharge.values import Frozen, YesNoUnknown

ALWAYS = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)

FactKind = Literal["answer", "day", "instant", "count", "work"]
"""What a fact says of its subject: whether it is as it should be, a London date, an instant, a number, or the
work that is waited for. Each may be unknown.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that a named fact says: about which subject, what is known of it, and the words for it.

    `value` is whether it is as it should be; `day` or `at` when it is, was or will be, and `count` how many,
    None where nobody knows; `needed_by` and `lead_days` are of work that is waited for. Rules that speak of
    the same thing name the same `cause`; without one it is the rule with its subject. `tells` names the
    causes that it puts together: a further one among them rings again.
    """

    subject: str = ""
    cause: str = ""
    tells: tuple[str, ...] = ()
    value: YesNoUnknown = "no"
    day: date | None = None
    at: datetime | None = None
    count: int | None = None
    needed_by: date | None = None
    lead_days: int | None = None
    words: Mapping[str, str] = field(default_factory=dict)


EVERY_FACT: frozenset[FactKind] = frozenset(get_args(FactKind))


class ItemNot(Frozen):
    """It is not as it should be: no, or unknown. Of what is known by day, number or instant: that there is
    such a thing.
    """

    asks: ClassVar[frozenset[FactKind]] = EVERY_FACT

    kind: Literal["item-not"]
    fact: str

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None."""
        return None if known.value == "yes" else ALWAYS


class DueWithin(Frozen):
    """It is due within so long, or on an unknown day."""

    asks: ClassVar[frozenset[FactKind]] = frozenset({"day"})

    kind: Literal["due-within"]
    fact: str
    within: Duration

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None."""
        return ALWAYS if known.day is None else london_midnight(self.within.before(known.day))


class OlderThan(Frozen):
    """It is older than so long, or of a day nobody knows."""

    asks: ClassVar[frozenset[FactKind]] = frozenset({"day", "instant"})

    kind: Literal["older-than"]
    fact: str
    than: Duration

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None."""
        if known.at is not None:
            return self.than.from_instant(known.at)
        return ALWAYS if known.day is None else london_midnight(self.than.after(known.day))


class CountAtLeast(Frozen):
    """There are so many, or more, or nobody knows how many."""

    asks: ClassVar[frozenset[FactKind]] = frozenset({"count"})

    kind: Literal["count-at-least"]
    fact: str
    least: int = Field(ge=1)

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None."""
        return ALWAYS if known.count is None or known.count >= self.least else None


class NightsAtLeast(Frozen):
    """So many nights have passed since it, or more."""

    asks: ClassVar[frozenset[FactKind]] = frozenset({"day"})

    kind: Literal["nights-at-least"]
    fact: str
    least: int = Field(ge=1)

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None."""
        return ALWAYS if known.day is None else london_midnight(known.day + DAY * self.least)


class SilentFor(Frozen):
    """Nothing was heard for so long, or ever."""

    asks: ClassVar[frozenset[FactKind]] = frozenset({"instant"})

    kind: Literal["silent-for"]
    fact: str
    silence: Duration

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None."""
        return ALWAYS if known.at is None else self.silence.from_instant(known.at)


class ArrivesBetween(Frozen):
    """Somebody arrives at or after a time of the day and before another, in London, over midnight as well."""

    asks: ClassVar[frozenset[FactKind]] = frozenset({"instant"})

    kind: Literal["arrives-between"]
    fact: str
    begin: time
    end: time

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None; at a time nobody knows it does not."""
        if known.at is None:
            return None
        at = london(known.at).time()
        over_midnight = self.begin >= self.end
        within = at >= self.begin or at < self.end if over_midnight else self.begin <= at < self.end
        return ALWAYS if within else None


class LeadExceeds(Frozen):
    """The days that work still takes exceed those until it is needed. Work that has begun but is late has no
    lead time left.
    """

    asks: ClassVar[frozenset[FactKind]] = frozenset({"work"})

    kind: Literal["lead-exceeds"]
    fact: str

    def starts(self, known: Known) -> datetime | None:
        """Return from when it holds, or None."""
        if known.needed_by is None:
            return None
        if known.day is not None:
            return ALWAYS if known.day > known.needed_by else london_midnight(known.needed_by + DAY)
        if known.lead_days is None:
            return None
        return london_midnight(known.needed_by - DAY * known.lead_days + DAY)


Condition = Annotated[
    ItemNot | DueWithin | OlderThan | CountAtLeast | NightsAtLeast | SilentFor | ArrivesBetween | LeadExceeds,
    Field(discriminator="kind"),
]
"""One condition of a rule, told apart by its kind."""
