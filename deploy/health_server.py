"""Health, readiness and figures of a program that serves no pages: a small server of its own beside the work.

It runs in the same loop as the work, so that a loop that stands still is one that does not answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.http_server import BoundedProtocol
from deploy.secret_files import WrongSetting
from deploy.settings import Settings, variable
from workflows.readiness import Readiness

CONNECTIONS = 32


@dataclass(frozen=True)
class HealthDoor:
    """Where to answer; without a ``port`` nobody can ask. ``setting`` is the one that gives the port."""

    host: str
    port: int | None
    setting: str

    @classmethod
    def of(cls, settings: Settings, name: str) -> HealthDoor:
        """As a setting of that name says."""
        return cls(settings.health_host, getattr(settings, name), variable(name))

    @contextlib.asynccontextmanager
    async def serve(self, readiness: Readiness, *registries: CollectorRegistry) -> AsyncIterator[None]:
        """Answer meanwhile. Raises WrongSetting when the port cannot be had."""
        if self.port is None:
            yield
            return
        with self._listening(self.port) as listening:
            server = _WithinAProgram(_config(application(readiness, *registries)))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield
            finally:
                server.should_exit = True
                await serving

    def _listening(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, port), family=family)
        except OSError as error:
            words = f"{self.setting} is {port}, on which {self.host} cannot listen: {error.strerror}."
            raise WrongSetting(words) from None


def application(readiness: Readiness, *registries: CollectorRegistry) -> Starlette:
    """The three addresses: whether the process lives, whether it can work, and how much it did."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        well, body = await readiness.report()
        return JSONResponse(body, 200 if well else 503)

    async def metrics(_: Request) -> Response:
        figures = b"".join(map(generate_latest, registries))
        return Response(figures, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)])


class _WithinAProgram(uvicorn.Server):
    """A server that leaves the signals to the program around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's."""
        yield


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
