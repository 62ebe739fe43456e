"""Workflows on Temporal's time-skipping server, with the real record behind them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import WorkflowEnvironment

from discharge.store.engine import Sessions, make_sessions
from housing_checks.store import holds
from tests.fixtures.postgres import Places
from tests.workflows import once_more
from tests.workflows.story import CLOCK, Story, at_work
from workflows.codec import PayloadKeys, data_converter
from workflows.worker_pool import Needs

KEYS = PayloadKeys(current="test", keys={"test": bytes(range(32))})


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    return once_more.run(item, nextitem)


@pytest.fixture
def keys() -> PayloadKeys:
    return KEYS


@asynccontextmanager
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(Path(sys.executable).with_name("temporal-test-server")),
        data_converter=data_converter(KEYS),
    ) as env:
        yield env


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A server of its own for each test, because its clock is shared by all that runs on it."""
    async with time_skipping() as env:
        yield env


@pytest.fixture
def sessions(worker: AsyncEngine) -> Sessions:
    holds.register()
    return make_sessions(worker)


@asynccontextmanager
async def needs_of(env: WorkflowEnvironment, sessions: Sessions) -> AsyncIterator[Needs]:
    given = Needs(sessions=sessions, client=env.client, clock=CLOCK)
    yield given
    await given.clients.close()
    await given.links.close()


@pytest.fixture
async def needs(skipping: WorkflowEnvironment, sessions: Sessions) -> AsyncIterator[Needs]:
    async with needs_of(skipping, sessions) as given:
        yield given


@pytest.fixture
async def working(needs: Needs) -> AsyncIterator[None]:
    """Workers at work."""
    async with at_work(needs):
        yield


@pytest.fixture
def story(
    skipping: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID, working: None
) -> Story:
    return Story(skipping, sessions, places, person_id)


@pytest.fixture
def story_without_workers(
    skipping: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID
) -> Story:
    return Story(skipping, sessions, places, person_id)


@pytest.fixture
async def dev_server() -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's own development server, which lists what runs."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        data_converter=data_converter(KEYS),
    ) as env:
        yield env
