"""Each condition of the walls around the annex: who names, ends, confirms, records and looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.audit import Who
from discharge.store.engine import transaction
from discharge.store.tables import Person
from housing_checks.safety.events import SafetyConfirmed
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import appointed, disclosure, record, somebody

APPOINT = (
    "INSERT INTO safety_advisers (id, organisation_id, user_id, kind, appointed_by)"
    " VALUES (gen_random_uuid(), :organisation, :user, 'adviser', :by)"
)
END = "UPDATE safety_advisers SET ended_at = now(), ended_by = :by"
NAME = (
    "INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by, ended_at)"
    " VALUES (gen_random_uuid(), :case, :organisation, :user, 'all', 'r', :by, :ended_at)"
)
LOOK = (
    "INSERT INTO safety_looks (id, case_id, organisation_id, user_id, role, what)"
    " VALUES (gen_random_uuid(), :case, :organisation, :user, 'r', 'annex')"
)
SAY = (
    "INSERT INTO safety_events (id, case_id, kind, payload, in_hospital, case_time, organisation_id, user_id,"
    " role, body_hash) VALUES (:id, :case, :kind, '{}', true, now(), :organisation, :user, 'r', 'h')"
)
NOTE = (
    "INSERT INTO safety_notes (id, case_id, event_id, item, text)"
    " VALUES (gen_random_uuid(), :case, :event, 'note', 'w')"
)


@dataclass(frozen=True)
class Scene:
    """Two cases with an annex each: one of trust and housing service, whose adviser is `adviser`, and one of
    the stranger, whose adviser is `other`; and people of the trust.
    """

    case: UUID
    elsewhere: UUID
    adviser: Who
    other: Who
    nurse: Who
    colleague: Who
    admin: Who


@pytest.fixture
async def scene(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> Scene:
    async with transaction(worker) as session:
        second = Person(id=uuid4(), family_name="Other")
        session.add(second)
    case = (await open_case(worker, person_id, places.trust, places.housing, places.landlord)).case_id
    elsewhere = (await open_case(worker, second.id, places.stranger)).case_id
    adviser, other = await somebody(owner, places.trust, "Ida"), await somebody(owner, places.stranger, "Una")
    nurse, colleague = [await somebody(owner, places.trust, each) for each in ("Nurse", "Col")]
    admin = await somebody(owner, places.trust, "Ada", "admin")
    theirs = await somebody(owner, places.stranger, "Theirs")
    for who in (adviser, other):
        await appointed(api, owner, who)
    await record(api, nurse, case, disclosure(), disclosure="hers")
    await record(api, theirs, elsewhere, disclosure(), disclosure="his")
    return Scene(case, elsewhere, adviser, other, nurse, colleague, admin)


def ids(who: Who, **more: Any) -> dict[str, Any]:
    return {"organisation": who.organisation_id, "user": who.user_id, "by": who.user_id} | more


async def does(api: AsyncEngine, who: Who, statement: str, **values: Any) -> int:
    """How many rows somebody's statement reaches."""
    async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
        done = await session.execute(text(statement), values)
        return int(getattr(done, "rowcount", 0))


async def refused(api: AsyncEngine, who: Who, statement: str, **values: Any) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await does(api, who, statement, **values)


async def test_given_an_admin_then_they_appoint_somebody_who_works_at_their_own_place_in_their_own_name(
    api: AsyncEngine, owner: AsyncEngine, places: Places, scene: Scene
) -> None:
    gone = await somebody(owner, places.trust, "Gone")
    async with transaction(owner) as session:
        await session.execute(
            text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": gone.user_id}
        )
    admin = scene.admin
    await does(api, admin, APPOINT, **ids(scene.colleague, by=admin.user_id))
    for who, by in (
        (scene.nurse, scene.nurse),
        (gone, admin),
        (scene.other, admin),
    ):
        await refused(api, admin, APPOINT, **ids(who, by=by.user_id))
    mixed = ids(scene.other, by=admin.user_id)
    await refused(api, admin, APPOINT, **mixed | {"organisation": places.trust})
    await refused(api, admin, APPOINT, **ids(scene.nurse, by=admin.user_id) | {"user": uuid4()})
    await refused(api, scene.nurse, APPOINT, **ids(scene.nurse))


async def test_given_appointments_then_each_organisation_reads_and_ends_its_own_and_an_ended_one_stays(
    api: AsyncEngine, scene: Scene
) -> None:
    count = "SELECT 1 FROM safety_advisers"
    assert [await does(api, who, count) for who in (scene.admin, scene.other)] == [1, 1]
    await refused(api, scene.admin, END, by=scene.nurse.user_id)
    reopened = "UPDATE safety_advisers SET ended_by = :by, ended_at = NULL"
    await refused(api, scene.admin, reopened, by=scene.admin.user_id)
    assert await does(api, scene.admin, END, by=scene.admin.user_id) == 1
    assert await does(api, scene.admin, END, by=scene.admin.user_id) == 0


