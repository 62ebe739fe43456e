"""What a command through the API costs, from the request to the committed read model.

The baseline is the least that a durable command can cost on the same Temporal: a bare update of a workflow,
with one activity that does nothing and no PostgreSQL. Referrals, each of which begins a case, stand beside a
bare update that starts its workflow. API, worker and the bare worker are processes of their own, as in a
running stack.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, cycle
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from api.web.sign_in.tokens import Claims, sign
from deploy.bench.bare_update import QUEUE, BareUpdate
from deploy.bench.scratch import OURS, Scratch, free_port, scratch
from deploy.bench.timing_rounds import Figure, Plan, Subject, compare, side_by_side
from deploy.embedded import postgres
from deploy.embedded.address import Address
from deploy.embedded.day_length import REAL
from deploy.embedded.part import Part
from deploy.embedded.ports import Ports
from deploy.embedded.readiness_probe import at_once
from deploy.embedded.stack import Stack, environment
from deploy.settings import Settings
from deploy.simulate.people import nhs_number
from discharge.store.engine import make_engine, transaction
from discharge.store.tables import Organisation, Person, Spell
from workflows import ports

CASES = 8
"""Cases that take turns, so that none becomes too long for one run."""
AT_ONCE = 8
"""Referrals side by side."""
TRUST = "RXH"
DAYS = (date(2031, 3, 9), date(2031, 3, 10))
WARM = 20
LATER = 202
LOOK_SECONDS = 0.05
PERSON = {"family_name": "Bench", "given_name": "Edith", "birth_date": date(1941, 5, 2)}


class NotDone(Exception):
    """The API answered with something else than that the command was done."""


@dataclass(frozen=True)
class Weight:
    """What the history of a command holds, beside that of a bare update."""

    name: str
    events: float
    bytes: int


@dataclass(frozen=True)
class People:
    """NHS numbers of people to refer, for several who ask at once."""

    numbers: AsyncIterator[str]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next(self) -> str:
        """A number that nobody else gets."""
        async with self.turn:
            return await anext(self.numbers)


async def run(plan: Plan, open_before: int = 0) -> tuple[list[Figure], list[Weight]]:
    """Commands one after the other, referrals side by side, and how heavy the histories are.

    Raises NotDone.
    """
    async with scratch() as place, _running(place) as stack:
        engine = make_engine(place.url(postgres.WORKER))
        bare = await Client.connect(stack.address.temporal)
        async with _client(stack) as client:
            people = People(_people(engine))
            try:
                await asyncio.gather(*(_refer(client, people) for _ in range(open_before)))
                cases = [await _refer(client, people) for _ in range(CASES)]
                figures = [
                    *await _commands(plan, client, bare, cases),
                    *await _referrals(plan, client, bare, people),
                ]
                weights = [
                    await _weight("bare update", bare, _bare_id(0)),
                    await _weight("command through the API", bare, ports.case_workflow_id(cases[0])),
                ]
            finally:
                await engine.dispose()
        return figures, weights


@asynccontextmanager
async def _running(place: Scratch) -> AsyncIterator[Stack]:
    """PostgreSQL, Temporal, worker and API as `homeward up` starts them, and the bare worker."""
    stack = stack_at(place)
    await start_servers(place, stack, {"postgres", "temporal"})
    await asyncio.to_thread(stack.migrate)
    programs = [_dying(part) for part in stack.programs() if part.name in {"worker", "api"}]
    await place.supervisor.start_together([*programs, _bare_worker(stack.address)])
    yield stack


def stack_at(place: Scratch) -> Stack:
    """What `homeward up` would start there, on ports that are free."""
    free = {name: free_port() for name, _, _ in Ports.described()}
    address = Address(Ports(**free | {"postgres": place.postgres_port}))
    return Stack(place.folder, address, Settings(), REAL, demo=False)


async def start_servers(place: Scratch, stack: Stack, names: set[str]) -> None:
    """Start servers of a stack by name. Raises PartFailed."""
    parts = await asyncio.to_thread(stack.servers)
    await place.supervisor.start_together([_dying(part) for part in parts if part.name in names])


def _dying(part: Part) -> Part:
    return replace(part, dies_with_us=True)


def _bare_worker(address: Address) -> Part:
    given = environment() | {"HOMEWARD_TEMPORAL_ADDRESS": address.temporal}
    command = [*OURS, "deploy.bench.bare_update"]
    return Part(name="bare", title="bare", command=command, environment=given, ready=at_once)


def _client(stack: Stack) -> httpx.AsyncClient:
    """Somebody of the ward's team."""
    claims = Claims("bench", "homeward bench", "discharge-team", TRUST)
    token = sign(claims, stack.keys.token_signing_key(), datetime.now(UTC), timedelta(hours=2))
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=stack.address.pages, headers=headers, trust_env=False, timeout=60)


