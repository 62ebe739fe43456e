"""The drill of an upgrade: runs of an earlier build end, and go on from the record."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowUpdateStage
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from discharge.cases import commands as cmd
from discharge.cases.commands import Command
from discharge.clocks import london_date
from discharge.store.consistency import differences
from discharge.store.engine import Sessions, transaction
from discharge.store.outbox import queue_case_signal
from discharge.store.tables import CaseEventRow, CaseRow, CommandRow, OutboxRow
from tests.fixtures.cases import carried_out
from tests.fixtures.postgres import Places
from tests.housing_checks.checked_today import checked
from tests.workflows import former_build
from tests.workflows.conftest import needs_of
from tests.workflows.outgoing import relay
from tests.workflows.partner import listening
from tests.workflows.story import CLOCK, Story, at_work
from tests.workflows.waiting import until
from workflows import maintenance, ports
from workflows.former_runs import FormerRuns
from workflows.late_commands import LateCommands
from workflows.maintenance import Maintenance

pytestmark = pytest.mark.slow

STRAND = "adaptation/1"
LONG_AGO = datetime.now(UTC) - timedelta(days=60)
"""Every clock of the strand and of the case has passed by now, and has still to strike."""


@asynccontextmanager
async def earlier_build(client: Client) -> AsyncIterator[None]:
    async with AsyncExitStack() as at:
        for queue, flows in former_build.WORKFLOWS.items():
            runner = UnsandboxedWorkflowRunner()
            await at.enter_async_context(
                Worker(client, task_queue=queue, workflows=flows, workflow_runner=runner)
            )
        yield


async def recorded_long_ago(story: Story, engine: AsyncEngine, command: Command) -> None:
    """As the earlier build recorded it."""
    envelope = await story.envelope(command, effective_on=london_date(LONG_AGO))
    answer = (await carried_out(engine, envelope, LONG_AGO)).answer
    assert answer.outcome == "accepted", answer


@pytest.fixture
def story(dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID) -> Story:
    return Story(dev_server, sessions, places, person_id)


async def ordered_long_ago(story: Story, engine: AsyncEngine) -> None:
    """A case with an order at work, whose lane was told of it and has not delivered it."""
    places = story.places
    refer = cmd.Refer(
        person_id=story.person_id,
        organisation_id=places.trust,
        service_id=places.housing,
        sharing_basis="consent",
    )
    order = cmd.StartStrand(strand_kind="adaptation", item="grab-rail", partner_id=places.landlord)
    for command in (refer, cmd.AcceptReferral()):
        await recorded_long_ago(story, engine, command)
    whole = checked(await story.case(), london_date(LONG_AGO), adaptation_in_place="no")
    for command in (whole, order):
        await recorded_long_ago(story, engine, command)
    await told_long_ago(story, "pending", OutboxRow.channel == "partner")


async def begin(story: Story, partner_id: UUID) -> dict[str, tuple[str, str]]:
    """Start what the earlier build had running, and return queue and type of each by id."""
    start: dict[str, Any] = {"case_id": str(story.case_id), "clock": CLOCK.model_dump(mode="json")}
    runs = {
        story.handle.id: ("cases", "DischargeCase"),
        story.strand(STRAND).id: ("cases", "AdaptationOrder"),
        ports.lane_workflow_id(partner_id, story.case_id): ("lanes", "PartnerLane"),
    }
    for workflow_id, (queue, kind) in runs.items():
        more = {"key": STRAND, "partner_id": str(partner_id)}
        await story.client.start_workflow(kind, {**start, **more}, id=workflow_id, task_queue=queue)
    return runs


async def command_in_flight(story: Story, command: Command) -> None:
    """A door kept it and asked the case; the run accepted it, and has not answered."""
    envelope = await story.envelope(command)
    await story.keep(envelope)
    await story.handle.start_update(
        "execute",
        envelope.model_dump(mode="json"),
        id=str(envelope.command_id),
        wait_for_stage=WorkflowUpdateStage.ACCEPTED,
    )
    async with transaction(story.sessions) as session:
        left = update(CommandRow).where(CommandRow.id == envelope.command_id)
        await session.execute(left.values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))


async def fact_in_flight(story: Story, command: Command) -> None:
    """The relay told the case, which has not recorded it."""
    fact = await story.envelope(command)
    async with transaction(story.sessions) as session:
        await queue_case_signal(session, fact)
    await story.handle.signal("tell", fact.model_dump(mode="json"))
    await told_long_ago(story, "delivered", OutboxRow.key == fact.command_id)


async def told_long_ago(story: Story, state: str, which: Any) -> None:
    async with transaction(story.sessions) as session:
        await session.execute(update(OutboxRow).where(which).values(state=state, relayed_at=LONG_AGO))


async def running(client: Client) -> dict[str, tuple[str, str]]:
    listed = client.list_workflows("ExecutionStatus = 'Running'")
    return {run.id: (run.task_queue, run.workflow_type) async for run in listed}


async def until_running(client: Client, wanted: dict[str, tuple[str, str]]) -> None:
    async def there() -> bool:
        return await running(client) == wanted

    await until(there, f"running {wanted}")


async def kinds(story: Story) -> Counter[str]:
    async with transaction(story.sessions) as session:
        mine = select(CaseEventRow.kind).where(CaseEventRow.case_id == story.case_id)
        return Counter(await session.scalars(mine))


@asynccontextmanager
async def looked_after(story: Story) -> AsyncIterator[None]:
    """What a worker does again and again, until left."""
    given = (story.sessions, story.client, CLOCK)

    async def again() -> None:
        while True:
            for chore in (FormerRuns(*given), Maintenance(*given), LateCommands(*given)):
                await chore.once()
            await relay(story)

    working = asyncio.create_task(again())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait([working])


async def test_given_runs_of_an_earlier_build_when_upgraded_then_all_go_on_and_nothing_is_lost_or_doubled(
    story: Story, worker: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "SETTLED", timedelta(0))
    async with listening(story.sessions, story.places.landlord, tmp_path) as partner:
        await ordered_long_ago(story, worker)
        async with earlier_build(story.client):
            before = await begin(story, partner.id)
            await until_running(story.client, before)
            await command_in_flight(story, cmd.FlagHomelessness(flag="yes"))
            await fact_in_flight(story, cmd.SetCriteriaToReside(met=False))
        async with needs_of(story.env, story.sessions) as needs, at_work(needs), looked_after(story):
            await story.until(lambda case: case.strands[STRAND].overdue_since, "the strand's clock")
            await story.until(lambda case: case.homelessness.flag == "yes", "the command in flight")
            await story.until(lambda case: case.open_ready_period, "the fact in flight")
            await until(partner.received, "the order")
            await until_running(
                story.client,
                {
                    story.handle.id: (ports.CASES_QUEUE, ports.CASE_WORKFLOW),
                    story.strand(STRAND).id: (ports.CASES_QUEUE, ports.STRAND_WORKFLOW),
                    ports.lane_workflow_id(partner.id, story.case_id): (
                        ports.LANES_QUEUE,
                        ports.LANE_WORKFLOW,
                    ),
                },
            )
            happened = await kinds(story)
            keys = [each["key"] for each in await partner.received()]
            assert len(keys) == len(set(keys)), "the partner has each item once"
    once = ("strand-overdue", "homelessness-flagged", "ready-period-started", "strand-started")
    assert {kind: happened[kind] for kind in once} == dict.fromkeys(once, 1)
    rules = [alert.rule for alert in (await story.case()).open_alerts]
    assert len(rules) == len(set(rules)), "each clock struck once"
    async with transaction(story.sessions) as session:
        assert await differences(session, story.case_id) == ()
        due = (await session.get_one(CaseRow, story.case_id)).next_look_at
    assert due is None or due > datetime.now(UTC) - timedelta(seconds=10)


async def test_given_a_run_of_an_earlier_build_whose_work_is_over_when_upgraded_then_it_ends(
    story: Story, worker: AsyncEngine
) -> None:
    await ordered_long_ago(story, worker)
    await recorded_long_ago(story, worker, cmd.WithdrawReferral(reason="person-declined"))
    async with earlier_build(story.client):
        await until_running(story.client, await begin(story, story.case_id))
        await FormerRuns(story.sessions, story.client, CLOCK).once()
        await until_running(story.client, {})
