"""What is tried without end shows, once it has failed a number of times, until it comes to its end."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from discharge.errors import Unavailable
from workflows import stuck
from workflows.failures import OnlyCodesLeave
from workflows.stuck import STUCK, STUCK_AFTER

SECRET = "Edith Ashdown 9990000018"


@dataclass
class Work(ActivityInboundInterceptor):
    """An activity that fails as it is told."""

    failure: Exception | None = None

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        if self.failure:
            raise self.failure
        return "done"


class Trying:
    """One worker that tries activities of some workflows."""

    def __init__(self) -> None:
        self.work = Work()
        self.wrapped = OnlyCodesLeave().intercept_activity(self.work)

    async def once(self, workflow_id: str, attempt: int, failure: Exception | None) -> None:
        environment = ActivityEnvironment()
        about = {"activity_type": "load-case", "workflow_id": workflow_id, "attempt": attempt}
        environment.info = replace(environment.info, **about)
        self.work.failure = failure
        given = ExecuteActivityInput(fn=lambda: None, args=(), executor=None, headers={})
        try:
            await environment.run(self.wrapped.execute_activity, given)
        except ApplicationError:
            assert failure is not None


def shown() -> float | None:
    for metric in STUCK.collect():
        for sample in metric.samples:
            if sample.labels == {"activity": "load-case"}:
                return sample.value
    return None


@pytest.fixture
def trying() -> Trying:
    STUCK.clear()
    return Trying()


async def test_given_an_activity_that_fails_time_and_again_then_it_shows_until_it_comes_to_its_end(
    trying: Trying, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "homeward.stuck"):
        for attempt in range(1, STUCK_AFTER + 3):
            await trying.once("strand-1", attempt, ValueError(SECRET))
            assert shown() == (1 if attempt >= STUCK_AFTER else None)
        await trying.once("strand-2", STUCK_AFTER, ValueError(SECRET))
    assert shown() == 2
    assert len(caplog.messages) == 2, "once for each"
    assert "activity load-case of strand-1 has failed 10 times and is tried on: internal" in caplog.text
    assert SECRET not in caplog.text

    await trying.once("strand-1", STUCK_AFTER + 3, None)
    assert shown() == 1


async def test_given_an_outage_however_long_then_nothing_is_stuck(trying: Trying) -> None:
    await trying.once("strand-1", 10_000, Unavailable("database-unavailable"))
    assert shown() is None


async def test_given_another_worker_had_more_luck_then_it_is_forgotten(
    trying: Trying, monkeypatch: pytest.MonkeyPatch
) -> None:
    await trying.once("strand-1", STUCK_AFTER, ValueError())
    monkeypatch.setattr(stuck, "FORGOTTEN_SECONDS", 0.0)
    await trying.once("strand-2", STUCK_AFTER, ValueError())
    assert shown() is None
