"""A corrected profile counts in a listener and a drain that go on running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from discharge.clocks import CaseClock
from fhir_adapters.feeds.profile_loader import PROFILES
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store import profiles
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample

ITK = (PROFILES / "itk-2.4.yaml").read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "itk-2.4.yaml"
    path.write_text(ITK, encoding="utf-8")
    return path


@pytest.fixture
async def book(intake: Intake, file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WatchedBook]:
    """The book of a running process, which follows its files."""
    monkeypatch.setattr(profiles, "LOOK_SECONDS", 0.02)
    book = WatchedBook(file.parent)
    following = asyncio.create_task(profiles.keep_following(intake.listener, book))
    yield book
    following.cancel()
    await asyncio.wait({following})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def corrected(file: Path, book: WatchedBook, before: str, after: str) -> None:
    was = {good.held.sha256 for good in book.good.values()}
    assert before in ITK
    file.write_text(ITK.replace(before, after), encoding="utf-8")
    await until(lambda: {good.held.sha256 for good in book.good.values()} != was)


async def test_given_an_open_connection_when_the_profile_says_another_answer_then_the_next_message_has_it(
    intake: Intake, book: WatchedBook, file: Path
) -> None:
    asking = Sample(accept="AL", application_ack="NE")
    async with listening(PostgresInbox(intake.listener), profiles=book) as (port, _), connected(port) as line:
        assert fields(await line.ask(asking.raw()), "MSA")[1] == "AA"

        await corrected(file, book, "immediate: application", "immediate: as-asked")

        assert fields(await line.ask(asking.but(message_id="M2").raw()), "MSA")[1] == "CA"


async def test_given_a_drain_at_work_when_the_profile_is_corrected_then_the_next_message_is_read_by_it(
    intake: Intake, book: WatchedBook, file: Path
) -> None:
    odd = Sample(more={"PID": {8: "woman"}})
    await intake.put(odd.raw())
    await drain_some(intake.worker, book, CaseClock.real())
    await corrected(file, book, "sex: {", "sex: {WOMAN: female, ")
    await intake.put(odd.but(message_id="M2", trigger="A08", sent="20260303090000").raw())
    await drain_some(intake.worker, book, CaseClock.real())

    first, second = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    assert (first.reason, second.reason) == ("sex-unmapped", None)
    assert second.read_by == book.in_force("itk-2.4", second.received_at.date()).mark != first.read_by
