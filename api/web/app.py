"""The application: interfaces for programs, pages for people, and everything around them, put together
once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from api.web.bodies import FILES_TOGETHER, BodyLimits
from api.web.limits import Buckets
from api.web.middleware import Around
from api.web.problems import add_problem_handlers
from api.web.registry import PAGES, ROUTERS
from api.web.services import Services, wall_now
from api.web.settings import ApiSettings
from discharge.reference.policy import day_told

FILES_SECONDS = 180.0
"""How long photos may take to come in from a hallway with little signal."""
STATIC = Path(__file__).resolve().parent.parent / "static"


def create_app(settings: ApiSettings, now: Callable[[], datetime] = wall_now) -> FastAPI:
    """The application for one process. `now` is the machine's time; nothing is reached before the first
    request.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services: Services = app.state.services
        services.background.start("profiles", services.keep_current)
        with day_told(services.today):
            yield
        await services.close()

    app = FastAPI(
        title="Homeward",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    add_problem_handlers(app)
    for router in (*ROUTERS, *PAGES):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    serve(app, settings, now)
    return app


def serve(app: FastAPI, settings: ApiSettings, now: Callable[[], datetime] = wall_now) -> None:
    """Have the application answer by these settings from now on; its routes stay as they are laid out, which
    takes a tenth of a second of work.
    """
    files = settings.files.each * FILES_TOGETHER + settings.body_limit
    limits = BodyLimits(settings.body_limit, settings.body_seconds, files, FILES_SECONDS)
    addresses = Buckets(settings.limits.address)
    around = Middleware(Around, limits=limits, addresses=addresses, provider=settings.provider_origin)
    app.state.services = Services(settings, now)
    app.state.started = now()
    app.user_middleware, app.middleware_stack = [around], None
