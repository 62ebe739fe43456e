"""Who is behind a figure of the bed-days report: one test for each figure, so that every number opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.presenters import words
from api.presenters.worklist import full_name
from api.reading.bed_days import BedDays
from discharge.codes.delay_reasons import NATIONAL_DELAY_REASONS, delay_reason_label
from discharge.delays.bands import BANDS, band_of
from discharge.delays.counting import ready_at_the_end
from discharge.delays.definitions import DEFINITIONS
from discharge.delays.released import Counterfactual, released_days
from discharge.delays.report import CountedStay, in_comparison
from discharge.outcomes.readmission import BANDS as READMISSION_BANDS
from discharge.outcomes.readmission import readmission_band

MOST = 500
"""More people than this are not listed on one page."""

Test = Callable[[CountedStay], bool]


def _everybody(_: CountedStay) -> bool:
    return True


def _delayed(each: CountedStay) -> bool:
    return each.count.published > 0


def _waited(each: CountedStay) -> bool:
    return bool(each.count.true)


def _unexplained(each: CountedStay) -> bool:
    return each.count.without_reason > 0


def _back_in(band: str) -> Test:
    def test(each: CountedStay) -> bool:
        days = each.stay.back_after
        return days is not None and readmission_band(days) == band

    return test


FINISHED: Mapping[str, Test] = {
    "discharges": _everybody,
    "same-day": lambda each: each.count.published == 0,
    "delayed": _delayed,
    "percent-delayed": _delayed,
    "published-days": _delayed,
    "true-days": _waited,
    "mean-with-zeros": _everybody,
    "mean-without-zeros": _delayed,
    "median": _everybody,
    "ninetieth": _everybody,
    "assumed": lambda each: each.count.assumed,
    "without-reason": _unexplained,
    "readmitted": lambda each: each.stay.back_after is not None,
    **{f"back-{label}": _back_in(label) for label, _, _ in READMISSION_BANDS},
    "failed": lambda each: each.stay.failed,
}
DIED: Mapping[str, Test] = {"died-days": _waited}
WAITING: Mapping[str, Test] = {
    "waiting": _everybody,
    "waiting-days": _delayed,
    "waiting-true-days": _waited,
    "waiting-median": _everybody,
    "waiting-ninetieth": _everybody,
    "waiting-without-reason": _unexplained,
}
RELEASED = "released-days"
GROUPS: Mapping[str, str] = {"finished": "Stays that ended", "waiting": "People waiting"}


@dataclass(frozen=True)
class Person:
    """One stay that counts in a figure."""

    name: str
    href: str
    ward: str
    ready: str
    left: str
    published: str
    true: str
    without_reason: int
    reasons: str


@dataclass(frozen=True)
class Behind:
    """The people behind one figure."""

    title: str
    people: tuple[Person, ...]
    more: int


def of_band(group: str, band: str) -> str:
    """How an address names the people of a band."""
    return f"band:{group}:{band}"


def of_reason(group: str, code: str) -> str:
    """How an address names the people who waited for a reason."""
    return f"reason:{group}:{code}"


def behind(of: str, found: BedDays) -> Behind | None:
    """The people behind a figure, a band or a reason; none for what is not on the report."""
    chosen = _figure(of, found) or _part(of, found)
    if chosen is None:
        return None
    title, stays = chosen
    stays = sorted(stays, key=lambda each: (-(each.count.true or 0), each.count.published))
    people = tuple(_person(each, found) for each in stays[:MOST])
    return Behind(title, people, max(0, len(stays) - MOST))


def _figure(of: str, found: BedDays) -> tuple[str, list[CountedStay]] | None:
    stays = found.stays
    if of == RELEASED:
        against = found.report.counterfactual
        return DEFINITIONS[of].label, [each for each in stays.left if _releases(each, against)]
    for tests, among in ((FINISHED, stays.left), (DIED, stays.died), (WAITING, stays.waiting)):
        if of in tests:
            return DEFINITIONS[of].label, [each for each in among if tests[of](each)]
    return None


def _releases(each: CountedStay, against: Counterfactual) -> bool:
    return in_comparison(each, against) and released_days(each.count.true, against) > 0


def _part(of: str, found: BedDays) -> tuple[str, list[CountedStay]] | None:
    kind, _, rest = of.partition(":")
    group, _, code = rest.partition(":")
    if group not in GROUPS:
        return None
    among = found.stays.left if group == "finished" else found.stays.waiting
    if kind == "band" and any(code == label for label, _, _ in BANDS):
        title = f"{GROUPS[group]}: delay of {band_words(code)}"
        return title, [each for each in among if band_of(each.count.published) == code]
    if kind == "reason" and any(code == row.code for row in NATIONAL_DELAY_REASONS):
        title = f"{GROUPS[group]}: {NATIONAL_DELAY_REASONS.label(code)}"
        return title, [each for each in among if each.count.attributed.get(code)]
    return None


def band_words(label: str) -> str:
    """A band as people say it."""
    return "1 day" if label == "1" else f"{label.replace('-', ' to ').replace('21+', '21 or more')} days"


def _person(each: CountedStay, found: BedDays) -> Person:
    stay, count = each.stay, each.count
    ready = ready_at_the_end(stay.periods)
    return Person(
        name=full_name(*found.names.get(stay.case_id, (None, None))),
        href=f"/cases/{stay.case_id}",
        ward=stay.ward or "Not known",
        ready=words.short_day(ready.ready_on if ready else None),
        left=words.short_day(stay.ended_on, "Still here"),
        published=f"{count.published} (assumed)" if count.assumed else str(count.published),
        true="Not known" if count.true is None else str(count.true),
        without_reason=count.without_reason,
        reasons="; ".join(
            f"{delay_reason_label(code)}: {nights}" for code, nights in sorted(count.attributed.items())
        ),
    )
