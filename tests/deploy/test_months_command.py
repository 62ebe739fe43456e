"""`homeward months` against a real record."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from deploy.cli import months as command
from deploy.cli.main import app
from discharge.store.engine import transaction
from fhir_adapters.store.inbox_bytes import not_over
from tests.discharge.store.test_months import lose_months, month_from_now
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fhir_adapters.store.test_inbox_bytes import earlier
from tests.fixtures.postgres import Database


async def test_given_a_record_when_its_months_are_listed_then_each_is_there_with_what_still_needs_it(
    intake: Intake,  # noqa: F811
    owner: AsyncEngine,
    database: Database,
) -> None:
    await intake.put(Sample(message_id="WAITS").raw())
    await earlier(intake, ("OLD", b"MSH|", datetime(2025, 1, 3, tzinfo=UTC)))
    await lose_months(owner, "outbox_past", 0)
    found, needed, missing, left = await command.read(database.worker_url)
    of_bytes = [each for each in found if each.table == "inbox_bytes"]
    assert [each.words for each in of_bytes][1:] == [f"{month_from_now(n):%Y-%m}" for n in (1, 2, 3)]
    assert of_bytes[0].words == f"up to {datetime.now(UTC):%Y-%m}"
    assert of_bytes[0].bytes > 0
    assert needed == {f"{datetime.now(UTC):%Y-%m}": 1, "2025-01": 1}
    assert [command.needed(each, needed) for each in of_bytes] == [2, 0, 0, 0]
    assert ([each.table for each in missing], left) == (["outbox_past"], 1)


async def test_given_messages_that_were_used_then_no_month_is_needed_for_them(
    intake: Intake,  # noqa: F811
) -> None:
    await intake.take(Sample(message_id="USED").raw())
    async with transaction(intake.worker) as session:
        assert await not_over(session) == {}


@pytest.mark.parametrize("as_json", [False, True])
def test_given_a_record_when_the_command_is_run_then_it_says_so_in_lines_or_as_json(
    database: Database, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", database.worker_url)
    said = CliRunner().invoke(app, ["months", *(["--json"] if as_json else [])])
    assert said.exit_code == 0, said.output
    if as_json:
        told = json.loads(said.stdout)
        assert {each["table"] for each in told["months"]} >= {"audit_reads", "inbox_bytes", "outbox_past"}
        assert (told["missing"], told["messages_not_moved"]) == ([], 0)
    else:
        assert f"{month_from_now(3):%Y-%m}" in said.stdout
