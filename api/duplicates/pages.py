"""Records that may be one person, side by side, and merges with their undoing: people decide."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.duplicates import queries
from api.duplicates import views as lists
from api.duplicates.decisions import DECISIONS, Given, reason_fault
from api.duplicates.merge import present_merge
from api.duplicates.service import AskedDecision, Kind, decide
from api.duplicates.side_by_side import present_one
from api.duplicates.views import VIEWS
from api.web import names
from api.web.page.visit import Visit, Visitor
from api.web.paging import Page, Turned, turns
from api.web.parameters import one_of

router = APIRouter(include_in_schema=False)


@router.get("/duplicates")
async def show(visit: Visitor, page: Turned, view: str = "open") -> Response:
    """Pairs that wait for somebody, or were decided; merges; test patients set apart."""
    visit.caller.require("duplicates.read")
    chosen = one_of("view", view, VIEWS) or "open"
    listed, following = await _list(visit, chosen, page)
    beside = turns("/duplicates", page, following, view=chosen)
    return visit.page("duplicates/duplicates.html", view=listed, turns=beside)


async def _list(visit: Visit, view: str, page: Page) -> tuple[lists.DuplicatesPage, str | None]:
    """One page of a view, and where the next begins."""
    async with visit.services.begin(visit.caller) as session:
        if view == "merges":
            merges, following = page.after(await queries.merges(session, visit.caller, **page.more))
            return lists.present_merges(merges), following
        if view == "tests":
            tests, following = page.after(await queries.test_patients(session, visit.caller, **page.more))
            return lists.present_tests(tests), following
        pairs, following = page.after(await queries.pairs(session, visit.caller, view, **page.more))
        left_out = await queries.left_out(session) if view == "open" else {}
        return lists.present_pairs(pairs, view, left_out), following


@router.get("/duplicates/{pair_id}")
async def show_one(pair_id: UUID, visit: Visitor) -> Response:
    """Two records side by side. The look is noted."""
    visit.caller.require("duplicates.read")
    return await _pair_page(visit, pair_id, _given(visit, "duplicates.decide"))


@router.post("/duplicates/{pair_id}")
async def decide_one(pair_id: UUID, visit: Visitor) -> Response:
    """The same, or not the same, with how that is known."""
    form = await visit.form()
    visit.caller.require("duplicates.decide")
    chosen, reason = str(form.get("decision", "")), str(form.get("reason", "")).strip()
    fault = reason_fault(reason) if chosen in DECISIONS else "Choose whether they are the same person"
    if fault:
        chosen = chosen if chosen in DECISIONS else ""
        given = _given(visit, "duplicates.decide", fault=fault, typed=reason, chosen=chosen)
        return await _pair_page(visit, pair_id, given, 422)
    kind: Kind = "same" if chosen == "same" else "not-same"
    await decide(visit.services, await visit.keyed(form), AskedDecision(kind, reason, pair_id=pair_id))
    return visit.to(f"/duplicates/{pair_id}")


@router.get("/merges/{merge_id}")
async def show_merge(merge_id: UUID, visit: Visitor) -> Response:
    """What a merge moved, and how to undo it."""
    visit.caller.require("duplicates.read")
    return await _merge_page(visit, merge_id, _given(visit, "merges.undo"))


@router.post("/merges/{merge_id}")
async def undo_merge(merge_id: UUID, visit: Visitor) -> Response:
    """Give everything back to whom it belongs, with the reason why."""
    form = await visit.form()
    visit.caller.require("merges.undo")
    reason = str(form.get("reason", "")).strip()
    if fault := reason_fault(reason):
        given = _given(visit, "merges.undo", fault=fault, typed=reason)
        return await _merge_page(visit, merge_id, given, 422)
    await decide(
        visit.services, await visit.keyed(form), AskedDecision("undo-merge", reason, merge_id=merge_id)
    )
    return visit.to(f"/merges/{merge_id}")


def _given(visit: Visit, action: str, fault: str = "", typed: str = "", chosen: str = "") -> Given:
    return Given(
        may_decide=visit.caller.may(action),
        may_open_case=visit.caller.may("case.read"),
        may_open_messages=visit.caller.may("messages.read"),
        fault=fault,
        typed=typed,
        chosen=chosen,
    )


async def _pair_page(visit: Visit, pair_id: UUID, given: Given, status: int = 200) -> Response:
    async with visit.services.begin(visit.caller) as session:
        found = await queries.open_pair(session, visit.caller, pair_id)
        known = await names.directory(session)
    return visit.page("duplicates/duplicate.html", status, view=present_one(found, known, given))


async def _merge_page(visit: Visit, merge_id: UUID, given: Given, status: int = 200) -> Response:
    async with visit.services.begin(visit.caller) as session:
        found = await queries.open_merge(session, visit.caller, merge_id)
        known = await names.directory(session)
    return visit.page("duplicates/merge.html", status, view=present_merge(found, known, given))
