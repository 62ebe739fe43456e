"""The application: interfaces for programs, pages for people, and everything around them, put together
once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.bodies import BodyLimits
from api.limits import Buckets
from api.middleware import Around
from api.pages.registry import PAGES
from api.problems import add_problem_handlers
from api.routes.registry import ROUTERS
from api.services import Services, wall_now
from api.settings import ApiSettings

STATIC = Path(__file__).resolve().parent / "static"


def create_app(settings: ApiSettings, now: Callable[[], datetime] = wall_now) -> FastAPI:
    """The application for one process. `now` is the machine's time; nothing is reached before the first
    request.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services: Services = app.state.services
        services.background.start("profiles", services.keep_current)
        yield
        await services.close()

    app = FastAPI(
        title="Homeward",
        version=version("homeward"),
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.services = Services(settings, now)
    app.state.started = now()
    add_problem_handlers(app)
    for router in (*ROUTERS, *PAGES):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(
        Around,
        limits=BodyLimits(settings.body_limit, settings.body_seconds),
        addresses=Buckets(settings.limits.address),
        provider=settings.provider_origin,
    )
    return app


DESCRIPTION = """
Discharges from hospital that are held up by the home. Every request needs a bearer token.

A change is a command: `POST /api/v1/cases/{case_id}/commands` with its `kind`, an `effective_on` (a London
calendar date), and an `Idempotency-Key`. The answer is 200 with what happened, 202 with a status address when
it was taken and not answered in time, or a problem (RFC 9457) whose `code` is the same in every interface,
page and log.
"""
