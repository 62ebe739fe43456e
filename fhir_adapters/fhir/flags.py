"""An alert of a case as a Flag: what to look out for, since when, and until when.

It says what every alert says: the fact, the threshold and the source. What it says is in codes and in our own
words; the text of notes is not among it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from discharge.cases.model import Alert, Case
from discharge.disclosure import Telling
from discharge.risk.rules import rule_title
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.people import PersonFacts, patient_reference
from fhir_adapters.fhir.withheld import redaction


def by_id(case: Case) -> Mapping[UUID, Alert]:
    """The alerts of a case, as its reader sees it."""
    return {alert.alert_id: alert for alert in case.alerts.values()}


def flag(alert: Alert, telling: Telling, person: PersonFacts) -> dict[str, Any]:
    """The alert: active until its cause is gone. Instants are of case time."""
    period = {"start": alert.raised_at.isoformat()}
    if alert.cleared_at is not None:
        period["end"] = alert.cleared_at.isoformat()
    level = {"system": systems.ALERT_LEVELS, "code": alert.level, "display": alert.level}
    rule = {"system": systems.RULE_CODES, "code": alert.rule, "display": rule_title(alert.rule)}
    return {
        "resourceType": "Flag",
        "id": str(alert.alert_id),
        **_meta(telling),
        "status": "active" if alert.cleared_at is None else "inactive",
        "category": [{"coding": [level], "text": alert.level}],
        "code": {"coding": [rule], "text": alert_words(alert.fact, alert.threshold, alert.source)},
        "subject": patient_reference(person),
        "period": period,
    }


def _meta(telling: Telling) -> dict[str, Any]:
    withheld = redaction(telling.sight)
    return {"meta": withheld} if withheld else {}


def alert_words(fact: str, threshold: str, source: str) -> str:
    """An alert in a sentence for each: what holds, from when it counts, and who says so."""
    return f"{fact.rstrip('.')}. Threshold: {threshold}. Source: {source}."
