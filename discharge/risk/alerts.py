"""From findings to alerts: raise what is new, clear what no longer holds, escalate what nobody takes on.

`judge` is asked after every event and whenever the timer of `next_look` fires; asked twice at the same
instant it gives the same events. Nothing is refused automatically: an alert only tells somebody.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict

from discharge.cases.events import AlertCleared, AlertEscalated, AlertRaised, Event
from discharge.cases.model import Alert, Case
from discharge.risk.engine import Finding, evaluate, next_check
from discharge.risk.facts import facts_of
from discharge.risk.rules import ACKNOWLEDGE_WITHIN_HOURS, MOST_ESCALATIONS, RULES_BY_ID

NO_LEAD_TIMES: Mapping[str, int] = MappingProxyType({})


class Escalation(BaseModel):
    """When an ignored alert goes on, and to which role."""

    model_config = ConfigDict(frozen=True)

    due_at: AwareDatetime
    owner_role: str


def judge(case: Case, now: datetime, lead_days: Mapping[str, int] = NO_LEAD_TIMES) -> list[Event]:
    """Return the alert events that bring a case's alerts up to `now` (case time)."""
    findings = {(found.rule, found.subject): found for found in evaluate(facts_of(case, lead_days), now)}
    standing = {(alert.rule, alert.subject): alert for alert in case.open_alerts}
    return [
        *(
            AlertCleared(alert_id=alert.alert_id, cleared_at=now)
            for key, alert in standing.items()
            if key not in findings
        ),
        *(
            AlertRaised(alert=_alert(case.case_id, found, now))
            for key, found in findings.items()
            if key not in standing
        ),
        *_escalated([alert for key, alert in standing.items() if key in findings], now),
    ]


def next_look(case: Case, now: datetime, lead_days: Mapping[str, int] = NO_LEAD_TIMES) -> datetime | None:
    """Return when `judge` must be asked again if nothing happens before; None when time alone changes
    nothing.
    """
    escalations = (escalation_of(alert) for alert in case.open_alerts)
    instants = [escalation.due_at for escalation in escalations if escalation]
    change = next_check(facts_of(case, lead_days), now)
    return min([*instants, change] if change else instants, default=None)


def escalation_of(alert: Alert) -> Escalation | None:
    """Return when an alert climbs one role, and to whom; None once it is acknowledged, cleared or at its end.

    At the top of the ladder it repeats there.
    """
    settled = alert.acknowledged_at is not None or alert.cleared_at is not None
    rule = RULES_BY_ID.get(alert.rule)
    if settled or rule is None or alert.escalations >= MOST_ESCALATIONS:
        return None
    since = alert.escalated_at or alert.raised_at
    role = rule.ladder[min(alert.escalations + 1, len(rule.ladder) - 1)]
    within = timedelta(hours=ACKNOWLEDGE_WITHIN_HOURS[alert.level])
    return Escalation(due_at=since + within, owner_role=role)


def _escalated(alerts: list[Alert], now: datetime) -> Iterator[AlertEscalated]:
    for alert in alerts:
        due = escalation_of(alert)
        if due is not None and due.due_at <= now:
            yield AlertEscalated(alert_id=alert.alert_id, escalated_at=now, owner_role=due.owner_role)


def _alert(case_id: UUID, found: Finding, now: datetime) -> Alert:
    return Alert(
        alert_id=uuid5(case_id, f"{found.rule}/{found.subject}/{now.isoformat()}"),
        rule=found.rule,
        level=found.level,
        subject=found.subject,
        fact=found.fact,
        threshold=found.threshold,
        source=found.source,
        owner_role=found.owner_role,
        raised_at=now,
    )
