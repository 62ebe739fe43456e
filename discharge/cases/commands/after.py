"""Contacts after discharge, alerts, and the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from discharge.values import Frozen


class RecordContact(Frozen):
    """Record a contact after discharge, and what was wrong at home."""

    kind: Literal["record-contact"] = "record-contact"
    follow_up: str
    outcome: str
    contacted_at: datetime | None = None
    problems: tuple[str, ...] = ()


class AnswerAction(Frozen):
    """Say how something owed after the discharge ended (``action-answers``), for instance ``no-heating/1``.

    ``found`` says why somebody came back to hospital (``return-causes``), where that was the question.
    """

    kind: Literal["answer-action"] = "answer-action"
    action: str
    answer: str
    found: str | None = None


class AddNote(Frozen):
    """Keep a note on the case, at whatever stage; its text is the note of the request."""

    kind: Literal["add-note"] = "add-note"


class AcknowledgeAlert(Frozen):
    """Take an alert on."""

    kind: Literal["acknowledge-alert"] = "acknowledge-alert"
    alert_id: UUID


class StrikeClock(Frozen):
    """A durable timer fired: look at the rules again. Sent by the case's own workflow only."""

    kind: Literal["strike-clock"] = "strike-clock"
