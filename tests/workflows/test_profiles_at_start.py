"""A worker beside a profile that cannot be used: it goes on with what was good, refuses what never was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.reference.files import DataInvalid
from discharge.store.engine import transaction
from fhir_adapters.feeds.profile_loader import PROFILES
from fhir_adapters.store.profiles import taken_texts
from tests.fixtures.postgres import Database
from tests.workflows.waiting import until
from workflows.codec import PayloadKeys
from workflows.connection import TemporalAccess
from workflows.worker import run_worker

ITK = (PROFILES / "itk-2.4.yaml").read_text(encoding="utf-8")
BROKEN = ITK.replace("sex: {", "sexs: {")


async def ran(database: Database, keys: PayloadKeys, folder: Path, stop: asyncio.Event) -> None:
    """A worker that never finds Temporal: it drains all the same."""
    await run_worker(
        database_url=database.worker_url,
        temporal=TemporalAccess("127.0.0.1:1"),
        keys=keys,
        feed_profiles=folder,
        stop=stop,
    )


async def taken(worker: AsyncEngine) -> dict[str, str]:
    async with transaction(worker) as session:
        return await taken_texts(session)


async def test_given_a_file_that_never_was_good_then_a_worker_refuses_to_start_and_says_why(
    database: Database, worker: AsyncEngine, keys: PayloadKeys, tmp_path: Path
) -> None:
    (tmp_path / "itk-2.4.yaml").write_text(BROKEN, encoding="utf-8")

    with pytest.raises(DataInvalid, match=r"itk-2\.4\.yaml: sexs: .* did you mean sex"):
        await ran(database, keys, tmp_path, asyncio.Event())


async def test_given_reference_data_that_never_was_good_then_a_worker_refuses_to_start_and_says_why(
    database: Database, keys: PayloadKeys, tmp_path: Path
) -> None:
    (tmp_path / "ours.yaml").write_text("changes: adaptatons\n", encoding="utf-8")

    with pytest.raises(DataInvalid, match=r"ours\.yaml: changes: .* did you mean adaptations"):
        await run_worker(
            database_url=database.worker_url,
            temporal=TemporalAccess("127.0.0.1:1"),
            keys=keys,
            reference_data=tmp_path,
        )


async def test_given_a_file_that_was_good_once_then_a_worker_starts_beside_it(
    database: Database,
    worker: AsyncEngine,
    keys: PayloadKeys,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def recalled() -> bool:
        return "version 1 of 30 June 2014 is still in force" in caplog.text

    for text, seen in ((ITK, lambda: taken(worker)), (BROKEN, recalled)):
        (tmp_path / "itk-2.4.yaml").write_text(text, encoding="utf-8")
        stop = asyncio.Event()
        running = asyncio.create_task(ran(database, keys, tmp_path, stop))
        await until(seen, "the worker has its profiles")
        assert not running.done()
        stop.set()
        await running


async def test_given_a_worker_told_to_stop_before_it_asked_then_it_ends_without_a_fault(
    database: Database, keys: PayloadKeys, tmp_path: Path
) -> None:
    (tmp_path / "itk-2.4.yaml").write_text(BROKEN, encoding="utf-8")
    stop = asyncio.Event()
    stop.set()

    await ran(database, keys, tmp_path, stop)
