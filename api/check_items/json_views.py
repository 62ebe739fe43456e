"""Items of a check as a program receives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.cases.queries import note_summary
from api.cases.timeline import timeline_lines, who_did
from api.check_items.ended_answers import not_standing
from api.check_items.queries import ItemKnown, Written
from api.check_items.schemas import CheckItemDetail, CheckItemLine, CheckItems, ItemEvent, ItemStatement
from api.checks.routes import item_json
from api.web.names import Directory
from discharge.cases.events import AnswerSettled, ItemAnswered, event_as_known
from discharge.cases.model import Case, ItemAnswer
from discharge.roles import ROLE_WORDS
from discharge.store.tables import CaseEventRow
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.own_words import withheld_words
from housing_checks.checks.taken_along import deciding_facts


def items_json(
    case: Case, form: CheckForm, items: Sequence[ItemKnown], words: Written, known: Directory
) -> CheckItems:
    """Every item of the check of a case."""
    check = case.check
    return CheckItems(
        case_id=case.case_id,
        version=case.version,
        form=form.code,
        started_on=check.started_on if check is not None else None,
        completed_on=check.completed_on if check is not None else None,
        facts=dict(deciding_facts(case, form.items)),
        items=[CheckItemLine(**_line(each, words, known)) for each in items],
    )


def item_detail(
    case: Case, found: ItemKnown, rows: Sequence[CaseEventRow], words: Written, known: Directory
) -> CheckItemDetail:
    """One item with its question, its notes and its history."""
    why = not_standing(found.item, rows)
    return CheckItemDetail(
        **_line(found, words, known),
        case_id=case.case_id,
        version=case.version,
        form_item=item_json(found.item),
        notes=[note_summary(row) for row in words.of_item(found.item.code)],
        history=[_happening(row, found.item, words, known, why.get(row.sequence)) for row in rows],
    )


def _line(found: ItemKnown, words: Written, known: Directory) -> dict[str, Any]:
    item = found.item
    answer = found.answer
    return {
        "item": item.code,
        "domain": item.domain,
        "label": item.label,
        "asked": found.asked,
        "answer": statement(item, answer, words, known) if answer is not None else None,
        "counts_as": found.counts_as,
        "disputed": found.disputed,
        "statements": [statement(item, each, words, known) for each in found.statements],
    }


def statement(item: CheckItem, answer: ItemAnswer, words: Written, known: Directory) -> ItemStatement:
    """What somebody said, with names."""
    note = words.row(answer.note_id)
    return ItemStatement(
        value=answer.value,
        words=item.words(answer.value),
        text=words.text(answer.note_id),
        note_id=note.id if note is not None else None,
        withheld=withheld_words(item, answer.value, readable=note is not None),
        withdrawn=note is not None and note.withdrawn_at is not None,
        counts_as=answer.gate,
        said_on=answer.answered_on,
        user_id=answer.by,
        who=who_said(answer, known),
        role=answer.role,
        evidence=answer.evidence,
        told_by=answer.told_by,
        told_by_name=words.text(answer.told_note_id),
        through=answer.through,
        from_another_case=bool(answer.came_from),
        valid_until=answer.valid_until,
        owner_role=answer.owner_role,
        due_on=answer.due_on,
    )


def who_said(answer: ItemAnswer, known: Directory) -> str:
    """Who recorded an answer: the person, else the role, and the organisation; nobody for an older one."""
    role = ROLE_WORDS.get(answer.role or "", "")  # type: ignore[call-overload]
    organisation = known.organisation(answer.organisation_id) if answer.organisation_id else ""
    return ", ".join(filter(None, (known.user(answer.by) or role, organisation))) or "Not recorded"


def _happening(
    row: CaseEventRow, item: CheckItem, words: Written, known: Directory, why: str | None
) -> ItemEvent:
    event = event_as_known(row.payload)
    said = event.answer if isinstance(event, ItemAnswered | AnswerSettled) else None
    return ItemEvent(
        kind=row.kind,
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        who=who_did(row, known),
        statement=statement(item, said, words, known) if said is not None else None,
        stands=why is None,
        why_not=why,
        words=timeline_lines([row], {}, known)[0].what,
    )
