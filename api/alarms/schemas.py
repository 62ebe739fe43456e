"""Alarms about messages as interfaces give them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.web.schemas import Schema
from fhir_adapters.feeds.alarms import AlarmRule


class Alarm(Schema):
    """Something that is not as it should be with messages."""

    alarm_id: UUID
    kind: str
    subject: str
    fact: str
    threshold: str
    raised_at: datetime
    told_at: datetime | None
    times_told: int
    cleared_at: datetime | None


class WatchedFigure(Schema):
    """What is measured of a feed or partner, the rules for it, and the one in force now."""

    kind: str
    subject: str
    value: float
    whose_rules: str
    rules: list[AlarmRule]
    in_force: AlarmRule | None


class AlarmList(Schema):
    """What is not as it should be, what cleared lately, and what is watched."""

    alarms: list[Alarm]
    cleared: list[Alarm]
    watched: list[WatchedFigure]
    next: str | None
