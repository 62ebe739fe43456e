"""What is looked at while a request comes in: how much it is, how long it takes, and that no text in it holds
a NUL.

PostgreSQL keeps no NUL in a text. FHIR bodies are left to their own reader, which keeps what it refuses.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope

from discharge.errors import HomewardError

FORM = "application/x-www-form-urlencoded"
MOST_QUERY = 8_192
"""Bytes of the part of an address behind the question mark."""
MOST_FIELDS = 1_000
"""Fields of a form, parameters of an address; the largest form of ours has about 100."""


FILES_TOGETHER = 5
"""Photos and documents in one form."""
_TAKES_FILES = re.compile(
    r"(/api/v1)?/cases/[^/]{1,50}/(evidence|(check/items/[^/]{1,100}|hazards/[^/]{1,10})/files)"
)


@dataclass(frozen=True)
class BodyLimits:
    """The most bytes of a body, and the most seconds that it may take to come in; at addresses that take
    files, the other two.
    """

    size: int
    seconds: float
    files: int = 0
    files_seconds: float = 0

    def at(self, path: str) -> tuple[int, float]:
        """The limits of what is sent to an address: those that take photos and documents take more."""
        if self.files and _TAKES_FILES.fullmatch(path):
            return self.files, self.files_seconds
        return self.size, self.seconds


class Unfit(Exception):
    """The body cannot be taken; `Body.refusal` says why."""


class Body:
    """One request's body as it comes in. `refusal` is set once it cannot be taken."""

    def __init__(self, scope: Scope, receive: Receive, limits: BodyLimits) -> None:
        self._receive = receive
        self._size, self._seconds = limits.at(scope["path"])
        self._kind = _media_type(scope)
        self._nuls = () if scope["path"].startswith("/fhir/") else _nuls(self._kind)
        self._seen = 0
        self._fields = 1
        self._end = b""
        self._until: float | None = None
        self._complete = False
        self.refusal = _refused_at_once(scope, self._size)

    async def receive(self) -> Message:
        """The next part. Raises Unfit; the framework may turn that into an answer of its own."""
        if self._complete:
            return await self._receive()
        try:
            message = await self._in_time()
        except TimeoutError:
            self.refusal = HomewardError("request-unfinished")
            raise Unfit from None
        self._complete = not message.get("more_body", False)
        self.refusal = self._refused(message.get("body", b""))
        if self.refusal:
            raise Unfit
        return message

    async def _in_time(self) -> Message:
        loop = asyncio.get_running_loop()
        self._until = self._until or loop.time() + self._seconds
        async with asyncio.timeout_at(self._until):
            return await self._receive()

    def _refused(self, part: bytes) -> HomewardError | None:
        self._seen += len(part)
        if self._seen > self._size:
            return HomewardError("message-too-large")
        if any(nul in self._end + part for nul in self._nuls):
            return _holds_nul()
        if self._kind == FORM:
            self._fields += part.count(b"&")
            if self._fields > MOST_FIELDS:
                return _too_many_fields()
        self._end = part[-6:]
        return None


def _refused_at_once(scope: Scope, most: int) -> HomewardError | None:
    """What needs no look at the body."""
    query: bytes = scope.get("query_string", b"")
    if b"%00" in query or "\x00" in scope["path"]:
        return _holds_nul()
    if len(query) > MOST_QUERY:
        return HomewardError("limits", detail=f"at most {MOST_QUERY} bytes", where="query")
    if query.count(b"&") >= MOST_FIELDS:
        return _too_many_fields()
    length = _header(scope, b"content-length")
    if length.isdigit() and int(length[:20]) > most:
        return HomewardError("message-too-large")
    return None


def _nuls(kind: str) -> tuple[bytes, ...]:
    """How a NUL is written in each kind of body; what says no kind is read as JSON."""
    if kind == FORM:
        return (b"%00", b"\x00")
    if not kind or kind.endswith(("/json", "+json")):
        return (b"\\u0000", b"\x00")
    return ()


def _holds_nul() -> HomewardError:
    return HomewardError("invalid-body", detail="a text holds a NUL", where="body")


def _too_many_fields() -> HomewardError:
    return HomewardError("limits", detail=f"at most {MOST_FIELDS} fields")


def _media_type(scope: Scope) -> str:
    return _header(scope, b"content-type").partition(";")[0].strip().lower()


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")
