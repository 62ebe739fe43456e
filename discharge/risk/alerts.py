"""From findings to alerts: raise what is new, rewrite what changed, clear what no longer holds, escalate what
nobody takes on. One cause has one alert.

`judge` is asked after every event and whenever the timer of `next_look` fires; asked twice at the same
instant it gives the same events. Nothing is refused automatically: an alert only tells somebody.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict

from discharge.cases.events import AlertChanged, AlertCleared, AlertEscalated, AlertRaised, Event
from discharge.cases.model import Alert, Case
from discharge.clocks import london_date
from discharge.clocks.registry import clock
from discharge.reference.policy import Policy, policy_on
from discharge.risk.engine import Finding, evaluate, next_check
from discharge.risk.facts import facts_of
from discharge.risk.levels import clock_of_level, louder
from discharge.risk.rules import known_rule

NO_LEAD_TIMES: Mapping[str, int] = MappingProxyType({})
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class Escalation(BaseModel):
    """When an ignored alert goes on, and to which role."""

    model_config = ConfigDict(frozen=True)

    due_at: AwareDatetime
    owner_role: str


def judge(
    case: Case,
    now: datetime,
    lead_days: Mapping[str, int] = NO_LEAD_TIMES,
    names: Mapping[str, str] = NO_NAMES,
    policy: Policy | None = None,
) -> list[Event]:
    """Return the alert events that bring a case's alerts up to `now` (case time), by a policy or by the rules
    in force on that day; `names` says what gated items are called.
    """
    findings = {found.cause: found for found in evaluate(facts_of(case, lead_days, names), now, policy)}
    standing = {_about(alert): alert for alert in case.open_alerts}
    doubled = [alert for alert in case.open_alerts if standing[_about(alert)] is not alert]
    tellers = {cause: found.rule for found in findings.values() for cause in found.tells}
    taken_on = {cause for cause, alert in standing.items() if alert.acknowledged_at is not None}
    gone = [alert for cause, alert in standing.items() if cause not in findings]
    both = [(alert, findings[cause]) for cause, alert in standing.items() if cause in findings]
    changed = [_rewritten(alert, found, now, taken_on) for alert, found in both if _says_else(alert, found)]
    same = [alert for alert, found in both if not _says_else(alert, found)]
    return [
        *(
            AlertCleared(alert_id=alert.alert_id, cleared_at=now, told_by=tellers.get(_about(alert)))
            for alert in (*gone, *doubled)
        ),
        *(
            AlertRaised(alert=_alert(case.case_id, found, now))
            for cause, found in findings.items()
            if cause not in standing
        ),
        *changed,
        *_escalated([*same, *(event.alert for event in changed)], now, policy),
    ]


BEFORE_CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "long-delay": "long-delay",
        "equipment-not-fitted": "work/{subject}",
        "lead-time-too-long": "work/{subject}",
    }
)
"""Rule -> the cause of an alert that was raised before alerts had causes."""


def _about(alert: Alert) -> str:
    older = BEFORE_CAUSES.get(alert.rule, f"{alert.rule}/{{subject}}")
    return alert.cause or older.format(subject=alert.subject)


def _says_else(alert: Alert, found: Finding) -> bool:
    said = (alert.rule, alert.level, alert.fact, alert.tells)
    return said != (found.rule, found.level, found.fact, found.tells)


def _rewritten(alert: Alert, found: Finding, now: datetime, taken_on: Collection[str]) -> AlertChanged:
    """Say what holds now; one that grew louder, or that tells what nobody took on yet, rings again, at its
    first owner.
    """
    rings = louder(found.level, alert.level) or bool({*found.tells} - {*alert.tells, *taken_on})
    said = found.model_dump(include=_SAID)
    fresh = {
        "owner_role": found.owner_role,
        "changed_at": now,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "escalated_at": None,
        "escalations": 0,
    }
    return AlertChanged(alert=alert.model_copy(update=said | (fresh if rings else {})), louder=rings)


_SAID = {"rule", "level", "subject", "cause", "fact", "threshold", "source", "tells"}


def next_look(
    case: Case,
    now: datetime,
    lead_days: Mapping[str, int] = NO_LEAD_TIMES,
    policy: Policy | None = None,
) -> datetime | None:
    """Return when `judge` must be asked again if nothing happens before; None when time alone changes
    nothing.
    """
    escalations = (escalation_of(alert, policy) for alert in case.open_alerts)
    instants = [escalation.due_at for escalation in escalations if escalation]
    change = next_check(facts_of(case, lead_days), now, policy)
    return min([*instants, change] if change else instants, default=None)


def escalation_of(alert: Alert, policy: Policy | None = None) -> Escalation | None:
    """Return when an alert climbs one role, and to whom; None once it is acknowledged, cleared or at its end.

    At the top of the ladder it repeats there. Its clock is as it was on the day it began to ring.
    """
    settled = alert.acknowledged_at is not None or alert.cleared_at is not None
    rule = known_rule(alert.rule)
    if settled or rule is None:
        return None
    rang_at = alert.changed_at or alert.raised_at
    began = london_date(rang_at)
    by = policy or policy_on(began)
    code = rule.clock or clock_of_level(alert.level, began, by)
    if code is None:
        return None
    within = clock(code, began, by)
    if alert.escalations >= (within.most or 0):
        return None
    role = rule.ladder[min(alert.escalations + 1, len(rule.ladder) - 1)]
    again = within.repeat or within.length
    due = again.from_instant(alert.escalated_at) if alert.escalated_at else within.due_at(rang_at)
    return Escalation(due_at=due, owner_role=role)


def _escalated(alerts: list[Alert], now: datetime, policy: Policy | None) -> Iterator[AlertEscalated]:
    for alert in alerts:
        due = escalation_of(alert, policy)
        if due is not None and due.due_at <= now:
            yield AlertEscalated(alert_id=alert.alert_id, escalated_at=now, owner_role=due.owner_role)


def _alert(case_id: UUID, found: Finding, now: datetime) -> Alert:
    return Alert(
        alert_id=uuid5(case_id, f"{found.cause}/{now.isoformat()}"),
        rule=found.rule,
        level=found.level,
        subject=found.subject,
        cause=found.cause,
        fact=found.fact,
        threshold=found.threshold,
        source=found.source,
        owner_role=found.owner_role,
        tells=found.tells,
        raised_at=now,
    )
