"""Workers that end in the middle of things: by new code, by SIGTERM, by kill -9."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner

from discharge.cases import commands as cmd
from discharge.cases.model import Stage
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import HeartbeatRow
from tests.fixtures.postgres import Database, Places
from tests.workflows.homes import add_home
from tests.workflows.processes import worker_process
from tests.workflows.story import CLOCK, Story, at_work
from tests.workflows.waiting import until
from workflows import discharge_case, worker_pool
from workflows.codec import PayloadKeys

pytestmark = pytest.mark.slow

STRANDS = {"adaptation/1": "fitted", "equipment/1": "fitted", "rehousing/1": "keys-held"}


@pytest.fixture
def patient_story(
    dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID
) -> Story:
    return Story(dev_server, sessions, places, person_id)


async def let(story: Story, home: UUID) -> None:
    """From the proposal to the tenancy."""
    await story.do(cmd.OfferProperty(strand="rehousing/1", property_id=home))
    offer = (await story.case()).strands["rehousing/1"].open_offer
    assert offer is not None
    await story.do(cmd.AnswerOffer(strand="rehousing/1", offer_id=offer.offer_id, answer="accepted"))
    await story.do(cmd.LetProperty(strand="rehousing/1"))


async def test_given_four_strands_at_work_when_the_worker_is_killed_then_another_carries_all_on(
    patient_story: Story, database: Database, keys: PayloadKeys, tmp_path: Path
) -> None:
    story, log = patient_story, tmp_path / "worker.log"
    address = story.client.service_client.config.target_host
    async with worker_process(database.worker_url, address, keys, log) as first:
        needed = ("adaptation_in_place", "equipment_in_place", "safe_address", "heating")
        await story.until_checked(**dict.fromkeys(needed, "no"))
        for kind, item in (
            ("adaptation", "grab-rail"),
            ("equipment", "commode"),
            ("rehousing", "rehousing:1-bed-general"),
            ("basics", "basics-at-home"),
        ):
            await story.do(cmd.StartStrand(strand_kind=kind, item=item))
        home = await add_home(story.sessions, story.places.landlord)
        await first.kill()
    async with worker_process(database.worker_url, address, keys, log) as second:
        await story.do(cmd.MoveStrand(strand="basics/1", step="arranged"))
        await let(story, home)
        for key, step in STRANDS.items():
            await story.do(cmd.MoveStrand(strand=key, step=step))
            await asyncio.wait_for(story.strand(key).result(), 30)
        case = await story.case()
        assert {case.strands[key].status for key in STRANDS} == {"completed"}
        assert (await story.strand("basics/1").describe()).status is WorkflowExecutionStatus.RUNNING
        assert await second.ask_to_stop() == 0
    assert "Ashdown" not in log.read_text()


async def test_given_no_temporal_when_the_worker_starts_then_it_waits_drains_and_can_be_stopped(
    database: Database, sessions: Sessions, keys: PayloadKeys, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"

    async def draining() -> HeartbeatRow | None:
        async with transaction(sessions) as session:
            return await session.get(HeartbeatRow, "drain")

    async with worker_process(database.worker_url, "127.0.0.1:1", keys, log) as process:
        assert await until(draining, "a sign of life of the drain")
        assert await process.ask_to_stop() == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert any("waiting for Temporal" in line["event"] for line in lines)


async def test_given_no_database_when_the_worker_starts_then_it_says_so_and_can_be_stopped(
    keys: PayloadKeys, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    nowhere = "postgresql+psycopg://nobody:secret@127.0.0.1:1/homeward"

    async def said() -> bool:
        return "waiting for PostgreSQL" in log.read_text()

    async with worker_process(nowhere, "127.0.0.1:1", keys, log) as process:
        await until(said, "a line that says what is missing")
        assert await process.ask_to_stop() == 0
    assert "secret" not in log.read_text()


def unarmed(case: discharge_case.DischargeCase) -> None:
    """A clock that sets no timer."""
    case.armed_for, case.time_to_look = case.standing.next_look, False


async def test_given_code_that_would_have_led_elsewhere_when_a_case_is_reached_then_it_begins_anew(
    dev_server: WorkflowEnvironment,
    sessions: Sessions,
    places: Places,
    person_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = Story(dev_server, sessions, places, person_id)
    needs = worker_pool.Needs(sessions, dev_server.client, CLOCK, httpx.AsyncClient())
    monkeypatch.setattr(worker_pool, "runner", UnsandboxedWorkflowRunner)
    async with at_work(needs):
        await story.until_checked(adaptation_in_place="no")
        await story.do(cmd.StartStrand(strand_kind="adaptation", item="grab-rail"))
    first_run = (await story.handle.describe()).run_id
    monkeypatch.setattr(discharge_case.DischargeCase, "arm_the_clock", unarmed)
    async with at_work(needs):
        await story.do(cmd.MoveStrand(strand="adaptation/1", step="fitted"))
        assert (await story.case()).stage is Stage.READY
        assert (await story.handle.describe()).run_id != first_run
