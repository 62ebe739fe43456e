"""The engine of one process, and the one way to open a transaction.

A transaction carries its tenant: PostgreSQL decides by it which rows exist. Without one the api role sees
nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from time import monotonic
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from discharge.errors import HomewardError, Unavailable
from discharge.store.driver import (
    USUAL,
    BoundedConnection,
    DatabaseTimes,
    NoAnswer,
    connect,
    session_settings,
)

Sessions = async_sessionmaker[AsyncSession]

CODED_ERROR = "HW409"
"""SQLSTATE of an error that our own functions raise; its message is a code of the table of errors."""

TIMES = "homeward_times"
"""The execution option of an engine that holds its times."""

TOOK_TOO_LONG, LOCKED = "57014", "55P03"
"""SQLSTATE of a statement that ran into its timeout, and of one that waited too long for somebody's lock."""

IN_EACH_OTHERS_WAY = "40"
"""Class of SQLSTATE of transactions that cannot both be done: deadlocks and serialisation."""

STOOD_IDLE = "25P03"
"""SQLSTATE of a transaction in which nothing was asked for too long."""

NO_ANSWER = "no-answer"
"""Told beside ``database-unavailable`` when PostgreSQL was there and fell silent."""

SURE_SECONDS = 1.0
"""How long a connection that answered is taken to be alive, unless it says otherwise."""

ANSWERED_AT = "homeward answered at"

OUTAGES = frozenset({"", "08", "53", "55", "57", "58"})
"""Classes of SQLSTATE after which the same transaction may succeed: no connection, no room, shutting down."""

_SET_TENANT = text(
    "SELECT set_config('homeward.organisation_id', :organisation, true),"
    " set_config('homeward.user_id', :user, true),"
    " set_config('homeward.role', :role, true)"
)


def make_engine(url: str, *, pool_size: int = 10, times: DatabaseTimes = USUAL) -> AsyncEngine:
    """The engine for ``postgresql+psycopg://...``; parameters never show in its errors."""

    async def opened(**settings: Any) -> BoundedConnection:
        return await connect(times, **settings)

    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=times.connect,
        pool_use_lifo=True,  # few connections do most of the work: their plans and caches are warm
        hide_parameters=True,
        json_deserializer=from_json,
        connect_args={**session_settings(make_url(url), times), "async_creator_fn": opened},
        execution_options={TIMES: times},
    )
    _ask_kept_ones(engine, times)
    return engine


def times_of(engine: AsyncEngine) -> DatabaseTimes:
    """How long an engine waits for PostgreSQL."""
    times: DatabaseTimes = engine.get_execution_options().get(TIMES, USUAL)
    return times


def driver_settings(engine: AsyncEngine) -> dict[str, Any]:
    """What psycopg needs to connect as the engine does, for the few places that must go round SQLAlchemy."""
    url = engine.url
    named = url.translate_connect_args(username="user", database="dbname")
    return {**named, **url.query, **session_settings(url, times_of(engine))}


def _ask_kept_ones(engine: AsyncEngine, times: DatabaseTimes) -> None:
    """A connection that was kept is asked whether it lives before it is lent: after a restart of PostgreSQL
    all of them are dead. One that answered a moment ago, and on which nothing was said since, is not asked:
    that would cost each transaction a round trip. Its first answer is waited for as briefly instead, because
    with several frozen ones the times would add up. Who is asked begins the transaction by that: a question
    of its own would be another one.
    """

    def back(connection: Any, record: Any) -> None:
        if connection is not None:
            record.info[ANSWERED_AT] = monotonic()

    def out(connection: Any, record: Any, _proxy: Any) -> None:
        driver: BoundedConnection = connection.driver_connection
        kept_for = monotonic() - record.info.get(ANSWERED_AT, inf)
        if kept_for >= SURE_SECONDS or (kept_for >= 0 and driver.has_news):
            driver.patience = times.connect
            try:
                _begin(connection)
            except engine.dialect.loaded_dbapi.Error:
                raise InvalidatePoolError from None
        driver.patience, driver.first = times.answer, times.connect

    event.listen(engine.sync_engine, "checkin", back)
    event.listen(engine.sync_engine, "checkout", out)


def _begin(connection: Any) -> None:
    """Say nothing but that a transaction begins, which the driver does before whatever it is given."""
    cursor = connection.cursor()
    try:
        cursor.execute(";")
    finally:
        cursor.close()


def make_sessions(engine: AsyncEngine) -> Sessions:
    """The session factory of an engine; rows stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def transaction(
    source: AsyncEngine | Sessions,
    *,
    organisation_id: UUID | None = None,
    user_id: UUID | None = None,
    role: str = "",
) -> AsyncIterator[AsyncSession]:
    """One transaction on behalf of an organisation, and of somebody there in a role: committed at the end,
    rolled back by any exception.

    Raises HomewardError: ``database-unavailable`` when PostgreSQL cannot be reached, does not answer or gives
    up the transaction; ``database-busy`` when a statement took too long or others were in the way; the code
    that one of our own functions in PostgreSQL raised; ``internal`` with SQLSTATE and constraint, instead of
    a driver error whose text repeats values.
    """
    sessions = source if isinstance(source, async_sessionmaker) else make_sessions(source)
    try:
        async with sessions() as session, session.begin():
            await set_tenant(session, organisation_id, user_id, role)
            yield session
    except PoolTimeout:
        raise Unavailable("database-unavailable") from None
    except DBAPIError as error:
        _raise_in_our_words(error)
        raise


async def set_tenant(
    session: AsyncSession, organisation_id: UUID | None, user_id: UUID | None = None, role: str = ""
) -> None:
    """Set for whom the running transaction acts."""
    values = {"organisation": str(organisation_id or ""), "user": str(user_id or ""), "role": role}
    await session.execute(_SET_TENANT, values)


def sqlstate(error: Exception) -> str:
    """The five characters that PostgreSQL gave, or nothing."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that was violated."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""


def is_busy(state: str) -> bool:
    """Whether PostgreSQL is there, and something is in the way of this transaction: worth some more tries."""
    return state in (TOOK_TOO_LONG, LOCKED) or state[:2] == IN_EACH_OTHERS_WAY


def _raise_in_our_words(error: DBAPIError) -> None:
    if is_busy(sqlstate(error)):
        raise Unavailable("database-busy", detail=sqlstate(error)) from None
    if sqlstate(error) == STOOD_IDLE:
        raise Unavailable("database-unavailable", detail=STOOD_IDLE) from None
    if isinstance(error.orig, NoAnswer):
        raise Unavailable("database-unavailable", detail=NO_ANSWER) from None
    if isinstance(error, OperationalError) and sqlstate(error)[:2] in OUTAGES:
        raise Unavailable("database-unavailable", detail=sqlstate(error)) from None
    if sqlstate(error) == CODED_ERROR:
        raise HomewardError(str(getattr(error.orig, "diag").message_primary)) from None  # noqa: B009
    if isinstance(error, IntegrityError):
        raise HomewardError("internal", detail=f"{sqlstate(error)} {constraint_of(error)}") from None
    if isinstance(error, DataError):
        raise HomewardError("internal", detail=sqlstate(error)) from None
