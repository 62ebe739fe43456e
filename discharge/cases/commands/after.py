"""Contacts after discharge, alerts, and the clock."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.stages import ANY, HOME, OPEN
from discharge.roles import CARE, CASEWORK, CASEWORK_OR_SYSTEM, PARTS


class RecordContact(CaseCommand):
    """Record a contact after discharge, and what was wrong at home."""

    declared: ClassVar = Declaration("Record a contact after discharge", HOME, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("contact",)

    kind: Literal["record-contact"] = "record-contact"
    follow_up: str
    outcome: str
    contacted_at: datetime | None = None
    problems: tuple[str, ...] = ()


class ReportProblem(CaseCommand):
    """Report what is wrong at home after a discharge, whoever found it and however they said so."""

    declared: ClassVar = Declaration("Report a problem at home", HOME, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("action",)

    kind: Literal["report-problem"] = "report-problem"
    problems: tuple[str, ...] = Field(
        min_length=1, description="What is wrong at home", json_schema_extra={"x-code-list": "home-problems"}
    )


class AnswerAction(CaseCommand):
    """Say how something owed after the discharge ended (``action-answers``), for instance ``no-heating/1``.

    ``found`` says why somebody came back to hospital (``return-causes``), where that was the question.
    """

    declared: ClassVar = Declaration(
        "Answer a problem or a missed contact after discharge", OPEN, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("action",)

    kind: Literal["answer-action"] = "answer-action"
    action: str
    answer: str
    found: str | None = None


class AddNote(CaseCommand):
    """Keep a note on the case, at whatever stage; its text is the note of the request."""

    declared: ClassVar = Declaration("Write a note", ANY, CASEWORK_OR_SYSTEM, PARTS)
    touches: ClassVar = ("note",)

    kind: Literal["add-note"] = "add-note"


class AcknowledgeAlert(CaseCommand):
    """Accept an alert."""

    declared: ClassVar = Declaration("Accept an alert", ANY, CASEWORK, CARE)
    touches: ClassVar = ("alert",)
    depends_on: ClassVar = ("warning:{alert_id}",)

    kind: Literal["acknowledge-alert"] = "acknowledge-alert"
    alert_id: UUID


class StrikeClock(CaseCommand):
    """A durable timer fired: look at the rules again. Sent by the case's own workflow only."""

    declared: ClassVar = Declaration("Apply the rules again", ANY)
    touches: ClassVar = ()

    kind: Literal["strike-clock"] = "strike-clock"


AfterCommand = RecordContact | ReportProblem | AnswerAction | AddNote | AcknowledgeAlert | StrikeClock
"""Every command of this room."""
