"""What one case costs over its whole life, from referral to close, on a stack with partners that answer.

The simulation's people play stories, one person after the other in turn: messages, commands, orders, offers,
the discharge, follow-ups. Counted are the runs of its workflows with what their histories hold, and, over all
cases, PostgreSQL's transactions and the processor time of each process. What the idle stack spends in the
same time is measured first and taken off.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import httpx
import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from deploy.bench.commands import stack_at, start_servers
from deploy.bench.scratch import Scratch, scratch
from deploy.embedded import postgres
from deploy.embedded.processes import Records
from deploy.embedded.stack import Stack
from deploy.simulate.bearers import Bearers
from deploy.simulate.http_clients import Doors
from deploy.simulate.journeys import Journey, journey
from deploy.simulate.ledger import Ledger, read_ledger
from deploy.simulate.noise import NOISE
from deploy.simulate.pace import Pace
from deploy.simulate.people import people
from deploy.simulate.plan import Plan, Shape
from deploy.simulate.progress import Progress
from deploy.simulate.run import Options, Stage, read_clock
from deploy.simulate.stories import STORIES
from deploy.simulate.wards import Diary, beds_of
from discharge.clocks import london_date
from discharge.store.engine import make_engine, transaction

LIVES: Final = ("stairlift first", "equipment", "rehoused")
"""Stories that have an order or offers, a partner, a discharge by message and an end."""

ACTIVE: Final = ("postgres", "temporal", "worker", "api", "mllp")
KINDS: Final = ("case", "strand", "lane")
ALL: Final = "all"
TRIES: Final = 1500
LOOK_SECONDS: Final = 0.2
SETTLED_SECONDS: Final = 12.0
"""Until a stack that has just started has done what it does first, and its figures are written."""

COUNTED: Final = {
    "activity_task_scheduled_event_attributes": "activities",
    "workflow_task_scheduled_event_attributes": "tasks",
}


class NotLived(Exception):
    """A case did not get to its end; what was measured is not a whole life."""


@dataclass(frozen=True)
class Life:
    """What the workflows of a kind did for one case, as a mean of those that lived the same story: their
    runs, events and bytes of their histories, activities and workflow tasks.
    """

    name: str
    of: str
    runs: float
    events: float
    bytes: float
    activities: float
    tasks: float


@dataclass(frozen=True)
class Spent:
    """What the stack spent: in a minute without anything to do, and for one case over its life, beyond that.
    Milliseconds of processor time; transactions as PostgreSQL counts them.
    """

    name: str
    idle_a_minute: float
    a_case: float


@dataclass(frozen=True)
class _Reading:
    """What has been spent so far, by name, and when that was read."""

    at: float
    spent: Mapping[str, float]


async def run(cases: int, day: str, idle_seconds: float) -> tuple[list[Life], list[Spent]]:
    """Have so many cases live, side by side. Raises NotLived and PartFailed."""
    async with scratch() as place, _running(place, day) as stack:
        engine = make_engine(place.url(postgres.OWNER))
        try:
            await asyncio.sleep(SETTLED_SECONDS)
            readings = [await _read(place, engine)]
            await asyncio.sleep(idle_seconds)
            readings.append(await _read(place, engine))
            stories = await _live(stack, cases)
            client = await Client.connect(stack.address.temporal)
            await _until_over(client)
            lives = await _lives(client, stories)
            readings.append(await _read(place, engine))
        finally:
            await engine.dispose()
    return lives, _spent(readings, cases)


@asynccontextmanager
async def _running(place: Scratch, day: str) -> AsyncIterator[Stack]:
    """All of `homeward up` but the sign-in and the demo's people."""
    stack = replace(stack_at(place), day_length=day)
    await start_servers(place, stack, {"partner", "postgres", "temporal"})
    await asyncio.to_thread(stack.migrate)
    await place.supervisor.start_together([replace(part, dies_with_us=True) for part in stack.programs()])
    yield stack


async def _live(stack: Stack, cases: int) -> dict[str, str]:
    """Play the stories to their end; the story of each case by its id. Raises NotLived."""
    options = _options(stack)
    ledger = Ledger(options.ledger)
    try:
        async with httpx.AsyncClient(base_url=options.url, timeout=60, trust_env=False) as client:
            doors = Doors(client, options.bearer, ledger, {})
            clock = await read_clock(doors)
            start = clock.case_time(datetime.now(UTC))
            plan = _plan(cases, start)
            quiet = Progress(start=start, done={f"noise/{name}" for name, _ in NOISE})
            await Stage(plan, Pace(clock, start), quiet, ledger).play(options, doors)
    finally:
        ledger.close()
    lines = read_ledger(options.ledger)
    gave_up = [f"{line['step']} {line.get('kind', '')}" for line in lines if line["what"] == "gave-up"]
    if gave_up:
        raise NotLived(f"Somebody waited for a case in vain: {', '.join(gave_up)}.")
    return {
        line["case_id"]: line["story"] for line in lines if line["what"] == "done" and line.get("case_id")
    }


