"""Safety for programs: the questions and the annex of a case, what is due, and who is named for safety."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import who
from api.safety import service
from api.safety.check_item import keep_in_step
from api.safety.json_views import due_json, referral_json, safety_json
from api.safety.line import NOBODY_NAMED, whom_to_ask
from api.safety.schemas import (
    SafetyAdviser,
    SafetyAdviserBody,
    SafetyAdviserList,
    SafetyEntryBody,
    SafetyNameBody,
    SafetyNameEnd,
    SafetyRecord,
    SafetyReferralEnd,
    SafetyReferralList,
    SafetyWork,
)
from api.web import names
from api.web.depends import Caller, Ready
from api.web.paging import FIRST, Page, Paged
from api.web.principals import Principal
from api.web.request_keys import Keyed
from api.web.services import Services
from discharge.store import audit
from housing_checks.safety.commands import NOTE_ITEMS, NoteItem, SafetyRequest
from housing_checks.store import safety_advisers

ADVISERS = "safety.advisers"

router = APIRouter(prefix="/api/v1", tags=["safety"])


@router.get("/cases/{case_id}/safety")
async def get_safety(case_id: UUID, services: Ready, caller: Caller) -> SafetyRecord:
    """The line of a case, what the caller recorded, and the annex where the caller is named on it."""
    caller.require(service.ASK)
    return await _read(services, caller, case_id)


@router.post("/cases/{case_id}/safety", status_code=201)
async def add_safety_entry(
    case_id: UUID, body: SafetyEntryBody, services: Ready, caller: Caller, keyed: Keyed
) -> SafetyRecord:
    """Record what was asked and answered. People named on the annex record the rest: contact, MARAC,
    safeguarding, the plan, and that safety is confirmed. For everybody else that is not found.
    """
    caller.require(service.ASK)
    said = body.words.model_dump(exclude_none=True)
    notes: dict[NoteItem, str] = {item: said[item] for item in NOTE_ITEMS if item in said}
    now = await services.case_now()
    async with services.begin(caller) as session:
        await service.record(session, keyed, case_id, SafetyRequest(body.event, notes), now)
    await keep_in_step(services, caller, case_id)
    return await _read(services, caller, case_id)


@router.post("/cases/{case_id}/safety/named", status_code=201)
async def add_safety_name(
    case_id: UUID, body: SafetyNameBody, services: Ready, caller: Caller, keyed: Keyed
) -> SafetyRecord:
    """Put somebody on the list of an annex. Doing it again changes nothing; no key is kept of it."""
    caller.require(service.ASK)
    async with services.begin(keyed.caller) as session:
        await keyed.require_unused(session)
        await service.name(session, caller, case_id, body.user_id, body.reason.strip())
    return await _read(services, caller, case_id)


@router.post("/cases/{case_id}/safety/named/{user_id}/end")
async def end_safety_name(
    case_id: UUID, user_id: UUID, body: SafetyNameEnd, services: Ready, caller: Caller, keyed: Keyed
) -> SafetyRecord:
    """Take somebody off the list of an annex. Doing it again changes nothing; no key is kept of it."""
    caller.require(service.ASK)
    async with services.begin(keyed.caller) as session:
        await keyed.require_unused(session)
        await service.remove(session, caller, case_id, user_id, body.reason.strip())
    return await _read(services, caller, case_id)


@router.get("/safety")
async def list_safety_due(services: Ready, caller: Caller, page: Paged) -> SafetyWork:
    """What is due on the annexes that the caller is named on, the first due first."""
    caller.require(service.ASK)
    now = await services.case_now()
    async with services.begin(caller) as session:
        rows, following = page.after(await service.due(session, caller, **page.more))
    return SafetyWork(due=[due_json(each, now) for each in rows], next=following)


@router.get("/safety/referrals")
async def list_safety_referrals(services: Ready, caller: Caller, page: Paged) -> SafetyReferralList:
    """What was said about abuse or danger in referrals that have no case, for safety advisers."""
    caller.require(service.ASK)
    return await _referrals(services, caller, page)


@router.post("/safety/referrals/{entry_id}/end")
async def end_safety_referral(
    entry_id: UUID, body: SafetyReferralEnd, services: Ready, caller: Caller, keyed: Keyed
) -> SafetyReferralList:
    """Say that you have seen to it, and how: the words are erased. Not found while the referral may still
    open a case. No key is kept of it.
    """
    caller.require(service.ASK)
    async with services.begin(keyed.caller) as session:
        await keyed.require_unused(session)
        await service.end_referral(session, caller, entry_id, body.reason.strip())
    return await _referrals(services, caller, FIRST)


@router.get("/safety/advisers")
async def list_safety_advisers(services: Ready, caller: Caller, page: Paged) -> SafetyAdviserList:
    """Who is named for safety in the caller's organisation: each of its cases says to ask the first."""
    caller.require(ADVISERS)
    return await _advisers(services, caller, page)


