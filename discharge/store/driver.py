"""Connections to PostgreSQL on which no answer is waited for without an end.

A server that refuses or breaks off is an error at once. One that freezes (a machine that is paused, a route
that is lost, a process that is stopped while its kernel goes on acknowledging) is silence: TCP's timeouts see
only bytes that nobody acknowledged, and a statement timeout is kept by the very server that is frozen. So
each answer has a deadline on our side too. A connection past it is cut and never used again; what was asked
on it may have happened.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.abc import PQGen

if TYPE_CHECKING:
    from sqlalchemy import URL

_T = TypeVar("_T")

NO_JIT = "-c jit=off"
"""Row-level security makes plans look dear, so PostgreSQL would compile queries that take a millisecond."""

IDLE_IN_TRANSACTION_SECONDS = 120
"""After that PostgreSQL ends a transaction whose process asks nothing more: it may hold locks of others."""

CANCEL_SECONDS = 1.0
"""How long a statement that nobody waits for any more has to end in order, before its connection is cut."""

TCP: dict[str, int] = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A machine or a route that is gone: noticed after 25 s of silence, or 15 s after something was sent. In
seconds, the last in milliseconds, as libpq takes them; the address of a database may say otherwise.
"""


@dataclass(frozen=True, slots=True)
class DatabaseTimes:
    """How long a process waits for PostgreSQL, in seconds.

    ``connect`` is for a connection to come about, for one that is kept to say that it lives, and for one of
    ours to become free. ``statement`` is what one question may take, None as long as it takes; when it is
    over PostgreSQL itself says so, and has ``silence`` longer for that, or its connection is cut.
    """

    connect: float = 5.0
    statement: float | None = 60.0
    silence: float = 3.0

    @property
    def answer(self) -> float | None:
        """After how long without an answer a connection is cut."""
        return None if self.statement is None else self.statement + self.silence


USUAL = DatabaseTimes()
AT_LENGTH = DatabaseTimes(statement=600.0)
"""For a command that somebody has given and watches."""
UNLIMITED = DatabaseTimes(statement=None)
"""For changing the shape of the record, which takes as long as it takes."""


DriverError = psycopg.OperationalError
"""What the driver itself raises, where SQLAlchemy is gone round."""


class NoAnswer(psycopg.OperationalError):
    """PostgreSQL did not answer in time; the connection was cut."""


class BoundedConnection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """A connection that is cut when an answer takes longer than ``patience`` seconds, None for no limit. The
    first answer after it was lent to somebody has ``first`` seconds, where that is given.

    One timer watches it, and is set again only when it rings: a timer for each answer would cost more than
    many an answer does.
    """

    patience: float | None = None
    first: float | None = None
    _due: float | None = None
    _timer: asyncio.TimerHandle | None = None
    _silent = False

    async def wait(self, gen: PQGen[_T], *given: Any, **named: Any) -> _T:
        """Everything that goes over the wire passes here. Raises NoAnswer."""
        seconds = self.patience if self.first is None else self.first
        if seconds is not None:
            self._expect_within(seconds)
        try:
            answered = await super().wait(gen, *given, **named)
            self.first = None
            return answered
        except psycopg.OperationalError:
            if self._silent:
                raise NoAnswer("no answer in time") from None
            raise
        finally:
            self._due = None

    @property
    def has_news(self) -> bool:
        """Whether PostgreSQL said something unasked, such as that it ends the connection. Nothing is sent."""
        if self.closed:
            return True
        looking = select.poll()
        looking.register(self.fileno(), select.POLLIN)
        return bool(looking.poll(0))

    async def cancel_safe(self, **_: Any) -> None:
        """Have a statement stopped that nobody waits for any more; a server that is frozen does not hear."""
        self._expect_within(CANCEL_SECONDS)
        await super().cancel_safe(timeout=CANCEL_SECONDS)

    def _expect_within(self, seconds: float) -> None:
        self._due = asyncio.get_running_loop().time() + seconds
        if self._timer is None or self._timer.when() > self._due:
            self._set_timer(self._due)

    def _set_timer(self, due: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        """Time may be up; while nothing is asked, or not yet for so long, it is not."""
        self._timer = None
        if self._due is None:
            return
        if asyncio.get_running_loop().time() < self._due:
            self._set_timer(self._due)
        else:
            self._cut()

    def _cut(self) -> None:
        """End the stream but not the descriptor, which the event loop watches: whoever reads finds the end of
        it, and so does the server.
        """
        if self.closed:
            return
        self._silent = True
        with socket.socket(fileno=os.dup(self.fileno())) as stream:
            try:
                stream.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # the other side has ended it meanwhile


async def connect(times: DatabaseTimes, **settings: Any) -> BoundedConnection:
    """A connection with these times. Raises psycopg.OperationalError."""
    connection = await BoundedConnection.connect(**settings)
    connection.patience = times.answer
    return connection


def session_settings(url: URL, times: DatabaseTimes) -> dict[str, Any]:
    """How a session begins: how long it may take to come about and to stay silent, and what PostgreSQL is to
    know of it. What the address says of TCP, and the role that it acts as, counts.
    """
    tcp = {name: value for name, value in TCP.items() if name not in url.query}
    return {**tcp, "connect_timeout": max(int(times.connect), 1), "options": _options(url, times.statement)}


def _options(url: URL, statement: float | None) -> str:
    given = url.query.get("options", ())
    limits = [] if statement is None else _limits(statement)
    return " ".join((*limits, *([given] if isinstance(given, str) else given), NO_JIT))


def _limits(statement: float) -> list[str]:
    idle = max(statement, IDLE_IN_TRANSACTION_SECONDS)
    seconds = {"statement_timeout": statement, "idle_in_transaction_session_timeout": idle}
    return [f"-c {name}={max(int(value * 1000), 1)}" for name, value in seconds.items()]
