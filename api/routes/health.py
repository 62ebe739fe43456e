"""Whether we live, whether we can work, and how much we did."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from temporalio.service import RPCError

from api.depends import Ready
from api.services import Services
from discharge.errors import HomewardError
from discharge.store.engine import transaction

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(services: Ready) -> JSONResponse:
    """Whether a request can be taken: PostgreSQL answers. Temporal may be away, then commands wait."""
    database, temporal = await _database(services), await _temporal(services)
    body = {
        "status": "ok" if database else "unavailable",
        "database": "ok" if database else "unavailable",
        "workflows": "ok" if temporal else "unavailable",
    }
    return JSONResponse(body, 200 if database else 503)


@router.get("/metrics")
async def metrics() -> PlainTextResponse:
    """Counters for Prometheus."""
    return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _database(services: Services) -> bool:
    try:
        async with transaction(services.sessions) as session:
            await session.execute(text("SELECT 1 FROM alembic_version"))
    except HomewardError:
        return False
    return True


async def _temporal(services: Services) -> bool:
    try:
        async with asyncio.timeout(2):
            client = await services.temporal()
            return await client.service_client.check_health()
    except (RPCError, RuntimeError, TimeoutError):
        return False
