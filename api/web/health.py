"""Whether we live, whether we can work, and how much we did."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import text

from api.contract.document import describe
from api.web.depends import Ready, known_by_token
from api.web.services import Services
from discharge.errors import HomewardError
from discharge.reference.policy import book_in_force
from discharge.store.engine import transaction
from workflows import readiness
from workflows.readiness import LOOK_SECONDS, Readiness

router = APIRouter(include_in_schema=False)

ALARMS = Gauge(
    "homeward_alarm_open", "Messages do not arrive, are not read or do not go out", ["kind", "subject"]
)


@router.get("/api/v1/openapi.json")
async def description(request: Request, services: Ready) -> JSONResponse:
    """The description of the interface; unless a setting opens it, for whoever is signed in. A site's change
    of a list is in it at once.
    """
    if not services.settings.open_description:
        await known_by_token(request, services)
    app, book = request.app, book_in_force()
    if getattr(app.state, "described_by", None) is not book:
        app.openapi_schema = await asyncio.to_thread(describe, app)
        app.state.described_by = book
    return JSONResponse(app.openapi_schema)


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(services: Ready) -> JSONResponse:
    """Whether a request can be taken: PostgreSQL answers. Temporal may be away, then commands wait; where a
    file of a profile cannot be used, the version before stays in force; what fails in the background begins
    again.
    """
    checks = {
        "database": readiness.database(services.sessions),
        "workflows": readiness.temporal(services.temporal),
        "profiles": readiness.files(services.profiles),
        "reference": readiness.files(services.reference),
        "tasks": readiness.tasks(services.background.failing),
    }
    well, body = await Readiness(checks, needed=frozenset({"database"})).report()
    return JSONResponse(body, 200 if well else 503)


@router.get("/metrics")
async def metrics(request: Request, services: Ready) -> PlainTextResponse:
    """Counters for Prometheus, and which alarms are open; without the database those stay as they were.

    Unless a setting opens them, they are for who may see whether all parts are running.
    """
    if not services.settings.open_metrics:
        (await known_by_token(request, services)).require("admin.status")
    with contextlib.suppress(HomewardError, TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            await _count_alarms(services)
    return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _count_alarms(services: Services) -> None:
    async with transaction(services.sessions) as session:
        found = (await session.execute(text("SELECT kind, subject FROM homeward_open_alarms()"))).all()
    ALARMS.clear()
    for kind, subject in found:
        ALARMS.labels(kind, subject).set(1)
