"""When something about messages is not as it should be: rules as data, judged without a clock of their own.

`at_most` and `again_after` are minutes; for `too-many-parked`, `commands-failed`, `case-differs` and
`months-missing` `at_most` is a number. A rule applies on its weekdays between `begin` and `end`, London time
on the machine's clock: whether a line is dead is a matter of real time, also where case time runs faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from discharge.clocks import london
from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.reference.faults import nearest
from discharge.reference.kind import Kind as DataKind
from discharge.reference.policy import policy_on
from discharge.values import Frozen

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmKind(Code):
    """A kind of alarm in words: its heading, what should be, what is, and what is measured. `{number}` is a
    figure as it is, `{time}` one that counts minutes; in the heading `{}` is whom it is about. `page` is
    where somebody who may puts it right, `page_words` what they do there.
    """

    expected: str
    fact: str
    measured: str
    page: str | None = None
    page_words: str = ""

    def heading(self, subject: str) -> str:
        """The heading of an alarm about a feed, a partner or an organisation."""
        return self.label.format(subject)


def _unknown_words(rows: Mapping[str, AlarmKind]) -> Iterator[str]:
    for code, row in rows.items():
        for key, known in (("label", {""}), ("expected", {"number", "time"}), ("fact", {"number", "time"})):
            told = {name for _, name, _, _ in Formatter().parse(getattr(row, key)) if name is not None}
            may = " or ".join(f"{{{name}}}" for name in sorted(known))
            for name in sorted(told - known):
                yield f"{code}.{key}: {{{name}}} is not filled in - use {may}"


ALARM_KINDS = code_list("alarm-kinds", AlarmKind, folder=Path(__file__).parent, check=_unknown_words)


def _known_kind(kind: str) -> str:
    if not ALARM_KINDS.known(kind):
        known = [row.code for row in ALARM_KINDS.rows]
        mend = nearest(kind, known, f"choose from {', '.join(known)}")
        raise ValueError(f"is not a kind of alarm: {mend}")
    return kind


Kind = Annotated[str, AfterValidator(_known_kind)]


class AlarmRule(Frozen):
    """One rule; `end` is the first minute that is too late, and midnight means the end of the day."""

    kind: Kind
    days: tuple[Day, ...] = DAYS
    begin: time = time(0)
    end: time = time(0)
    at_most: int = Field(ge=0)
    again_after: int = Field(ge=1)

    def applies(self, now: datetime) -> bool:
        """Whether the rule is in force at an instant."""
        here = london(now)
        within = self.begin <= here.time() and (self.end == time(0) or here.time() < self.end)
        return within and DAYS[here.weekday()] in self.days

    @property
    def again(self) -> timedelta:
        """How long after it was told an alarm is told again."""
        return timedelta(minutes=self.again_after)

    @property
    def words(self) -> str:
        """What is expected, for a person."""
        return f"{_told(_words(self.kind).expected, self.at_most)}, {self._when}"

    @property
    def _when(self) -> str:
        days = "every day" if self.days == DAYS else ", ".join(day.capitalize() for day in self.days)
        if (self.begin, self.end) == (time(0), time(0)):
            return days
        return f"{days} from {self.begin:%H:%M} to {self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Breach:
    """A value beyond what a rule allows, in words."""

    fact: str
    threshold: str
    again: timedelta


class UsualRule(AlarmRule):
    """A rule of ours, with its key and its source."""

    code: str
    source: str


ALARMS = DataKind("message-alarms", UsualRule, Path(__file__).with_name("alarms.yaml"))


def usual_rules(day: date) -> tuple[AlarmRule, ...]:
    """The rules of a day for whoever has none of their own."""
    return tuple(policy_on(day)[ALARMS].values())


Whose = Literal["own", "installation", "usual"]


def rules_for(
    kind: str, own: Sequence[AlarmRule], all_feeds: Sequence[AlarmRule], day: date
) -> tuple[Whose, list[AlarmRule]]:
    """The rules of a kind and whose they are: a feed's own, else the installation's, else the usual ones of
    a day.
    """
    choices: tuple[tuple[Whose, Sequence[AlarmRule]], ...] = (("own", own), ("installation", all_feeds))
    for whose, rules in choices:
        if found := [rule for rule in rules if rule.kind == kind]:
            return whose, found
    return "usual", [rule for rule in usual_rules(day) if rule.kind == kind]


def in_force(rules: Iterable[AlarmRule], now: datetime) -> AlarmRule | None:
    """The strictest rule that applies at an instant; None outside all hours."""
    return min((rule for rule in rules if rule.applies(now)), key=lambda rule: rule.at_most, default=None)


def judge(rule: AlarmRule, value: float) -> Breach | None:
    """Whether a value (minutes, or messages) breaks a rule."""
    if value <= rule.at_most:
        return None
    return Breach(_told(_words(rule.kind).fact, value), rule.words, rule.again)


def _words(kind: str) -> AlarmKind:
    return ALARM_KINDS.newest(kind) or ALARM_KINDS.as_on(kind, date.max)


def _told(words: str, figure: float) -> str:
    return words.format(number=f"{figure:.0f}", time=_long(figure))


def _long(minutes: float) -> str:
    whole = int(minutes)
    if whole == 1:
        return "1 minute"
    return f"{whole} minutes" if whole < 120 else f"{whole // 60} hours"
