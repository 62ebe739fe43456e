"""An annex in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.cases.page_values import Fact
from api.safety.forms import NAMED_FORMS, QUESTIONS
from api.safety.json_views import is_late
from api.safety.service import Due, SafetyFile
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from discharge.codes import casework
from discharge.roles import ROLE_WORDS
from discharge.store.commands import COMMAND_REASON, DECIDED_BY, REASON, TOLD_BY
from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.safety.clocks import SAFETY_CLOCKS
from housing_checks.safety.events import DangerNoted
from housing_checks.safety.lists import SAFE_CONTACT_METHODS, SAFETY_MEASURES
from housing_checks.store.safety import Entry
from housing_checks.store.safety_tables import SafetyClockRow, SafetyNamedRow
from housing_checks.store.safety_uncased import Uncased
from housing_checks.store.withdrawn_notes import PLACE_READER, READ_BY, WHO_TO_CALL

REFERRED = "referred"
NOTE_WORDS: Mapping[str, str] = {
    "disclosure": "In their own words",
    "contact": "How to reach them safely",
    "reason": "Why",
    "note": "Note",
    TOLD_BY: "Told by",
    DECIDED_BY: "Decided by",
    COMMAND_REASON: "Why",
    WHO_TO_CALL: "Who to call",
    PLACE_READER: "Why somebody may see the ward",
    READ_BY: "Have looked at the case since it was written",
    REFERRED: "Reason for referral",
}
NOBODY = "Nobody"
NOTED = "Words about abuse or danger, from elsewhere in the case"


@dataclass(frozen=True)
class EntryLine:
    """One thing recorded, with its codes and words as lines."""

    title: str
    who: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class DueLine:
    """One thing due."""

    what: str
    due: str
    tag: Tag
    name: str = ""
    href: str = ""


@dataclass(frozen=True)
class NamedLine:
    """Somebody on the list; `user_id` is empty once they are off it."""

    who: str
    reads: str
    why: str
    tag: Tag
    user_id: str


@dataclass(frozen=True)
class LookLine:
    """One look."""

    who: str
    when: str
    what: str


def entry_lines(found: SafetyFile, known: Directory) -> tuple[EntryLine, ...]:
    """What the reader reads, the newest first."""
    return tuple(_entry(each, known) for each in reversed(found.entries))


def _entry(each: Entry, known: Directory) -> EntryLine:
    row = each.row
    by = ", ".join(filter(None, (known.user(row.user_id), known.organisation(row.organisation_id))))
    when = f"{words.moment(row.case_time)}, {by}"
    if isinstance(each.event, DangerNoted):
        return EntryLine(NOTED, when, tuple(_noted(each.event, each.notes)))
    form = NAMED_FORMS.get(row.kind, QUESTIONS).form
    labels = {field.name: field.label for field in form.fields}
    coded = each.event.model_dump(exclude={"kind"})
    facts = (Fact(labels.get(name, words.from_code(name).capitalize()), said) for name, said in _said(coded))
    noted = (Fact(NOTE_WORDS.get(item, item), text) for item, text in each.notes.items())
    return EntryLine(form.title, when, (*facts, *noted))


def _noted(event: DangerNoted, notes: Mapping[str, str]) -> Iterator[Fact]:
    """What came with a request: the words on an item of the check stand beside what the item asks."""
    yield Fact("Came with", words.from_code(event.came_with).capitalize())
    for item, text in notes.items():
        if item == REASON and event.referred:
            yield Fact(NOTE_WORDS[REFERRED], casework.REFERRAL_REASONS.label(text))
        else:
            yield Fact(NOTE_WORDS.get(item) or CHECK_ITEMS.label(item), text or NOBODY)


def _said(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _said(value)
        elif value not in (None, (), []):
            yield name, _value_words(value)


def _value_words(value: Any) -> str:
    match value:
        case datetime():
            return words.moment(value)
        case date():
            return words.day(value)
        case tuple() | list():
            return ", ".join(SAFETY_MEASURES.label(each) for each in value)
        case UUID():
            return str(value)
    code = str(value)
    return SAFE_CONTACT_METHODS.label(code) if code in _METHODS else words.from_code(code).capitalize()


_METHODS = frozenset(row.code for row in SAFE_CONTACT_METHODS)


def due_line(row: SafetyClockRow, now: datetime) -> DueLine:
    """One thing due on an annex."""
    late = is_late(row, now)
    tag = Tag("Late", "red") if late else Tag("Due", "yellow")
    return DueLine(SAFETY_CLOCKS.label(row.clock), words.moment(row.due_at), tag)


def work_line(each: Due, now: datetime) -> DueLine:
    """One thing due, with whom it is about."""
    line = due_line(each.clock, now)
    name = words.full_name(each.person.family_name, each.person.given_name)
    return DueLine(line.what, line.due, line.tag, name, f"/cases/{each.clock.case_id}/safety")


@dataclass(frozen=True)
class ReferralLine:
    """What was said in a referral that has no case."""

    id: str
    name: str
    about: str
    who: str
    state: str
    due: str
    facts: tuple[Fact, ...]
    may_end: bool


REFERRAL_STATES: Mapping[str, str] = {
    "waiting": "The request waits for acceptance",
    "taken-on": "The request is accepted, and its case opens now",
    "declined": "The request was declined",
    "withdrawn": "The request was withdrawn",
    "refused": "The referral was refused",
    "failed": "The referral failed",
}


def referral_line(each: Uncased, known: Directory) -> ReferralLine:
    """What was said in a referral that has no case, in words."""
    by = ", ".join(filter(None, (known.user(each.user_id), known.organisation(each.organisation_id))))
    about = (words.day(each.birth_date, ""), words.nhs_number(each.nhs_number, ""))
    return ReferralLine(
        id=str(each.event_id),
        name=words.full_name(each.family_name, each.given_name),
        about=", ".join(filter(None, about)),
        who=f"{words.moment(each.said_at)}, {by}",
        state=REFERRAL_STATES.get(each.state, words.from_code(each.state).capitalize()),
        due=words.moment(each.due_at) if each.due_at else "",
        facts=tuple(_noted_words(each.words or {})),
        may_end=each.may_end,
    )


def _noted_words(said: Mapping[str, str]) -> Iterator[Fact]:
    for item, text in said.items():
        if item == REASON:
            yield Fact(NOTE_WORDS[REFERRED], casework.REFERRAL_REASONS.label(text))
        else:
            yield Fact(NOTE_WORDS.get(item, item), text)


def named_lines(found: SafetyFile, known: Directory) -> tuple[NamedLine, ...]:
    """Everybody who is, or was, on the list."""
    return tuple(_named(row, known) for row in (found.annex.named if found.annex else ()))


REASONS = {"adviser": "Named for safety by their organisation", "recorded": "Recorded something"}


def _named(row: SafetyNamedRow, known: Directory) -> NamedLine:
    held = row.ended_at is None
    by = known.user(row.named_by) or "somebody"
    why = REASONS.get(row.reason) or f"{row.reason} ({by})"
    gone = f"Removed: {row.ended_reason}" if row.ended_reason else "Removed"
    return NamedLine(
        who=f"{known.user(row.user_id) or 'Somebody'}, {known.organisation(row.organisation_id)}",
        reads="Everything" if row.scope == "all" else "What they recorded",
        why=why,
        tag=Tag("On the list", "green") if held else Tag(gone, "grey"),
        user_id=str(row.user_id) if held else "",
    )


def look_lines(found: SafetyFile, known: Directory) -> tuple[LookLine, ...]:
    """Who looked, the last first."""
    return tuple(
        LookLine(
            f"{known.user(row.user_id) or 'Somebody'}, {known.organisation(row.organisation_id)}, "
            f"{ROLE_WORDS.get(row.role, row.role)}",  # type: ignore[call-overload]
            words.moment(row.at),
            row.what,
        )
        for row in found.looks
    )
