"""What happens around every request: limits on how much and how often, headers that keep browsers safe, and
counting.

Plain ASGI, so that nothing is buffered that need not be.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.bodies import Body, BodyLimits, Unfit
from api.web.limits import Buckets
from api.web.problems import answer, logged
from discharge.errors import HomewardError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SAFETY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

UNLIMITED = frozenset({"/healthz", "/readyz"})

REQUESTS = Counter("homeward_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("homeward_http_seconds", "Time until an answer was complete", ["method", "route"])


class Around:
    """Limits, headers and metrics around the application."""

    def __init__(self, app: ASGIApp, limits: BodyLimits, addresses: Buckets, provider: str = "") -> None:
        """`provider` is the OpenID provider's origin: a form that signs out goes on to there."""
        self._app = app
        self._limits = limits
        self._addresses = addresses
        policy = POLICY.replace("form-action 'self'", f"form-action 'self' {provider}".rstrip())
        self._safety = SAFETY | {"Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and watch it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = Body(scope, receive, self._limits)
        body.refusal = self._too_often(scope) or body.refusal
        watch = _Watch(send, scope, body, self._safety)
        if not body.refusal:
            await self._pass_on(scope, body, watch)
        if body.refusal and not watch.status:
            await answer(Request(scope), body.refusal)(scope, receive, watch.say)
        watch.count()

    def _too_often(self, scope: Scope) -> HomewardError | None:
        """Whether the address asks too often; whether we live is always answered."""
        if scope["path"] in UNLIMITED:
            return None
        try:
            self._addresses.take((scope.get("client") or ("",))[0])
        except HomewardError as refusal:
            return refusal
        return None

    async def _pass_on(self, scope: Scope, body: Body, watch: _Watch) -> None:
        try:
            await self._app(scope, body.receive, watch.send)
        except Unfit:
            return
        except Exception as error:
            refusal = logged(error)
            if not watch.status:
                await answer(Request(scope), refusal)(scope, body.receive, watch.say)


class _Watch:
    """Sends on, adds the headers, remembers the status."""

    def __init__(self, send: Send, scope: Scope, body: Body, safety: Mapping[str, str]) -> None:
        self._safety = safety
        self._send = send
        self._scope = scope
        self._body = body
        self._began = time.perf_counter()
        self.status = 0

    async def send(self, message: Message) -> None:
        """What the application says; nothing, once its body was refused."""
        if not self._body.refusal or self.status:
            await self.say(message)

    async def say(self, message: Message) -> None:
        """Send on to the client."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._safety.items():
                headers.setdefault(name, value)
            if not self._scope["path"].startswith("/static/"):
                headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    def count(self) -> None:
        route = getattr(self._scope.get("route"), "path", "none")  # never the address: it may hold an id
        REQUESTS.labels(self._scope["method"], route, str(self.status)).inc()
        SECONDS.labels(self._scope["method"], route).observe(time.perf_counter() - self._began)
