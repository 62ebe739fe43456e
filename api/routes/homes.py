"""Homes that can be let, for landlords' systems and for those who house people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api import homes as editing
from api.depends import Caller, Ready
from api.presenters.lists_json import home_json
from api.reading import homes
from discharge.clocks import london_date

router = APIRouter(prefix="/api/v1/properties", tags=["homes"])


@router.get("")
async def list_properties(services: Ready, caller: Caller, free: bool = False) -> dict[str, Any]:
    """Homes that can be let, the earliest first: free, offered, accepted (reserved), let or withdrawn."""
    caller.require("properties.read")
    async with services.begin(caller) as session:
        found = await homes.homes(session)
    return {"properties": [home_json(each) for each in found if each.free or not free]}


@router.get("/{property_id}")
async def get_property(property_id: UUID, services: Ready, caller: Caller) -> dict[str, Any]:
    """One home."""
    caller.require("properties.read")
    async with services.begin(caller) as session:
        return home_json(await homes.home(session, property_id))


@router.post("", status_code=201)
async def add_property(body: editing.NewHome, services: Ready, caller: Caller) -> dict[str, Any]:
    """Put a home on the list. One reference of a landlord is one home: sent again it is a 409."""
    async with services.begin(caller) as session:
        home_id = await editing.add(session, caller, body)
        return home_json(await homes.home(session, home_id))


@router.put("/{property_id}")
async def change_property(
    property_id: UUID, body: editing.ChangedHome, services: Ready, caller: Caller
) -> dict[str, Any]:
    """Change a home, whole. With `seen_at` it is refused if somebody changed it since."""
    async with services.begin(caller) as session:
        await editing.change(session, caller, property_id, body)
    async with services.begin(caller) as session:
        return home_json(await homes.home(session, property_id))


class Withdrawal(BaseModel):
    """Why a home is not to be had any more: a code of the list property-withdrawal-reasons."""

    because: str


@router.post("/{property_id}/withdrawal")
async def withdraw_property(
    property_id: UUID, body: Withdrawal, services: Ready, caller: Caller
) -> dict[str, Any]:
    """Take a home off the list. Whoever it was offered to, or had accepted it, loses it and is told."""
    today = london_date(await services.case_now())
    async with services.begin(caller) as session:
        held = await editing.withdraw(session, caller, property_id, body.because, today)
    async with services.begin(caller) as session:
        return {**home_json(await homes.home(session, property_id)), "was": held}
