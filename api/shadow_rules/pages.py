"""Rules in shadow on a page: what each would have said, beside the rules in force."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.shadow_rules.queries import MOST_CASES, compare_rules
from api.shadow_rules.routes import SHOWN
from api.web.page.visit import Visitor
from discharge.risk.rules import rule_title

router = APIRouter(include_in_schema=False)

OUTCOMES = {"went-wrong": "Went wrong", "went-well": "Went well", "not-known": "Not known yet"}


@router.get("/shadow-rules")
async def show(visit: Visitor) -> Response:
    """Every rule in shadow, with the cases on which it would speak."""
    visit.caller.require("shadow.read")
    found = await compare_rules(visit.services, visit.caller)
    return visit.page(
        "shadow_rules/shadow_rules.html",
        view=found,
        shown=SHOWN,
        most=MOST_CASES,
        outcomes=OUTCOMES,
        title_of=rule_title,
        opens_cases=visit.caller.may("case.read"),
    )
