"""When something about messages is not as it should be: rules as data, judged without a clock of their own.

`at_most` and `again_after` are minutes; for `too-many-parked`, `commands-failed`, `case-differs` and
`months-missing` `at_most` is a number. A rule applies on its weekdays between `begin` and `end`, London time
on the machine's clock: whether a line is dead is a matter of real time, also where case time runs faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from discharge.clocks import london
from discharge.reference.kind import Kind as DataKind
from discharge.reference.policy import policy_on
from discharge.values import Frozen

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Kind = Literal[
    "nothing-arrived",
    "nothing-sent",
    "partner-paused",
    "commands-failed",
    "case-differs",
    "schedule-late",
    "months-missing",
    "too-many-parked",
    "too-long-waiting",
    "profile-not-used",
    "reference-not-used",
    "request-overdue",
    "hidden-by-others",
]


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of alarm is told: `{number}` is a figure as it is, `{time}` one that counts minutes."""

    expected: str
    fact: str


WORDS: Mapping[Kind, Words] = {
    "nothing-arrived": Words("a message at least every {number} minutes", "Nothing has arrived for {time}."),
    "nothing-sent": Words(
        "nothing waits longer than {number} minutes to be sent",
        "Something has waited for {time} to be sent, and nothing was sent.",
    ),
    "partner-paused": Words(
        "no partner is paused for longer than {time}", "Nothing is sent to it: it has been paused for {time}."
    ),
    "commands-failed": Words(
        "every request and fact is recorded",
        "{number} could not be recorded on their cases.",
    ),
    "case-differs": Words(
        "every case equals its events",
        "{number} cases differ from their events. `homeward cases verify` names them.",
    ),
    "schedule-late": Words(
        "every schedule runs in its time, {number} minutes late at most", "Periodic work is {time} late."
    ),
    "months-missing": Words(
        "every table that is split by month has a partition for the next month",
        "Tables without a partition for the next month: {number}.",
    ),
    "too-many-parked": Words("{number} parked messages at most", "{number} messages are parked."),
    "too-long-waiting": Words(
        "no message waits longer than {number} minutes to be read",
        "A message has waited for {time} to be read.",
    ),
    "profile-not-used": Words(
        "the file of the feed's profile is corrected within {time}",
        "The file of its profile could not be used for {time}.",
    ),
    "reference-not-used": Words(
        "every file of the site's reference data is corrected within {time}",
        "A file of the site's reference data has not counted for {time}.",
    ),
    "request-overdue": Words(
        "every referral request is accepted or declined by its day",
        "A referral request has been overdue for {time} of case time.",
    ),
    "hidden-by-others": Words(
        "the trust keeps or lifts every hiding that another organisation asked for",
        "Hidden because another organisation asked for it, and nobody has answered: {number}.",
    ),
}


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
        return f"{_told(WORDS[self.kind].expected, self.at_most)}, {self._when}"

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
    return Breach(_told(WORDS[rule.kind].fact, value), rule.words, rule.again)


def _told(words: str, figure: float) -> str:
    return words.format(number=f"{figure:.0f}", time=_long(figure))


def _long(minutes: float) -> str:
    whole = int(minutes)
    if whole == 1:
        return "1 minute"
    return f"{whole} minutes" if whole < 120 else f"{whole // 60} hours"
