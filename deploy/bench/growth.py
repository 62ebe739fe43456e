"""What grows with the record: every page and list that a person opens, with 300 and with 3,000 open cases.

The smaller size is the baseline, read in the same run by the same process. A read of one case and of the
worklist stand beside the SQL queries that they make, put on a connection of their own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.cases.queries import read_case
from api.web.principals import Identity, Principal
from api.web.sign_in.callers import known_caller
from api.web.sign_in.sessions import COOKIE, begin_session, new_session
from api.web.sign_in.tokens import ISSUER
from api.worklist.queries import WorklistQuery, worklist
from deploy.bench.api_process import signed_in, start_api
from deploy.bench.bare import connections
from deploy.bench.grown_record import HOME, WARD, GrownRecord
from deploy.bench.scratch import Scratch, scratch
from deploy.embedded import postgres
from discharge.store.engine import make_engine, transaction
from discharge.store.tables import CaseRow, Person

WARM_UPS = 3
TRUST, SERVICE = "RXH", "HHP"
OPERATOR = "operator"
MONITOR = "trust-monitor"


@dataclass(frozen=True)
class Opened:
    """Something that a person opens: its words, its address, who opens it."""

    name: str
    path: str
    role: str
    organisation: str = TRUST


PLACES: tuple[Opened, ...] = (
    Opened("worklist", "/worklist", WARD),
    Opened("worklist of the housing service", "/worklist", HOME, SERVICE),
    Opened("worklist, those at home", "/worklist?view=home", WARD),
    Opened("worklist, closed", "/worklist?view=closed", WARD),
    Opened("worklist, with alerts", "/worklist?only=alerts", WARD),
    Opened("worklist of a ward", "/worklist?ward=ELM", WARD),
    Opened("worklist, a name", "/worklist?text={family}", WARD),
    Opened("worklist, by interface", "/api/v1/cases", WARD),
    Opened("bed days", "/reports/bed-days", MONITOR),
    Opened("bed days, people behind a figure", "/reports/bed-days?of=waiting", WARD),
    Opened("bed days, by interface", "/api/v1/reports/bed-days", MONITOR),
    Opened("alerts", "/alerts", WARD),
    Opened("a case", "/cases/{case}", WARD),
    Opened("a case, by interface", "/api/v1/cases/{case}", WARD),
    Opened("search for a person by name", "/referrals/new?text={family}", WARD),
    Opened("search for a person by number", "/referrals/new?text={number}", WARD),
    Opened("referral requests", "/referral-requests", WARD),
    Opened("homes", "/homes", HOME, SERVICE),
    Opened("who is who", "/duplicates", HOME, SERVICE),
    Opened("messages", "/messages", OPERATOR),
    Opened("messages of a person", "/messages?who={number}", OPERATOR),
    Opened("feeds", "/feeds", OPERATOR),
    Opened("refused items", "/dead-letters", OPERATOR),
    Opened("own requests", "/requests", WARD),
    Opened("case by FHIR", "/fhir/R4/ServiceRequest?_count=20", "system"),
)


@dataclass(frozen=True)
class Growth:
    """One thing with few and with many open cases: median times in milliseconds, and how much it grew."""

    bench: str
    name: str
    baseline: str
    small_ms: float
    large_ms: float
    growth: float


@dataclass(frozen=True)
class Beside:
    """One read beside the queries that it makes, with many open cases: medians in milliseconds."""

    bench: str
    name: str
    baseline: str
    read_ms: float
    queries_ms: float
    times: float


async def run(small: int, large: int, reads: int) -> tuple[list[Growth], list[Beside]]:
    """Open everything with few and with many open cases. Raises PartFailed, httpx.HTTPStatusError."""
    async with scratch() as place:
        await place.start_postgres()
        engine = make_engine(place.url(postgres.WORKER))
        grown = GrownRecord(engine, place.url(postgres.OWNER))
        await grown.tell()
        async with _readers(place) as readers:
            about = await _somebody(engine)
            grown.grow(small)
            few = {each: await _median(readers, each, about, reads) for each in PLACES}
            grown.grow(large)
            many = {each: await _median(readers, each, about, reads) for each in PLACES}
            beside = await _beside(place, readers, about, reads)
        await engine.dispose()
    words = f"{small:,} to {large:,} open cases", f"{small:,} open cases"
    return [
        Growth(words[0], each.name, words[1], few[each], many[each], round(many[each] / few[each], 2))
        for each in PLACES
    ], beside


About = dict[str, str]


async def _somebody(engine: AsyncEngine) -> About:
    """A case and its person, whom every size of the record holds."""
    statement = select(CaseRow.id, Person.family_name, Person.nhs_number)
    statement = statement.join(Person, Person.id == CaseRow.person_id)
    async with transaction(engine) as session:
        case_id, family, number = (
            await session.execute(statement.where(CaseRow.stage == "making-ready").limit(1))
        ).one()
    return {"case": str(case_id), "family": str(family), "number": str(number)}


Readers = dict[tuple[str, str], httpx.AsyncClient]


@asynccontextmanager
async def _readers(place: Scratch) -> AsyncIterator[Readers]:
    """Somebody of each role, signed in to pages and interfaces alike."""
    address = await start_api(place)
    engine = make_engine(place.url(postgres.API))
    async with AsyncExitStack() as opened:
        readers: Readers = {}
        for role, organisation in sorted({(each.role, each.organisation) for each in PLACES}):
            client = await opened.enter_async_context(signed_in(place, address, role, organisation))
            client.cookies.set(COOKIE, await _session(engine, role, organisation))
            readers[role, organisation] = client
        yield readers
    await engine.dispose()


async def _caller(engine: AsyncEngine, role: str, organisation: str) -> Principal:
    name = f"bench {role}"
    identity = Identity(
        issuer=ISSUER, subject=name, name=f"homeward {name}", role=role, organisation=organisation
    )
    async with transaction(engine) as session:
        return await known_caller(session, identity, "bearer")


async def _session(engine: AsyncEngine, role: str, organisation: str) -> str:
    """What the cookie of a browser holds once somebody has signed in."""
    caller, opened = await _caller(engine, role, organisation), new_session()
    async with transaction(engine, organisation_id=caller.organisation_id) as session:
        await begin_session(session, opened, caller.user_id, None, datetime.now(UTC))
    return opened.session_id


async def _median(readers: Readers, opened: Opened, about: About, reads: int) -> float:
    """The median of some reads after a few that nobody counts, in milliseconds."""
    client, path = readers[opened.role, opened.organisation], opened.path.format(**about)
    took: list[float] = []
    for _ in range(WARM_UPS + reads):
        begun = time.perf_counter()
        (await client.get(path)).raise_for_status()
        took.append(time.perf_counter() - begun)
    return _ms(took[WARM_UPS:])


def _ms(took: Sequence[float]) -> float:
    return round(statistics.median(took) * 1000, 2)


Asked = list[tuple[str, Any]]


async def _beside(place: Scratch, readers: Readers, about: About, reads: int) -> list[Beside]:
    """The read of a case and of the worklist by interface, beside their own queries."""
    engine = make_engine(place.url(postgres.API))
    caller = await _caller(engine, WARD, TRUST)
    found: list[Beside] = []
    for path, name in (("/api/v1/cases/{case}", "a case read"), ("/api/v1/cases", "the worklist")):
        asked = await _queries(engine, caller, about if "{case}" in path else {})
        queries = await _replayed(place.url(postgres.API), asked, reads)
        read = await _median(readers, Opened(name, path, WARD), about, reads)
        found.append(
            Beside("beside bare queries", name, "its own queries", read, queries, round(read / queries, 2))
        )
    await engine.dispose()
    return found


async def _queries(engine: AsyncEngine, caller: Principal, about: About) -> Asked:
    """The queries that a read makes, in order; that somebody looked is not among them."""
    asked: Asked = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if not statement.startswith("INSERT"):
            asked.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    acting = {"organisation_id": caller.organisation_id, "user_id": caller.user_id}
    async with transaction(engine, **acting) as session:
        if about:
            await read_case(session, caller, UUID(about["case"]))
        else:
            await worklist(session, caller, WorklistQuery())
    event.remove(engine.sync_engine, "before_cursor_execute", note)
    return asked


async def _replayed(url: str, asked: Asked, reads: int) -> float:
    """The median of the queries alone, one transaction each time, in milliseconds."""
    took: list[float] = []
    async with connections(url, 1) as [connection]:
        for _ in range(WARM_UPS + reads):
            begun = time.perf_counter()
            async with connection.transaction():
                for statement, parameters in asked:
                    await (await connection.execute(statement, parameters)).fetchall()
            took.append(time.perf_counter() - begun)
    return _ms(took[WARM_UPS:])
