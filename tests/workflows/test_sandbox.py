"""Workflow files bring nothing into the sandbox that is loaded anew for each cached case."""

from __future__ import annotations

import pytest
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import SandboxImportNotificationPolicy, _Definition

from workflows.worker_pool import CASE_WORKFLOWS, LANE_WORKFLOWS, runner


@pytest.mark.parametrize("flow", [*CASE_WORKFLOWS, *LANE_WORKFLOWS], ids=lambda flow: flow.__name__)
async def test_given_a_workflow_when_loaded_into_the_sandbox_then_only_its_own_file_is_loaded_anew(
    flow: type,
) -> None:
    strict = runner().restrictions.with_import_notification_policy(
        SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
    SandboxedWorkflowRunner(restrictions=strict).prepare_workflow(_Definition.must_from_class(flow))
