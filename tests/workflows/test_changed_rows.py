"""A row of data that changes while a case runs, and two builds that take its commands in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from discharge.cases import commands as cmd
from discharge.reference.policy import Book, book_in_force, put_in_force
from discharge.store.changes import case_at
from discharge.store.consistency import differences
from discharge.store.engine import Sessions, transaction
from tests.fixtures.postgres import Places
from tests.fixtures.site_rows import change_rows
from tests.workflows.conftest import needs_of
from tests.workflows.story import Story, at_work
from workflows import ports, worker_pool
from workflows.activities.case_record import CaseRecord
from workflows.worker_pool import Needs

pytestmark = pytest.mark.slow

ROWS = {
    "adaptations": "straight-stairlift: {lead: {low: 21 days, high: 42 days}}",
    "equipment": "commode: {lead: {low: 21 days, high: 42 days}}",
    "clocks": "7-days: {length: 9 days}",
}


STAIRLIFT = cmd.StartStrand(strand_kind="adaptation", item="straight-stairlift")


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    put_in_force(())


async def test_given_orders_at_work_when_rows_change_and_the_worker_starts_again_then_only_events_move_a_case(
    dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID, tmp_path: Path
) -> None:
    story = Story(dev_server, sessions, places, person_id)
    async with needs_of(dev_server, sessions) as needs:
        async with at_work(needs):
            await story.until_checked(adaptation_in_place="no", equipment_in_place="no")
            await story.do(STAIRLIFT)
            await story.do(cmd.StartStrand(strand_kind="equipment", item="commode"))
            before = await story.case()
        change_rows(tmp_path, **ROWS)
        async with at_work(needs):
            answer = await story.do(cmd.FlagHomelessness(flag="no"))
            after = await story.case()
            await story.do(cmd.CancelStrand(strand="adaptation/1", reason="no-longer-needed"))
            await story.do(STAIRLIFT)
            begun_since = (await story.case()).strands["adaptation/2"]
    due = before.strands["adaptation/1"].due_on
    assert {key: one.due_on for key, one in after.strands.items()} == {
        key: one.due_on for key, one in before.strands.items()
    }
    assert after.version - before.version == len(answer.events), "every change has its event"
    assert begun_since.due_on != due, "the row did change: what begins now goes by it"
    async with transaction(story.sessions) as session:
        assert await differences(session, story.case_id) == ()


class Build(CaseRecord):
    """One of two builds at work on one queue: it decides by its own rows.

    What a build is made of is one for each process; here both are in one, so that they take turns.
    """

    turn = asyncio.Lock()

    def __init__(self, needs: Needs, rows: Book) -> None:
        super().__init__(needs.sessions, needs.clock, needs.bells)
        self.rows, self.done = rows, 0

    @activity.defn(name=ports.APPLY)
    async def apply(self, given: ports.Apply) -> ports.Applied:
        async with self.turn:
            put_in_force(self.rows.overrides)
            applied = await super().apply(given)
            self.done += 1
        return applied


async def another_client(env: WorkflowEnvironment) -> Client:
    """One client has one worker for each queue."""
    known = env.client
    return await Client.connect(
        known.service_client.config.target_host,
        namespace=known.namespace,
        data_converter=known.data_converter,
    )


async def orders_until_both_have_taken_one(story: Story, builds: list[Build]) -> None:
    """Order and cancel until there are strands by the rows of either build.

    Two builds that take commands strictly in turn would share them by kind, one the orders and the other the
    cancellations; an odd command now and then breaks that rhythm.
    """
    for number in range(60):
        await story.do(STAIRLIFT)
        await story.do(cmd.CancelStrand(strand=f"adaptation/{number + 1}", reason="no-longer-needed"))
        if number % 3 == 2:
            await story.do(cmd.FlagHomelessness(flag="no" if number % 2 else "unknown"))
        due = {strand.due_on for strand in (await story.case()).strands.values()}
        if number > 3 and min(build.done for build in builds) > 3 and len(due) > 1:
            return
    pytest.fail(f"each goes by its own rows and takes its turn: {[build.done for build in builds]}, {due}")


async def test_given_two_builds_at_work_when_commands_come_in_turn_then_every_change_has_its_event(
    dev_server: WorkflowEnvironment,
    sessions: Sessions,
    places: Places,
    person_id: UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = Story(dev_server, sessions, places, person_id)
    change_rows(tmp_path, **ROWS)
    async with needs_of(dev_server, sessions) as needs:
        builds = [Build(needs, Book()), Build(needs, book_in_force())]
        monkeypatch.setattr(Build, "turn", asyncio.Lock())
        monkeypatch.setattr(
            worker_pool, "MOST_CACHED", 0
        )  # neither keeps the case to itself: each step is replayed
        async with AsyncExitStack() as both:
            for build in builds:
                client = await another_client(dev_server)
                with monkeypatch.context() as patched:
                    patched.setattr(worker_pool, "CaseRecord", lambda *_, build=build: build)
                    await both.enter_async_context(at_work(replace(needs, client=client)))
            await story.until_checked(adaptation_in_place="no", equipment_in_place="no", heating="unknown")
            await orders_until_both_have_taken_one(story, builds)
            case = await story.case()
    async with transaction(story.sessions) as session:
        assert await case_at(session, story.case_id, case.version) == case
        assert await differences(session, story.case_id) == ()
