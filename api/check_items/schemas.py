"""Items of a check as interfaces take and give them: what is asked, what people said, and what counts."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from api.cases.schemas import CaseNote
from api.checks.schemas import FormItem
from api.commands.schemas import RequestContext
from api.web.schemas import Schema
from discharge.values import AnswerCode, YesNoUnknown


class ItemStatement(Schema):
    """What somebody said of an item, how they know it, and when they saw it or were told."""

    value: str = Field(description="The answer: yes, no, unknown, or another that the item takes")
    words: str = Field(description="The answer in words")
    text: str | None = Field(
        description="What is written, where the answer is in words, or why the item does not apply; null"
        " where the reader may not read it"
    )
    note_id: UUID | None = Field(description="The note that holds the words, where the reader may read it")
    withheld: str | None = Field(
        description="Who reads the words of the answer, where the reader is not among them; else null"
    )
    withdrawn: bool = Field(description="True once the words of the answer were withdrawn")
    counts_as: YesNoUnknown = Field(description="How it counts at the gate")
    said_on: date | None = Field(description="The day on which it was seen or told")
    user_id: UUID | None = Field(description="Who recorded it; null for a system")
    who: str = Field(description="Who recorded it, and for which organisation")
    role: str | None
    evidence: str | None = Field(description="How it is known: a code of the list evidence-kinds")
    told_by: str | None = Field(description="Who told it: a code of the list told-by")
    told_by_name: str | None = Field(description="Their name, where it was given and the reader may read it")
    through: str | None = Field(description="How it came: a code of the list answer-ways")
    from_another_case: bool = Field(
        description="True when it was said in another case, which was merged into this one"
    )
    valid_until: date | None
    owner_role: str | None = Field(description="Whose move it is, where it is not in place")
    due_on: date | None = Field(description="Until when, where it is not in place")


class CheckItemLine(Schema):
    """One item of a check, and what is known of it."""

    item: str
    domain: str = Field(description="The part of the home check that it belongs to")
    label: str = Field(description="The item in a few words")
    asked: bool = Field(description="True when it is asked of this person, given the other answers")
    answer: ItemStatement | None = Field(description="What counts now; null while nobody has answered")
    counts_as: YesNoUnknown | None = Field(
        description="How it counts at the gate now, as it was answered, or as work or time changed it since;"
        " null while nobody has answered"
    )
    disputed: bool = Field(description="True when people say different things, and nobody has settled it")
    statements: list[ItemStatement] = Field(
        description="What each says, where several people said something that stands; the last one last"
    )


class CheckItems(Schema):
    """The check of a case, item by item, as it stands at a version of the case."""

    case_id: UUID
    version: int
    form: str = Field(description="Code of the form: of the check, or that on which one would begin today")
    started_on: date | None = Field(description="The day on which the check was begun; null where none was")
    completed_on: date | None = Field(description="The day on which it was completed; null while it was not")
    facts: dict[str, YesNoUnknown] = Field(
        description="What the case tells, besides the answers, of each fact that decides what is asked: with"
        " the conditions of the form, and what its answers tell, they say which items an answer brings"
    )
    items: list[CheckItemLine] = Field(description="Its items, in the order in which they are asked")


class ItemEvent(Schema):
    """One thing that happened to an item."""

    kind: str
    effective_on: date
    recorded_at: datetime
    who: str = Field(description="Who recorded it, and for which organisation")
    statement: ItemStatement | None = Field(description="What was said or settled, where it was")
    stands: bool = Field(
        description="False for an answer that is only kept here: older than what was known, past the day"
        " until which it held, about the former building, or not taken over by a new check"
    )
    why_not: str | None = Field(description="Why it does not stand, in words; null where it does")
    words: str = Field(description="What happened, in words")


class CheckItemDetail(CheckItemLine):
    """One item of the check of a case, with its question, its notes and everything that was said of it."""

    case_id: UUID
    version: int
    form_item: FormItem = Field(description="The question, and the answers that it takes")
    notes: list[CaseNote] = Field(description="The notes on the item that the reader may see")
    history: list[ItemEvent] = Field(description="Everything that was said of it, newest first")


class ItemAnswerBody(RequestContext):
    """An answer to one item of the check of a case."""

    value: AnswerCode = Field(description="yes, no, unknown, or another answer that the item takes")
    said_on: date | None = Field(
        default=None, description="The day on which it was seen or told; by default today"
    )
    evidence: str | None = Field(
        default=None, description="How it is known: a code of the list evidence-kinds"
    )
    told_by: str | None = Field(default=None, description="Who told it: a code of the list told-by")
    told_by_name: str | None = Field(default=None, max_length=200, description="Their name, kept as a note")
    through: str | None = Field(default=None, description="How it came: a code of the list answer-ways")
    owner_role: str | None = Field(default=None, description="Whose move it is, where it is not in place")
    due_on: date | None = Field(default=None, description="Until when, where it is not in place")
    note: str | None = Field(
        default=None,
        max_length=2_000,
        description="A note on the item; of an answer `written`, the answer itself; of `not-applicable`, why",
    )
