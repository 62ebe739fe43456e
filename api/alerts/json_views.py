"""Alerts as JSON."""

from __future__ import annotations

from api.alerts.queries import OpenAlert
from api.alerts.schemas import AlertLine
from api.web.schemas import NamedPerson


def alert_json(each: OpenAlert) -> AlertLine:
    """An alert with the case and person it is about."""
    alert = each.alert
    return AlertLine(
        alert_id=alert.id,
        case_id=each.case_id,
        person=NamedPerson(family_name=each.family_name, given_name=each.given_name),
        rule=alert.rule,
        level=alert.level,
        fact=alert.fact,
        threshold=alert.threshold,
        source=alert.source,
        owner_role=alert.owner_role,
        raised_at=alert.raised_at,
        acknowledged_at=alert.acknowledged_at,
        escalations=alert.escalations,
    )
