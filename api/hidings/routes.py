"""Who was hidden because an organisation asked for it, for programs: listed, kept or lifted, taken back."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter

from api.hidings import service
from api.hidings.json_views import asked_json, hiding_json
from api.hidings.schemas import HidingAnswer, HidingList, HidingWithdrawal
from api.web import names
from api.web.depends import Caller, Ready
from api.web.paging import FIRST, Page, Paged
from api.web.principals import Principal
from api.web.request_keys import Keyed
from api.web.services import Services

router = APIRouter(prefix="/api/v1/hidings", tags=["hidings"])


@router.get("")
async def list_hidings(services: Ready, caller: Caller, page: Paged) -> HidingList:
    """What others asked for about people whom you answer for, those that wait for an answer first; and
    what you asked for, by the numbers that you sent. A page holds as many of each as `size` says.
    """
    caller.require("hidings.read")
    return await _listed(services, caller, page)


@router.post("/{message_id}/answer")
async def answer_hiding(
    message_id: UUID, body: HidingAnswer, services: Ready, caller: Caller, keyed: Keyed
) -> HidingList:
    """Keep or lift what a message of another organisation hid, for one person."""
    caller.require("hidings.answer")
    await keyed.once(
        services,
        NoneType,
        lambda session: service.answer(session, caller, message_id, body.person_id, body.answer, body.reason),
    )
    return await _listed(services, caller, FIRST)


@router.post("/{message_id}/withdrawal")
async def withdraw_hiding(
    message_id: UUID, body: HidingWithdrawal, services: Ready, caller: Caller, keyed: Keyed
) -> HidingList:
    """Take back what a message of your own hid; what the trust has made its own stays as that decided."""
    caller.require("hidings.withdraw")
    await keyed.once(
        services, NoneType, lambda session: service.withdraw(session, caller, message_id, body.reason)
    )
    return await _listed(services, caller, FIRST)


async def _listed(services: Services, caller: Principal, page: Page) -> HidingList:
    async with services.begin(caller) as session:
        found, following = page.after(
            await service.hidings(session, caller, offset=page.offset, size=page.size + 1)
        )
        asked, more = page.after(await service.asked_by_us(session, **page.more))
        known = await names.directory(session)
    return HidingList(
        hidings=[hiding_json(each, known) for each in found],
        asked_by_you=[asked_json(each) for each in asked],
        next=following or more,
    )