async def test_given_somebody_named_then_they_name_people_who_care_today_in_their_own_name(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places, scene: Scene
) -> None:
    lead = await somebody(owner, places.housing, "Lead")
    landlord = await somebody(owner, places.landlord, "Landlord")
    gone = await somebody(owner, places.trust, "Gone")
    async with transaction(owner) as session:
        await session.execute(
            text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": gone.user_id}
        )
    me = {"case": scene.case, "ended_at": None, "by": scene.adviser.user_id}
    for who, changes in (
        (scene.colleague, {"by": scene.nurse.user_id}),
        (scene.colleague, {"organisation": places.housing}),
        (scene.colleague, {"case": scene.elsewhere}),
        (landlord, {}),
        (gone, {}),
        (scene.other, {}),
    ):
        await refused(api, scene.adviser, NAME, **ids(who) | me | changes)
    await refused(api, scene.adviser, NAME.replace(":ended_at", "now()"), **ids(scene.colleague) | me)
    await does(api, scene.adviser, NAME, **ids(lead) | me)
    await does(api, scene.adviser, NAME, **ids(scene.colleague) | me)
    for dates in ("until_on = homeward_today()", "until_on = NULL, from_on = homeward_today() + 1"):
        async with transaction(worker) as session:
            left = text(f"UPDATE case_participants SET {dates} WHERE organisation_id = :who")
            await session.execute(left, {"who": places.housing})
        late = await somebody(owner, places.housing, "Late")
        await refused(api, scene.adviser, NAME, **ids(late) | me)


async def test_given_somebody_who_works_with_us_on_another_case_then_they_are_not_named_on_this_one(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places, scene: Scene
) -> None:
    async with transaction(worker) as session:
        third = Person(id=uuid4(), family_name="Third")
        session.add(third)
    shared = (await open_case(worker, third.id, places.trust, places.stranger)).case_id
    await record(api, scene.nurse, shared, disclosure(), disclosure="theirs")
    theirs = await somebody(owner, places.stranger, "Sue")
    me = {"ended_at": None, "by": scene.adviser.user_id}
    await refused(api, scene.adviser, NAME, **ids(theirs) | me | {"case": scene.case})
    await does(api, scene.adviser, NAME, **ids(theirs) | me | {"case": shared})


async def test_given_somebody_named_then_they_take_names_away_in_their_own_name_and_of_their_own_cases(
    api: AsyncEngine, scene: Scene
) -> None:
    change = "UPDATE safety_named SET ended_at = now(), ended_by = :by, ended_reason = 'r'"
    own_only = "SELECT 1 FROM safety_named"
    assert await does(api, scene.adviser, own_only) == 2
    assert await does(api, scene.nurse, own_only) == 1, "whoever recorded sees that they are on the list"
    await refused(api, scene.adviser, change, by=scene.nurse.user_id)
    back = "UPDATE safety_named SET ended_at = NULL, ended_by = :by"
    await refused(api, scene.adviser, back, by=scene.adviser.user_id)
    assert await does(api, scene.nurse, change, by=scene.nurse.user_id) == 0
    nurse = f"{change} WHERE user_id = :nurse"
    both = {"by": scene.adviser.user_id, "nurse": scene.nurse.user_id}
    assert await does(api, scene.adviser, nurse, **both) == 1
    assert await does(api, scene.adviser, nurse, **both) == 0
    assert await does(api, scene.nurse, own_only) == 0
    assert await does(api, scene.nurse, "SELECT 1 FROM safety_events") == 0


