"""Rules in shadow for programs: what each would have said, beside the rules in force."""

from __future__ import annotations

from fastapi import APIRouter

from api.shadow_rules.queries import compare_rules
from api.shadow_rules.schemas import RuleTally, ShadowRule, ShadowRuleCase, ShadowRules
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from discharge.risk.trial import RuleTrial, Tally

router = APIRouter(prefix="/api/v1/shadow-rules", tags=["shadow rules"])

SHOWN = 50
"""How many cases of a rule are named."""


@router.get("")
async def list_shadow_rules(services: Ready, caller: Caller, page: Paged) -> ShadowRules:
    """What each risk rule in shadow would say of the open cases now, and how often rightly."""
    caller.require("shadow.read")
    found = await compare_rules(services, caller)
    return ShadowRules(
        judged=found.judged,
        in_force=_tally(found.in_force),
        shadow_rules=[_rule(each) for each in page.cut(found.rules)],
        next=page.next(len(found.rules)),
    )


def _tally(found: Tally) -> RuleTally:
    return RuleTally(**found.model_dump())


def _rule(found: RuleTrial) -> ShadowRule:
    return ShadowRule(
        rule=found.rule,
        title=found.title,
        source=found.source,
        tally=_tally(found.tally),
        cases=[ShadowRuleCase.model_validate(each.model_dump()) for each in found.cases[:SHOWN]],
        left_out=max(0, len(found.cases) - SHOWN),
    )
