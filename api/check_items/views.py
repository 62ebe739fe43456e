"""The check, its domains and its items as pages show them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from api.cases.timeline import known_by, timeline_lines
from api.changes.views import Changes
from api.check_items.fields import ItemFields, Sitting, told_select, way_select
from api.check_items.json_views import who_said
from api.check_items.queries import ItemKnown, Written
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from discharge.cases.model import Case, ItemAnswer
from discharge.codes.casework import OWNER_ROLES, SETTLE_REASONS
from discharge.store.tables import CaseEventRow
from housing_checks.checks.model import CheckForm, CheckItem

NO_NAMES: Mapping[UUID, str] = {}
MOST_FOUND = 20
"""So many items are shown of a search; more are said to be there."""


@dataclass(frozen=True)
class StatementLine:
    """What somebody said of an item, in words."""

    value: str
    answer: str
    text: str
    known: str
    who: str
    said: str
    until: str
    move: str


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to an item."""

    what: str
    when: str
    recorded: str
    who: str


@dataclass(frozen=True)
class ItemLine:
    """One item in a list: where it is answered, and how it stands."""

    code: str
    label: str
    href: str
    hint: str
    tag: Tag


@dataclass(frozen=True)
class DomainLine:
    """One domain of the check: how far it is, and who is on it."""

    title: str
    href: str
    hint: str
    who: str
    tag: Tag


@dataclass(frozen=True)
class Frame:
    """What every page of a check says: whose it is, its version, and how answers come just now."""

    case_id: str
    version: int
    name: str
    sitting: Sitting
    may_answer: bool
    way: dict[str, Any]
    told: dict[str, Any]

    def href(self, path: str = "") -> str:
        """An address of the check, which keeps how answers come."""
        query = f"?{self.sitting.query}" if self.sitting.query else ""
        return f"/cases/{self.case_id}/check{path}{query}"


@dataclass(frozen=True)
class DomainsPage:
    """The check as a list of its domains."""

    frame: Frame
    case_id: str
    title: str
    source: str
    state: str
    domains: tuple[DomainLine, ...]
    left_out: tuple[str, ...]
    open: tuple[ItemLine, ...]
    asked: int
    answered: int
    find: str
    found: tuple[ItemLine, ...]
    found_more: int
    may_complete: bool
    may_confirm: bool
    may_answer_all: bool
    may_answer_safety: bool
    errors: tuple[dict[str, str], ...] = ()
    changes: Changes | None = None


@dataclass(frozen=True)
class DomainPage:
    """One domain: its items, each with its fields."""

    frame: Frame
    title: str
    slug: str
    items: tuple[ItemBlock, ...]
    next_href: str
    next_title: str
    errors: tuple[dict[str, str], ...] = ()
    changes: tuple[Changes, ...] = ()


@dataclass(frozen=True)
class ItemBlock:
    """One item on a page: what is known of it, and its fields where the reader may answer it."""

    code: str
    label: str
    question: str
    href: str
    tag: Tag
    statements: tuple[StatementLine, ...]
    disputed: bool
    fields: ItemFields | None


@dataclass(frozen=True)
class ItemPage:
    """One item with everything that was said of it."""

    frame: Frame
    block: ItemBlock
    domain: str
    domain_href: str
    evidence: str
    holds: str
    asked: bool
    notes: tuple[tuple[str, str], ...]
    history: tuple[HistoryLine, ...]
    settle: tuple[dict[str, Any], dict[str, Any]] | None = None
    errors: tuple[dict[str, str], ...] = ()
    changes: Changes | None = None
    confirms: tuple[dict[str, Any], ...] = ()
    settle_fault: str = ""
    files_href: str = ""


def frame_of(case: Case, name: str, sitting: Sitting, today: date, *, may_answer: bool) -> Frame:
    """What every page of this check says."""
    return Frame(
        case_id=str(case.case_id),
        version=case.version,
        name=name,
        sitting=sitting,
        may_answer=may_answer,
        way=way_select(sitting, today),
        told=told_select(sitting, today),
    )


def slug_of(domain: str) -> str:
    """The name of a domain in an address: home-and-right-to-return."""
    return re.sub(r"[^a-z0-9]+", "-", domain.lower()).strip("-")


def tag_of_item(known: ItemKnown) -> Tag:
    """How an item stands, in a word."""
    if known.disputed:
        return Tag("People differ", "orange")
    if not known.asked:
        return Tag("Not asked", "grey")
    if known.answer is None:
        return Tag("Open", "yellow")
    if known.counts_as == "yes":
        return Tag(_short(known), "green")
    return Tag("No", "red") if known.counts_as == "no" else Tag("Not known", "yellow")


def _short(known: ItemKnown) -> str:
    return "Yes" if known.answer is not None and known.answer.value == "yes" else "Answered"


def item_line(frame: Frame, known: ItemKnown, names: Directory) -> ItemLine:
    """One item in a list."""
    answer = known.answer
    said = f"{known.item.words(answer.value)}, {who_said(answer, names)}" if answer is not None else ""
    return ItemLine(
        code=known.item.code,
        label=known.item.label,
        href=frame.href(f"/items/{known.item.code}"),
        hint=said,
        tag=tag_of_item(known),
    )


