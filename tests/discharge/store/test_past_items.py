"""Items that are over lie by month once their case has been closed for long: moved whole, read as before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.cases import queries as cases
from api.messages.queries import followed
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.migrations import downgrade, migrate
from discharge.store.outbox import PAST_AFTER, move_past, resend
from discharge.store.tables import OutboxRow, User
from discharge.store.tables.outbox import EVERY_ITEM, OUTBOX_PAST
from tests.discharge.store.walled_story import Story
from tests.fixtures.postgres import Database, Places

Closed = Callable[[date | None], None]
BEFORE = "0050"
LONG_AGO = date.today() - PAST_AFTER - timedelta(days=2)  # noqa: DTZ011
OLD = datetime(2025, 2, 3, tzinfo=UTC)
STRANGER = uuid4()
OVER = {
    "delivered": {"state": "delivered"},
    "given up": {"state": "skipped", "relayed_at": OLD},
}
NOT_OVER = {
    "waits": {"state": "pending"},
    "held": {"state": "held"},
    "refused": {"state": "dead"},
    "given up, its lane not told": {"state": "skipped"},
}


@pytest.fixture
def alone(database: Database, story: Story) -> Closed:
    """Has the case be closed on a day, and no item be there."""

    def closed(on: date | None) -> None:
        with database.server.superuser(database.name) as connection:
            connection.execute("SET session_replication_role = replica")
            for table in ("sent_messages", "outbox", "outbox_past"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("UPDATE cases SET closed_on = %s WHERE id = %s", [on, story.case_id])

    return closed


async def item(owner: AsyncEngine, story: Story, **values: Any) -> int:
    """The sequence of a new item of the case, told to its one partner."""
    said = {
        "key": uuid4(),
        "channel": "partner",
        "kind": "order",
        "case_id": story.case_id,
        "created_at": OLD,
    }
    partner = text("SELECT id FROM partners LIMIT 1")
    async with transaction(owner) as session:
        partner_id = await session.scalar(partner)
        rows = insert(OutboxRow).values(
            {**said, "payload": {"strand": "a/1"}, "partner_id": partner_id} | values
        )
        return int((await session.execute(rows.returning(OutboxRow.sequence))).scalar_one())


async def past(worker: AsyncEngine) -> list[int]:
    """What is past once all that can be is moved."""
    async with transaction(worker) as session:
        while await move_past(session):
            pass
        asked = select(OUTBOX_PAST.c.sequence).order_by(OUTBOX_PAST.c.sequence)
        return list(await session.scalars(asked))


@pytest.mark.parametrize("over", OVER)
async def test_given_an_item_that_is_over_of_a_case_closed_long_ago_when_moved_then_it_is_whole_in_its_month(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    story: Story,
    over: str,
) -> None:
    alone(LONG_AGO)
    sequence = await item(owner, story, **OVER[over], error_code="x", sent_at=OLD, attempts=3)
    async with transaction(worker) as session:
        before = (await session.execute(text("SELECT to_jsonb(outbox) FROM outbox"))).scalar_one()
    assert await past(worker) == [sequence]
    async with transaction(worker) as session:
        moved = await session.execute(
            text("SELECT to_jsonb(outbox_past), tableoid::regclass::text FROM outbox_past")
        )
        assert moved.one() == (before, "outbox_past_first")
        assert (await session.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0
        [row] = await session.scalars(select(EVERY_ITEM))
        assert (row.sequence, row.payload, row.attempts) == (sequence, {"strand": "a/1"}, 3)


@pytest.mark.parametrize("state", NOT_OVER)
async def test_given_an_item_that_is_not_over_then_it_stays_however_long_its_case_is_closed(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    story: Story,
    state: str,
) -> None:
    alone(LONG_AGO)
    await item(owner, story, **NOT_OVER[state])
    assert await past(worker) == []


@pytest.mark.parametrize("on", [None, LONG_AGO + timedelta(days=5)])
async def test_given_a_case_that_is_open_or_closed_of_late_then_its_items_stay(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    story: Story,
    on: date | None,
) -> None:
    alone(on)
    await item(owner, story, state="delivered")
    assert await past(worker) == []


async def test_given_an_item_that_somebody_works_on_then_it_is_moved_later(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    story: Story,
) -> None:
    alone(LONG_AGO)
    sequence = await item(owner, story, state="delivered")
    async with transaction(worker) as busy:
        await busy.execute(select(OutboxRow.sequence).with_for_update())
        assert await past(worker) == []
    assert await past(worker) == [sequence]


async def test_given_a_column_that_the_past_lacks_then_nothing_is_moved_without_it(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    story: Story,
) -> None:
    alone(LONG_AGO)
    await item(owner, story, state="delivered")
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE outbox ADD COLUMN newer text"))
    with pytest.raises(DBAPIError, match="newer"):
        await past(worker)
    async with transaction(worker) as session:
        assert (await session.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 1


async def test_given_past_items_then_case_and_message_show_them_to_who_saw_them_before_and_to_nobody_else(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    api: AsyncEngine,
    places: Places,
    story: Story,
) -> None:
    alone(LONG_AGO)
    message, command = uuid4(), uuid4()
    signal = {"channel": "case-signal", "key": command, "partner_id": None, "cause_inbox_id": message}
    await item(owner, story, state="delivered", **signal)
    sent = await item(owner, story, state="delivered", cause_command_id=command)

    async def seen(organisation: UUID) -> tuple[list[int], list[int], int]:
        async with transaction(api, organisation_id=organisation) as session:
            told = await cases.told(session, story.case_id)
            trace = await followed(session, message)
            return [row.sequence for row in told], [row.sequence for row in trace.sent], len(trace.signals)

    before = await seen(places.trust), await seen(places.landlord), await seen(places.stranger)
    assert before[0] == ([sent], [sent], 1)
    assert before[2] == ([], [], 0)
    assert len(await past(worker)) == 2
    assert (await seen(places.trust), await seen(places.landlord), await seen(places.stranger)) == before


@pytest.mark.parametrize("statement", ["UPDATE outbox_past SET state = 'x'", "DELETE FROM outbox_past"])
async def test_given_past_items_when_they_are_changed_then_postgres_refuses(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    api: AsyncEngine,
    places: Places,
    story: Story,
    statement: str,
) -> None:
    alone(LONG_AGO)
    await item(owner, story, state="delivered")
    await past(worker)
    for engine, said in ((owner, "append-only"), (worker, "permission denied"), (api, "permission denied")):
        with pytest.raises(DBAPIError, match=said):
            async with transaction(engine, organisation_id=places.trust) as session:
                await session.execute(text(statement))


async def test_given_a_past_item_when_an_operator_sends_it_again_then_a_new_one_waits_unless_a_later_one_left(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    api: AsyncEngine,
    places: Places,
    story: Story,
) -> None:
    alone(LONG_AGO)
    sequence = await item(owner, story, state="delivered", sent_at=OLD)
    await past(worker)
    operator = uuid4()
    async with transaction(owner) as session:
        session.add(
            User(
                id=operator,
                issuer="i",
                subject="o",
                display_name="O",
                organisation_id=places.trust,
                role="operator",
            )
        )
    by = {"organisation_id": places.trust, "user_id": operator}
    async with transaction(owner) as session:
        stranger = {
            "issuer": "i",
            "subject": "stranger",
            "display_name": "S",
            "organisation_id": places.stranger,
        }
        session.add(User(id=STRANGER, role="operator", **stranger))
    with pytest.raises(HomewardError, match="not-found"):
        async with transaction(api, organisation_id=places.stranger, user_id=STRANGER) as session:
            await resend(session, sequence, uuid4(), "not mine")
    async with transaction(api, **by) as session:
        again = await resend(session, sequence, uuid4(), "lost by the partner")
    async with transaction(worker) as session:
        row = await session.get_one(OutboxRow, again)
        assert (row.state, row.payload, row.resent_from) == ("pending", {"strand": "a/1"}, sequence)
    with pytest.raises(HomewardError, match="overtaken"):
        async with transaction(api, **by) as session:
            await resend(session, sequence, uuid4(), "again")


async def test_given_past_items_when_taken_back_and_brought_up_again_then_none_is_lost(
    owner: AsyncEngine,
    alone: Closed,
    worker: AsyncEngine,
    story: Story,
    database: Database,
) -> None:
    alone(LONG_AGO)
    first = await item(owner, story, state="delivered")
    again = await item(owner, story, state="pending", resent_from=first)
    await past(worker)
    await worker.dispose()
    await owner.dispose()
    downgrade(database.owner_url, BEFORE)
    with psycopg.connect(database.owner_url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT sequence, resent_from FROM outbox ORDER BY sequence").fetchall()
    assert found == [(first, None), (again, first)]
    migrate(database.owner_url)
    assert await past(worker) == [first]