async def test_given_clocks_and_confirmations_then_named_people_alone_change_those_of_their_own_case(
    api: AsyncEngine, owner: AsyncEngine, places: Places, scene: Scene
) -> None:
    for who, event_of in ((scene.adviser, scene.case), (scene.other, scene.elsewhere)):
        await record(api, who, event_of, SafetyConfirmed(), reason="r")
    landlord = await somebody(owner, places.landlord, "Landlord")
    reads = "SELECT 1 FROM safety_confirmations"
    everybody = (scene.adviser, scene.colleague, landlord, scene.other)
    assert [await does(api, who, reads) for who in everybody] == [1] * 4
    kinds = ("UPDATE safety_clocks SET met_at = now()", "UPDATE safety_confirmations SET until_on = NULL")
    for statement in (*kinds, "SELECT 1 FROM safety_clocks", "DELETE FROM safety_confirmations"):
        assert await does(api, scene.nurse, statement) == 0, statement
        assert await does(api, scene.colleague, statement) == 0, statement
    clock = (
        "INSERT INTO safety_clocks (id, case_id, clock, due_at) VALUES (gen_random_uuid(), :case, 'x', now())"
    )
    await refused(api, scene.adviser, clock, case=scene.elsewhere)
    await refused(api, scene.nurse, clock, case=scene.case)
    await does(api, scene.adviser, clock, case=scene.case)
    assert await does(api, scene.adviser, "DELETE FROM safety_confirmations") == 1
    confirm = "INSERT INTO safety_confirmations (case_id) VALUES (:case)"
    await refused(api, scene.nurse, confirm, case=scene.case)
    await does(api, scene.adviser, confirm, case=scene.case)
    for until, seen in (("homeward_today() + 1", 1), ("homeward_today()", 0)):
        async with transaction(owner) as session:
            left = text(f"UPDATE case_participants SET until_on = {until} WHERE organisation_id = :who")
            await session.execute(left, {"who": places.landlord})
        assert await does(api, landlord, reads) == seen, until


async def test_given_who_records_or_looks_then_in_their_own_name_and_of_a_case_that_they_care_for(
    api: AsyncEngine, owner: AsyncEngine, places: Places, scene: Scene
) -> None:
    landlord = await somebody(owner, places.landlord, "Landlord")
    nurse = ids(scene.nurse, case=scene.case, id=uuid4(), kind="questions-answered")
    wrong: tuple[dict[str, Any], ...] = (
        {"user": scene.colleague.user_id},
        {"organisation": places.housing},
        {"case": scene.elsewhere},
    )
    for change in (*wrong, {"kind": "safety-confirmed"}):
        await refused(api, scene.nurse, SAY, **nurse | {"id": uuid4()} | change)
    for change in wrong:
        await refused(api, scene.nurse, LOOK, **nurse | change)
    for statement in (SAY, LOOK):
        await refused(api, landlord, statement, **nurse | ids(landlord))
        await does(api, scene.nurse, statement, **nurse)
    event = nurse["id"]
    await does(api, scene.nurse, NOTE, case=scene.case, event=event)
    await refused(api, scene.nurse, NOTE, case=scene.elsewhere, event=event)
    await refused(api, scene.nurse, NOTE, case=scene.case, event=uuid4())
    await refused(api, scene.adviser, NOTE, case=scene.case, event=event)
    for table, seen in (("safety_events", 2), ("safety_notes", 2), ("safety_looks", 0)):
        assert await does(api, scene.nurse, f"SELECT 1 FROM {table}") == seen, table
        assert await does(api, scene.colleague, f"SELECT 1 FROM {table}") == 0, table
        assert await does(api, scene.other, f"SELECT 1 FROM {table}") == (table != "safety_looks"), table


async def test_given_a_recorder_taken_off_one_list_and_on_another_then_they_read_what_they_wrote_there_alone(
    api: AsyncEngine, worker: AsyncEngine, places: Places, scene: Scene
) -> None:
    async with transaction(worker) as session:
        third = Person(id=uuid4(), family_name="Third")
        session.add(third)
    also = (await open_case(worker, third.id, places.trust)).case_id
    await record(api, scene.nurse, also, disclosure(), disclosure="theirs")
    await record(api, scene.nurse, scene.case, disclosure(), disclosure="since they are named there, too")
    assert await does(api, scene.nurse, "SELECT 1 FROM safety_notes") == 3
    off = (
        "UPDATE safety_named SET ended_at = now(), ended_by = :by WHERE user_id = :nurse AND case_id = :case"
    )
    by = {"by": scene.adviser.user_id, "nurse": scene.nurse.user_id, "case": scene.case}
    assert await does(api, scene.adviser, off, **by) == 1
    assert await does(api, scene.nurse, "SELECT 1 FROM safety_notes") == 1
    await record(api, scene.nurse, scene.case, disclosure(), note="anew")
    read = "SELECT 1 FROM safety_notes WHERE case_id = :case"
    assert await does(api, scene.nurse, read, case=scene.case) == 1, (
        "from the day on which they are named again"
    )


@pytest.mark.parametrize("table", ["safety_events", "safety_notes", "safety_named", "safety_looks"])
async def test_given_the_worker_then_it_writes_into_no_annex_itself(worker: AsyncEngine, table: str) -> None:
    for statement in (
        f"INSERT INTO {table} (id) VALUES (gen_random_uuid())",
        f"UPDATE {table} SET case_id = NULL",
        f"DELETE FROM {table}",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(worker) as session:
                await session.execute(text(statement))
