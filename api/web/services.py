"""What every request needs, made once for the process: database, case clock, Temporal, keys, sign-in."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from temporalio.client import Client

from api.evidence.checker import AT_ONCE
from api.web.limits import Buckets, Turns
from api.web.principals import How, Identity, Principal
from api.web.settings import ApiSettings
from api.web.sign_in import tokens
from api.web.sign_in.callers import known_caller
from api.web.sign_in.openid import OpenId
from api.web.sign_in.sessions import Session, SessionCookies, use_session
from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.store.engine import Sessions, make_engine, make_sessions, transaction
from discharge.store.tables import CaseClockRow
from fhir_adapters.background import Background
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.site_reference import site_reference
from fhir_adapters.store.profiles import keep_following
from workflows.codec import PayloadKeys
from workflows.connection import connect

REPORTS_AT_ONCE = 2
"""Connections for reports that are kept; as many again may be opened for a while."""

DATA_EXCEPTION = "22"
"""Class of SQLSTATE: PostgreSQL cannot take a value as it is."""

CALLBACK = "/sign-in/callback"
SIGNED_OUT = "/signed-out"
REMEMBER_SECONDS = 60.0
REMEMBER_MOST = 5_000


def wall_now() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


class Services:
    """One process's resources; nothing is reached before it is needed."""

    def __init__(self, settings: ApiSettings, now: Callable[[], datetime] = wall_now) -> None:
        self.settings = settings
        self.now = now
        limits = settings.limits
        url, times = settings.database_url, settings.database
        self.engine = make_engine(url, times=replace(times, statement=limits.statement_seconds))
        self.sessions: Sessions = make_sessions(self.engine)
        self._reports = make_engine(
            url, pool_size=REPORTS_AT_ONCE, times=replace(times, statement=limits.report_seconds)
        )
        self.cookies = SessionCookies(settings)
        own = settings.public_url
        fresh = settings.session_idle_seconds
        self.openid = (
            OpenId(settings.openid, own + CALLBACK, own + SIGNED_OUT, fresh) if settings.openid else None
        )
        self.profiles = WatchedBook(settings.feed_profiles)
        self.reference = site_reference(settings.reference_data)
        self._token_keys = KeySet.import_key_set(_key_set(settings.token_keys))
        self._asked: dict[How, Buckets] = {
            "bearer": Buckets(limits.client),
            "session": Buckets(limits.person),
        }
        self.background = Background()
        self._turns = Turns(limits.at_once)
        self.file_turns = asyncio.Semaphore(AT_ONCE)
        self._clock: CaseClock | None = None
        self._temporal: Client | None = None
        self._callers: dict[tuple[Identity, How], tuple[float, Principal]] = {}

    async def keep_current(self) -> None:
        """Follow what may be corrected while we run, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_following(self.engine, self.profiles))
            group.create_task(self.reference.keep_looking())

    async def close(self) -> None:
        """End what goes on in the background, and let go of the database's connections."""
        await self.background.stop()
        await self.engine.dispose()
        await self._reports.dispose()

    @asynccontextmanager
    async def begin(self, caller: Principal, *, report: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction on behalf of a caller's organisation. A `report` may ask for longer, on
        connections of its own, so that reports hold up nothing else.

        Raises HomewardError as `transaction` does; invalid-body for a value that no column can hold.
        """
        try:
            async with transaction(
                self._reports if report else self.sessions,
                organisation_id=caller.organisation_id,
                user_id=caller.user_id,
                role=caller.role,
            ) as session:
                yield session
        except HomewardError as error:
            if error.code == "internal" and error.detail.startswith(DATA_EXCEPTION):
                raise HomewardError("invalid-body", detail="a value is out of range") from None
            raise

    async def clock(self) -> CaseClock:
        """The map from machine to case time; it never changes once it is stored."""
        if self._clock is None:
            async with transaction(self.sessions) as session:
                self._clock = await _stored_clock(session)
        return self._clock or CaseClock.real()

    async def case_now(self) -> datetime:
        """Case time at this instant."""
        return (await self.clock()).case_time(self.now())

    def today(self) -> date:
        """The day in case time; that of the machine until the clock is read."""
        return (self._clock or CaseClock.real()).today(self.now())

    async def temporal(self) -> Client:
        """The client of Temporal; made lazily, so that we run while Temporal does not."""
        if self._temporal is None:
            keys = PayloadKeys.parse(self.settings.payload_keys)
            self._temporal = await connect(self.settings.temporal, keys, lazy=True)
        return self._temporal

    @property
    def answer_within(self) -> timedelta:
        """How long a request waits for what became of its command."""
        return timedelta(seconds=self.settings.command_seconds)

    def bearer(self, token: str) -> Identity:
        """Whom a bearer token vouches for. Raises not-signed-in."""
        try:
            claims = tokens.verify(
                token, self._token_keys, self.now(), self.settings.bearer_issuer, self.settings.bearer_longest
            )
        except tokens.TokenRefused:
            raise HomewardError("not-signed-in", detail="token") from None
        return Identity(
            issuer=self.settings.bearer_issuer,
            subject=claims.subject,
            name=claims.name,
            role=claims.role,
            organisation=claims.organisation,
        )

    async def session_caller(self, session: Session) -> Principal | None:
        """Whose browser it is; none once the session has ended."""
        async with transaction(self.sessions) as opened:
            return await use_session(opened, session, self.now(), self.settings)

    @asynccontextmanager
    async def turn(self, caller: Principal) -> AsyncIterator[None]:
        """One request of a caller, who may ask so often and have so many answered at once.

        Raises too-many-requests.
        """
        self._asked[caller.how].take(caller.client_id)
        async with self._turns.turn(caller.client_id):
            yield

    async def caller(self, identity: Identity, how: How) -> Principal:
        """The known caller behind an identity; remembered for a minute, so that most requests ask nothing."""
        remembered = self._callers.get((identity, how))
        if remembered and time.monotonic() - remembered[0] < REMEMBER_SECONDS:
            return remembered[1]
        async with transaction(self.sessions) as session:
            principal = await known_caller(session, identity, how)
        if len(self._callers) >= REMEMBER_MOST:
            self._callers.clear()
        self._callers[identity, how] = (time.monotonic(), principal)
        return principal

    def forget_caller(self, user_id: UUID) -> None:
        """Ask the record again whether somebody may come in; other processes do within a minute."""
        for known, (_, principal) in list(self._callers.items()):
            if principal.user_id == user_id:
                self._callers.pop(known, None)


def services_of(request: Request) -> Services:
    """The process's services, from any request."""
    services: Services = request.app.state.services
    return services


async def _stored_clock(session: AsyncSession) -> CaseClock | None:
    """The clock that the first start fixed; none in production, where case time is the wall clock."""
    row = await session.scalar(select(CaseClockRow))
    return CaseClock(origin=row.origin, case_origin=row.case_origin, factor=row.factor) if row else None


def _key_set(text: str) -> Any:
    return json.loads(text)