def _options(stack: Stack) -> Options:
    where = stack.address
    return Options(
        wards=1,
        patients=0,
        days=0,
        seed=0,
        ledger=stack.data / "life.jsonl",
        url=where.pages,
        mllp_host=where.host,
        mllp_port=where.ports.mllp,
        bearer=Bearers(stack.data / "keys"),
    )


def _plan(cases: int, start: datetime) -> Plan:
    """Who lives which story, half a day after the one before."""
    dice, horizon, day = Random(8), timedelta(days=400), london_date(start)  # noqa: S311 - a story teller's dice
    stories = [next(story for story in STORIES if story.name == name) for name in LIVES]
    diary = Diary(beds_of(1 + cases // 20))
    journeys: list[Journey] = []
    for number, person in enumerate(people(cases, day, dice)):
        arrival = timedelta(days=0.2 + number / 2)
        somebody = replace(person, lives_alone="no")
        journeys.append(journey(somebody, stories[number % len(stories)], arrival, 1.0, diary, horizon, dice))
    return Plan(Shape(1, cases, 400, 8, day), tuple(journeys), ())


async def _until_over(client: Client) -> None:
    """Wait until every workflow of the cases has ended. Raises NotLived."""
    for _ in range(TRIES):
        running = [each.id async for each in client.list_workflows("ExecutionStatus = 'Running'")]
        ours = [each for each in running if each.startswith(("case/", "lane/"))]
        if not ours:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise NotLived(f"These do not come to an end: {', '.join(ours)}.")


async def _lives(client: Client, stories: Mapping[str, str]) -> list[Life]:
    """A line for each kind of workflow in each story, and one for all together."""
    lived = Counter(stories.values())
    counted = {(name, of): Counter[str]() for name in sorted({*stories.values()}) for of in (*KINDS, ALL)}
    async for found in client.list_workflows():
        story = next((story for case_id, story in stories.items() if case_id in found.id), None)
        if story:
            history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
            events = _counted(history.events)
            counted[story, _kind(found.id)] += events
            counted[story, ALL] += events
    return [_life(name, of, lived[name], found) for (name, of), found in counted.items()]


def _kind(workflow_id: str) -> str:
    """The kind of a workflow, which its id tells in every version."""
    return "strand" if "/strand/" in workflow_id else workflow_id.split("/", maxsplit=1)[0]


def _counted(events: Sequence[HistoryEvent]) -> Counter[str]:
    found = Counter(runs=1, events=len(events), bytes=sum(event.ByteSize() for event in events))
    for event in events:
        found[COUNTED.get(str(event.WhichOneof("attributes")), "others")] += 1
    return found


def _life(name: str, of: str, cases: int, found: Counter[str]) -> Life:
    means = {
        what: round(found[what] / cases, 1) for what in ("runs", "events", "bytes", "activities", "tasks")
    }
    return Life(name, of, **means)


_TRANSACTIONS = text(
    "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
)


async def _read(place: Scratch, engine: AsyncEngine) -> _Reading:
    async with transaction(engine) as session:
        transactions = float(await session.scalar(_TRANSACTIONS) or 0)
    records = Records(place.folder / "run")
    cpu = {f"{each.name}, ms": milliseconds(each.process()) for each in records.alive(ACTIVE)}
    return _Reading(time.monotonic(), {"transactions": transactions, **cpu})


def milliseconds(process: psutil.Process | None) -> float:
    """Processor time of a process and of all that it started."""
    if process is None:
        return 0.0
    return 1000 * sum(sum(each.cpu_times()[:4]) for each in [process, *process.children(recursive=True)])


def _spent(readings: Sequence[_Reading], cases: int) -> list[Spent]:
    before, idle, after = readings
    quiet, busy = idle.at - before.at, after.at - idle.at
    found = []
    for name, end in after.spent.items():
        a_second = (idle.spent[name] - before.spent[name]) / quiet
        of_all = end - idle.spent[name] - a_second * busy
        found.append(Spent(name, round(60 * a_second, 1), round(of_all / cases, 1)))
    return found
