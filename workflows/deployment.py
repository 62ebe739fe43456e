"""Which build of the workers Temporal hands work to, where it knows of builds.

Each worker says its build. One build is current and gets all work, whatever build it began under (auto-
upgrade): an old worker beside a new one is never handed a history that only the new one can continue. A
worker makes its build current when it starts, unless a later version is; and whenever the current one has
no workers left, as after a return to the version before. What a history needs to be continued is another
matter: `workflow.patched`, or queues of its own (`workflows/former_runs.py`).
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from workflows import ports

NAME = "homeward"
GONE = timedelta(minutes=2)
"""A worker asks for work at least once a minute; one that has not for so long is not there."""

_NOT_VERSIONED = frozenset({RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED})
_RELEASE = re.compile(r"\d+(?:\.\d+)*")
_log = logging.getLogger("homeward.deployment")


def build_id(commit: str | None = None) -> str:
    """Return the build of this program: its version, and the commit where the installation says it."""
    return f"{version('homeward')}+{commit}" if commit else version("homeward")


def is_later(build: str, than: str) -> bool:
    """Whether one build is of a later version than another; two of one version are equals."""
    return _release(build) > _release(than)


def _release(build: str) -> tuple[int, ...]:
    found = _RELEASE.match(build)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


class Deployment:
    """The workers of one build, among those of others."""

    def __init__(self, client: Client, build: str) -> None:
        self._client = client
        self._build = build

    async def begin(self) -> WorkerDeploymentConfig | None:
        """Make this build current, unless a later one is, and return what workers are given; ``None`` where
        the server knows no builds, or does not let us.
        """
        current = await self._current()
        if current is None:
            _log.info("Temporal knows no builds of workers here: whichever worker is free gets work")
            return None
        if current and is_later(current, self._build):
            _log.warning("build %s gets no work: build %s is later and current", self._build, current)
        elif current != self._build:
            await self._take_over(current)
        mine = WorkerDeploymentVersion(NAME, self._build)
        return WorkerDeploymentConfig(mine, True, VersioningBehavior.AUTO_UPGRADE)

    async def once(self) -> bool:
        """Take over from a build that has no workers any more; never busy, so that it rests."""
        current = await self._current()
        if current and current != self._build and not await self._has_workers(current):
            await self._take_over(current)
        return False

    async def _current(self) -> str | None:
        """The current build, empty where there is none yet; ``None`` where the server knows no builds."""
        asked = DescribeWorkerDeploymentRequest(namespace=self._client.namespace, deployment_name=NAME)
        try:
            found = await self._client.workflow_service.describe_worker_deployment(asked)
        except RPCError as failure:
            if failure.status is RPCStatusCode.NOT_FOUND:
                return ""
            if failure.status in _NOT_VERSIONED:
                return None
            raise
        routing = found.worker_deployment_info.routing_config
        return str(routing.current_deployment_version.build_id)

    async def _has_workers(self, build: str) -> bool:
        asked = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=ports.CASES_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        found = await self._client.workflow_service.describe_task_queue(asked)
        since = datetime.now(UTC) - GONE
        return any(
            poller.deployment_options.build_id == build
            and poller.last_access_time.ToDatetime(tzinfo=UTC) > since
            for poller in found.pollers
        )

    async def _take_over(self, current: str) -> None:
        """From now on this build gets all work, also on queues that the one before did not have."""
        await self._client.workflow_service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=self._client.namespace,
                deployment_name=NAME,
                build_id=self._build,
                ignore_missing_task_queues=True,
                allow_no_pollers=True,
            )
        )
        _log.warning("build %s is current now, and gets all work; before: %s", self._build, current or "none")
