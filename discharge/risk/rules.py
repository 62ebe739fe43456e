"""The risk rules as rows of data (`rules.yaml`). An engine reads them: a rule on a known fact is a row.

No rule adds up a score: each names its fact, its threshold and its source, and suggests one thing to do. A
threshold marked as a choice is ours and can be changed; the others come from the source named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter

from discharge.cases.model import Alert, Case
from discharge.clocks.registry import clock_fault
from discharge.reference.faults import nearest
from discharge.reference.kind import Kind
from discharge.reference.policy import rows_so_far
from discharge.risk.conditions import Condition
from discharge.risk.levels import Level, loudness
from discharge.risk.named import FACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """When a rule speaks, how loudly, and how that is said. `choice` marks a value that is ours. `fact` says
    the fact otherwise than the rule does; `subject` tells its alerts from those of the rule's others.
    """

    level: Level
    when: Condition
    words: str
    choice: bool = False
    fact: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One risk rule, valid from a day.

    `fact` is a template for the sentence that names the fact. `ladder` names the roles that an ignored alert
    climbs; `clock` names the clock by which it is taken on, where that of its level is too long. `told_by`
    names the rule that says the same and more: while that one speaks, this one has no alert of its own.
    `shadow`: it is tried, and raises no alert.
    """

    id: str
    number: int
    title: str
    thresholds: tuple[Threshold, ...]
    fact: str
    source: str
    action: str
    ladder: tuple[str, ...]
    from_on: date = date(2024, 1, 1)
    clock: str | None = None
    told_by: str | None = None
    shadow: bool = False

    @property
    def owner_role(self) -> str:
        """The role that hears of it first."""
        return self.ladder[0]


def loudest_first(case: Case) -> list[Alert]:
    """The open alerts of a case: the loudest, then the oldest first; those taken on after the others."""
    return sorted(
        case.open_alerts,
        key=lambda alert: (alert.acknowledged_at is not None, loudness(alert.level), alert.raised_at),
    )


UNREADY = "home-not-ready-person-in-it"
"""Names the missing check, or each gated item with its answer: a second alert of one of them says no more.
What says when work is due, or what somebody at home reported, keeps an alert of its own.
"""


def faults_of_rules(rows: Mapping[str, Rule]) -> Iterator[str]:
    """What rules name and nobody knows (facts, words, clocks, other rules), one fault each."""
    for rule in rows.values():
        for number, threshold in enumerate(rule.thresholds):
            name, place = threshold.when.fact, f"{rule.id}.thresholds.{number}"
            if name not in FACTS:
                yield f"{place}.when.fact: {name!r} is not a known fact - {_nearest(name, FACTS)}"
                continue
            if FACTS[name].kind not in threshold.when.asks:
                yield f"{place}.when.fact: {_other_kind(name, threshold.when)}"
            for word in _words_in(threshold.fact or rule.fact) - set(FACTS[name].words.split()):
                told = f"the fact {name} has the words {FACTS[name].words}"
                yield f"{rule.id}.fact: {{{word}}} is no word of it - {told}"
        if rule.clock is not None and (fault := clock_fault(rule.clock)):
            yield f"{rule.id}.clock: {fault}"
        if rule.told_by is not None and rule.told_by not in rows:
            yield f"{rule.id}.told_by: {rule.told_by!r} is not a known rule - {_nearest(rule.told_by, rows)}"


def _other_kind(name: str, when: Condition) -> str:
    fits = [each for each, fact in FACTS.items() if fact.kind in when.asks]
    return f"{name} says {FACTS[name].kind}, which {when.kind} does not ask for - {_nearest(name, fits)}"


def _nearest(name: str, known: Iterable[str]) -> str:
    return nearest(name, known, f"choose from {', '.join(sorted(known))}")


def _words_in(sentence: str) -> set[str]:
    return {word for _, word, _, _ in Formatter().parse(sentence) if word is not None}


RULES = Kind("risk-rules", Rule, Path(__file__).with_name("rules.yaml"), key="id", check=faults_of_rules)


def known_rule(rule: str) -> Rule | None:
    """Return a rule as it is, or last was; None for one that never was."""
    return next((each for each in reversed(rows_so_far(RULES)) if each.id == rule), None)


def every_rule() -> tuple[Rule, ...]:
    """Return every rule that is or was in force, each once, as it last was."""
    return tuple({rule.id: rule for rule in rows_so_far(RULES)}.values())


def rule_title(rule: str) -> str:
    """Return what a rule is called; one that never was is shown as it is."""
    known = known_rule(rule)
    return known.title if known else rule
