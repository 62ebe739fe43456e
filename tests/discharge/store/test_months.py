"""Tables split by month: partitions are made ahead, asked through the whole only, and refuse nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.store.audit import Who, note_read, note_write
from discharge.store.engine import transaction
from discharge.store.migrations import downgrade, migrate
from discharge.store.months import make_months, months_missing
from discharge.store.tables import AuditRead, AuditWrite
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow
from tests.discharge.store.walled_story import Story
from tests.fixtures.postgres import Database, Places

AHEAD = {0, 1, 2, 3}
"""This month and the next three."""


def month_from_now(months: int) -> datetime:
    """The first instant of a month, counted from this one, in UTC."""
    count = datetime.now(UTC).month - 1 + months
    return datetime(datetime.now(UTC).year + count // 12, count % 12 + 1, 1, tzinfo=UTC)


async def lose_months(owner: AsyncEngine, table: str, kept: int) -> None:
    """Have no partition beyond so many months from now."""
    async with transaction(owner) as session:
        asked = text("SELECT part FROM homeward_months() WHERE tab = :table AND from_at > :last")
        parts = await session.scalars(asked, {"table": table, "last": month_from_now(kept)})
        for part in parts.all():
            await session.execute(text(f"DROP TABLE {part}"))


async def ends(session: AsyncSession, table: str) -> datetime:
    asked = text("SELECT max(until_at) FROM homeward_months() WHERE tab = :table")
    found = await session.scalar(asked, {"table": table})
    assert isinstance(found, datetime)
    return found


def a_look(at: datetime, places: Places, what: str, case_ids: Sequence[UUID] = ()) -> dict[str, object]:
    return {
        "at": at,
        "organisation_id": places.trust,
        "client_id": "c",
        "role": "discharge-team",
        "purpose": "direct-care",
        "what": what,
        "case_ids": list(case_ids),
        "person_ids": [],
    }


async def test_given_a_new_record_then_each_month_ahead_has_a_partition_and_nothing_is_missing(
    worker: AsyncEngine,
) -> None:
    async with transaction(worker) as session:
        for table in ("audit_reads", "audit_writes", "inbox_bytes", "outbox_past"):
            assert await ends(session, table) == month_from_now(4)
        assert await months_missing(session) == []
        assert await make_months(session) == 0, "it is done once"


async def test_given_months_without_a_partition_when_the_worker_makes_them_then_none_is_missing(
    owner: AsyncEngine, worker: AsyncEngine, places: Places
) -> None:
    await lose_months(owner, "audit_reads", 1)
    async with transaction(worker) as session:
        assert await ends(session, "audit_reads") == month_from_now(2)
        assert await months_missing(session) == [], "the next month has one"
        assert await make_months(session) == 2
        assert await ends(session, "audit_reads") == month_from_now(4)


async def test_given_no_partition_for_the_next_month_then_the_housing_service_is_told_until_there_is_one(
    owner: AsyncEngine, worker: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    async def alarms() -> list[tuple[UUID, str, bool]]:
        await look_for_alarms(worker)
        async with transaction(worker) as session:
            rows = await session.scalars(select(AlarmRow).where(AlarmRow.kind == "months-missing"))
            return [(row.organisation_id, row.fact, row.cleared_at is None) for row in rows]

    assert await alarms() == []
    first_partition_ends = month_from_now(2)
    await lose_months(owner, "audit_writes", -1)
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE audit_writes DETACH PARTITION audit_writes_first"))
        await session.execute(
            text(
                "ALTER TABLE audit_writes ATTACH PARTITION audit_writes_first"
                f" FOR VALUES FROM (MINVALUE) TO ('{month_from_now(1).isoformat()}')"
            )
        )
    async with transaction(worker) as session:
        await session.execute(insert(AuditWrite).values(
            at=first_partition_ends, client_id="c", role="operator", action="changed", subject="x"
        ))  # fmt: skip
    month = f"{month_from_now(1):%Y-%m}"
    said = "Tables without a partition for the next month: 1."
    more = f" audit_writes has none from {month}. It holds rows of months that have none."
    assert await alarms() == [(places.housing, said + more, True)]
    async with transaction(api, organisation_id=places.housing) as session:
        assert [each.table for each in await months_missing(session)] == ["audit_writes"], (
            "a page says it too"
        )
    async with transaction(worker) as session:
        await make_months(session)
    assert await alarms() == [(places.housing, said + more, False)]


async def test_given_rows_of_a_month_without_a_partition_then_they_are_kept_and_get_one_of_their_own(
    owner: AsyncEngine, worker: AsyncEngine, places: Places
) -> None:
    await lose_months(owner, "audit_reads", 1)
    late = month_from_now(3) + timedelta(days=9)
    async with transaction(worker) as session:
        await session.execute(insert(AuditRead).values(a_look(late, places, "late")))
    async with transaction(worker) as session:
        assert await session.scalar(select(func.count()).where(AuditRead.what == "late")) == 1
        [missing] = await months_missing(session)
        assert missing.astray
        assert await make_months(session) == 1
        assert await months_missing(session) == []
        asked = text("SELECT tableoid::regclass::text FROM audit_reads WHERE what = 'late'")
        assert await session.scalar(asked) == f"audit_reads_{month_from_now(2):%Y_%m}"
        assert await ends(session, "audit_reads") == month_from_now(4)
        await session.execute(insert(AuditRead).values(a_look(month_from_now(9), places, "later still")))


async def test_given_a_partition_when_it_is_asked_by_its_name_then_neither_role_may_and_nobody_changes_it(
    owner: AsyncEngine,
    worker: AsyncEngine,
    api: AsyncEngine,
    places: Places,
    story: Story,
) -> None:
    async with transaction(owner) as session:
        asked = text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
        parts = (await session.scalars(asked)).all()
    assert {
        f"audit_reads_{month_from_now(3):%Y_%m}",
        "audit_reads_first",
        "audit_writes_other",
        "inbox_bytes_first",
        "outbox_past_other",
    } <= set(parts)
    for engine in (api, worker):
        async with transaction(engine, organisation_id=places.trust) as session:
            for part in parts:
                for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                    may = text("SELECT has_any_column_privilege(:part, :right)")
                    if right in ("DELETE", "TRUNCATE"):
                        may = text("SELECT has_table_privilege(:part, :right)")
                    assert not await session.scalar(may, {"part": part, "right": right}), (part, right)
    for part in parts:
        async with transaction(owner) as session:
            assert await session.scalar(text(f"SELECT count(*) FROM {part}")) == 0, "no policy, no row"
        with pytest.raises(DBAPIError, match="append-only"):
            async with transaction(owner) as session:
                await session.execute(text(f"TRUNCATE {part}"))


async def test_given_looks_in_many_months_when_asked_for_the_newest_then_older_months_are_left_alone(
    owner: AsyncEngine,
    worker: AsyncEngine,
    api: AsyncEngine,
    places: Places,
    story: Story,
) -> None:
    async with transaction(worker) as session:
        for months in range(-2, 6):
            look = a_look(month_from_now(months), places, f"month {months}", [story.case_id])
            await session.execute(insert(AuditRead).values(look))
    query = text("SELECT what FROM homeward_who_looked(:case, :most)")
    async with transaction(api, organisation_id=places.housing) as session:
        everything = (await session.scalars(query, {"case": story.case_id, "most": None})).all()
        assert [what for what in everything if what != "case page"] == [
            f"month {n}" for n in range(5, -3, -1)
        ]
        newest = (await session.scalars(query, {"case": story.case_id, "most": 3})).all()
        assert newest == ["month 5", "month 4", "month 3"]
    async with transaction(api, organisation_id=places.stranger) as session:
        assert (await session.scalars(query, {"case": story.case_id, "most": None})).all() == []


async def test_given_looks_and_changes_when_taken_back_and_brought_up_again_then_none_is_lost(
    database: Database, worker: AsyncEngine, places: Places
) -> None:
    who = Who(places.trust, "operator", "c")
    async with transaction(worker) as session:
        await note_read(session, who, "now", purpose="direct-care")
        await note_write(session, who, "changed", "now")
        await session.execute(insert(AuditRead).values(a_look(month_from_now(3), places, "later")))
    await worker.dispose()
    downgrade(database.owner_url, "0043")
    with psycopg.connect(database.owner_url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT what FROM audit_reads ORDER BY at").fetchall()
        assert found == [("now",), ("later",)]
        with pytest.raises(psycopg.errors.DatabaseError, match="append-only"):
            connection.execute("DELETE FROM audit_reads")
    migrate(database.owner_url)
    async with transaction(worker) as session:
        assert (await session.scalars(select(AuditRead.what).order_by(AuditRead.at))).all() == [
            "now",
            "later",
        ]
        assert (await session.scalars(select(AuditWrite.subject))).all() == ["now"]
        assert await ends(session, "audit_reads") == month_from_now(5), "the first ends after the last row"
