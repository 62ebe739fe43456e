"""Contacts after discharge, and early warnings."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from discharge.values import Frozen


class Alert(Frozen):
    """An early warning: which rule fired on which fact, who owns it, and what happened to it since."""

    alert_id: UUID
    rule: str
    level: str
    subject: str = ""
    fact: str
    threshold: str
    source: str
    owner_role: str
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: UUID | None = None
    escalated_at: datetime | None = None
    escalations: int = 0
    cleared_at: datetime | None = None


class FollowUp(Frozen):
    """A contact owed after discharge. ``outcome`` is ``None`` until somebody recorded one."""

    key: str
    due_at: datetime
    outcome: str | None = None
    contacted_at: datetime | None = None
    problems: tuple[str, ...] = ()
