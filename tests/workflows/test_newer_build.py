"""An old worker and a newer one as processes side by side: the newer one does what only it knows."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from psycopg.types.json import Jsonb
from temporalio.testing import WorkflowEnvironment

from api.web.app import create_app, serve
from api.web.settings import ApiSettings
from api.web.sign_in.tokens import Claims, new_signing_key, sign
from discharge.cases import commands as cmd
from discharge.cases.commands import Answer
from discharge.store.engine import Sessions
from discharge.stored import NEWER
from tests.fixtures.postgres import Database, Places
from tests.workflows.conftest import KEYS
from tests.workflows.newer_build import EVENT, KIND, STAGE, make_newer_build
from tests.workflows.processes import WorkerProcess, keys_as_text, worker_process
from tests.workflows.story import CLOCK, PATIENCE, Story
from tests.workflows.waiting import until
from workflows.client import execute_command
from workflows.codec import data_converter
from workflows.connection import TemporalAccess

pytestmark = pytest.mark.slow

NO_BUILDS = ("--dynamic-config-value", "system.enableDeploymentVersions=false")
"""A Temporal that gives work to whichever worker is free, as an older cluster does."""


@pytest.fixture
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_extra_args=NO_BUILDS,
        data_converter=data_converter(KEYS),
    ) as env:
        yield env


@pytest.fixture
def story(temporal: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID) -> Story:
    return Story(temporal, sessions, places, person_id)


class OldInterface:
    """The interface of this build, asked as a coordinator."""

    def __init__(self, client: httpx.AsyncClient, token: str, case_id: UUID) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {token}"}
        self.path = f"/api/v1/cases/{case_id}"

    async def get(self, path: str = "") -> Any:
        answer = await self.client.get(f"{self.path}{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask(self, kind: str, **fields: str) -> str:
        """What became of a command: its state, or why it failed while we waited."""
        body = {"kind": kind, **fields}
        answer = await self.client.post(f"{self.path}/commands", json=body, headers=self.headers)
        if answer.status_code == 503:
            return str(answer.json()["code"])
        assert answer.status_code in (200, 202), answer.text
        status = answer.json()["status_url"]

        async def done() -> str | None:
            state: str = (await self.client.get(status, headers=self.headers)).json()["state"]
            return None if state == "taken" else state

        return await until(done, f"what became of {kind}")

    async def ask_until_taken(self, kind: str, **fields: str) -> str:
        """Ask again while only the old worker met the command: it says that a newer one is needed."""
        while (said := await self.ask(kind, **fields)) == NEWER:
            pass
        return said


@asynccontextmanager
async def old_interface(story: Story, database: Database) -> AsyncIterator[OldInterface]:
    key = new_signing_key("test")
    settings = ApiSettings(
        database_url=database.api_url,
        temporal=TemporalAccess(story.client.service_client.config.target_host),
        payload_keys=keys_as_text(KEYS),
        public_url="http://homeward.test",
        session_secret="only for tests",
        token_keys=json.dumps({"keys": [key.as_dict(private=False)]}),
    )
    now = datetime.now(UTC)
    claims = Claims("coordinator", "A coordinator", "coordinator", "HOUSING")
    app = create_app(settings)
    serve(app, settings, lambda: now)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=settings.public_url, timeout=30) as client:
        yield OldInterface(client, sign(claims, key, now, timedelta(minutes=10)), story.case_id)
    await app.state.services.close()


def kept_by_a_newer_interface(database: Database, command_id: UUID) -> None:
    """What a door of the newer build writes for a command that this one does not know."""
    later = {"schema": 95, "command": {"kind": KIND, "pendant": "wrist"}}
    with database.server.superuser(database.name) as connection:
        connection.execute(
            "UPDATE commands SET kind = %s, envelope = envelope || %s WHERE id = %s",
            (KIND, Jsonb(later), command_id),
        )


async def fit_telecare(story: Story, database: Database) -> Answer:
    envelope = await story.envelope(cmd.FlagHomelessness(flag="no"))
    await story.keep(envelope)
    kept_by_a_newer_interface(database, envelope.command_id)
    answer = await execute_command(story.client, CLOCK, envelope, within=PATIENCE)
    assert answer is not None, "the case did not answer"
    assert answer.outcome == "accepted", answer
    return answer


def recorded(database: Database) -> tuple[dict[str, Any], list[str]]:
    """The snapshot of the one case, and the kinds of its events in order."""
    with database.server.superuser(database.name) as connection:
        (snapshot,) = connection.execute("SELECT snapshot FROM cases").fetchone() or ({},)
        kinds = connection.execute("SELECT kind FROM case_events ORDER BY sequence").fetchall()
    return snapshot, [kind for (kind,) in kinds]


async def serving(worker: WorkerProcess) -> None:
    async def said() -> bool:
        return "serving cases and lanes" in worker.log.read_text()

    await until(said, "a worker that serves")


async def verified(database: Database, source: Path | None) -> dict[str, Any]:
    """What `homeward cases verify` of a build says; it ends with 1 where a case differs."""
    environment = {"PATH": os.environ["PATH"], "HOMEWARD_DATABASE_URL": database.worker_url}
    environment |= {"PYTHONPATH": str(source)} if source else {}
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("homeward")),
        *("cases", "verify", "--json"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told
    said: dict[str, Any] = json.loads(told)
    return said


async def who_did_activities(story: Story) -> set[int]:
    """The processes that did the case's activities; of local ones the history says none."""
    events = (await story.handle.fetch_history()).events
    started = [each.activity_task_started_event_attributes.identity for each in events]
    return {int(identity.partition("@")[0]) for identity in started if identity}


async def test_given_a_command_that_the_old_worker_hands_back_then_the_newer_one_beside_it_does_it(
    story: Story, database: Database, tmp_path: Path
) -> None:
    newer = make_newer_build(tmp_path / "newer")
    address = story.client.service_client.config.target_host
    at = (database.worker_url, address, KEYS)
    async with (
        worker_process(*at, tmp_path / "old.log") as old,
        old_interface(story, database) as interface,
    ):
        await serving(old)
        await story.refer()
        async with worker_process(*at, tmp_path / "newer.log", newer) as later:
            await serving(later)
            assert await interface.ask("accept-referral") == "accepted"
            answer = await fit_telecare(story, database)
            assert answer.events[0] == EVENT
            assert later.process.pid in await who_did_activities(story)
            seen = await interface.get()
            assert seen["stage"] == STAGE
            assert EVENT in [each["kind"] for each in (await interface.get("/timeline"))["events"]]
            for flag in ("yes", "no", "unknown"):
                assert await interface.ask_until_taken("flag-homelessness", flag=flag) == "accepted"
            snapshot, kinds = recorded(database)
            assert (snapshot["pendant"], snapshot["stage"], snapshot["version"]) == (
                "wrist",
                STAGE,
                len(kinds),
            )
            assert kinds.count("homelessness-flagged") == 3
            agrees = {"cases": 1, "differing": [], "newer": [], "organisations_with_wrong_sums": []}
            assert await verified(database, newer) == agrees
        assert await interface.ask("flag-homelessness", flag="yes") in (NEWER, "failed")
        assert recorded(database) == (snapshot, kinds), "the old one does not write over it"
        assert await verified(database, None) == agrees | {"newer": [str(story.case_id)]}
    assert "NondeterminismError" not in (tmp_path / "old.log").read_text()
