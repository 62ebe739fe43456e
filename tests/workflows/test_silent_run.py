"""A run that cannot go on and does not end, because of an update in its history, begins anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateStage
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.workflow import NondeterminismError

from discharge.cases import commands as cmd
from discharge.errors import Unavailable
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import CommandRow
from tests.fixtures.postgres import Places
from tests.workflows.conftest import needs_of
from tests.workflows.story import CLOCK, Story, at_work
from tests.workflows.waiting import until
from workflows import late_commands, ports
from workflows.discharge_case import DischargeCase
from workflows.failures import OnlyCodesLeave
from workflows.late_commands import BEGINS_ANEW_AFTER, LateCommands
from workflows.worker_pool import runner

pytestmark = pytest.mark.slow


@activity.defn(name=ports.APPLY)
async def apply_of_another_build(given: ports.Apply) -> dict[str, str]:
    """What it answers is in the history for good, and today's code cannot read it. A first try, which would
    be in no history, meets an outage.
    """
    if activity.info().is_local:
        raise Unavailable("database-unavailable")
    return {"applied": str(given.command_id)}


@asynccontextmanager
async def another_build(story: Story) -> AsyncIterator[None]:
    async with Worker(
        story.client,
        task_queue=ports.CASES_QUEUE,
        workflows=[DischargeCase],
        activities=[apply_of_another_build],
        workflow_runner=runner(),
        interceptors=[OnlyCodesLeave()],
        workflow_failure_exception_types=[NondeterminismError],
    ):
        yield


@pytest.fixture
def story(dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID) -> Story:
    return Story(dev_server, sessions, places, person_id)


async def left_behind(story: Story, command_id: UUID) -> None:
    """Its door gave up waiting."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    mine = update(CommandRow).where(CommandRow.id == command_id)
    async with transaction(story.sessions) as session:
        await session.execute(mine.values(lease_until=past))


async def cannot_go_on(story: Story) -> bool:
    events = (await story.handle.fetch_history()).events
    return any(each.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for each in events)


async def test_given_a_run_that_an_update_stops_when_it_stays_silent_then_it_begins_anew_and_answers(
    story: Story, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(late_commands, "ANSWER_WITHIN", timedelta(seconds=1))
    async with needs_of(story.env, story.sessions) as needs, at_work(needs):
        await story.refer()
    envelope = await story.envelope(cmd.AcceptReferral())
    await story.keep(envelope)
    async with another_build(story):
        asked = ports.CommandRef(case_id=story.case_id, command_id=envelope.command_id)
        accepted = {"id": str(envelope.command_id), "wait_for_stage": WorkflowUpdateStage.ACCEPTED}
        await story.handle.start_update(ports.EXECUTE, asked, **accepted)  # type: ignore[arg-type]
        await until(lambda: cannot_go_on(story), "a task that fails")
    run = (await story.handle.describe()).run_id
    async with needs_of(story.env, story.sessions) as needs, at_work(needs):
        late = LateCommands(story.sessions, story.client, CLOCK)
        for _ in range(BEGINS_ANEW_AFTER):
            found = await story.handle.describe()
            assert (found.run_id, found.status) == (run, WorkflowExecutionStatus.RUNNING)
            await left_behind(story, envelope.command_id)
            assert not await late.once()
        assert (await story.handle.describe()).run_id != run
        assert f"the run of case {story.case_id} does not answer" in caplog.text
        await left_behind(story, envelope.command_id)
        assert await late.once()
        assert (await story.case()).stage == "accepted"
