"""Records that may be one person, and merges, for programs."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from api.duplicates import queries
from api.duplicates.json_views import decision_json, merge_json, opened_json, pair_json, test_json
from api.duplicates.schemas import (
    DuplicateDecision,
    DuplicateList,
    DuplicatePairDetail,
    IdentityDecision,
    MergeList,
    MergeUndo,
    RehearsalPatientList,
)
from api.duplicates.service import AskedDecision, decide
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.request_keys import Keyed

router = APIRouter(prefix="/api/v1", tags=["duplicates"])

LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": IdentityDecision, "description": "Kept; it is still being carried out"}
}


@router.get("/duplicates")
async def list_duplicates(
    services: Ready, caller: Caller, page: Paged, state: Literal["open", "decided"] = "open"
) -> DuplicateList:
    """Pairs of records that may be one person, with the rules that offered them; nothing merges by itself."""
    caller.require("duplicates.read")
    async with services.begin(caller) as session:
        found, following = page.after(await queries.pairs(session, caller, state, **page.more))
        left_out = await queries.left_out(session)
    return DuplicateList(duplicates=[pair_json(each) for each in found], left_out=left_out, next=following)


@router.get("/duplicates/{pair_id}")
async def get_duplicate(pair_id: UUID, services: Ready, caller: Caller) -> DuplicatePairDetail:
    """Two records side by side; what is hidden of either is left out."""
    caller.require("duplicates.read")
    async with services.begin(caller) as session:
        found = await queries.open_pair(session, caller, pair_id)
    return opened_json(found)


@router.post("/duplicates/{pair_id}/decision", responses=LATER)
async def decide_duplicate(
    pair_id: UUID,
    body: DuplicateDecision,
    services: Ready,
    keyed: Keyed,
    response: Response,
) -> IdentityDecision:
    """Merge the two records, or remember that they are two people. 202 while it is being carried out."""
    row = await decide(services, keyed, AskedDecision(body.decision, body.reason, pair_id=pair_id))
    response.status_code = 202 if row.state == "taken" else 200
    return decision_json(row)


@router.get("/merges")
async def list_merges(services: Ready, caller: Caller, page: Paged) -> MergeList:
    """Merges that messages or people made, newest first, with how much each moved."""
    caller.require("duplicates.read")
    async with services.begin(caller) as session:
        found, following = page.after(await queries.merges(session, caller, **page.more))
    return MergeList(merges=[merge_json(each) for each in found], next=following)


@router.post("/merges/{merge_id}/undo", responses=LATER)
async def undo_merge(
    merge_id: UUID,
    body: MergeUndo,
    services: Ready,
    keyed: Keyed,
    response: Response,
) -> IdentityDecision:
    """Give everything back to whom it belongs. 202 while it is being carried out."""
    row = await decide(services, keyed, AskedDecision("undo-merge", body.reason, merge_id=merge_id))
    response.status_code = 202 if row.state == "taken" else 200
    return decision_json(row)


@router.get("/test-patients")
async def list_test_patients(services: Ready, caller: Caller, page: Paged) -> RehearsalPatientList:
    """Patients of rehearsals, set apart from the living."""
    caller.require("duplicates.read")
    async with services.begin(caller) as session:
        found, following = page.after(await queries.test_patients(session, caller, **page.more))
    return RehearsalPatientList(test_patients=[test_json(each) for each in found], next=following)
