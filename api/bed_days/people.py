"""Who is behind a figure of the bed-days report: one measure for each figure, so that every number opens and
shows each person's part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from api.bed_days.queries import BedDaysQuery, Details, Kind, People
from api.web.page import words
from api.web.paging import SIZE
from discharge.codes.bands import Band
from discharge.codes.delay_reasons import NATIONAL_DELAY_REASONS, delay_reason_label
from discharge.delays.bands import DELAY_BANDS
from discharge.delays.counted import CountedStay
from discharge.delays.definitions import DEFINITIONS, back_in
from discharge.delays.night_counts import ready_at_the_end
from discharge.delays.released import Counterfactual, days_let_sooner, released_nights
from discharge.delays.report import ASSUMED
from discharge.delays.stays import Letting
from discharge.outcomes.readmission import READMISSION_BANDS

T = TypeVar("T")
Measure = Callable[[CountedStay], int | None]
"""A person's part in a figure: their days or nights, 1 where people are counted; None: not in it."""


def _each_once(_: object) -> int:
    return 1


def _once(counts: bool) -> int | None:
    return 1 if counts else None


def _stated(each: CountedStay) -> int | None:
    return None if each.count.assumed else each.count.published


def _back_in(band: Band) -> Measure:
    def measure(each: CountedStay) -> int | None:
        days = each.stay.back_after
        return _once(days is not None and band.holds_days(days))

    return measure


FINISHED: Mapping[str, Measure] = {
    "discharges": _each_once,
    "same-day": lambda each: _once(_stated(each) == 0),
    "delayed": lambda each: _once(each.count.published > 0),
    "percent-delayed": lambda each: _once(each.count.published > 0),
    "published-days": lambda each: each.count.published or None,
    "true-days": lambda each: each.count.true or None,
    "mean-with-zeros": lambda each: each.count.published,
    "mean-without-zeros": lambda each: each.count.published or None,
    "median": _stated,
    "ninetieth": _stated,
    "assumed": lambda each: _once(each.count.assumed),
    "held-days": lambda each: each.count.held or None,
    "without-reason": lambda each: each.count.without_reason or None,
    "outside": lambda each: each.stay.outside or None,
    "readmitted": lambda each: _once(each.stay.back_after is not None),
    **{back_in(band): _back_in(band) for band in READMISSION_BANDS.rows},
    "back-unknown": lambda each: _once(each.stay.back_kind == "unknown"),
    "back-planned": lambda each: _once(each.stay.back_kind in ("planned", "other")),
    "failed": lambda each: _once(each.stay.failed),
}
DIED: Mapping[str, Measure] = {"died-days": lambda each: each.count.true or None}
WAITING: Mapping[str, Measure] = {
    "waiting": _each_once,
    "waiting-days": lambda each: each.count.published or None,
    "waiting-true-days": lambda each: each.count.true or None,
    "waiting-median": lambda each: each.count.published,
    "waiting-ninetieth": lambda each: each.count.published,
    "waiting-held-days": lambda each: each.count.held or None,
    "waiting-without-reason": lambda each: each.count.without_reason or None,
}
RELEASED = "released-days"
SOONER = "let-sooner-days"
LETTINGS = ("lets", "start-to-let-mean", "start-to-let-median", SOONER)
NO_READY_DATE = "No ready date"
GROUPS: Mapping[str, str] = {"finished": "Stays that ended", "waiting": "People waiting"}


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


@dataclass(frozen=True)
class Choice:
    """Who is on the page that is asked for, each with their part in the figure."""

    title: str
    page: int
    total: int
    stays: Sequence[tuple[int, CountedStay]] = ()
    lettings: Sequence[tuple[int, Letting]] = ()

    @property
    def case_ids(self) -> set[UUID]:
        """The cases of those on the page."""
        stays = {each.stay.case_id for _, each in self.stays}
        return stays | {each.case_id for _, each in self.lettings}


def of_band(group: str, band: str) -> str:
    """How an address names the people of a band."""
    return f"band:{group}:{band}"


def of_reason(group: str, code: str) -> str:
    """How an address names the people who waited for a reason."""
    return f"reason:{group}:{code}"


def kind_of(of: str) -> Kind:
    """What a figure, a band or a reason is of."""
    if of in LETTINGS:
        return "lettings"
    return "waiting" if of in WAITING or of.split(":")[1:2] == ["waiting"] else "ended"


def choose(of: str, found: People, asked: BedDaysQuery, page: int) -> Choice | None:
    """Who is behind a figure, a band or a reason; none for what is not on the report."""
    if of in LETTINGS:
        return _lettings(of, found, asked.against, page)
    chosen = _figure(of, found, asked.against) or _part(of, found, asked)
    if chosen is None:
        return None
    title, among, measure = chosen
    counted = [(part, each) for each in among if (part := measure(each)) is not None]
    counted.sort(key=_most_first)
    page, shown = _page(counted, page)
    return Choice(title, page, len(counted), stays=shown)


