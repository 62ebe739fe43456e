"""The engine: which findings hold now, and when the next one could come or go.

Between `now` and `next_check(facts, now)` the findings do not change unless a fact does. So one durable
timer is enough, and it is moved whenever a fact changes.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from discharge.clocks import london_midnight
from discharge.risk.facts import RiskFacts
from discharge.risk.readers import READERS, Trigger
from discharge.risk.rules import RULES, RULES_BY_ID, Level, Rule, louder


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


def evaluate(facts: RiskFacts, now: datetime) -> list[Finding]:
    """Return every finding that holds at `now` (case time), in the order of the rules, one for each cause
    and none for what another one tells.
    """
    found: dict[str, Finding] = {}
    for rule, trigger in _triggers(facts):
        if not _holds(trigger, now):
            continue
        finding = _finding(rule, trigger)
        heard = found.get(finding.cause)
        if heard is None or louder(finding.level, heard.level):
            found[finding.cause] = finding
    return _told_once(list(found.values()))


def _told_once(found: list[Finding]) -> list[Finding]:
    """Leave out what another finding says as well, and note there what it tells."""
    speaking = {each.rule for each in found}
    told: dict[str, list[str]] = {}
    heard = []
    for each in found:
        by = RULES_BY_ID[each.rule].told_by
        if by is not None and by in speaking:
            told.setdefault(by, []).append(each.cause)
        else:
            heard.append(each)
    return [each.model_copy(update={"tells": tuple(told.get(each.rule, ()))}) for each in heard]


def next_check(facts: RiskFacts, now: datetime) -> datetime | None:
    """Return the next instant after `now` at which a finding could come or go; None when time alone changes
    none.
    """
    instants = (
        instant for _, trigger in _triggers(facts) for instant in (trigger.starts, trigger.ends) if instant
    )
    return min((instant for instant in instants if instant > now), default=None)


def _triggers(facts: RiskFacts) -> Iterator[tuple[Rule, Trigger]]:
    if not facts.open:
        return
    for rule in RULES:
        in_force = london_midnight(rule.from_on)
        for trigger in READERS[rule.id](facts, rule):
            yield rule, replace(trigger, starts=max(trigger.starts, in_force))


def _holds(trigger: Trigger, now: datetime) -> bool:
    return trigger.starts <= now and (trigger.ends is None or now < trigger.ends)


def _finding(rule: Rule, trigger: Trigger) -> Finding:
    return Finding(
        rule=rule.id,
        number=rule.number,
        title=rule.title,
        level=trigger.threshold.level,
        subject=trigger.subject,
        cause=trigger.cause or f"{rule.id}/{trigger.subject}",
        fact=rule.fact.format(**trigger.words),
        threshold=trigger.threshold.words,
        source=rule.source,
        action=rule.action,
        owner_role=rule.owner_role,
    )
