"""What grows with the record: every page and list that a person opens, with 300 and with 3,000 open cases.

The smaller size is the baseline, read in the same run by the same process, and holds more than a page of
everything that is listed: the answers' sizes say whether pages of one length are compared. A read of one case
and of the worklist stand beside the SQL queries that they make, put on a connection of their own.
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
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.cases.queries import read_case
from api.web.principals import Identity, Principal
from api.web.sign_in.callers import known_caller
from api.web.sign_in.sessions import COOKIE, begin_session, new_session
from api.web.sign_in.tokens import ISSUER
from api.worklist.queries import WorklistQuery, worklist
from deploy.bench.api_process import signed_in, start_api
from deploy.bench.bare import connections
from deploy.bench.grown_record import GrownRecord
from deploy.bench.opened import EVERYTHING, EXAMPLES, TRUST, WARD, Opened
from deploy.bench.processor_clock import ProcessorClock
from deploy.bench.scratch import Scratch, scratch
from deploy.embedded import postgres
from deploy.embedded.processes import Records
from discharge.store.engine import make_engine, transaction
from discharge.store.tables import AlertRow, CaseRow

WARM_UPS = 3
UNCOUNTED = 2
"""So many reads for each one that is counted go before: PostgreSQL plans a statement anew at its first ten
uses on a connection (five before it is prepared, five after), and a process in service is long past them.
"""


@dataclass(frozen=True)
class Growth:
    """One thing with few and with many open cases: median times and processor times in milliseconds, how much
    the latter grew, and how many bytes were answered; the machine may have other work.
    """

    bench: str
    name: str
    baseline: str
    small_ms: float
    large_ms: float
    small_cpu_ms: float
    large_cpu_ms: float
    growth: float
    small_bytes: int
    large_bytes: int


@dataclass(frozen=True)
class Beside:
    """One read beside the queries that it makes, with many open cases: medians in milliseconds."""

    bench: str
    name: str
    baseline: str
    read_ms: float
    queries_ms: float
    times: float


@dataclass(frozen=True)
class Cost:
    """What one read takes, in milliseconds: the medians of the time and of the processor time of API and
    PostgreSQL; and how long its answer is.
    """

    took: float
    cpu: float
    size: int


async def run(small: int, large: int, reads: int) -> tuple[list[Growth], list[Beside]]:
    """Open everything with few and with many open cases. Raises PartFailed, httpx.HTTPStatusError."""
    async with scratch() as place:
        await place.start_postgres()
        engine = make_engine(place.url(postgres.WORKER))
        grown = GrownRecord(engine, place.url(postgres.OWNER))
        await grown.tell()
        async with _readers(place) as readers:
            grown.grow(small)
            about = await _examples(make_engine(place.url(postgres.OWNER)))
            few = await _costs(place, readers, about, reads)
            grown.grow(large)
            many = await _costs(place, readers, about, reads)
            beside = await _beside(place, readers, about, reads)
        await engine.dispose()
    words = f"{small:,} to {large:,} open cases", f"{small:,} open cases"
    both = zip(EVERYTHING, few, many, strict=True)
    return [_growth(words, each.name, a, b) for each, a, b in both], beside


def _growth(words: tuple[str, str], name: str, few: Cost, many: Cost) -> Growth:
    bench, baseline = words
    times = few.took, many.took, few.cpu, many.cpu, round(many.cpu / few.cpu, 2)
    return Growth(bench, name, baseline, *times, few.size, many.size)


About = dict[str, str]


async def _examples(engine: AsyncEngine) -> About:
    """A case with an alert, its person, and one of everything else, which every size of the record holds."""
    statement = select(CaseRow.id, CaseRow.person_id).join(AlertRow, AlertRow.case_id == CaseRow.id)
    found: About = {}
    async with transaction(engine) as session:
        case_id, person_id = (
            await session.execute(statement.where(CaseRow.stage == "making-ready").limit(1))
        ).one()
        some = {"case_id": case_id, "person_id": person_id}
        for name, asked in EXAMPLES.items():
            found[name] = str((await session.scalars(text(asked), some if ":" in asked else {})).one())
    await engine.dispose()
    return found


Readers = dict[tuple[str, str], httpx.AsyncClient]


@asynccontextmanager
async def _readers(place: Scratch) -> AsyncIterator[Readers]:
    """Somebody of each role, signed in to pages and interfaces alike."""
    address = await start_api(place)
    engine = make_engine(place.url(postgres.API))
    async with AsyncExitStack() as opened:
        readers: Readers = {}
        for role, organisation in sorted({(each.role, each.organisation) for each in EVERYTHING}):
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


async def _costs(place: Scratch, readers: Readers, about: About, reads: int) -> list[Cost]:
    """What everything takes. All of it is opened before, so that nothing pays for what PostgreSQL still does
    with new rows, or for what the first of several like it prepares.
    """
    for each in EVERYTHING:
        await _read(readers[each.role, each.organisation], each.path.format(**about))
    return [await _cost(place, readers, each, about, reads) for each in EVERYTHING]


async def _cost(place: Scratch, readers: Readers, opened: Opened, about: About, reads: int) -> Cost:
    """What a read takes, after some that nobody counts."""
    client, path = readers[opened.role, opened.organisation], opened.path.format(**about)
    for _ in range(UNCOUNTED * reads + 1):
        answer = await _read(client, path)
    clock = ProcessorClock(Records(place.folder / "run").alive(("api", "postgres")))
    took: list[float] = []
    spent: list[float] = []
    for _ in range(reads):
        begun, before = time.perf_counter(), clock.seconds()
        await _read(client, path)
        spent.append(clock.seconds() - before)
        took.append(time.perf_counter() - begun)
    return Cost(_ms(took), _ms(spent), len(answer.content))


async def _read(client: httpx.AsyncClient, path: str) -> httpx.Response:
    answer = await client.get(path)
    answer.raise_for_status()
    return answer


async def _median(readers: Readers, opened: Opened, about: About, reads: int) -> float:
    """The median of some reads, in milliseconds."""
    client, path = readers[opened.role, opened.organisation], opened.path.format(**about)
    took: list[float] = []
    for _ in range(reads):
        begun = time.perf_counter()
        await _read(client, path)
        took.append(time.perf_counter() - begun)
    return _ms(took)


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
    where, who = caller.organisation_id, caller.user_id
    async with transaction(engine, organisation_id=where, user_id=who, role=caller.role) as session:
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
