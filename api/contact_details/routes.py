"""Whom to call about a case, for programs: listed, added, corrected and ended."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.cases.summary import SEE_CONTACTS
from api.contact_details import service
from api.contact_details.json_views import contacts_json
from api.contact_details.schemas import (
    ContactCorrectionBody,
    ContactDetailList,
    ContactEndingBody,
    NewContactBody,
)
from api.web import names
from api.web.depends import Caller, Ready
from api.web.paging import FIRST, Page, Paged
from api.web.principals import Principal
from api.web.request_keys import Keyed
from api.web.services import Services
from discharge.clocks import london_date

router = APIRouter(prefix="/api/v1/cases/{case_id}/contact-details", tags=["contact details"])


@router.get("")
async def list_contact_details(
    case_id: UUID, services: Ready, caller: Caller, page: Paged
) -> ContactDetailList:
    """Whom to call: what the trust's messages say, what staff recorded, and what contradicts each other."""
    caller.require(SEE_CONTACTS)
    return await _listed(services, caller, case_id, page)


@router.post("", status_code=201)
async def add_contact_detail(
    case_id: UUID, body: NewContactBody, services: Ready, caller: Caller, keyed: Keyed
) -> ContactDetailList:
    """Record somebody to call. The same contact again adds nothing."""
    caller.require(service.EDIT)
    today = london_date(await services.case_now())
    await keyed.once(services, UUID, lambda session: service.add(session, caller, case_id, body, today))
    return await _listed(services, caller, case_id, FIRST)


@router.post("/{contact_id}/correct")
async def correct_contact_detail(
    case_id: UUID,
    contact_id: UUID,
    body: ContactCorrectionBody,
    services: Ready,
    caller: Caller,
    keyed: Keyed,
) -> ContactDetailList:
    """Record what a contact is instead; what it was is kept, and a later message does not undo it."""
    caller.require(service.EDIT)
    today = london_date(await services.case_now())
    await keyed.once(
        services, UUID, lambda session: service.correct(session, caller, case_id, contact_id, body, today)
    )
    return await _listed(services, caller, case_id, FIRST)


@router.post("/{contact_id}/end")
async def end_contact_detail(
    case_id: UUID, contact_id: UUID, body: ContactEndingBody, services: Ready, caller: Caller, keyed: Keyed
) -> ContactDetailList:
    """Say that a contact is of no use any more."""
    caller.require(service.EDIT)
    today = london_date(await services.case_now())
    await keyed.once(
        services, UUID, lambda session: service.end(session, caller, case_id, contact_id, body, today)
    )
    return await _listed(services, caller, case_id, FIRST)


async def _listed(services: Services, caller: Principal, case_id: UUID, page: Page) -> ContactDetailList:
    async with services.begin(caller) as session:
        around = await service.contacts(session, caller, case_id)
        known = await names.directory(session)
    return contacts_json(around, known, page)
