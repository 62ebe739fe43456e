"""The worklist as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from api.cases.summary import whom_to_ring
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, stage_tag
from api.worklist.queries import VIEWS, Listed, Worklist, WorklistQuery
from discharge.cases.model import Case
from discharge.delays.night_counts import nights_without_reason, published_delay_days
from discharge.delays.stays import periods_of_this_stay
from fhir_adapters.store.message_search import UNASSIGNED
from fhir_adapters.store.tables import Feed
from housing_checks.gate.next_move import next_told
from housing_checks.gate.sentence import short_sentence

"""The feed of messages that no feed claims; nobody misses it when it is silent."""

SILENT_AFTER_SECONDS = 15 * 60
"""A feed that was not heard for so long (machine time) is shown as silent."""


@dataclass(frozen=True)
class ViewLink:
    """One view with its count; its address keeps the filter."""

    text: str
    count: int
    href: str
    current: bool


@dataclass(frozen=True)
class Row:
    """One person on the list; what the reader is not told is empty, a dash or None."""

    name: str
    href: str
    nhs_number: str
    age: str
    ward: str
    bed: str
    stage: Tag
    why: str
    between: str
    next_step: str
    nights: str
    without_reason: int | None
    expected: str
    alerts: int | None
    safety: str


@dataclass(frozen=True)
class FeedLine:
    """When a feed was last heard."""

    name: str
    heard: str
    silent: bool


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    text: str
    selected: bool

    @property
    def params(self) -> dict[str, object]:
        """As the design system's select takes it."""
        return {"value": self.value, "text": self.text, "selected": self.selected}


@dataclass(frozen=True)
class WorklistPage:
    """The whole page."""

    title: str
    views: tuple[ViewLink, ...]
    rows: tuple[Row, ...]
    total: int
    summary: str
    wards: tuple[Option, ...]
    only: tuple[Option, ...]
    not_searched: str
    text: str
    view: str
    clear_href: str
    filtered: bool
    earlier: str
    later: str
    feeds: tuple[FeedLine, ...]


ONLY = (
    ("", "Everybody"),
    ("waiting", "Ready to leave"),
    ("alerts", "With alerts"),
    ("home-not-ready", "At home, not ready"),
    ("awaiting-spell", "Stay not known yet"),
)


def present(
    found: Worklist, wanted: WorklistQuery, today: date, known: Directory, feeds: list[FeedLine]
) -> WorklistPage:
    """The worklist in words and links."""
    shown = len(found.rows)
    first = (wanted.page - 1) * wanted.size + 1 if shown else 0
    title = VIEWS[wanted.view][0]
    return WorklistPage(
        title=title,
        views=tuple(
            ViewLink(text, found.counts[view], _address(wanted, view=view, page=1), view == wanted.view)
            for view, (text, _) in VIEWS.items()
        ),
        rows=tuple(_row(each, today, known) for each in found.rows),
        total=found.total,
        summary=f"{first:,} to {first + shown - 1:,} of {words.count(found.total, 'person', 'people')}"
        if shown
        else "Nobody",
        wards=(
            Option("", "All wards", not wanted.ward),
            *(Option(ward, ward, ward == wanted.ward) for ward in found.wards),
        ),
        only=tuple(
            Option(value, text, value == wanted.only)
            for value, text in ONLY
            if not value or value in found.only
        ),
        not_searched=_not_searched(found.not_searched),
        text=wanted.text,
        view=wanted.view,
        clear_href=f"/worklist?{urlencode({'view': wanted.view})}",
        filtered=bool(wanted.ward or wanted.text or wanted.only),
        earlier=_address(wanted, page=wanted.page - 1) if wanted.page > 1 else "",
        later=_address(wanted, page=wanted.page + 1) if first + shown - 1 < found.total else "",
        feeds=tuple(feeds),
    )


def _not_searched(count: int) -> str:
    """That a filter does not reach everybody."""
    if not count:
        return ""
    people = words.count(count, "person", "people")
    return f"{people} not searched: your part in their cases does not show what you filter by."


def feed_lines(rows: list[Feed], now: datetime) -> list[FeedLine]:
    """Each feed with when it was last heard, in machine time."""
    return [
        FeedLine(
            row.code,
            words.ago(row.last_heard_at, now),
            row.last_heard_at is None or (now - row.last_heard_at).total_seconds() > SILENT_AFTER_SECONDS,
        )
        for row in rows
        if row.code != UNASSIGNED
    ]


def _row(listed: Listed, today: date, known: Directory) -> Row:
    case, person, telling = listed.case, listed.person, listed.telling
    action = next_told(telling, today, known.names)
    ward, bed = _place(listed, known)
    without = telling.of("waiting", lambda whole: _without_reason(whole, today))
    return Row(
        name=words.full_name(person.family_name, person.given_name),
        href=f"/cases/{case.case_id}",
        nhs_number=words.nhs_number(person.nhs_number) if telling.holds("person.nhs_number") else "",
        age=words.age(person.birth_date, today) if telling.holds("person.birth_date") else "",
        ward=ward,
        bed=bed,
        stage=stage_tag(case),
        why=telling.sentence(case, today, known.names) or "",
        between=telling.of("blocking", lambda whole: short_sentence(whole, today, known.names) or "") or "",
        next_step=action.words if action else "",
        nights=telling.of("waiting", lambda whole: _nights(whole, today)) or words.DASH,
        without_reason=without,
        expected=words.short_day(case.expected_discharge_on),
        alerts=telling.of("alerts", lambda _: listed.alerts),
        safety=listed.safety.words,
    )


def _until(case: Case, today: date) -> date:
    return case.discharge.discharged_on if case.discharge else today


def _without_reason(case: Case, today: date) -> int:
    waited = periods_of_this_stay(case)
    return len(nights_without_reason(waited, case.delay_reasons, _until(case, today)))


def _nights(case: Case, today: date) -> str:
    waited = periods_of_this_stay(case)
    return str(published_delay_days(waited, _until(case, today))) if waited else words.DASH


_STANDING = {"expected": "expected, not in yet", "on-leave": "on leave, place kept"}
"""What stands in the place of the bed while nobody lies in it."""


def _place(listed: Listed, known: Directory) -> tuple[str, str]:
    """Ward and bed, whom to ring where they are withheld, or why the bed is empty."""
    case = listed.case
    if not listed.place_seen:
        return f"Ring {whom_to_ring(case, known)}", ""
    if not listed.telling.says("place"):
        return words.DASH, ""
    spell = case.current_spell
    if spell is not None:
        return spell.ward or "Ward not known", _STANDING.get(spell.status, spell.bed or "")
    return (case.referral.ward if case.referral else None) or "Stay not known yet", ""


def _address(wanted: WorklistQuery, **changes: str | int) -> str:
    given = {
        "view": wanted.view,
        "ward": wanted.ward,
        "text": wanted.text,
        "only": wanted.only,
        "page": wanted.page,
    } | changes
    kept = {name: value for name, value in given.items() if value not in ("", 1)}
    return f"/worklist?{urlencode(kept)}"
