"""Alarms about messages in words: what is not as it should be, against which threshold, and what is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.web.page import words
from api.web.page.tags import Tag
from fhir_adapters.feeds.alarms import AlarmRule, judge
from fhir_adapters.store.alarms import Watched
from fhir_adapters.store.tables import AlarmRow

TITLES = {
    "nothing-arrived": "Nothing is arriving from {}",
    "reference-not-used": "Reference data of {} cannot be used",
    "profile-not-used": "The file of the profile of {} cannot be used",
    "nothing-sent": "Nothing is being sent to {}",
    "request-overdue": "A referral request to {} is overdue",
    "hidden-by-others": "People known to {} were hidden by another organisation",
    "partner-paused": "{} is paused: nothing is sent to it",
    "commands-failed": "A request or fact from {} could not be recorded",
    "case-differs": "A case referred by {} differs from its events",
    "schedule-late": "Periodic work that {} relies on is late",
    "months-missing": "Tables that {} relies on have no partition for the next month",
    "too-many-parked": "Too many messages from {} need attention",
    "too-long-waiting": "Messages from {} wait too long to be read",
}
"""Kind of alarm -> its heading."""

WATCHED = {
    "nothing-arrived": "Minutes since a message arrived",
    "hidden-by-others": "People hidden by another organisation, with no answer",
    "request-overdue": "Minutes that the oldest referral request is overdue",
    "nothing-sent": "Minutes that something has waited to be sent, while nothing was sent",
    "partner-paused": "Minutes since it was paused",
    "commands-failed": "Requests and facts that failed and nobody has dealt with",
    "case-differs": "Open cases that differ from their events",
    "schedule-late": "Minutes that periodic work is late",
    "months-missing": "Tables that have no partition for the next month",
    "too-many-parked": "Messages that are parked",
    "too-long-waiting": "Minutes that the oldest waits to be read",
}
"""Kind of alarm -> what is measured."""

WHOSE: Mapping[str, str] = {
    "own": "This feed's own",
    "installation": "This installation's",
    "usual": "The usual",
}


@dataclass(frozen=True)
class Alarm:
    """Something about messages that is not, or was not, as it should be."""

    title: str
    fact: str
    threshold: str
    since: str
    told: str
    cleared: str


@dataclass(frozen=True)
class RuleLine:
    """One rule of a figure; `in_force` says that it counts now."""

    words: str
    again: str
    in_force: bool


@dataclass(frozen=True)
class Figure:
    """What is measured of one feed or partner, beside the rules for it."""

    subject: str
    what: str
    value: str
    state: Tag
    whose: str
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True)
class AlarmsPage:
    """The whole page."""

    raised: tuple[Alarm, ...]
    cleared: tuple[Alarm, ...]
    figures: tuple[Figure, ...]
    now: str


def present(
    raised: Sequence[AlarmRow], cleared: Sequence[AlarmRow], watched: Sequence[Watched], now: datetime
) -> AlarmsPage:
    """The page in words; `now` is machine time."""
    by_subject = sorted(watched, key=lambda each: (each.seen.subject, each.seen.kind))
    return AlarmsPage(
        raised=tuple(map(alarm_words, raised)),
        cleared=tuple(map(alarm_words, cleared)),
        figures=tuple(map(_figure, by_subject)),
        now=words.machine_time(now),
    )


def alarm_words(row: AlarmRow) -> Alarm:
    """An alarm in words."""
    times = f"{words.count(row.times_told, 'time')}, last {words.machine_time(row.told_at)}"
    return Alarm(
        title=TITLES.get(row.kind, words.from_code(row.kind) + ": {}").format(row.subject),
        fact=row.fact,
        threshold=row.threshold,
        since=words.machine_time(row.raised_at),
        told=times,
        cleared=words.machine_time(row.cleared_at, ""),
    )


def _figure(each: Watched) -> Figure:
    return Figure(
        subject=each.seen.subject,
        what=WATCHED.get(each.seen.kind, words.from_code(each.seen.kind)),
        value=f"{int(each.seen.value):,}",
        state=_state(each),
        whose=WHOSE[each.whose],
        rules=tuple(_rule(rule, each.rule) for rule in each.rules),
    )


def _state(each: Watched) -> Tag:
    if each.rule is None:
        return Tag("Not watched at this hour", "grey")
    return Tag("Beyond", "red") if judge(each.rule, each.seen.value) else Tag("As it should be", "green")


def _rule(rule: AlarmRule, in_force: AlarmRule | None) -> RuleLine:
    return RuleLine(rule.words, words.count(rule.again_after, "minute"), rule == in_force)