def _most_first(one: tuple[int, CountedStay]) -> tuple[int, int, int, UUID, int]:
    part, each = one
    return -part, -(each.count.true or 0), each.count.published, each.stay.case_id, each.stay.number


def _page(every: Sequence[T], page: int) -> tuple[int, Sequence[T]]:
    """A page, the last one where there are not so many; which it is, and what is on it."""
    page = max(1, min(page, -(-len(every) // SIZE)))
    return page, every[(page - 1) * SIZE : page * SIZE]


def behind(choice: Choice, found: Details, href: Callable[[int], str]) -> Behind:
    """One page of the people behind a figure; `href` is the address of another."""
    before = (choice.page - 1) * SIZE
    last = min(choice.page * SIZE, choice.total)
    return Behind(
        title=choice.title,
        people=tuple(_person(each, part, found) for part, each in choice.stays),
        lets=tuple(_let(each, part, found) for part, each in choice.lettings),
        shown=f"{before + 1:,} to {last:,} of {choice.total:,}" if choice.total > SIZE else "",
        before=href(choice.page - 1) if choice.page > 1 else None,
        after=href(choice.page + 1) if last < choice.total else None,
    )


Chosen = tuple[str, Sequence[CountedStay], Measure]


def _figure(of: str, found: People, against: Counterfactual) -> Chosen | None:
    stays = found.stays
    if of == RELEASED:
        return (
            DEFINITIONS[of].label,
            stays.left,
            lambda each: released_nights(each.count.held, against) or None,
        )
    for measures, among in ((FINISHED, stays.left), (DIED, stays.died), (WAITING, stays.waiting)):
        if of in measures:
            return DEFINITIONS[of].label, among, measures[of]
    return None


def _part(of: str, found: People, asked: BedDaysQuery) -> Chosen | None:
    kind, _, rest = of.partition(":")
    group, _, code = rest.partition(":")
    if group not in GROUPS:
        return None
    among = found.stays.left if group == "finished" else found.stays.waiting
    if kind == "band" and code == ASSUMED:
        return f"{GROUPS[group]}: {NO_READY_DATE}", among, FINISHED[ASSUMED]
    if kind == "band":
        return _of_band(group, code, among, asked)
    if kind == "reason" and any(code == row.code for row in NATIONAL_DELAY_REASONS):
        title = f"{GROUPS[group]}: {NATIONAL_DELAY_REASONS.label(code)}"
        return title, among, lambda each: each.count.attributed.get(code) or None
    return None


def _of_band(group: str, code: str, among: Sequence[CountedStay], asked: BedDaysQuery) -> Chosen | None:
    on = asked.to_on if group == "finished" else asked.today
    band = next((row for row in DELAY_BANDS.as_rows(on) if row.code == code), None)
    if band is None:
        return None
    title = f"{GROUPS[group]}: delay of {band.label}"
    return title, among, lambda each: _once(not each.count.assumed and band.holds_days(each.count.published))


def _lettings(of: str, found: People, against: Counterfactual, page: int) -> Choice:
    measures: dict[str, Callable[[Letting], int | None]] = {
        "lets": _each_once,
        SOONER: lambda each: days_let_sooner(each.days, against),
    }
    measure = measures.get(of, _days)
    lets = [(part, each) for each in found.lettings if (part := measure(each)) is not None]
    lets.sort(key=lambda one: (-one[0], one[1].let_on, one[1].case_id))
    page, shown = _page(lets, page)
    return Choice(DEFINITIONS[of].label, page, len(lets), lettings=shown)


def _days(each: Letting) -> int:
    return each.days


def _let(each: Letting, part: int, found: Details) -> Let:
    return Let(
        name=words.full_name(*found.names.get(each.case_id, (None, None))),
        href=f"/cases/{each.case_id}",
        part=f"{part:,}",
        started=words.short_day(each.started_on),
        let=words.short_day(each.let_on),
        days=each.days,
    )


def band_words(code: str, on: date) -> str:
    """A band in a report up to a day, as people say it."""
    return NO_READY_DATE if code == ASSUMED else DELAY_BANDS.as_on(code, on).label


def _person(each: CountedStay, part: int, found: Details) -> Person:
    stay, count = found.stays.get((each.stay.case_id, each.stay.number), each.stay), each.count
    ready = ready_at_the_end(stay.periods)
    return Person(
        name=words.full_name(*found.names.get(stay.case_id, (None, None))),
        href=f"/cases/{stay.case_id}",
        part=f"{part:,}",
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
