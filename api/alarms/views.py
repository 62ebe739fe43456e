"""Alarms about messages in words: what is not as it should be, against which threshold, and what is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.web.page import words
from api.web.page.tags import Tag
from fhir_adapters.feeds.alarms import ALARM_KINDS, AlarmRule, judge
from fhir_adapters.store.alarms import Watched
from fhir_adapters.store.tables import AlarmRow

WHOSE: Mapping[str, str] = {
    "own": "This feed's own",
    "installation": "This installation's",
    "usual": "The usual",
}


@dataclass(frozen=True)
class Alarm:
    """Something that is not, or was not, as it should be; `page` is where somebody who may puts it right."""

    title: str
    fact: str
    threshold: str
    since: str
    told: str
    cleared: str
    page: str = ""
    page_words: str = ""


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
    """An alarm in words; a kind that this version does not know is named by its code."""
    times = f"{words.count(row.times_told, 'time')}, last {words.machine_time(row.told_at)}"
    kind = ALARM_KINDS.newest(row.kind)
    return Alarm(
        title=kind.heading(row.subject) if kind else f"{words.from_code(row.kind)}: {row.subject}",
        fact=row.fact,
        threshold=row.threshold,
        since=words.machine_time(row.raised_at),
        told=times,
        cleared=words.machine_time(row.cleared_at, ""),
        page=kind.page or "" if kind else "",
        page_words=kind.page_words if kind else "",
    )


def _figure(each: Watched) -> Figure:
    kind = ALARM_KINDS.newest(each.seen.kind)
    return Figure(
        subject=each.seen.subject,
        what=kind.measured if kind else words.from_code(each.seen.kind),
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
