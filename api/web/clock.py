"""The two clocks: how case time follows from machine time here. Programs that pace themselves ask once."""

from __future__ import annotations

from fastapi import APIRouter

from api.web.depends import Caller, Ready
from api.web.schemas import ClockAnswer

router = APIRouter(prefix="/api/v1", tags=["clock"])


@router.get("/clock")
async def get_clock(services: Ready, caller: Caller) -> ClockAnswer:  # noqa: ARG001 - whoever is signed in
    """The map from machine time to case time, fixed at the first start."""
    clock = await services.clock()
    return ClockAnswer(
        origin=clock.origin,
        case_origin=clock.case_origin,
        factor=clock.factor,
        case_now=clock.case_time(services.now()),
    )
