"""Rules in shadow as interfaces give them."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from api.web.schemas import Schema
from discharge.risk.trial import Outcome


class RuleTally(Schema):
    """How often rules spoke, and how often that was right."""

    spoke: int = Field(description="On how many cases it spoke")
    right: int = Field(description="Of these, how many went wrong")
    needless: int = Field(description="Of these, how many went well")
    missed: int = Field(description="How many cases went wrong without a word of it")


class ShadowRuleCase(Schema):
    """A case on which a rule in shadow would speak."""

    case_id: UUID
    level: str = Field(description="How urgent it would be: STOP, RED+, RED or AMBER")
    fact: str = Field(description="What it would say")
    in_force: list[str] = Field(description="Rules in force that speak on the same case")
    outcome: Outcome = Field(
        description="`went-wrong`: a discharge failed, or the home is not ready with the person in it;"
        " `went-well`: the person left and neither is so; `not-known`: not yet"
    )


class ShadowRule(Schema):
    """A rule in shadow, beside the rules in force."""

    rule: str = Field(description="Code of the rule")
    title: str = Field(description="What the rule is called")
    source: str
    tally: RuleTally = Field(description="How often it would have spoken, and rightly")
    cases: list[ShadowRuleCase] = Field(description="The first 50 cases on which it would speak")
    left_out: int = Field(description="How many more cases it would speak on")


class ShadowRules(Schema):
    """Every rule in shadow over the open cases whose alerts you see."""

    judged: int = Field(description="How many open cases were judged, the newest 250 at most")
    in_force: RuleTally = Field(description="The same of all rules in force together")
    shadow_rules: list[ShadowRule] = Field(description="Rules of this page")
    next: str | None
