"""Comparisons with a trust's own list, in words: how far the two agree, day by day, and who differs why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from api.shadow.queries import Day, ListQuery, OpenedDay
from api.web.page import words
from api.web.paging import Page
from api.worklist.views import Option
from discharge.codes.delay_reasons import LOCAL_DELAY_REASONS, NATIONAL_DELAY_REASONS
from fhir_adapters.listed import LineFault
from fhir_adapters.shadow.causes import BY_CODE
from fhir_adapters.shadow.list_mapping import PEOPLE, ListMapping
from fhir_adapters.store.tables import ShadowDifferenceRow, ShadowListRow

MOST_FAULTS = 50
KINDS: Mapping[str, str] = {
    "only-theirs": "On their list, in no bed here",
    "only-ours": "In a bed here, not on their list",
}
COLUMNS: Mapping[str, str] = {
    "ward": "Ward",
    "bed": "Bed",
    "expected_discharge_on": "Expected date of discharge",
    "ready_on": "Discharge ready date",
    "delay_reason": "Reason for waiting",
    "pathway": "Pathway",
}
WHAT: Mapping[str, str] = {**KINDS, **COLUMNS}


@dataclass(frozen=True)
class DayRow:
    """One day of the trend."""

    href: str
    day: str
    feed: str
    rate: str
    change: str
    listed: str
    held: str
    agreeing: str
    differ: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """The form to give a list; what was typed comes back with what is wrong."""

    feeds: tuple[Option, ...]
    mappings: tuple[Option, ...]
    listed_at: str = ""
    errors: tuple[dict[str, str], ...] = ()
    more_errors: str = ""


@dataclass(frozen=True)
class Overview:
    """All days, and the form for whoever may give a list."""

    rows: tuple[DayRow, ...]
    form: Form | None


def overview(days: Sequence[Day], form: Form | None) -> Overview:
    """The trend; each day beside the one before of the same feed."""
    before: dict[str, float | None] = {}
    rows: list[DayRow] = []
    for each in reversed(days):
        rows.append(_day_row(each, before.get(each.feed)))
        before[each.feed] = each.row.rate
    return Overview(tuple(reversed(rows)), form)


def upload_form(
    feeds: Iterable[str],
    mappings: Mapping[str, ListMapping],
    typed: Mapping[str, str],
    faults: Iterable[LineFault],
) -> Form:
    """The form as it is shown, or shown again."""
    told = [{"text": str(fault), "href": "#list"} for fault in faults]
    return Form(
        feeds=tuple(Option(code, code, code == typed.get("feed")) for code in feeds),
        mappings=(
            Option("", "The mapping of the feed, or the standard mapping", not typed.get("mapping")),
            *(
                Option(name, f"{name}: {each.title}", name == typed.get("mapping"))
                for name, each in mappings.items()
            ),
        ),
        listed_at=typed.get("listed_at", ""),
        errors=tuple(told[:MOST_FAULTS]),
        more_errors=f"and {len(told) - MOST_FAULTS:,} more faults" if len(told) > MOST_FAULTS else "",
    )


def _day_row(each: Day, before: float | None) -> DayRow:
    row = each.row
    return DayRow(
        href=f"/shadow/{row.id}",
        day=words.day(row.day),
        feed=each.feed,
        rate=percent(row.rate),
        change=_change(row.rate, before),
        listed=f"{row.listed:,}",
        held=f"{row.held:,}",
        agreeing=f"{row.agreeing:,}",
        differ=tuple(f"{WHAT[name]}: {count:,}" for name, count in _counted(row)),
    )


def _counted(row: ShadowListRow) -> list[tuple[str, int]]:
    return [(name, int(row.fields[name])) for name in WHAT if row.fields.get(name)]


def percent(rate: float | None) -> str:
    """97.5 %."""
    return "nobody to compare" if rate is None else f"{rate * 100:.1f} %"


def _change(rate: float | None, before: float | None) -> str:
    if rate is None or before is None:
        return ""
    points = (rate - before) * 100
    return "as before" if abs(points) < 0.05 else f"{'up' if points > 0 else 'down'} {abs(points):.1f} points"


@dataclass(frozen=True)
class Count:
    """How many differences have one guess at their cause."""

    text: str
    words: str
    count: str
    href: str
    current: bool


@dataclass(frozen=True)
class DifferenceRow:
    """One difference."""

    who: str
    number: str
    case_href: str
    line: str
    what: str
    theirs: str
    ours: str
    said: str
    message_href: str
    cause: str
    cause_words: str


@dataclass(frozen=True)
class DayPage:
    """One day."""

    title: str
    lines: tuple[tuple[str, str], ...]
    counts: tuple[Count, ...]
    rows: tuple[DifferenceRow, ...]
    summary: str
    clear_href: str


def day_page(
    found: OpenedDay,
    wanted: ListQuery,
    page: Page,
    mapping: ListMapping | None,
    *,
    messages: bool,
    cases: bool,
) -> DayPage:
    """The page of a day; links only to what the reader may open."""
    row = found.day.row
    here = f"/shadow/{row.id}"
    return DayPage(
        title=f"{found.day.feed}, {words.day(row.day)}",
        lines=tuple(_lines(row, mapping)),
        counts=tuple(
            Count(
                words.from_code(code),
                BY_CODE[code].words if code in BY_CODE else "",
                f"{count:,}",
                f"{here}?{urlencode({'cause': code})}",
                code == wanted.cause,
            )
            for code, count in sorted(found.causes.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        rows=tuple(_difference(each, found, messages=messages, cases=cases) for each in found.differences),
        summary=_summary(found, page),
        clear_href=here if wanted != ListQuery() else "",
    )


def _summary(found: OpenedDay, page: Page) -> str:
    shown = words.part_of(page.offset, len(found.differences), found.fitting, "difference")
    return shown if found.fitting == found.total else f"{shown} with this filter, {found.total:,} in all"


def _lines(row: ShadowListRow, mapping: ListMapping | None) -> list[tuple[str, str]]:
    people = PEOPLE[mapping.people] if mapping else "by its mapping"
    return [
        (
            "Agreement",
            f"{percent(row.rate)}: {row.agreeing:,} of {words.count(row.people, 'person', 'people')}",
        ),
        ("On their list", f"{row.listed:,}"),
        ("In a bed here", f"{row.held:,} ({people})"),
        ("On both", f"{row.on_both:,}"),
        ("List made (case time)", words.moment(row.listed_at)),
        ("Feed last heard before that (case time)", words.moment(row.heard_at, "never")),
        ("Compared (machine time)", words.moment(row.taken_at)),
        ("Read by the mapping", row.mapping),
    ]


def _difference(each: ShadowDifferenceRow, found: OpenedDay, *, messages: bool, cases: bool) -> DifferenceRow:
    known = found.names.get(each.person_id, "") if each.person_id else ""
    return DifferenceRow(
        who=known or "Nobody known here",
        number=words.nhs_number(each.nhs_number, "") or each.hospital_number,
        case_href=f"/cases/{each.case_id}" if each.case_id and cases else "",
        line=f"line {each.line}" if each.line else "",
        what=WHAT.get(each.column or each.kind, each.kind),
        theirs=_value(each.theirs, each),
        ours=_value(each.ours, each),
        said=_said(each),
        message_href=f"/messages/{each.inbox_id}" if each.inbox_id and messages else "",
        cause=words.from_code(each.cause),
        cause_words=BY_CODE[each.cause].words if each.cause in BY_CODE else "",
    )


def _value(text: str, each: ShadowDifferenceRow) -> str:
    if each.kind != "differs":
        return ""
    if not text:
        return "none"
    if each.column != "delay_reason":
        return text
    return ", ".join(_reason(code) for code in text.split(", "))


def _reason(code: str) -> str:
    rows = (row for reasons in (LOCAL_DELAY_REASONS, NATIONAL_DELAY_REASONS) for row in reasons)
    return next((row.label for row in rows if row.code == code), code)


def _said(each: ShadowDifferenceRow) -> str:
    if each.received_at is None:
        return "No message gave this"
    return f"said {words.moment(each.said_at, 'at a time not given')}"
