"""The engine: which findings hold now, and when the next one could come or go.

Between `now` and `next_check(facts, now)` the findings do not change unless a fact does. So one durable
timer is enough, and it is moved whenever a fact changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from discharge.clocks import london_date, london_midnight
from discharge.reference.policy import Policy, policy_on
from discharge.risk.conditions import Known
from discharge.risk.facts import RiskFacts
from discharge.risk.levels import Level, louder
from discharge.risk.named import FACTS
from discharge.risk.rules import RULES, Rule, Threshold


@dataclass(frozen=True, slots=True)
class Trigger:
    """A finding that holds from an instant on, if no fact changes."""

    rule: Rule
    threshold: Threshold
    known: Known
    starts: datetime


class Finding(BaseModel):
    """A rule that speaks: the fact, the threshold and the source it names, what to do, and whose it is first.

    `cause` tells one finding of a case from another: of two rules that speak of one the louder is heard.
    `tells` are the causes of other findings that this one says as well, so that they are not told twice.
    """

    model_config = ConfigDict(frozen=True)

    rule: str
    number: int
    title: str
    level: Level
    subject: str
    cause: str
    fact: str
    threshold: str
    source: str
    action: str
    owner_role: str
    tells: tuple[str, ...] = ()


def evaluate(facts: RiskFacts, now: datetime, policy: Policy | None = None) -> list[Finding]:
    """Return every finding that holds at `now` (case time), in the order of the rules, one for each cause
    and none for what another one tells; by a policy, or by the rules in force on that day.
    """
    rules = _rules(now, policy)
    found: dict[str, Finding] = {}
    for trigger in _triggers(facts, rules):
        if trigger.starts > now:
            continue
        finding = _finding(trigger)
        heard = found.get(finding.cause)
        if heard is None or louder(finding.level, heard.level):
            found[finding.cause] = finding
    return _told_once(list(found.values()), rules)


def _rules(now: datetime, policy: Policy | None) -> Mapping[str, Rule]:
    in_force = policy or policy_on(london_date(now))
    rules = in_force[RULES]
    return {each.id: each for each in rules.values() if in_force.shadow or not each.shadow}


def _told_once(found: list[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """Leave out what another finding says as well, and note there what it tells."""
    speaking = {each.rule for each in found}
    told: dict[str, list[str]] = {}
    heard = []
    for each in found:
        by = rules[each.rule].told_by
        if by is not None and by in speaking:
            told.setdefault(by, []).append(each.cause)
        else:
            heard.append(each)
    return [each.model_copy(update={"tells": (*each.tells, *told.get(each.rule, ()))}) for each in heard]


def next_check(facts: RiskFacts, now: datetime, policy: Policy | None = None) -> datetime | None:
    """Return the next instant after `now` at which a finding could come or go; None when time alone changes
    none.
    """
    triggers = _triggers(facts, _rules(now, policy))
    return min((each.starts for each in triggers if each.starts > now), default=None)


def _triggers(facts: RiskFacts, rules: Mapping[str, Rule]) -> Iterator[Trigger]:
    if not facts.open:
        return
    for rule in rules.values():
        in_force = london_midnight(rule.from_on)
        for threshold in rule.thresholds:
            for known in FACTS[threshold.when.fact].of(facts, rule.id):
                starts = threshold.when.starts(known)
                if starts is not None:
                    yield Trigger(rule, threshold, known, max(starts, in_force))


def _finding(trigger: Trigger) -> Finding:
    rule, threshold, known = trigger.rule, trigger.threshold, trigger.known
    subject = threshold.subject or known.subject
    return Finding(
        rule=rule.id,
        number=rule.number,
        title=rule.title,
        level=threshold.level,
        subject=subject,
        cause=known.cause or f"{rule.id}/{subject}",
        fact=(threshold.fact or rule.fact).format(**known.words),
        threshold=threshold.words,
        source=rule.source,
        action=rule.action,
        owner_role=rule.owner_role,
        tells=known.tells,
    )
