"""Rules in shadow beside those in force: on which cases each would speak now, and whether rightly.

A case went wrong where a discharge failed (by our own definition), or the person sits in a home that is not
ready; it went well where the person has left and neither is so. Of others it is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from discharge.cases.model import Case
from discharge.outcomes.failed_discharge import discharges_of, failed_discharge, readmission_after
from discharge.reference.policy import Policy
from discharge.risk.engine import Finding, evaluate
from discharge.risk.facts import facts_of
from discharge.risk.levels import Level
from discharge.risk.rules import RULES, Rule
from discharge.values import Frozen

Outcome = Literal["went-wrong", "went-well", "not-known"]


class TrialCase(Frozen):
    """A case on which a rule in shadow would speak: what it would say, which rules in force speak there as
    well, and how the case went.
    """

    case_id: UUID
    level: Level
    fact: str
    in_force: tuple[str, ...]
    outcome: Outcome


class Tally(Frozen):
    """How often a rule spoke; of cases whose outcome is known, how often rightly, needlessly, and how many
    that went wrong it missed.
    """

    spoke: int = 0
    right: int = 0
    needless: int = 0
    missed: int = 0


class RuleTrial(Frozen):
    """One rule in shadow: what it would have said, and how often that was right."""

    rule: str
    title: str
    source: str
    tally: Tally
    cases: tuple[TrialCase, ...]


class Trial(Frozen):
    """Every rule in shadow over the same cases, with the rules in force together to compare."""

    judged: int
    in_force: Tally
    rules: tuple[RuleTrial, ...]


def trial(
    cases: Iterable[Case],
    now: datetime,
    lead_days: Mapping[str, int],
    names: Mapping[str, str],
    in_force: Policy,
    tried: Policy,
) -> Trial:
    """Return what the rules in shadow of `tried` say of open cases at `now` (case time), beside those in
    force.
    """
    outcomes: dict[UUID, Outcome] = {}
    heard: dict[UUID, list[Finding]] = {}
    found: dict[str, list[TrialCase]] = {rule.id: [] for rule in rules_in_shadow(tried)}
    for case in cases:
        facts = facts_of(case, lead_days, names)
        outcomes[case.case_id] = outcome_of(case)
        heard[case.case_id] = evaluate(facts, now, in_force)
        for finding in evaluate(facts, now, tried):
            if finding.rule in found:
                found[finding.rule].append(_said(case, finding, heard[case.case_id], outcomes[case.case_id]))
    rules = tried[RULES]
    return Trial(
        judged=len(outcomes),
        in_force=_tally({key for key, findings in heard.items() if findings}, outcomes),
        rules=tuple(
            RuleTrial(
                rule=rule,
                title=rules[rule].title,
                source=rules[rule].source,
                tally=_tally({each.case_id for each in said}, outcomes),
                cases=tuple(said),
            )
            for rule, said in found.items()
        ),
    )


def rules_in_shadow(tried: Policy) -> tuple[Rule, ...]:
    """Return the rules that are tried, in their order."""
    return tuple(rule for rule in tried[RULES].values() if rule.shadow)


def outcome_of(case: Case) -> Outcome:
    """Return how a case went so far."""
    left = discharges_of(case)
    failed = any(failed_discharge(each, readmission_after(case, each)) for each in left)
    if failed or case.unready_home is not None:
        return "went-wrong"
    return "went-well" if left else "not-known"


def _said(case: Case, finding: Finding, heard: Iterable[Finding], outcome: Outcome) -> TrialCase:
    return TrialCase(
        case_id=case.case_id,
        level=finding.level,
        fact=finding.fact,
        in_force=tuple(dict.fromkeys(each.rule for each in heard)),
        outcome=outcome,
    )


def _tally(spoke: set[UUID], outcomes: Mapping[UUID, Outcome]) -> Tally:
    wrong = {key for key, outcome in outcomes.items() if outcome == "went-wrong"}
    well = {key for key, outcome in outcomes.items() if outcome == "went-well"}
    return Tally(
        spoke=len(spoke), right=len(spoke & wrong), needless=len(spoke & well), missed=len(wrong - spoke)
    )