@router.post("/safety/advisers", status_code=201)
async def add_safety_adviser(
    body: SafetyAdviserBody, services: Ready, caller: Caller, keyed: Keyed
) -> SafetyAdviserList:
    """Name somebody for safety: annexes that nobody reads name them now, others from the next answer on."""
    caller.require(ADVISERS)
    await keyed.once(services, UUID, lambda session: appoint(session, caller, body.user_id, body.kind))
    return await _advisers(services, caller, FIRST)


@router.post("/safety/advisers/{appointment_id}/end")
async def end_safety_adviser(
    appointment_id: UUID, services: Ready, caller: Caller, keyed: Keyed
) -> SafetyAdviserList:
    """End an appointment. Where they are named already they stay named."""
    caller.require(ADVISERS)
    await keyed.once(services, NoneType, lambda session: end_appointment(session, caller, appointment_id))
    return await _advisers(services, caller, FIRST)


async def appoint(session: AsyncSession, caller: Principal, user_id: UUID, kind: str) -> UUID:
    """Name somebody for safety, and write down who did. Raises invalid-body."""
    made = await safety_advisers.appoint(session, who(caller), user_id, kind)
    detail = {"user_id": str(user_id), "kind": kind}
    await audit.note_write(session, who(caller), "named for safety", str(made), detail=detail)
    return made


async def end_appointment(session: AsyncSession, caller: Principal, appointment_id: UUID) -> None:
    """End an appointment, and write down who did. Raises not-found."""
    await safety_advisers.end(session, who(caller), appointment_id)
    await audit.note_write(session, who(caller), "no longer named for safety", str(appointment_id))


async def _read(services: Services, caller: Principal, case_id: UUID) -> SafetyRecord:
    now = await services.case_now()
    async with services.begin(caller) as session:
        found = await service.read(session, caller, case_id, "safety by interface")
        known = await names.directory(session)
    return safety_json(found, known, now)


async def _referrals(services: Services, caller: Principal, page: Page) -> SafetyReferralList:
    async with services.begin(caller) as session:
        rows, following = page.after(await service.referrals(session, caller, **page.more))
        known = await names.directory(session)
    return SafetyReferralList(referrals=[referral_json(each, known) for each in rows], next=following)


async def _advisers(services: Services, caller: Principal, page: Page) -> SafetyAdviserList:
    async with services.begin(caller) as session:
        rows = await safety_advisers.advisers(session, caller.organisation_id)
        ask = await whom_to_ask(session, caller)
    listed = [
        SafetyAdviser(
            appointment_id=row.id,
            user_id=user.id,
            name=user.display_name,
            kind="adviser" if row.kind == "adviser" else "safeguarding-lead",
            appointed_at=row.appointed_at,
        )
        for row, user in page.cut(rows)
    ]
    return SafetyAdviserList(advisers=listed, ask=ask or NOBODY_NAMED, next=page.next(len(rows)))
