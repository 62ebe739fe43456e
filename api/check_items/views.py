"""The check, its domains and its items as pages show them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from api.cases.note_words import NoteLine, note_line, note_words, withdraw_href, written_by
from api.cases.timeline import known_by, timeline_lines
from api.changes.views import Changes
from api.check_items.answer_source import Sitting, name_input, told_select, way_select
from api.check_items.ended_answers import not_standing
from api.check_items.fields import ItemFields
from api.check_items.json_views import who_said
from api.check_items.queries import ItemKnown, Written
from api.evidence.views import ItemFiles
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from api.web.principals import Principal
from discharge.cases.command_stages import may_ask
from discharge.cases.model import Case, ItemAnswer
from discharge.clocks import CaseClock
from discharge.codes.casework import IN_THE_REFERRAL, OWNER_ROLES, SETTLE_REASONS
from discharge.store.tables import CaseEventRow
from housing_checks.checks.asked_again import asked_again
from housing_checks.checks.form import form_of_case
from housing_checks.checks.model import CheckItem
from housing_checks.checks.needed_records import decision_of, missing_for, missing_record, to_record_first
from housing_checks.checks.own_words import withheld_words

OF_ANOTHER_CASE = ", in a case that was merged into this one"
NO_NAMES: Mapping[UUID, str] = {}


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
    withdraw_href: str = ""
    withheld: str = ""


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to an item."""

    what: str
    when: str
    recorded: str
    who: str
    why_not: str = ""


@dataclass(frozen=True)
class ItemLine:
    """One item in a list: where it is answered, and how it stands."""

    code: str
    label: str
    href: str
    hint: str
    tag: Tag


@dataclass(frozen=True)
class Frame:
    """What every page of a check says: whose it is, its version, and how answers come just now."""

    case_id: str
    version: int
    name: str
    sitting: Sitting
    may_answer: bool
    may_withdraw: bool
    way: dict[str, Any]
    told: dict[str, Any]
    teller_name: dict[str, Any]

    def href(self, path: str = "") -> str:
        """An address of the check, which keeps how answers come."""
        query = f"?{self.sitting.query}" if self.sitting.query else ""
        return f"/cases/{self.case_id}/check{path}{query}"


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
    former: str = ""


@dataclass(frozen=True)
class NeededRecordLine:
    """What an answer lacks to count, and where the reader may record it; one from before it was asked for
    ``counts`` without.
    """

    missing: str
    words: str
    href: str
    counts: bool = False


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
    notes: tuple[tuple[NoteLine, str], ...]
    history: tuple[HistoryLine, ...]
    settle: tuple[dict[str, Any], dict[str, Any]] | None = None
    errors: tuple[dict[str, str], ...] = ()
    changes: Changes | None = None
    confirms: tuple[dict[str, Any], ...] = ()
    settle_fault: str = ""
    files: ItemFiles | None = None
    record: NeededRecordLine | None = None
    left_out_by: tuple[tuple[str, str], ...] = ()


def frame_of(
    case: Case, name: str, sitting: Sitting, today: date, *, may_answer: bool, may_withdraw: bool
) -> Frame:
    """What every page of this check says."""
    return Frame(
        case_id=str(case.case_id),
        version=case.version,
        name=name,
        sitting=sitting,
        may_answer=may_answer,
        may_withdraw=may_withdraw,
        way=way_select(sitting, today),
        told=told_select(sitting, today),
        teller_name=name_input(sitting),
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


def statement_line(item: CheckItem, answer: ItemAnswer, written: Written, names: Directory) -> StatementLine:
    """What somebody said, in words."""
    name, note = written.text(answer.told_note_id), written.row(answer.note_id)
    known = ", ".join(known_by(answer))
    due = f" by {words.day(answer.due_on)}" if answer.due_on else ""
    said = item.words(answer.value)
    return StatementLine(
        value=answer.value,
        answer=f"The trust said: {said}" if answer.through == IN_THE_REFERRAL else said,
        text=note_words(note, names) if note is not None else "",
        withheld=withheld_words(item, answer.value, readable=note is not None) or "",
        known=f"{known} ({name})" if name and known else known or "nobody said how it is known",
        who=f"{who_said(answer, names)}{OF_ANOTHER_CASE if answer.came_from else ''}",
        said=words.day(answer.answered_on),
        until=words.day(answer.valid_until, ""),
        move=f"{OWNER_ROLES.label(answer.owner_role)}{due}" if answer.owner_role else "",
        withdraw_href=withdraw_href(note) if note is not None else "",
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
        former=words.day(known.former_since, ""),
    )


def needed_record(caller: Principal, case: Case, item: CheckItem) -> NeededRecordLine | None:
    """The record for which the answer of an item waits, or what is asked of it again."""
    again = next((each for each in asked_again(case, form_of_case(case)) if each.item == item), None)
    needed = missing_for(case, item) or (
        missing_record(case, item.code, _value(case, item)) if again else None
    )
    if needed is None:
        return NeededRecordLine(again.missing, again.next_action, "", counts=True) if again else None
    decision, first = decision_of(item.code), to_record_first(case, item.code, needed)
    may = may_ask(case, first.command) and caller.may_on(case, first.command)
    form = f"/cases/{case.case_id}/do/{first.command}?decision={decision}"
    return NeededRecordLine(needed.missing, first.next_action, form if may else "", counts=again is not None)


def _value(case: Case, item: CheckItem) -> str:
    return case.check.answers.get(item.code, "") if case.check is not None else ""


def history_lines(item: CheckItem, rows: Sequence[CaseEventRow], names: Directory) -> tuple[HistoryLine, ...]:
    """Everything that happened to an item, newest first."""
    why = not_standing(item, rows)
    lines = zip(rows, timeline_lines(rows, {}, names, NO_NAMES), strict=True)
    return tuple(
        HistoryLine(each.what, each.effective, each.recorded, each.who, why.get(row.sequence, ""))
        for row, each in lines
    )


def note_lines(
    item: CheckItem, written: Written, used: Sequence[UUID | None], names: Directory, clock: CaseClock
) -> tuple[tuple[NoteLine, str], ...]:
    """The notes on an item that are no answer in words: each, and who wrote it when, in case time."""
    return tuple(
        (note_line(row, names), written_by(row, names, clock))
        for row in written.of_item(item.code)
        if row.id not in used
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
