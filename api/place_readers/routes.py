"""Who may know where a hidden person lies, for programs: the responsible trust names, lists and ends."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter

from api.place_readers import service
from api.place_readers.json_views import names_json
from api.place_readers.schemas import PlaceReaderBody, PlaceReaderList
from api.place_readers.service import Naming
from api.web import names
from api.web.depends import Caller, Ready
from api.web.paging import FIRST, Page, Paged
from api.web.principals import Principal
from api.web.request_keys import Keyed
from api.web.services import Services
from discharge.clocks import london_date

router = APIRouter(prefix="/api/v1/cases/{case_id}/place-readers", tags=["place readers"])


@router.get("")
async def list_place_readers(case_id: UUID, services: Ready, caller: Caller, page: Paged) -> PlaceReaderList:
    """Who was named, which names are in force, and who may be named."""
    caller.require(service.NAME)
    return await _listed(services, caller, case_id, page)


@router.post("", status_code=201)
async def add_place_reader(
    case_id: UUID, body: PlaceReaderBody, services: Ready, caller: Caller, keyed: Keyed
) -> PlaceReaderList:
    """Name somebody; in place of what was said of them before."""
    caller.require(service.NAME)
    today = london_date(await services.case_now())
    asked = Naming(body.user_id, body.until_on, body.reason.strip())
    await keyed.once(services, UUID, lambda session: service.name(session, caller, case_id, asked, today))
    return await _listed(services, caller, case_id, FIRST)


@router.post("/{reader_id}/end")
async def end_place_reader(
    case_id: UUID, reader_id: UUID, services: Ready, caller: Caller, keyed: Keyed
) -> PlaceReaderList:
    """Take a name away."""
    caller.require(service.NAME)
    await keyed.once(
        services, NoneType, lambda session: service.take_away(session, caller, case_id, reader_id)
    )
    return await _listed(services, caller, case_id, FIRST)


async def _listed(services: Services, caller: Principal, case_id: UUID, page: Page) -> PlaceReaderList:
    async with services.begin(caller) as session:
        around = await service.names(session, caller, case_id)
        known = await names.directory(session)
    return names_json(around, known, page)
