"""The people behind a figure of the bed-days report, as a page shows them: each with their part in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from api.bed_days.behind import PeopleFound
from api.bed_days.measures import NO_READY_DATE
from api.web.page import words
from discharge.codes.delay_reasons import delay_reason_label
from discharge.delays.bands import DELAY_BANDS
from discharge.delays.counted import CountedStay
from discharge.delays.night_counts import ready_at_the_end
from discharge.delays.report import ASSUMED
from discharge.delays.stays import Letting


@dataclass(frozen=True)
class Person:
    """One stay that counts in a figure, and its part in it."""

    name: str
    href: str
    part: str
    ward: str
    ready: str
    left: str
    published: str
    true: str
    held: int
    without_reason: int
    reasons: str


@dataclass(frozen=True)
class Let:
    """One home let that counts in a figure, and its part in it."""

    name: str
    href: str
    part: str
    started: str
    let: str
    days: int


@dataclass(frozen=True)
class Behind:
    """The people behind one figure: their stays, or the homes let to them; of many, one page."""

    title: str
    people: tuple[Person, ...]
    lets: tuple[Let, ...]
    shown: str
    before: str | None
    after: str | None


def behind(found: PeopleFound, href: Callable[[int], str]) -> Behind:
    """One page of the people behind a figure; `href` is the address of another. Whoever is in the figure no
    more by the time that the case is read is left out.
    """
    page, before = found.page, found.page.offset
    last = min(before + page.size, found.total)
    keys = [((each.case_id, each.number), f"{each.part:,}") for each in found.parts]
    return Behind(
        title=found.title,
        people=tuple(_person(found.stays[key], part, found) for key, part in keys if key in found.stays),
        lets=tuple(_let(found.lettings[key], part, found) for key, part in keys if key in found.lettings),
        shown=f"{before + 1:,} to {last:,} of {found.total:,}" if found.total > page.size else "",
        before=href(page.number - 1) if page.number > 1 else None,
        after=href(page.number + 1) if last < found.total else None,
    )


def _let(each: Letting, part: str, found: PeopleFound) -> Let:
    return Let(
        name=words.full_name(*found.names[each.case_id]),
        href=f"/cases/{each.case_id}",
        part=part,
        started=words.short_day(each.started_on),
        let=words.short_day(each.let_on),
        days=each.days,
    )


def band_words(code: str, on: date) -> str:
    """A band in a report up to a day, as people say it."""
    return NO_READY_DATE if code == ASSUMED else DELAY_BANDS.as_on(code, on).label


def _person(each: CountedStay, part: str, found: PeopleFound) -> Person:
    stay, count = each.stay, each.count
    ready = ready_at_the_end(stay.periods)
    return Person(
        name=words.full_name(*found.names[stay.case_id]),
        href=f"/cases/{stay.case_id}",
        part=part,
        ward=stay.ward or "Not known",
        ready=words.short_day(ready.ready_on if ready else None),
        left=words.short_day(stay.ended_on, "Still here"),
        published=f"{count.published} (assumed)" if count.assumed else str(count.published),
        true="Not known" if count.true is None else str(count.true),
        held=count.held,
        without_reason=count.without_reason,
        reasons="; ".join(
            f"{delay_reason_label(code)}: {nights}" for code, nights in sorted(count.attributed.items())
        ),
    )
