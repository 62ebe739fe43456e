"""The bytes of messages lie by month beside the inbox: written and read with their row, never changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.store.engine import make_sessions, transaction
from discharge.store.migrations import downgrade, migrate
from fhir_adapters.hl7v2.store import edits
from fhir_adapters.store import inbox_bytes
from fhir_adapters.store.inbox_bytes import move_bytes, not_moved
from fhir_adapters.store.tables import InboxBytesRow, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.postgres import Database, Places
from workflows.schedules import CHORES, Given

BEFORE = "0047"
"""The last version that kept the bytes in the message's own row."""
EARLIER = text(
    "INSERT INTO inbox (id, feed_id, organisation_id, message_id, sha256, raw_inline, content_type, state,"
    " received_at) VALUES (:id, :feed, :organisation, :message, :message, :raw, 'x-application/hl7-v2+er7',"
    " 'parked', :at)"
)
LET_GO = "ALTER TABLE inbox_bytes DETACH PARTITION {}"


async def earlier(intake: Intake, *messages: tuple[str, bytes, datetime]) -> None:  # noqa: F811
    """Messages as an earlier version kept them."""
    common = {"feed": intake.feed_id, "organisation": intake.organisation_id}
    rows = [{"id": uuid4(), "message": name, "raw": raw, "at": at, **common} for name, raw, at in messages]
    async with transaction(intake.worker) as session:
        await session.execute(EARLIER, rows)


async def test_given_a_message_when_it_comes_and_again_then_its_bytes_lie_once_in_their_month(
    intake: Intake,  # noqa: F811
) -> None:
    raw = Sample(message_id="ONE").raw()
    await intake.put(raw, raw)
    [row] = await intake.rows(InboxRow)
    [beside] = await intake.rows(InboxBytesRow)
    assert (row.raw, row.size, row.times_received, row.kept) == (raw, len(raw), 2, True)
    assert (beside.inbox_id, beside.received_at, beside.raw) == (row.id, row.received_at, raw)
    async with transaction(intake.worker) as session:
        assert await not_moved(session) == 0
        part = await session.scalar(text("SELECT tableoid::regclass::text FROM inbox_bytes"))
    assert part in ("inbox_bytes_first", f"inbox_bytes_{datetime.now(UTC):%Y_%m}")


async def test_given_bytes_that_cannot_be_kept_then_the_message_is_not_there_either(
    owner: AsyncEngine,
    intake: Intake,  # noqa: F811
) -> None:
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE inbox_bytes ADD CHECK (length(raw) < 20)"))
    with pytest.raises(HomewardError, match="internal"):
        await intake.put(Sample(message_id="ONE").raw())
    assert await intake.rows(InboxRow) == []


async def test_given_messages_of_an_earlier_version_when_moved_a_few_at_a_time_then_each_reads_as_before(
    intake: Intake,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox_bytes, "AT_ONCE", 2)
    old = [(f"M{n}", Sample(message_id=f"M{n}").raw(), datetime(2025, n, 3, tzinfo=UTC)) for n in (1, 2, 3)]
    await earlier(intake, *old)
    await intake.put(Sample(message_id="NEW").raw())
    before = {row.message_id: (row.raw, row.kept) for row in await intake.rows(InboxRow)}
    assert before["M2"] == (old[1][1], True)
    for moved, left in ((2, 1), (1, 0), (0, 0)):
        async with transaction(intake.worker) as session:
            assert await move_bytes(session) == moved
            assert await not_moved(session) == left
    rows = await intake.rows(InboxRow)
    assert {row.message_id: (row.raw, row.kept) for row in rows} == before
    assert {row.size for row in rows} == {len(raw) for raw, _ in before.values()}
    assert {row.inbox_id: row.received_at for row in await intake.rows(InboxBytesRow)} == {
        row.id: row.received_at for row in rows
    }


async def test_given_messages_of_an_earlier_version_when_the_chore_has_done_its_rounds_then_all_are_moved(
    intake: Intake,  # noqa: F811
) -> None:
    await earlier(intake, ("M1", b"MSH|", datetime(2025, 1, 3, tzinfo=UTC)))
    step = CHORES["message-bytes"].step(
        Given(make_sessions(intake.worker), cast("Client", None), CaseClock.real())
    )
    assert [await step(), await step()] == [True, False]
    assert len(await intake.rows(InboxBytesRow)) == 1


async def test_given_a_message_that_somebody_works_on_then_its_bytes_are_moved_later(
    intake: Intake,  # noqa: F811
) -> None:
    await earlier(intake, ("M1", b"MSH|", datetime(2025, 1, 3, tzinfo=UTC)))
    async with transaction(intake.worker) as busy:
        await busy.execute(select(InboxRow.id).with_for_update())
        async with transaction(intake.worker) as session:
            assert await move_bytes(session) == 0
    async with transaction(intake.worker) as session:
        assert await move_bytes(session) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"raw_inline": None, "size": 4},
        {"size": 9},
        {"raw_inline": b"MSH|other"},
        {"received_at": func.now()},
        {"sha256": "other"},
    ],
)
async def test_given_bytes_that_lie_nowhere_else_when_they_are_taken_out_or_changed_then_postgres_refuses(
    intake: Intake,  # noqa: F811
    values: dict[str, object],
) -> None:
    await earlier(intake, ("M1", b"MSH|", datetime(2025, 1, 3, tzinfo=UTC)))
    with pytest.raises(DBAPIError, match="the bytes of a message never change"):
        async with transaction(intake.worker) as session:
            await session.execute(update(InboxRow).values(values))
    async with transaction(intake.worker) as session:
        other = select(InboxRow.id, InboxRow.received_at, text("'MSHX'::bytea"))
        await session.execute(
            insert(InboxBytesRow).from_select(["inbox_id", "received_at", "raw"], other)
        )  # other bytes, of the same length
    with pytest.raises(DBAPIError, match="the bytes of a message never change"):
        async with transaction(intake.worker) as session:
            await session.execute(update(InboxRow).values(values))


