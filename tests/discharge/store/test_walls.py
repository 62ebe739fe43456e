"""PostgreSQL keeps organisations apart: statements here are raw SQL, as a bug in a door would send them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables import (
    Spell,
)
from tests.discharge.store.walled_story import Story
from tests.fixtures.cases import (
    NOW,
    SIGNED_IN,
)
from tests.fixtures.postgres import Places

OPEN_TO_ALL = {"organisations", "case_clock", "heartbeats", "feeds", "profile_texts"}
"""No person and no case in them; a door reads them before it knows for whom it acts."""


OPEN_TO_SIGNED_IN = {"users", "teams", "partners", "properties", "alarm_rules"}


SHUT = {"hidden_numbers", "referral_contacts"}
"""No door reads them: it asks whether a person is hidden, and what a referral says waits for its case."""


WALLED = sorted(set(Base.metadata.tables) - OPEN_TO_ALL - OPEN_TO_SIGNED_IN - SHUT)


async def seen(engine: AsyncEngine, organisation_id: UUID | None, user: UUID | None = None) -> dict[str, int]:
    async with transaction(engine, organisation_id=organisation_id, user_id=user) as session:
        counts = {}
        for table in WALLED:
            counts[table] = await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
        return counts


async def test_the_trust_sees_its_own_and_so_this_test_has_a_row_in_every_walled_table(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    assert {
        table for table, count in (await seen(api, places.trust, SIGNED_IN)).items() if not count
    } == set()


async def test_another_trust_sees_not_one_row(api: AsyncEngine, places: Places, story: Story) -> None:
    assert {table: n for table, n in (await seen(api, places.stranger)).items() if n} == {}


async def test_without_a_tenant_there_are_no_rows(api: AsyncEngine, story: Story) -> None:
    assert {table: n for table, n in (await seen(api, None)).items() if n} == {}
    async with transaction(api) as session:
        for table in OPEN_TO_SIGNED_IN:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_a_participant_sees_the_case_but_not_the_trusts_own_messages(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    hidden = {"inbox", "inbox_bytes", "facts", "commands", "case_commands", "audit_reads", "audit_writes"}
    hidden |= {"place_readers", "hiding_answers", "pairs_left_out", "unmapped_values", "unmapped_messages"}
    hidden |= {"stay_moves", "sent_messages", "shadow_lists", "shadow_differences"}
    hidden |= {"replays", "replay_items", "message_edits", "alarms"}
    hidden |= {"person_merges", "moved_records", "duplicate_pairs", "identity_decisions"}
    hidden |= {"sessions", "kept_forms", "request_keys"}
    hidden |= {"safety_events", "safety_notes", "safety_named", "safety_clocks", "safety_looks"}
    hidden |= {"safety_advisers"}
    hidden |= {"referral_reviewers"}  # of the request it is the sender
    assert {table for table, n in (await seen(api, places.housing)).items() if n == 0} == hidden


async def test_every_table_is_either_walled_or_named_here_as_open(owner: AsyncEngine) -> None:
    query = text(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    async with transaction(owner) as session:
        assert set(await session.scalars(query)) == OPEN_TO_ALL | {"alembic_version"}


@pytest.mark.parametrize("table", sorted(SHUT))
async def test_a_door_reads_nothing_of_what_is_shut(api: AsyncEngine, places: Places, table: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await _run(api, f"SELECT count(*) FROM {table}", places.trust)


async def test_who_left_the_case_or_comes_only_tomorrow_sees_nothing(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story
) -> None:
    async with transaction(worker) as session:
        left = text("UPDATE case_participants SET until_on = homeward_today() WHERE organisation_id = :who")
        await session.execute(left, {"who": places.housing})
    assert (await seen(api, places.housing))["cases"] == 0
    async with transaction(worker) as session:
        later = text(
            "UPDATE case_participants SET until_on = NULL, from_on = homeward_today() + 1 "
            "WHERE organisation_id = :who"
        )
        await session.execute(later, {"who": places.housing})
    assert (await seen(api, places.housing))["cases"] == 0


async def test_participation_is_judged_in_case_time(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story
) -> None:
    async with transaction(worker) as session:
        await session.execute(text("UPDATE case_participants SET from_on = '2040-01-01'"))
        assert (await session.scalar(text("SELECT homeward_today()"))) < date(2040, 1, 1)
    assert (await seen(api, places.trust))["cases"] == 0
    async with transaction(worker) as session:
        fixed = text("INSERT INTO case_clock (id, origin, case_origin, factor) VALUES (1, now(), :case, 1)")
        await session.execute(fixed, {"case": NOW.replace(year=2040) + timedelta(days=1)})
    assert (await seen(api, places.trust))["cases"] == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases SET stage = 'closed'",
        "UPDATE case_events SET role = 'x'",
        "DELETE FROM case_events",
        "TRUNCATE case_events",
        "DELETE FROM audit_reads",
        "UPDATE persons SET family_name = 'x'",
        "INSERT INTO case_participants SELECT * FROM case_participants",
        "UPDATE commands SET state = 'accepted'",
        "SELECT homeward_surviving_person(gen_random_uuid())",
        "SET ROLE homeward_worker",
        "SET ROLE homeward_owner",
        "SET row_security = off; SELECT * FROM cases",
        "CREATE TABLE mine (id int)",
    ],
)
async def test_a_door_may_not(api: AsyncEngine, places: Places, story: Story, statement: str) -> None:
    with pytest.raises(DBAPIError) as caught:
        await _run(api, statement, places.trust)
    assert getattr(caught.value.orig, "sqlstate", "") in {"42501", "HW001"}


async def _run(engine: AsyncEngine, statement: str, organisation_id: UUID | None = None) -> None:
    async with transaction(engine, organisation_id=organisation_id) as session:
        for part in statement.split(";"):
            await session.execute(text(part))


@pytest.mark.parametrize(
    "statement", ["UPDATE case_events SET role = 'x'", "DELETE FROM audit_reads", "TRUNCATE case_events"]
)
@pytest.mark.parametrize("role", ["owner", "worker"])
async def test_what_happened_cannot_be_rewritten(
    request: pytest.FixtureRequest, story: Story, role: str, statement: str
) -> None:
    engine: AsyncEngine = request.getfixturevalue(role)
    with pytest.raises(DBAPIError) as caught:
        await _run(engine, statement)
    assert getattr(caught.value.orig, "sqlstate", "") == ("HW001" if role == "owner" else "42501")


async def test_a_door_cannot_write_in_the_name_of_another_organisation(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    note = (
        "INSERT INTO notes (id, case_id, organisation_id, text) VALUES (gen_random_uuid(), '{}', '{}', 'x')"
    )
    for organisation_id, tenant in ((places.trust, places.stranger), (places.stranger, places.stranger)):
        with pytest.raises(DBAPIError, match="row-level security"):
            await _run(api, note.format(story.case_id, organisation_id), tenant)
    await _run(api, note.format(story.case_id, places.housing), places.housing)


async def test_a_restricted_note_is_for_those_who_wrote_it(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story
) -> None:
    await _run(worker, "UPDATE notes SET sensitivity = 'restricted'")
    assert (await seen(api, places.trust))["notes"] == 1
    assert (await seen(api, places.housing))["notes"] == 0


@pytest.mark.parametrize(
    "statement",
    ["UPDATE persons SET location_hidden = true", "UPDATE person_addresses SET sensitivity = 'restricted'"],
)
async def test_a_hidden_address_is_shown_to_nobody_at_a_door(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story, statement: str
) -> None:
    await _run(worker, statement)
    assert (await seen(api, places.trust))["person_addresses"] == 0
    assert (await seen(api, places.trust))["persons"] == 2
    async with transaction(worker) as session:
        assert await session.scalar(text("SELECT count(*) FROM person_addresses")) == 1


async def test_a_dead_letter_is_freed_by_who_takes_part_under_their_own_name_only(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    free = (
        "UPDATE outbox SET state = 'pending', released_by = '{}', released_reason = 'address corrected' "
        "RETURNING sequence"
    )
    user, somebody_else = uuid4(), uuid4()
    async with transaction(api, organisation_id=places.stranger, user_id=user) as session:
        assert (await session.scalars(text(free.format(user)))).all() == []
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(api, organisation_id=places.trust, user_id=user) as session:
            await session.execute(text(free.format(somebody_else)))
    async with transaction(api, organisation_id=places.trust, user_id=user) as session:
        assert (await session.scalars(text(free.format(user)))).all() == [story.sequence]


async def test_who_looked_is_told_to_participants_without_the_rest_of_a_list(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    query = text("SELECT what FROM homeward_who_looked(:case)")
    async with transaction(api, organisation_id=places.housing) as session:
        assert (await session.scalars(query, {"case": story.case_id})).all() == ["case page"]
    async with transaction(api, organisation_id=places.stranger) as session:
        assert (await session.scalars(query, {"case": story.case_id})).all() == []


async def test_the_person_of_an_own_bed_is_seen_without_a_case(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    async with transaction(worker) as session:
        session.add(
            Spell(
                person_id=person_id,
                organisation_id=places.trust,
                visit_number="V9",
                status="admitted",
                folded={},
            )
        )
    assert (await seen(api, places.trust))["persons"] == 1
    assert (await seen(api, places.housing))["persons"] == 0