async def _commands(plan: Plan, client: httpx.AsyncClient, bare: Client, cases: list[UUID]) -> list[Figure]:
    """One after the other, each changing a case and its read model."""
    turns, days, numbers = cycle(cases), cycle(DAYS), count()

    async def ours() -> None:
        body = {"kind": "set-needed-by", "needed_by": next(days).isoformat()}
        await _done(client, f"/api/v1/cases/{next(turns)}/commands", body)

    async def theirs() -> None:
        number = next(numbers)
        handle = bare.get_workflow_handle_for(BareUpdate.run, _bare_id(number % CASES))
        await handle.execute_update(BareUpdate.ask, number)

    for number in range(CASES):
        await bare.start_workflow(BareUpdate.run, id=_bare_id(number), task_queue=QUEUE)
    for _ in range(WARM):
        await ours()
        await theirs()
    baseline = Subject("bare update, an activity that does nothing", _alone(theirs))
    return await compare("commands", plan, baseline, Subject("command through the API", _alone(ours)))


async def _referrals(plan: Plan, client: httpx.AsyncClient, bare: Client, people: People) -> list[Figure]:
    """Side by side, each beginning a case."""

    async def ours() -> None:
        await _refer(client, people)

    async def theirs() -> None:
        start = WithStartWorkflowOperation(
            BareUpdate.run,
            id=f"bench/{uuid4()}",
            task_queue=QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
        await bare.execute_update_with_start_workflow(BareUpdate.ask, 0, start_workflow_operation=start)

    name = f"referrals, {AT_ONCE} at once"
    baseline = Subject("bare update with start, an activity that does nothing", _together(theirs))
    return await compare(name, plan, baseline, Subject("referral through the API", _together(ours)))


def _alone(work: Any) -> Any:
    return lambda seconds: side_by_side(seconds, work)


def _together(work: Any) -> Any:
    return lambda seconds: side_by_side(seconds, *[work] * AT_ONCE)


def _bare_id(number: int) -> str:
    return f"bench/{number}"


async def _refer(client: httpx.AsyncClient, people: People) -> UUID:
    person = {"nhs_number": await people.next()}
    return UUID((await _done(client, "/api/v1/referrals", {"person": person, "ward": "6B"}))["case_id"])


async def _done(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask and wait until it is done, also where the API says that it takes a while. Raises NotDone."""
    answer = await client.post(path, json=body)
    status = answer.json().get("status_url", "") if answer.status_code == LATER else ""
    while status and (answer.status_code == LATER or answer.json().get("state") == "taken"):
        await asyncio.sleep(LOOK_SECONDS)
        answer = await client.get(status)
    found: dict[str, Any] = answer.json()
    if not answer.is_success or (found.get("outcome") or found.get("state")) != "accepted":
        raise NotDone(f"{path}: {answer.status_code} {answer.text[:300]}")
    return found


async def _people(engine: AsyncEngine) -> AsyncIterator[str]:
    """NHS numbers of people who lie in a bed of the trust, made a hundred at a time."""
    async with transaction(engine) as session:
        trust = await session.scalar(select(Organisation.id).where(Organisation.code == TRUST))
    numbers: Iterator[str] = (number for each in count() if (number := nhs_number(each)))
    while True:
        made = [Person(id=uuid4(), nhs_number=next(numbers), **PERSON) for _ in range(100)]
        stays = [
            Spell(
                person_id=person.id,
                organisation_id=trust,
                visit_number=f"BENCH-{person.nhs_number}",
                status="admitted",
                folded={"status": "admitted"},
            )
            for person in made
        ]
        async with transaction(engine) as session:
            session.add_all(made)
            await session.flush()
            session.add_all(stays)
        for person in made:
            yield str(person.nhs_number)


async def _weight(name: str, client: Client, workflow_id: str) -> Weight:
    """Events and bytes of a run's history for each update that it took."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    taken = [event for event in history.events if event.HasField(_TAKEN)]
    whole = sum(event.ByteSize() for event in history.events)
    return Weight(name, round(len(history.events) / len(taken), 1), round(whole / len(taken)))


_TAKEN: Final = "workflow_execution_update_accepted_event_attributes"