def domain_lines(frame: Frame, items: Sequence[ItemKnown], names: Directory) -> tuple[DomainLine, ...]:
    """Every domain of which anything is asked, in order."""
    grouped: dict[str, list[ItemKnown]] = {}
    for each in items:
        if each.asked:
            grouped.setdefault(each.item.domain, []).append(each)
    return tuple(_domain(frame, title, of, names) for title, of in grouped.items())


def _domain(frame: Frame, title: str, items: Sequence[ItemKnown], names: Directory) -> DomainLine:
    answers = [each.answer for each in items if each.answer is not None]
    left = len(items) - len(answers)
    differ = sum(each.disputed for each in items)
    noes = sum(each.counts_as == "no" for each in items)
    hint = f"{words.count(len(items), 'question')}, {len(answers)} answered"
    hint += f", {noes} no" if noes else ""
    newest = sorted(answers, key=lambda each: each.answered_on or date.min, reverse=True)
    people = list(dict.fromkeys(name for each in newest if (name := names.user(each.by))))
    tag = Tag("Done", "green") if not left else Tag(f"{left} open", "yellow")
    return DomainLine(
        title=title,
        href=frame.href(f"/domains/{slug_of(title)}"),
        hint=hint,
        who=f"Answered by {', '.join(people[:3])}" if people else "Nobody has begun",
        tag=Tag("People differ", "orange") if differ else tag,
    )


def statement_line(item: CheckItem, answer: ItemAnswer, written: Written, names: Directory) -> StatementLine:
    """What somebody said, in words."""
    name = written.text(answer.told_note_id)
    known = ", ".join(known_by(answer))
    due = f" by {words.day(answer.due_on)}" if answer.due_on else ""
    return StatementLine(
        value=answer.value,
        answer=item.words(answer.value),
        text=written.text(answer.note_id) or "",
        known=f"{known} ({name})" if name and known else known or "nobody said how it is known",
        who=who_said(answer, names),
        said=words.day(answer.answered_on),
        until=words.day(answer.valid_until, ""),
        move=f"{OWNER_ROLES.label(answer.owner_role)}{due}" if answer.owner_role else "",
    )


def item_block(
    frame: Frame, known: ItemKnown, written: Written, names: Directory, fields: ItemFields | None
) -> ItemBlock:
    """One item with what is known of it."""
    item = known.item
    said = known.statements or ((known.answer,) if known.answer is not None else ())
    return ItemBlock(
        code=item.code,
        label=item.label,
        question=item.question,
        href=frame.href(f"/items/{item.code}"),
        tag=tag_of_item(known),
        statements=tuple(statement_line(item, each, written, names) for each in said),
        disputed=known.disputed,
        fields=fields if known.asked and frame.may_answer else None,
    )


def history_lines(rows: Sequence[CaseEventRow], names: Directory) -> tuple[HistoryLine, ...]:
    """Everything that happened to an item, newest first."""
    return tuple(
        HistoryLine(each.what, each.effective, each.recorded, each.who)
        for each in timeline_lines(rows, {}, names, NO_NAMES)
    )


def note_lines(item: CheckItem, written: Written, used: Sequence[UUID | None]) -> tuple[tuple[str, str], ...]:
    """The notes on an item that are no answer in words: text, and when it was written."""
    return tuple(
        (row.text, words.moment(row.created_at)) for row in written.of_item(item.code) if row.id not in used
    )


def settle_fields(
    item: CheckItem, known: ItemKnown, today: date, chosen: str = "", reason: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Which answer holds, and why: the fields of settling."""
    values = dict.fromkeys(each.value for each in known.statements)
    radios = {
        "idPrefix": "settled",
        "name": "settled",
        "fieldset": {"legend": {"text": "Which answer holds?", "size": "s"}},
        "items": [
            {"value": value, "text": item.words(value), "checked": value == chosen} for value in values
        ],
    }
    pairs = (("", "Choose"), *((row.code, row.label) for row in SETTLE_REASONS.in_force(today)))
    why = {
        "id": "reason",
        "name": "reason",
        "label": {"text": "Why?"},
        "items": [{"value": code, "text": text, "selected": code == reason} for code, text in pairs],
    }
    return radios, why


def found_items(items: Sequence[ItemKnown], text: str) -> tuple[ItemKnown, ...]:
    """The items in whose words all these are found: of the question, the label, the help, the domain."""
    wanted = text.lower().split()
    if not wanted:
        return ()
    return tuple(each for each in items if all(word in _searched(each.item) for word in wanted))


def _searched(item: CheckItem) -> str:
    said = (item.code.replace("-", " "), item.label, item.question, item.help, item.domain)
    return " ".join(said).lower()


def form_state(case: Case, form: CheckForm) -> str:
    """How the check stands, in a sentence."""
    check = case.check
    if check is None:
        return "Nobody has begun this check. It begins with the first answer."
    if check.completed_on is None:
        return f"Begun on {words.day(check.started_on)}. Every answer is saved as it is given."
    title = f"{form.title[:1].lower()}{form.title[1:]}"
    return f"The {title} was completed on {words.day(check.completed_on)}. Answers can still be changed."
