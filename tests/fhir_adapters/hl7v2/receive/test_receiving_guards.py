"""What must never happen between a message and its answer."""

from __future__ import annotations

import asyncio
from math import inf

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.clocks import CaseClock
from discharge.errors import HomewardError, Unavailable
from discharge.store.engine import transaction
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.directory import FeedDoor
from fhir_adapters.hl7v2.store import group_commit
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.hl7v2.store.group_commit import AT_ONCE, SharedCommits
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.hl7v2.store.single_message import drain_one
from fhir_adapters.store.inbox import Arrived, Named, Received
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

JOAN = Sample()
OTHER = Sample(message_id="O1", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK")


class Failing(PostgresInbox):
    """An inbox that cannot store a message."""

    failure: Exception

    async def store(self, door: FeedDoor, arrived: Arrived, due: float) -> Received:
        if arrived.message_id == "M1":
            raise self.failure
        return await super().store(door, arrived, due)


@pytest.mark.parametrize(
    "failure",
    [Unavailable("database-unavailable"), HomewardError("internal", detail="XX000"), RuntimeError("not now")],
)
async def test_given_a_message_that_cannot_be_stored_then_it_is_never_acknowledged_as_taken(
    intake: Intake, failure: Exception
) -> None:
    inbox = Failing(intake.listener)
    inbox.failure = failure

    async with listening(inbox) as (port, _), connected(port) as line:
        refused = fields(await line.ask(JOAN.raw()), "MSA")
        taken = fields(await line.ask(OTHER.raw()), "MSA")

    assert (refused[1], refused[2], refused[6]) == ("AE", "M1", "207")
    assert taken[1:3] == ["AA", "O1"]
    assert [row.message_id for row in await intake.rows(InboxRow)] == ["O1"]


async def test_given_a_frame_that_another_begins_inside_of_then_the_second_alone_is_taken_and_it_is_counted(
    intake: Intake,
) -> None:
    counts = Counts()
    broken = frame(JOAN.raw())[:200]

    async with listening(PostgresInbox(intake.listener), counts=counts) as (port, _), connected(port) as line:
        await line.send(broken + frame(OTHER.raw()))
        [answer] = [fields(each, "MSA") for each in await line.answers(1)]

    assert answer[1:3] == ["AA", "O1"]
    assert [row.message_id for row in await intake.rows(InboxRow)] == ["O1"]
    assert counts.registry.get_sample_value("homeward_mllp_frames_abandoned_total") == 1


def test_given_frames_begun_anew_then_each_that_was_given_up_is_counted() -> None:
    deframer = Deframer(1_000_000)
    cut = frame(JOAN.raw())[:-2]

    assert deframer.feed(cut + cut + frame(OTHER.raw())) == [OTHER.raw()]
    assert deframer.abandoned == 2


async def test_given_more_than_fits_one_commit_then_the_rest_goes_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group_commit, "MOST_BYTES", 1000)
    groups: list[list[int]] = []
    go = asyncio.Event()

    async def commit(_: FeedDoor, messages: list[Named]) -> list[Received]:
        groups.append([len(message.arrived.raw) for message in messages])
        await go.wait()
        return [Received(None, False, False)] * len(messages)  # type: ignore[arg-type]

    commits = SharedCommits(commit)
    door = FeedDoor(None, "feed", None, None)  # type: ignore[arg-type]
    sizes = [10] * AT_ONCE + [400, 400, 400, 5000, 400]
    named = [Named.of(Arrived(b"x" * size, "t", message_id=str(n))) for n, size in enumerate(sizes)]
    tasks = [asyncio.create_task(commits.add(door, message, inf)) for message in named]
    for _ in range(len(sizes)):  # all have been added, and the first commits are under way
        await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)

    assert [5000] in groups
    assert all(sum(group) <= 1000 or len(group) == 1 for group in groups)
    assert sum(map(len, groups)) == len(sizes)


async def test_given_an_earlier_message_of_the_person_at_work_elsewhere_then_the_later_one_waits(
    intake: Intake, owner: AsyncEngine
) -> None:
    later = JOAN.but(message_id="M2", trigger="A02", sent="20260303090000")
    await intake.put(JOAN.raw(), later.raw(), OTHER.raw())
    profiles, clock = shipped_profiles(), CaseClock.real()
    async with transaction(owner) as another:
        first = select(InboxRow).where(InboxRow.message_id == "M1")
        await another.execute(first.with_for_update())
        handled = await drain_some(intake.worker, profiles, clock)
        rows = {row.message_id: row for row in await intake.rows(InboxRow)}
        assert [done.inbox_id for done in handled] == [rows["O1"].id]
        assert await drain_one(intake.worker, rows["M2"].id, profiles, clock) is None

    handled = await drain_some(intake.worker, profiles, clock)
    assert [done.inbox_id for done in handled] == [rows["M1"].id, rows["M2"].id]
    async with transaction(intake.worker) as session:
        waiting = select(func.count()).where(InboxRow.state == "stored")
        assert await session.scalar(waiting) == 0
