"""The open alerts across all cases of the caller, and taking one on."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.alerts import queries
from api.alerts.views import Filter, owners, present
from api.commands.asked import AskedCommand
from api.commands.service import ask
from api.forms.submission import as_sent, seen_of
from api.web import names
from api.web.page.visit import Visitor
from api.web.paging import Turned
from api.web.parameters import one_of
from api.web.refusals import CaseChanged
from api.web.sign_in.pages import local
from discharge.cases.commands import AcknowledgeAlert
from discharge.errors import HomewardError
from discharge.risk.levels import LEVELS

router = APIRouter(include_in_schema=False)


@router.get("/alerts")
async def show(
    visit: Visitor,
    turned: Turned,
    level: str = "",
    owner: str = "",
    only: str = "",
) -> Response:
    """Which warnings hold now, the loudest first. Every state of it is in its address."""
    visit.caller.require("alerts.read")
    wanted = Filter(
        level=one_of("level", level, LEVELS),
        owner=one_of("owner", owner, owners()),
        only=one_of("only", only, ("waiting",)),
        page=turned.number,
    )
    asked = queries.AlertQuery(wanted.owner, wanted.level, waiting=bool(wanted.only), page=wanted.page)
    async with visit.services.begin(visit.caller) as session:
        found = await queries.open_alerts(session, visit.caller, asked)
        turned.next(found.total)
        known = await names.directory(session)
    view = present(
        found,
        wanted,
        visit.now,
        known,
        may_take_on=visit.caller.may("acknowledge-alert"),
        may_open=visit.caller.may("case.read"),
    )
    return visit.page("alerts/alerts.html", view=view)


@router.post("/alerts/{alert_id}/acknowledge")
async def acknowledge(alert_id: UUID, visit: Visitor) -> Response:
    """Accept an alert; when the case does not answer in time, where to see what became of it."""
    form = await visit.form()
    asked = AskedCommand(
        case_id=_case_id(str(form.get("case_id", ""))),
        command=AcknowledgeAlert(alert_id=alert_id),
        effective_on=visit.today,
        as_sent=as_sent(form),
        seen_version=seen_of(form),
        key=str(form.get("key", "")) or None,
    )
    try:
        outcome = await ask(visit.services, visit.caller, asked)
    except CaseChanged:  # the case page says what the alert says by now, and has its button again
        return visit.to(f"/cases/{asked.case_id}?seen={asked.seen_version}")
    if outcome.answer is None:
        return visit.to(f"/requests/{outcome.command_id}")
    return visit.to(local(str(form.get("back", "/alerts"))))


def _case_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HomewardError("invalid-body", where="case_id") from None
