"""Contacts after discharge, and early warnings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from discharge.cases.model import Action, Alert, FollowUp
from discharge.values import Frozen


class FollowUpScheduled(Frozen):
    """A contact after discharge is owed."""

    kind: Literal["follow-up-scheduled"] = "follow-up-scheduled"
    follow_up: FollowUp


class ContactRecorded(Frozen):
    """Somebody reached the person after discharge, or tried."""

    kind: Literal["contact-recorded"] = "contact-recorded"
    key: str
    outcome: str
    contacted_at: datetime
    problems: tuple[str, ...] = ()


class FollowUpCompleted(Frozen):
    """The last contact owed after discharge was made."""

    kind: Literal["follow-up-completed"] = "follow-up-completed"
    completed_on: date


class ActionOpened(Frozen):
    """Something found, or missed, after the discharge asks somebody to act."""

    kind: Literal["action-opened"] = "action-opened"
    action: Action


class ActionAnswered(Frozen):
    """Somebody acted, or what had been found turned out otherwise."""

    kind: Literal["action-answered"] = "action-answered"
    action: str
    answer: str
    answered_at: datetime
    answered_by: UUID | None = None
    found: str | None = None


class NoteWritten(Frozen):
    """Somebody wrote a note; its text is kept beside the record."""

    kind: Literal["note-written"] = "note-written"
    note_id: UUID


class AlertRaised(Frozen):
    """A rule found a risk."""

    kind: Literal["alert-raised"] = "alert-raised"
    alert: Alert


class AlertChanged(Frozen):
    """The fact behind an alert changed, so that it says something else; ``louder`` rings again,
    because its level rose or because it tells more.
    """

    kind: Literal["alert-changed"] = "alert-changed"
    alert: Alert
    louder: bool = False


class AlertAcknowledged(Frozen):
    """Somebody took an alert on."""

    kind: Literal["alert-acknowledged"] = "alert-acknowledged"
    alert_id: UUID
    acknowledged_at: datetime
    acknowledged_by: UUID | None = None


class AlertEscalated(Frozen):
    """An alert was ignored for too long and went to the next role."""

    kind: Literal["alert-escalated"] = "alert-escalated"
    alert_id: UUID
    escalated_at: datetime
    owner_role: str


class AlertCleared(Frozen):
    """The cause of an alert no longer holds, or the rule in ``told_by`` tells it from now on."""

    kind: Literal["alert-cleared"] = "alert-cleared"
    alert_id: UUID
    cleared_at: datetime
    told_by: str | None = None
