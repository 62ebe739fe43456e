"""What is looked at while a request's body comes in: how much it is, and that no text in it holds a NUL.

PostgreSQL keeps no NUL in a text. FHIR bodies are left to their own reader, which keeps what it refuses.
"""

from __future__ import annotations

from starlette.types import Message, Receive, Scope

from discharge.errors import HomewardError

NUL = {"application/x-www-form-urlencoded": b"%00", "application/json": b"\\u0000"}
"""How a NUL is written in each kind of body."""


class Unfit(Exception):
    """The body cannot be taken; `Body.refusal` says why."""


class Body:
    """One request's body as it comes in. `refusal` is set once it cannot be taken."""

    def __init__(self, scope: Scope, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._nul = b"" if scope["path"].startswith("/fhir/") else NUL.get(_media_type(scope), b"")
        self._seen = 0
        self._end = b""
        self.refusal = _refused_at_once(scope, limit)

    async def receive(self) -> Message:
        """The next part. Raises Unfit; the framework may turn that into an answer of its own."""
        message = await self._receive()
        part: bytes = message.get("body", b"")
        self._seen += len(part)
        if self._seen > self._limit:
            self.refusal = HomewardError("message-too-large")
        elif self._nul and self._nul in self._end + part:
            self.refusal = _holds_nul()
        if self.refusal:
            raise Unfit
        self._end = part[-len(self._nul) :] if self._nul else b""
        return message


def _refused_at_once(scope: Scope, limit: int) -> HomewardError | None:
    """What needs no look at the body."""
    if b"%00" in scope.get("query_string", b"") or "\x00" in scope["path"]:
        return _holds_nul()
    length = _header(scope, b"content-length")
    if length.isdigit() and int(length) > limit:
        return HomewardError("message-too-large")
    return None


def _holds_nul() -> HomewardError:
    return HomewardError("invalid-body", detail="a text holds a NUL")


def _media_type(scope: Scope) -> str:
    return _header(scope, b"content-type").partition(";")[0].strip().lower()


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")
