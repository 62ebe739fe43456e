"""Chores on schedules: one round for the cluster however many workers there are; a late one is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from discharge.store.engine import Sessions, transaction
from discharge.store.tables import HeartbeatRow
from tests.workflows.conftest import KEYS, needs_of
from tests.workflows.story import at_work
from tests.workflows.waiting import until
from workflows import ports, readiness, schedules
from workflows.connection import TemporalAccess, connect
from workflows.schedules import CHORES, Chore, Given, ScheduleKeeper, put_in_place
from workflows.store import heartbeats
from workflows.store.heartbeats import NOT_YET
from workflows.worker_pool import Needs

pytestmark = pytest.mark.slow

NAME = "sweep"


class Rounds:
    """A chore that says when it is done, and how many are at it at once."""

    def __init__(self) -> None:
        self.begun, self.at_once, self.most = 0, 0, 0
        self.go_on = asyncio.Event()

    async def step(self) -> bool:
        self.begun += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.go_on.wait()
        self.at_once -= 1
        return False


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Rounds:
    """All that is done, each second."""
    its = Rounds()
    monkeypatch.setattr(schedules, "CHORES", {NAME: Chore(NAME, timedelta(seconds=1), lambda _: its.step)})
    monkeypatch.setattr("workflows.activities.chore_work.CHORES", schedules.CHORES)
    return its


@pytest.fixture
async def two_workers(
    dev_server: WorkflowEnvironment, sessions: Sessions, rounds: Rounds
) -> AsyncIterator[None]:
    async with AsyncExitStack() as at:
        needs = await at.enter_async_context(needs_of(dev_server, sessions))
        address = dev_server.client.service_client.config.target_host
        other = replace(needs, client=await connect(TemporalAccess(address), KEYS))
        for each in (needs, other):
            await at.enter_async_context(at_work(each))
        yield
        rounds.go_on.set()


async def listed(client: Client) -> list[str]:
    return [each.id async for each in await client.list_schedules()]


async def part(sessions: Sessions) -> HeartbeatRow | None:
    async with transaction(sessions) as session:
        return await session.get(HeartbeatRow, NAME)


def heard(sessions: Sessions) -> Callable[[], Awaitable[bool]]:
    async def seen() -> bool:
        row = await part(sessions)
        return row is not None and row.detail is None

    return seen


async def make_late(sessions: Sessions) -> None:
    async with transaction(sessions) as session:
        then = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(HeartbeatRow).values(due_at=then, detail=NOT_YET))


async def test_given_two_workers_when_both_put_schedules_in_place_then_a_round_runs_once_and_none_beside_it(
    dev_server: WorkflowEnvironment, sessions: Sessions, rounds: Rounds, two_workers: None
) -> None:
    keepers = [ScheduleKeeper(sessions, dev_server.client) for _ in range(2)]
    await asyncio.gather(*(keeper.once() for keeper in keepers))
    handle = dev_server.client.get_schedule_handle(ports.chore_id(NAME))

    async def left_out() -> bool:
        return (await handle.describe()).info.num_actions_skipped_overlap >= 2

    await until(left_out, "two rounds left out while one goes on")
    assert (rounds.begun, rounds.most) == (1, 1)
    row = await part(sessions)
    assert row is not None
    assert row.detail == NOT_YET, "it is waited for from the start"
    rounds.go_on.set()
    await until(heard(sessions), "a sign of life")

    async def again() -> bool:
        return rounds.begun >= 3

    await until(again, "later rounds")
    assert rounds.most == 1
    assert await readiness.schedules(sessions)() == "ok"


async def test_given_a_schedule_that_temporal_lost_when_it_is_late_then_that_is_said_and_it_is_made_again(
    dev_server: WorkflowEnvironment,
    sessions: Sessions,
    rounds: Rounds,
    two_workers: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds.go_on.set()
    keeper = ScheduleKeeper(sessions, dev_server.client)
    await keeper.once()
    await until(heard(sessions), "a sign of life")
    await dev_server.client.get_schedule_handle(ports.chore_id(NAME)).delete()
    await keeper.once()
    assert await listed(dev_server.client) == [], "it is not late yet"
    await make_late(sessions)
    assert await readiness.schedules(sessions)() == f"late: {NAME}"
    await keeper.once()
    assert f"schedule {NAME} is late" in caplog.text
    await until(heard(sessions), "a sign of life")
    assert await readiness.schedules(sessions)() == "ok"


async def test_given_a_schedule_that_an_operator_paused_when_a_worker_starts_then_it_stays_paused(
    dev_server: WorkflowEnvironment, rounds: Rounds
) -> None:
    chore = schedules.CHORES[NAME]
    await put_in_place(dev_server.client, chore)
    handle = dev_server.client.get_schedule_handle(ports.chore_id(NAME))
    await handle.pause()
    begun = (await handle.describe()).info.num_actions
    await put_in_place(dev_server.client, Chore(NAME, timedelta(seconds=7), chore.step))
    found = await handle.describe()
    assert found.schedule.state.paused
    assert [each.every for each in found.schedule.spec.intervals] == [timedelta(seconds=7)]
    assert found.info.num_actions == begun


async def test_given_every_chore_when_done_by_hand_then_it_has_nothing_to_do_in_an_empty_record(
    dev_server: WorkflowEnvironment, sessions: Sessions
) -> None:
    async with needs_of(dev_server, sessions) as needs:
        given = Given(sessions, needs.client, needs.clock)
        done = {name: await chore.step(given)() for name, chore in CHORES.items()}
    assert done == dict.fromkeys(CHORES, False)


async def test_given_a_schedule_that_left_the_table_when_a_worker_starts_then_it_ends_and_is_not_late(
    dev_server: WorkflowEnvironment, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = dev_server.client
    former = Chore("of-an-earlier-build", timedelta(hours=1), lambda _: Rounds().step)
    await put_in_place(client, former)
    schedule = (await client.get_schedule_handle(ports.chore_id(former.name)).describe()).schedule
    await client.create_schedule("somebody-else", schedule)
    async with transaction(sessions) as session:
        await heartbeats.expect(session, former.name, timedelta(0))
    monkeypatch.setattr(schedules, "CHORES", {NAME: CHORES[NAME]})
    await ScheduleKeeper(sessions, client).once()

    async def only_ours() -> bool:
        return sorted(await listed(client)) == [ports.chore_id(NAME), "somebody-else"]

    await until(only_ours, "the end of the schedule")
    async with transaction(sessions) as session:
        assert await heartbeats.late_parts(session) == []


async def test_given_finished_rounds_when_they_are_old_then_temporal_need_not_keep_them(
    dev_server: WorkflowEnvironment, needs: Needs, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Given(needs.sessions, dev_server.client, needs.clock)

    async def rounds_there() -> int:
        ended = f"WorkflowType = '{ports.CHORE_WORKFLOW}' AND ExecutionStatus != 'Running'"
        return (await dev_server.client.count_workflows(ended)).count

    async with at_work(replace(needs, client=dev_server.client)):
        chore = ports.Chore(name="request-keys")
        await dev_server.client.execute_workflow(
            ports.CHORE_WORKFLOW, chore, id="chore/done", task_queue=ports.CHORES_QUEUE
        )

    async def seen() -> bool:
        return await rounds_there() == 1

    async def forgotten() -> bool:
        return await rounds_there() == 0

    await until(seen, "the finished round")
    await CHORES["finished-rounds"].step(given)()
    assert await rounds_there() == 1
    monkeypatch.setattr(schedules, "ROUNDS_KEPT", timedelta(0))
    await CHORES["finished-rounds"].step(given)()
    await until(forgotten, "the round to be forgotten")
