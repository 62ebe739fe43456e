"""The person's choice: wishes, letters and talks with their answers, and who arranges what they pay for."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.roles import CARE, CASEWORK_OR_SYSTEM
from discharge.values import YesNoUnknown


class RecordWish(CaseCommand):
    """Record where the person wishes to live; their own words belong in the note."""

    declared: ClassVar = Declaration(
        "Record what the person wishes", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE, own_words=True
    )
    touches: ClassVar = ("wish",)

    kind: Literal["record-wish"] = "record-wish"
    wish: str


class RecordChoiceStep(CaseCommand):
    """Record a letter given, or a talk held, about the person's choice, on the effective day. Where no day is
    said, an answer is due as the policy says. Out of the order of the policy the note says why.
    """

    declared: ClassVar = Declaration(
        "Record a letter or talk about choice", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("choice",)

    kind: Literal["record-choice-step"] = "record-choice-step"
    step: str
    given_by: str
    response_due_on: date | None = None


class AnswerChoiceStep(CaseCommand):
    """Record what the person answered to a letter or a talk, for instance ``letter-1/1``."""

    declared: ClassVar = Declaration(
        "Record an answer about choice", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE, own_words=True
    )
    touches: ClassVar = ("choice",)

    kind: Literal["answer-choice-step"] = "answer-choice-step"
    choice_step: str
    answer: str


class RecordSelfFunding(CaseCommand):
    """Record whether the person pays for their own care, and who arranges it, since the effective day."""

    declared: ClassVar = Declaration(
        "Record who pays and arranges", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("self-funding",)

    kind: Literal["record-self-funding"] = "record-self-funding"
    self_funder: YesNoUnknown
    arranger: str | None = None


ChoiceCommand = RecordWish | RecordChoiceStep | AnswerChoiceStep | RecordSelfFunding
"""Every command of this room."""
