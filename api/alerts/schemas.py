"""Alerts as interfaces give them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.web.schemas import NamedPerson, Schema


class AlertLine(Schema):
    """An alert whose cause still holds, with the case and person it is about."""

    alert_id: UUID
    case_id: UUID
    person: NamedPerson
    rule: str
    level: str
    fact: str
    threshold: str
    source: str
    owner_role: str
    raised_at: datetime
    acknowledged_at: datetime | None
    escalations: int


class AlertList(Schema):
    """Alerts, those that nobody has accepted first, then the most urgent, then the oldest."""

    alerts: list[AlertLine]
    total: int
    page: int
    size: int
    next: str | None
