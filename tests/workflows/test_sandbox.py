"""Workflows run in the sandbox in tests and replays, and bring nothing into it that each run loads anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import SandboxImportNotificationPolicy, _Definition

from tests.fixtures.postgres import Database
from workflows import worker
from workflows.codec import PayloadKeys
from workflows.connection import TemporalAccess, connect
from workflows.worker import IN_PRODUCTION
from workflows.worker_pool import CASE_WORKFLOWS, CHORE_WORKFLOWS, LANE_WORKFLOWS, Needs, runner, workers

HISTORIES = Path(__file__).with_name("histories")


@pytest.mark.parametrize(
    "flow", [*CASE_WORKFLOWS, *LANE_WORKFLOWS, *CHORE_WORKFLOWS], ids=lambda flow: flow.__name__
)
async def test_given_a_workflow_when_loaded_into_the_sandbox_then_only_its_own_file_is_loaded_anew(
    flow: type,
) -> None:
    strict = runner().restrictions.with_import_notification_policy(
        SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
    SandboxedWorkflowRunner(restrictions=strict).prepare_workflow(_Definition.must_from_class(flow))


async def test_given_the_needs_of_tests_when_workers_are_made_then_their_workflows_run_in_the_sandbox(
    needs: Needs,
) -> None:
    assert needs.runner is None
    for one in workers(needs):
        assert isinstance(one.config()["workflow_runner"], SandboxedWorkflowRunner)


async def test_given_a_worker_of_production_when_made_then_no_run_pays_for_a_sandbox(needs: Needs) -> None:
    for one in workers(replace(needs, runner=IN_PRODUCTION)):
        assert isinstance(one.config()["workflow_runner"], UnsandboxedWorkflowRunner)


async def test_given_a_worker_when_run_as_in_production_then_its_workflows_run_outside_the_sandbox(
    database: Database, keys: PayloadKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, stop = list[Needs](), asyncio.Event()

    async def serve(needs: Needs, *_: object) -> None:
        served.append(needs)
        stop.set()

    monkeypatch.setattr(worker, "serve", serve)
    monkeypatch.setattr(worker, "temporal_loops", lambda _: [])
    monkeypatch.setattr(worker, "connect", partial(connect, lazy=True))
    nowhere = TemporalAccess("127.0.0.1:1")
    await worker.run_worker(database_url=database.worker_url, temporal=nowhere, keys=keys, stop=stop)
    (needs,) = served
    assert isinstance(needs.runner, UnsandboxedWorkflowRunner)


def test_given_the_workflows_when_looked_for_then_of_each_a_history_is_replayed() -> None:
    started = {
        WorkflowHistory.from_json("any", path.read_text(encoding="utf-8"))
        .events[0]
        .workflow_execution_started_event_attributes.workflow_type.name
        for path in HISTORIES.glob("*.json")
    }
    flows = [*CASE_WORKFLOWS, *LANE_WORKFLOWS, *CHORE_WORKFLOWS]
    assert started >= {_Definition.must_from_class(flow).name for flow in flows}
