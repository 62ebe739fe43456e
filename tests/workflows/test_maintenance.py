"""What Temporal lost is started again from the record; on the dev server, which can list what runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from discharge.cases import commands as cmd
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import CaseRow, StrandRow
from tests.fixtures.postgres import Places
from tests.workflows.story import CLOCK, Story, at_work
from tests.workflows.test_relay import queued, signal_row
from tests.workflows.waiting import until
from workflows import maintenance, ports
from workflows.activities.case_record import give_up
from workflows.maintenance import Maintenance
from workflows.relay import Relay
from workflows.worker_pool import Needs

pytestmark = pytest.mark.slow


@pytest.fixture
async def story(
    dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID
) -> AsyncIterator[Story]:
    async with httpx.AsyncClient() as http, at_work(Needs(sessions, dev_server.client, CLOCK, http)):
        yield Story(dev_server, sessions, places, person_id)


async def running(client: Client) -> set[str]:
    return {found.id async for found in client.list_workflows("ExecutionStatus = 'Running'")}


async def until_running(client: Client, *ids: str) -> None:
    async def there() -> bool:
        return await running(client) == set(ids)

    await until(there, f"running {ids}")


async def due_long_ago(story: Story, *, minutes: int = 30) -> None:
    """The clocks of the case and of its strands should have struck by now."""
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    async with transaction(story.sessions) as session:
        await session.execute(update(CaseRow).values(next_look_at=then))
        await session.execute(update(StrandRow).values(next_look_at=then))


async def test_given_every_workflow_lost_when_their_time_passes_then_they_run_again_and_answer(
    story: Story,
) -> None:
    await story.until_checked(adaptation_in_place="no")
    await story.do(cmd.StartStrand(strand_kind="adaptation", item="grab-rail"))
    lost = (story.handle.id, story.strand("adaptation/1").id)
    await until_running(story.client, *lost)
    care = Maintenance(story.sessions, story.client, CLOCK)
    assert not await care.missing(), "what looks in time is left alone"
    for handle in (story.handle, story.strand("adaptation/1")):
        await handle.terminate()
    await until_running(story.client)
    await due_long_ago(story)
    assert await care.once() is False
    await until_running(story.client, *lost)

    async def seen() -> bool:
        return not await care.missing()

    await until(seen, "both have looked, and said when they look again")
    await story.do(cmd.MoveStrand(strand="adaptation/1", step="fitted"))
    assert (await story.case()).stage == "ready"
    await until_running(story.client, story.handle.id)
    assert not await care.missing(), "a strand that ended looks no more"


async def test_given_a_run_that_stays_silent_when_its_time_has_long_passed_then_it_ends_and_begins_anew(
    story: Story, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await story.refer()
    run = (await story.handle.describe()).run_id
    await due_long_ago(story)
    care = Maintenance(story.sessions, story.client, CLOCK)
    await care.once()
    assert (await story.handle.describe()).run_id == run, "it may only be slow"
    monkeypatch.setattr(maintenance, "SILENT", timedelta(0))
    await care.once()
    assert (await story.handle.describe()).run_id != run
    assert f"the run of case {story.case_id} does not answer" in caplog.text
    await story.do(cmd.AcceptReferral())


async def test_given_a_clock_that_cannot_be_recorded_when_looked_after_then_its_case_waits_for_the_next_try(
    story: Story,
) -> None:
    await story.refer()
    await due_long_ago(story)
    strike = ports.Apply(case_id=story.case_id, command_id=uuid4(), case_time=datetime.now(UTC), clock=True)
    await give_up(story.sessions, ports.Failure(asked=strike, code="internal"))
    assert not await Maintenance(story.sessions, story.client, CLOCK).missing()


async def test_given_a_signal_that_temporal_lost_when_looked_after_then_it_is_told_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "SETTLED", timedelta(0))
    await story.refer()
    await until_running(story.client, story.handle.id)
    relay, care = Relay(story.sessions, story.client, CLOCK), Maintenance(story.sessions, story.client, CLOCK)
    heard = await queued(story, cmd.SetCriteriaToReside(met=False))
    await relay.once()
    await story.until(lambda case: case.open_ready_period, "the fact")
    assert not await care.missing()

    with monkeypatch.context() as deaf:
        deaf.setattr("workflows.relay.cases.tell_case", _taken_and_lost)
        lost = await queued(story, cmd.NoteMerge(into_case_id=uuid4()))
        await relay.once()
    assert (await signal_row(story, lost.command_id)).state == "delivered"
    await care.once()
    assert (await signal_row(story, lost.command_id)).state == "pending"
    assert (await signal_row(story, heard.command_id)).state == "delivered"
    await relay.once()
    assert (await story.until(lambda case: case.closed, "the merge")).outcome == "merged"


async def _taken_and_lost(*_: object) -> None:
    """Temporal said yes, and then its disk was gone."""
