"""Contacts after discharge, and early warnings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from discharge.cases.model import Alert, FollowUp
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


class AlertRaised(Frozen):
    """A rule found a risk."""

    kind: Literal["alert-raised"] = "alert-raised"
    alert: Alert


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
    """The cause of an alert no longer holds."""

    kind: Literal["alert-cleared"] = "alert-cleared"
    alert_id: UUID
    cleared_at: datetime
