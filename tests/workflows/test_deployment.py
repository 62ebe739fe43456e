"""Builds of workers side by side: one is current and gets all work; nobody waits for one that is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from temporalio.testing import WorkflowEnvironment

from discharge.cases import commands as cmd
from discharge.store.engine import Sessions
from tests.fixtures.postgres import Places
from tests.workflows.conftest import KEYS, needs_of
from tests.workflows.story import CLOCK, Story
from tests.workflows.waiting import until
from workflows import deployment
from workflows.connection import TemporalAccess, connect
from workflows.deployment import Deployment, build_id, is_later
from workflows.worker_pool import Needs, workers

OLD, NEW = "1.9.0+a", "1.10.0"


@pytest.mark.parametrize(
    ("build", "than", "later"),
    [
        (NEW, OLD, True),
        (OLD, NEW, False),
        ("1.9.0+b", OLD, False),
        (OLD, "1.9.0+b", False),
        (OLD, "by hand", True),
        ("by hand", OLD, False),
    ],
)
def test_given_two_builds_when_compared_then_the_later_version_is_later(
    build: str, than: str, later: bool
) -> None:
    assert is_later(build, than) is later


def test_given_a_commit_when_a_build_is_named_then_it_follows_the_version() -> None:
    assert build_id("abc123") == f"{build_id()}+abc123"


@pytest.fixture
def story(dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID) -> Story:
    return Story(dev_server, sessions, places, person_id)


@asynccontextmanager
async def of_build(story: Story, build: str | None) -> AsyncIterator[Deployment]:
    """Workers of one build, on a connection of their own as processes have; ``None`` knows no builds."""
    address = story.client.service_client.config.target_host
    client = await connect(TemporalAccess(address), KEYS)
    its = Deployment(client, build or "")
    async with AsyncExitStack() as at:
        needs = await at.enter_async_context(needs_of(story.env, story.sessions))
        mine = Needs(story.sessions, client, CLOCK, needs.clients, needs.links)
        for worker in workers(mine, await its.begin() if build else None):
            await at.enter_async_context(worker)
        yield its


async def builds_of(story: Story) -> list[str]:
    """Under which builds the case's tasks were done, in order, each once in a row."""
    found: list[str] = []
    for event in (await story.handle.fetch_history()).events:
        if event.HasField("workflow_task_completed_event_attributes"):
            done = event.workflow_task_completed_event_attributes
            build = done.deployment_version.build_id
            if not found or found[-1] != build:
                found.append(build)
    return found


@pytest.mark.slow
async def test_given_a_case_under_one_build_when_a_later_one_begins_beside_it_then_the_case_goes_on_there(
    story: Story,
) -> None:
    async with of_build(story, None):
        await story.refer()
    async with of_build(story, OLD):
        await story.do(cmd.AcceptReferral())
        async with of_build(story, NEW):

            async def goes_on_there() -> bool:
                await story.do(cmd.FlagHomelessness(flag="no"))
                return (await builds_of(story))[-1] == NEW

            await until(goes_on_there, "a task of the later build")
            async with of_build(story, OLD.replace("a", "again")):
                await story.do(cmd.FlagHomelessness(flag="yes"))
            assert await builds_of(story) == ["", OLD, NEW], "an old worker that starts again takes nothing"


@pytest.mark.slow
async def test_given_the_later_build_gone_when_the_one_before_looks_then_it_takes_over_and_cases_go_on(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with of_build(story, NEW) as later:
        await story.refer()
        async with of_build(story, OLD) as before:
            assert await before.once() is False
            assert await later._current() == NEW, "it has workers"
    async with of_build(story, OLD) as before:
        monkeypatch.setattr(deployment, "GONE", timedelta(0))
        await before.once()
        await story.do(cmd.AcceptReferral())


@pytest.mark.slow
async def test_given_a_server_that_knows_no_builds_then_workers_say_none(
    skipping: WorkflowEnvironment,
) -> None:
    its = Deployment(skipping.client, NEW)
    assert await its.begin() is None
    assert await its.once() is False