async def test_given_bytes_then_only_who_sees_the_message_reads_them_and_nobody_changes_them(
    intake: Intake,  # noqa: F811
    api: AsyncEngine,
    places: Places,
) -> None:
    await intake.put(Sample(message_id="ONE").raw())
    for organisation, seen in ((places.trust, 1), (places.stranger, 0), (None, 0)):
        async with transaction(api, organisation_id=organisation) as session:
            assert await session.scalar(select(func.count()).select_from(InboxBytesRow)) == seen
    later = insert(InboxBytesRow).values(inbox_id=uuid4(), received_at=func.now(), raw=b"x")
    for engine, statements in (
        (api, (later, "UPDATE inbox_bytes SET raw = ''", "DELETE FROM inbox_bytes")),
        (intake.worker, ("UPDATE inbox_bytes SET raw = ''", "DELETE FROM inbox_bytes")),
    ):
        for statement in statements:
            with pytest.raises(DBAPIError, match="permission denied"):
                async with transaction(engine, organisation_id=places.trust) as session:
                    await session.execute(text(statement) if isinstance(statement, str) else statement)


@pytest.mark.parametrize("statement", ["UPDATE inbox_bytes SET raw = ''", "DELETE FROM inbox_bytes"])
async def test_given_bytes_when_even_the_owner_changes_them_then_postgres_refuses(
    intake: Intake,  # noqa: F811
    owner: AsyncEngine,
    statement: str,
) -> None:
    await intake.put(Sample(message_id="ONE").raw())
    with pytest.raises(DBAPIError, match="append-only"):
        async with transaction(owner) as session:
            await session.execute(text(statement))


async def test_given_a_month_that_was_let_go_then_its_messages_say_so_and_are_not_read_again(
    intake: Intake,  # noqa: F811
    owner: AsyncEngine,
) -> None:
    raw = Sample(message_id="ONE", nhs="", local="").raw()
    await intake.take(raw)
    async with transaction(owner) as session:
        part = await session.scalar(text("SELECT tableoid::regclass::text FROM inbox_bytes"))
        await session.execute(text(LET_GO.format(part)))
    [row] = await intake.rows(InboxRow)
    assert (row.state, row.raw, row.size, row.kept) == ("parked", b"", len(raw), False)
    assert await intake.replay() == ["not-kept"]
    async with transaction(intake.worker) as session:
        row = (await session.scalars(select(InboxRow))).one()
        with pytest.raises(HomewardError, match="not-replayable"):
            await edits.propose(session, row, raw, "mended", uuid4())
    await intake.put(raw)
    [row] = await intake.rows(InboxRow)
    assert (row.times_received, row.state) == (2, "parked"), "the same bytes again change nothing"


async def test_given_a_month_that_was_let_go_as_the_guide_says_then_its_owner_can_archive_it_and_put_it_back(
    intake: Intake,  # noqa: F811
    owner: AsyncEngine,
) -> None:
    raw = Sample(message_id="ONE").raw()
    await intake.put(raw)
    ends = text("SELECT until_at FROM homeward_months() WHERE part = 'inbox_bytes_first'")
    async with transaction(owner) as session:
        until = await session.scalar(ends)
        await session.execute(text(LET_GO.format("inbox_bytes_first")))
        assert (await session.scalars(text("SELECT raw FROM inbox_bytes_first"))).all() == []
        await session.execute(text("ALTER TABLE inbox_bytes_first NO FORCE ROW LEVEL SECURITY"))
        assert (await session.scalars(text("SELECT raw FROM inbox_bytes_first"))).all() == [raw]
        await session.execute(text("ALTER TABLE inbox_bytes_first FORCE ROW LEVEL SECURITY"))
        await session.execute(
            text(
                "ALTER TABLE inbox_bytes ATTACH PARTITION inbox_bytes_first"
                f" FOR VALUES FROM (MINVALUE) TO ('{until}')"
            )
        )
    [row] = await intake.rows(InboxRow)
    assert (row.raw, row.kept) == (raw, True)


async def test_given_messages_of_many_months_when_upgraded_then_each_month_has_its_partition_and_none_is_lost(
    intake: Intake,  # noqa: F811
    database: Database,
) -> None:
    await intake.put(Sample(message_id="NEW").raw())
    await earlier(intake, ("OLD", b"MSH|old", datetime(2026, 1, 3, tzinfo=UTC)))
    before = {row.id: row.raw for row in await intake.rows(InboxRow)}
    await intake.worker.dispose()
    downgrade(database.owner_url, BEFORE)
    with psycopg.connect(database.owner_url.replace("+psycopg", "")) as connection:
        assert dict(connection.execute("SELECT id, raw FROM inbox").fetchall()) == before
        connection.execute("UPDATE inbox SET sequence = -sequence")  # the oldest came first
    migrate(database.owner_url)
    assert {row.id: row.raw for row in await intake.rows(InboxRow)} == before
    async with transaction(intake.worker) as session:
        assert await not_moved(session) == 2
        assert await move_bytes(session) == 2
        placed = await session.execute(text("SELECT inbox_id, tableoid::regclass::text FROM inbox_bytes"))
        parts: dict[UUID, str] = {row[0]: row[1] for row in placed}
    names = {row.message_id: parts[row.id] for row in await intake.rows(InboxRow)}
    assert names == {"OLD": "inbox_bytes_first", "NEW": f"inbox_bytes_{datetime.now(UTC):%Y_%m}"}
    assert {row.id: row.raw for row in await intake.rows(InboxRow)} == before
