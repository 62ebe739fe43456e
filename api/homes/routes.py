"""Homes that can be let, for landlords' systems and for those who house people."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter

from api.homes import queries
from api.homes import service as editing
from api.homes.json_views import home_json
from api.homes.schemas import HomeList, HomeRecord, HomeWithdrawal, WithdrawnHome
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.request_keys import Keyed
from discharge.clocks import london_date

router = APIRouter(prefix="/api/v1/properties", tags=["homes"])


@router.get("")
async def list_properties(services: Ready, caller: Caller, page: Paged, free: bool = False) -> HomeList:
    """Homes that can be let, the earliest first: free, offered, accepted (reserved), let or withdrawn."""
    caller.require("properties.read")
    async with services.begin(caller) as session:
        listed = queries.free_homes if free else queries.homes
        shown, following = page.after(await listed(session, **page.more))
    return HomeList(properties=[home_json(each) for each in shown], next=following)


@router.get("/{property_id}")
async def get_property(property_id: UUID, services: Ready, caller: Caller) -> HomeRecord:
    """One home."""
    caller.require("properties.read")
    async with services.begin(caller) as session:
        return home_json(await queries.home(session, property_id))


@router.post("", status_code=201)
async def add_property(body: editing.NewHome, services: Ready, caller: Caller, keyed: Keyed) -> HomeRecord:
    """Put a home on the list. One reference of a landlord is one home: under another key it is a 409."""
    caller.require(editing.EDIT)
    home_id = await keyed.once(services, UUID, lambda session: editing.add(session, caller, body))
    async with services.begin(caller) as session:
        return home_json(await queries.home(session, home_id))


@router.put("/{property_id}")
async def change_property(
    property_id: UUID, body: editing.ChangedHome, services: Ready, caller: Caller, keyed: Keyed
) -> HomeRecord:
    """Change a home, whole. With `seen_at` it is refused if somebody changed it since."""
    caller.require(editing.EDIT)
    await keyed.once(services, NoneType, lambda session: editing.change(session, caller, property_id, body))
    async with services.begin(caller) as session:
        return home_json(await queries.home(session, property_id))


@router.post("/{property_id}/withdrawal")
async def withdraw_property(
    property_id: UUID, body: HomeWithdrawal, services: Ready, caller: Caller, keyed: Keyed
) -> WithdrawnHome:
    """Take a home off the list. Whoever it was offered to, or had accepted it, loses it and is told."""
    caller.require(editing.EDIT)
    today = london_date(await services.case_now())
    held = await keyed.once(
        services,
        str,
        lambda session: editing.withdraw(session, caller, property_id, body.because, today),
    )
    async with services.begin(caller) as session:
        return WithdrawnHome(**dict(home_json(await queries.home(session, property_id))), was=held)
