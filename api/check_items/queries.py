"""The items of the check of a case: what is asked, what people said, and what happened to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import dropwhile
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import (
    AnswerDisputed,
    AnswerSettled,
    BuildingLeft,
    CheckStarted,
    GateItemSet,
    ItemAnswered,
)
from discharge.cases.model import Case, ItemAnswer
from discharge.errors import HomewardError
from discharge.store.tables import CaseEventRow, NoteRow
from housing_checks.checks.answers import answers_standing, asked_of, counting_at_the_gate
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.rules import not_asked

TOLD_OF_AN_ITEM = tuple(
    kind.model_fields["kind"].default
    for kind in (ItemAnswered, AnswerDisputed, AnswerSettled, GateItemSet, BuildingLeft)
)
"""The kinds of events that change what is known of an item."""
BEGUN = CheckStarted.model_fields["kind"].default


@dataclass(frozen=True)
class ItemKnown:
    """One item of a case: whether it is asked, what counts, and what each person says of it."""

    item: CheckItem
    asked: bool
    answer: ItemAnswer | None
    counts_as: str | None
    disputed: bool
    statements: tuple[ItemAnswer, ...]
    former_since: date | None = None
    """Since when the answer was about a building to which the person does not go any more."""


@dataclass(frozen=True)
class Written:
    """What is written about items in words, as far as the reader may read it, by the id of its note."""

    rows: Mapping[UUID, NoteRow] = field(default_factory=dict)

    def text(self, note_id: UUID | None) -> str | None:
        """What a note says; none for one that the reader may not read, or whose words were withdrawn."""
        row = self.row(note_id)
        return row.text if row is not None and row.withdrawn_at is None else None

    def row(self, note_id: UUID | None) -> NoteRow | None:
        """A note that the reader may read."""
        return self.rows.get(note_id) if note_id is not None else None

    def of_item(self, code: str) -> tuple[NoteRow, ...]:
        """The notes on an item, the oldest first."""
        return tuple(row for row in self.rows.values() if row.item == code)


def items_known(case: Case, form: CheckForm) -> tuple[ItemKnown, ...]:
    """Every item of the check of a case, in the order of its form."""
    values, counted = answers_standing(case), counting_at_the_gate(case)
    asked = set(asked_of(case, form, values)) - not_asked(case, form)
    given = case.check.given if case.check is not None else {}
    disputed = case.check.disputed if case.check is not None else frozenset()
    several = case.check.statements if case.check is not None else {}
    former = case.check.of_former_building if case.check is not None else {}
    return tuple(
        ItemKnown(
            item=item,
            asked=item.code in asked,
            answer=given.get(item.code),
            counts_as=counted.get(item.code),
            disputed=item.code in disputed,
            statements=several.get(item.code, ()),
            former_since=former.get(item.code),
        )
        for item in form.items
    )


def item_known(case: Case, form: CheckForm, code: str) -> ItemKnown:
    """One item of the check of a case. Raises not-found for one that its form does not have."""
    found = next((each for each in items_known(case, form) if each.item.code == code), None)
    if found is None:
        raise HomewardError("not-found", where="item")
    return found


def form_to_answer(case: Case, today: date) -> CheckForm:
    """The form of the check of a case; where it has none, the one on which it would begin today."""
    return form_of(case.check.form) if case.check is not None else form_in_force(today)


async def written(session: AsyncSession, case_id: UUID) -> Written:
    """What is written about the items of a case; what the reader may not read is not among it, nor what came
    with a command that was refused.
    """
    happened = select(CaseEventRow.command_id).where(CaseEventRow.case_id == case_id)
    rows = await session.scalars(
        select(NoteRow)
        .where(NoteRow.case_id == case_id, NoteRow.item.is_not(None), NoteRow.command_id.in_(happened))
        .order_by(NoteRow.created_at)
    )
    return Written({row.id: row for row in rows})


async def item_events(session: AsyncSession, case_id: UUID, code: str) -> Sequence[CaseEventRow]:
    """Everything that was said of an item, and what became of it, newest first: also that its check was begun
    again, or moved to other questions.
    """
    of_the_item = and_(
        CaseEventRow.kind.in_(TOLD_OF_AN_ITEM),
        or_(CaseEventRow.payload["item"].astext == code, CaseEventRow.payload["items"].contains([code])),
    )
    rows = await session.scalars(
        select(CaseEventRow)
        .where(CaseEventRow.case_id == case_id, or_(of_the_item, CaseEventRow.kind == BEGUN))
        .order_by(CaseEventRow.sequence)
    )
    said = dropwhile(lambda row: row.kind == BEGUN, rows.all())
    return list(said)[::-1]
