"""What was last good of a profile's file outlives the process; a broken one raises an alarm."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.feeds.profile_loader import PROFILES
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.profiles import ProfileTextRow, follow, remember, taken_texts
from fhir_adapters.store.tables import AlarmRow
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust

TODAY = date(2026, 3, 2)
ITK = (PROFILES / "itk-2.4.yaml").read_text(encoding="utf-8")
WOMAN = ITK.replace("sex: {", "sex: {WOMAN: female, ")
BROKEN = ITK.replace("sex: {", "sexs: {")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "itk-2.4.yaml"
    path.write_text(WOMAN, encoding="utf-8")
    return path


async def worker_began(worker: AsyncEngine, file: Path) -> WatchedBook:
    """As a worker does at its start and after each correction."""
    book = WatchedBook(file.parent)
    await follow(worker, book)
    async with transaction(worker) as session:
        await remember(session, book.good)
    return book


async def test_given_a_file_broken_while_nothing_ran_when_a_process_starts_then_the_last_good_is_in_force(
    worker: AsyncEngine, api: AsyncEngine, file: Path
) -> None:
    await worker_began(worker, file)
    file.write_text(BROKEN, encoding="utf-8")

    book = WatchedBook(file.parent)
    assert book.lacking
    await follow(api, book)

    assert not book.lacking
    assert "WOMAN" in book.in_force("itk-2.4", TODAY).sex
    assert book.faults[0].consequence == "Version 1 of 30 June 2014 is still in force"


async def test_given_a_text_that_comes_back_then_it_is_the_last_one_taken(
    worker: AsyncEngine, file: Path
) -> None:
    first = await worker_began(worker, file)
    file.write_text(ITK, encoding="utf-8")
    await worker_began(worker, file)
    file.write_text(WOMAN, encoding="utf-8")
    await worker_began(worker, file)

    async with transaction(worker) as session:
        assert await taken_texts(session) == {file.name: first.good[file.name].held.sha256}
        assert await session.get(ProfileTextRow, (file.name, first.good[file.name].held.sha256))


async def test_given_a_file_that_stays_broken_then_an_alarm_names_the_key_until_it_is_mended(
    intake: Intake,  # noqa: F811
    file: Path,
) -> None:
    book = WatchedBook(file.parent)
    file.write_text(BROKEN, encoding="utf-8")
    book.look()
    book.look()
    now = datetime.now(UTC)
    await PostgresInbox(intake.listener).unassigned()
    await look_for_alarms(intake.worker, now, book.faults)
    assert await intake.rows(AlarmRow) == []

    await look_for_alarms(intake.worker, now + timedelta(minutes=3), book.faults)

    [alarm] = await intake.rows(AlarmRow)
    assert (alarm.kind, alarm.subject, alarm.cleared_at) == ("profile-not-used", "RXH-PAS", None)
    assert alarm.fact.startswith("The file of its profile could not be used for 3 minutes. itk-2.4.yaml: sex")
    assert "itk-2.4.yaml: sexs: " in alarm.fact
    assert alarm.fact.endswith("version 1 of 30 June 2014 is still in force.")
    await look_for_alarms(intake.worker, now + timedelta(minutes=4), ())
    [alarm] = await intake.rows(AlarmRow)
    assert alarm.cleared_at is not None
