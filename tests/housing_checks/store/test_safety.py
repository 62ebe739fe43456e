"""PostgreSQL keeps the annex for the people named on it, whatever the code above it asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store.audit import Who
from discharge.store.engine import transaction
from housing_checks.safety.events import AnnexEnded, ConfirmationWithdrawn, ReviewSet, SafetyConfirmed
from housing_checks.store import safety, safety_advisers
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import (
    AT,
    DAY,
    WORDS,
    annex_of,
    appointed,
    confirmed,
    disclosure,
    entries_of,
    record,
    somebody,
)

ANNEX = ("safety_events", "safety_notes", "safety_named", "safety_clocks", "safety_looks")


@dataclass(frozen=True)
class Scene:
    """A case of a trust and a housing service, with a disclosure that a nurse recorded."""

    case_id: UUID
    nurse: Who
    adviser: Who
    colleague: Who
    coordinator: Who
    landlord: Who


@pytest.fixture
async def scene(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> Scene:
    case = await open_case(worker, person_id, places.trust, places.housing, places.landlord)
    nurse, adviser, colleague = [
        await somebody(owner, places.trust, name, "discharge-team") for name in ("Nurse", "Ida", "Col")
    ]
    coordinator = await somebody(owner, places.housing, "Coordinator")
    landlord = await somebody(owner, places.landlord, "Landlord")
    await appointed(api, owner, adviser)
    await record(api, nurse, case.case_id, disclosure(), disclosure=WORDS)
    return Scene(case.case_id, nurse, adviser, colleague, coordinator, landlord)


async def rows_seen(engine: AsyncEngine, organisation: UUID | None, user: UUID | None) -> dict[str, int]:
    async with transaction(engine, organisation_id=organisation, user_id=user) as session:
        counts = {each: await session.scalar(text(f"SELECT count(*) FROM {each}")) or 0 for each in ANNEX}
    return {table: count for table, count in counts.items() if count}


async def test_given_a_disclosure_then_the_adviser_reads_it_and_the_recorder_what_they_wrote(
    api: AsyncEngine, scene: Scene
) -> None:
    found = await annex_of(api, scene.adviser, scene.case_id)
    assert found is not None
    assert found.annex.disclosed == "yes"
    assert {each.clock for each in found.clocks} == {"ask-alone", "call", "decide"}
    assert {each.scope for each in found.named} == {"all", "own"}
    assert await entries_of(api, scene.adviser, scene.case_id) == [WORDS]
    assert await annex_of(api, scene.nurse, scene.case_id) is None
    assert await entries_of(api, scene.nurse, scene.case_id) == [WORDS]


async def test_given_a_disclosure_then_nobody_else_sees_one_row(
    api: AsyncEngine, scene: Scene, places: Places
) -> None:
    for who in (scene.colleague, scene.coordinator, scene.landlord):
        assert await rows_seen(api, who.organisation_id, who.user_id) == {}, who


async def test_given_the_named_user_without_their_organisation_or_the_reverse_then_there_is_no_row(
    api: AsyncEngine, scene: Scene, places: Places
) -> None:
    assert set(await rows_seen(api, places.trust, scene.adviser.user_id)) >= {"safety_events", "safety_notes"}
    assert await rows_seen(api, places.trust, None) == {}
    assert await rows_seen(api, None, scene.adviser.user_id) == {}
    assert await rows_seen(api, places.housing, scene.adviser.user_id) == {}
    assert await rows_seen(api, places.stranger, scene.adviser.user_id) == {}


async def test_given_an_organisation_that_has_left_then_its_named_people_read_nothing(
    api: AsyncEngine, worker: AsyncEngine, scene: Scene, places: Places
) -> None:
    async with transaction(worker) as session:
        left = text("UPDATE case_participants SET until_on = homeward_today() WHERE organisation_id = :who")
        await session.execute(left, {"who": places.trust})
    assert await annex_of(api, scene.adviser, scene.case_id) is None


async def test_given_the_worker_then_it_reads_of_an_annex_that_a_clock_is_late_and_nothing_else(
    worker: AsyncEngine, scene: Scene
) -> None:
    for statement in (
        *(f"SELECT count(*) FROM {table}" for table in ANNEX if table != "safety_clocks"),
        "SELECT case_id FROM safety_clocks",
        "SELECT clock FROM safety_clocks",
        "SELECT count(*) FROM safety_advisers",
        "UPDATE safety_clocks SET due_at = now()",
        "SELECT homeward_my_annexes()",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(worker) as session:
                await session.execute(text(statement))
    async with transaction(worker) as session:
        assert await safety.sweep_annexes(session, AT) == 0
        assert await safety.sweep_annexes(session, AT + timedelta(days=1)) == 3
        assert await safety.sweep_annexes(session, AT + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE safety_events SET kind = 'x'",
        "DELETE FROM safety_events",
        "DELETE FROM safety_notes",
        "DELETE FROM safety_named",
        "DELETE FROM safety_looks",
        "UPDATE safety_looks SET what = 'x'",
        "UPDATE safety_named SET scope = 'all'",
        "UPDATE safety_named SET user_id = gen_random_uuid()",
    ],
)
async def test_given_a_named_person_then_what_is_recorded_is_never_altered(
    api: AsyncEngine, scene: Scene, places: Places, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(api, organisation_id=places.trust, user_id=scene.adviser.user_id) as session:
            await session.execute(text(statement))


async def insertion_refused(api: AsyncEngine, who: Who, statement: str, **values: object) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
            await session.execute(text(statement), values)


async def test_given_somebody_not_named_then_they_cannot_name_themselves_nor_confirm_nor_decide(
    api: AsyncEngine, scene: Scene
) -> None:
    who = scene.colleague
    own = {"case": scene.case_id, "org": who.organisation_id, "me": who.user_id}
    await insertion_refused(
        api,
        who,
        "INSERT INTO safety_named (id, case_id, organisation_id, user_id, scope, reason, named_by)"
        " VALUES (gen_random_uuid(), :case, :org, :me, 'all', 'r', :me)",
        **own,
    )
    await insertion_refused(
        api, who, "INSERT INTO safety_confirmations (case_id) VALUES (:case)", case=scene.case_id
    )
    await insertion_refused(
        api,
        who,
        "INSERT INTO safety_events (id, case_id, kind, payload, in_hospital, case_time, organisation_id,"
        " user_id, role, body_hash) VALUES (gen_random_uuid(), :case, 'safety-confirmed', '{}', true, now(),"
        " :org, :me, 'r', 'h')",
        **own,
    )
    await insertion_refused(
        api,
        who,
        "INSERT INTO safety_advisers (id, organisation_id, user_id, kind, appointed_by)"
        " VALUES (gen_random_uuid(), :org, :me, 'adviser', :me)",
        org=who.organisation_id,
        me=who.user_id,
    )
    with pytest.raises(HomewardError) as refusal:
        await record(api, who, scene.case_id, SafetyConfirmed(), reason="r")
    assert refusal.value.code == "not-found"


async def test_given_a_landlord_then_they_record_nothing_of_safety(api: AsyncEngine, scene: Scene) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await record(api, scene.landlord, scene.case_id, disclosure())


async def test_given_answers_of_somebody_else_when_there_is_an_annex_or_none_then_they_see_the_same(
    api: AsyncEngine, scene: Scene, worker: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    """That somebody disclosed before is not found out by answering the questions."""
    async with transaction(worker) as session:
        other = await session.scalar(
            text("INSERT INTO persons (id, family_name) VALUES (gen_random_uuid(), 'Twin') RETURNING id")
        )
    assert other is not None
    twin = await open_case(worker, other, places.trust, places.housing, places.landlord)
    seen = []
    for case_id in (scene.case_id, twin.case_id):
        who = await somebody(owner, places.trust, "Col", "discharge-team")
        await record(api, who, case_id, disclosure(disclosed="no", asked="alone"), note="Said no.")
        assert await annex_of(api, who, case_id) is None
        assert await entries_of(api, who, case_id) == ["Said no."]
        seen.append(await rows_seen(api, who.organisation_id, who.user_id))
    assert seen[0] == seen[1] == {"safety_events": 1, "safety_notes": 1, "safety_named": 1}


async def test_given_the_same_request_twice_then_it_is_recorded_once_and_other_content_is_refused(
    api: AsyncEngine, scene: Scene
) -> None:
    key = uuid4()
    for _ in range(2):
        await record(api, scene.nurse, scene.case_id, disclosure(), event_id=key, note="Again")
    assert (await entries_of(api, scene.nurse, scene.case_id)).count("Again") == 1
    with pytest.raises(HomewardError) as refusal:
        await record(api, scene.nurse, scene.case_id, disclosure(), event_id=key, body_hash="other")
    assert refusal.value.code == "duplicate-key-other-body"


async def test_given_a_named_person_confirms_then_everybody_reads_it_until_somebody_answers_again(
    api: AsyncEngine, scene: Scene
) -> None:
    assert not await confirmed(api, scene.landlord, scene.case_id)
    await record(api, scene.adviser, scene.case_id, SafetyConfirmed(), reason="Spoke with her")
    assert await confirmed(api, scene.landlord, scene.case_id)
    await record(api, scene.nurse, scene.case_id, disclosure(disclosed="no", asked="alone"))
    assert not await confirmed(api, scene.landlord, scene.case_id)

    await record(api, scene.adviser, scene.case_id, SafetyConfirmed(), reason="She is in a refuge")
    await record(api, scene.adviser, scene.case_id, ConfirmationWithdrawn())
    assert not await confirmed(api, scene.adviser, scene.case_id)


async def test_given_a_confirmation_until_a_day_when_it_has_come_then_it_is_not_confirmed(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene
) -> None:
    event = SafetyConfirmed(until_on=DAY + timedelta(days=1))
    await record(api, scene.adviser, scene.case_id, event, reason="r")
    async with transaction(owner) as session:
        await session.execute(text("UPDATE safety_confirmations SET until_on = homeward_today() + 1"))
    assert await confirmed(api, scene.nurse, scene.case_id)
    async with transaction(owner) as session:
        await session.execute(text("UPDATE safety_confirmations SET until_on = homeward_today()"))
    assert not await confirmed(api, scene.nurse, scene.case_id)


async def test_given_what_named_people_do_then_clocks_that_are_met_end_and_late_ones_stay_late(
    api: AsyncEngine, worker: AsyncEngine, scene: Scene
) -> None:
    async with transaction(worker) as session:
        await safety.sweep_annexes(session, AT + timedelta(days=1))
    await record(api, scene.adviser, scene.case_id, ReviewSet(review_on=DAY + timedelta(days=9)))
    found = await annex_of(api, scene.adviser, scene.case_id)
    assert found is not None
    assert {each.clock: each.late_at is not None for each in found.clocks} == {
        "ask-alone": True,
        "call": True,
        "review": False,
    }
    await record(api, scene.adviser, scene.case_id, AnnexEnded(ended_on=DAY), reason="Moved")
    found = await annex_of(api, scene.adviser, scene.case_id)
    assert found is not None
    assert list(found.clocks) == []


async def test_given_no_adviser_at_the_recorders_place_then_those_of_the_leads_are_named(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places
) -> None:
    async with transaction(worker) as session:
        person = await session.scalar(
            text("INSERT INTO persons (id, family_name) VALUES (gen_random_uuid(), 'Other') RETURNING id")
        )
    assert person is not None
    case = await open_case(worker, person, places.trust, places.housing)
    adviser = await somebody(owner, places.housing, "Ida")
    await appointed(api, owner, adviser)
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    await record(api, nurse, case.case_id, disclosure(), disclosure=WORDS)
    assert await entries_of(api, adviser, case.case_id) == [WORDS]


async def test_given_nobody_was_named_for_safety_when_somebody_is_then_the_annex_is_theirs(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust, places.housing)
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    await record(api, nurse, case.case_id, disclosure(), disclosure=WORDS)
    first, second = [await somebody(owner, places.trust, name) for name in ("Ida", "Una")]
    await appointed(api, owner, first)
    await appointed(api, owner, second)
    assert await entries_of(api, first, case.case_id) == [WORDS]
    assert await entries_of(api, second, case.case_id) == [], "an annex that somebody reads is not opened"


async def test_given_a_named_person_then_they_name_others_and_take_names_away_but_never_the_last(
    api: AsyncEngine, scene: Scene
) -> None:
    async def acting(work: str, who: Who, reason: str = "Works with her") -> None:
        async with transaction(
            api, organisation_id=scene.adviser.organisation_id, user_id=scene.adviser.user_id
        ) as session:
            assert who.user_id is not None
            if work == "name":
                user = (who.user_id, who.organisation_id)
                await safety.name_person(session, scene.adviser, scene.case_id, user, reason)
            else:
                await safety.remove_person(session, scene.adviser, scene.case_id, who.user_id, reason)

    await acting("name", scene.coordinator)
    await acting("name", scene.nurse)
    for who in (scene.coordinator, scene.nurse):
        assert await annex_of(api, who, scene.case_id) is not None
    for who in (scene.coordinator, scene.nurse):
        await acting("remove", who)
        assert await rows_seen(api, who.organisation_id, who.user_id) == {}
    with pytest.raises(HomewardError) as refusal:
        await acting("remove", scene.adviser)
    assert refusal.value.code == "last-named-person"
    with pytest.raises(DBAPIError, match="row-level security"):
        await acting("name", scene.landlord)


async def test_given_an_adviser_taken_off_one_annex_when_answers_come_then_they_are_not_named_again(
    api: AsyncEngine, scene: Scene, owner: AsyncEngine
) -> None:
    other = await somebody(owner, scene.adviser.organisation_id, "Una")
    async with transaction(
        api, organisation_id=scene.adviser.organisation_id, user_id=scene.adviser.user_id
    ) as session:
        assert other.user_id
        assert scene.adviser.user_id
        user = (other.user_id, other.organisation_id)
        await safety.name_person(session, scene.adviser, scene.case_id, user, "r")
        await safety.remove_person(session, scene.adviser, scene.case_id, scene.adviser.user_id, "Knows him")
    await record(api, scene.nurse, scene.case_id, disclosure(), note="More")
    assert await annex_of(api, scene.adviser, scene.case_id) is None
    assert "More" in await entries_of(api, other, scene.case_id)


async def test_given_looks_then_named_people_alone_see_who_looked(
    api: AsyncEngine, scene: Scene, places: Places
) -> None:
    for who in (scene.nurse, scene.adviser):
        async with transaction(api, organisation_id=places.trust, user_id=who.user_id) as session:
            await safety.note_look(session, who, scene.case_id, "annex")
    async with transaction(api, organisation_id=places.trust, user_id=scene.adviser.user_id) as session:
        seen = await safety.looks(session, scene.case_id, 10)
    assert {each.user_id for each in seen} == {scene.nurse.user_id, scene.adviser.user_id}
    async with transaction(api, organisation_id=places.trust, user_id=scene.nurse.user_id) as session:
        assert list(await safety.looks(session, scene.case_id, 10)) == []


async def test_given_an_appointment_then_it_is_of_ones_own_organisation_and_ends(
    api: AsyncEngine, owner: AsyncEngine, places: Places, scene: Scene
) -> None:
    admin = await somebody(owner, places.trust, "Ada", "admin")
    async with transaction(api, organisation_id=places.trust, user_id=admin.user_id) as session:
        assert scene.coordinator.user_id is not None
        with pytest.raises(HomewardError) as refusal:
            await safety_advisers.appoint(session, admin, scene.coordinator.user_id, "adviser")
    assert refusal.value.where == "user_id"
    lead = await appointed(api, owner, scene.colleague, "safeguarding-lead")
    async with transaction(api, organisation_id=places.trust, user_id=admin.user_id) as session:
        held = await safety_advisers.advisers(session, places.trust)
        assert [user.display_name for _, user in held] == ["Ida", "Col"]
        await safety_advisers.end(session, admin, lead)
        held = await safety_advisers.advisers(session, places.trust)
        assert [user.display_name for _, user in held] == ["Ida"]


async def test_given_everybody_named_has_left_when_swept_then_those_named_for_safety_now_read_the_annex(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, scene: Scene
) -> None:
    other = await somebody(owner, scene.adviser.organisation_id, "Una")
    await appointed(api, owner, other)

    async def swept() -> bool:
        async with transaction(worker) as session:
            await safety.sweep_annexes(session, AT)
        return await annex_of(api, other, scene.case_id) is not None

    assert await swept() is False, "somebody reads it"
    async with transaction(owner) as session:
        gone = text("UPDATE users SET disabled_at = now() WHERE id = :who")
        await session.execute(gone, {"who": scene.adviser.user_id})
    assert await swept() is True


async def test_given_advisers_then_who_would_read_is_known_to_those_who_take_part_alone(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case_id = (await open_case(worker, person_id, places.trust, places.housing, places.landlord)).case_id

    async def read() -> list[bool]:
        found = []
        for organisation in (places.trust, places.housing, places.landlord, places.stranger):
            async with transaction(api, organisation_id=organisation) as session:
                found.append(await safety_advisers.has_reader(session, case_id))
        return found

    landlord = await somebody(owner, places.landlord, "Landlord")
    await appointed(api, owner, landlord)
    assert await read() == [False, False, True, False], "a landlord's reads what the landlord says"
    coordinator = await somebody(owner, places.housing, "Coordinator")
    await appointed(api, owner, coordinator)
    assert await read() == [True, True, True, False]
    async with transaction(owner) as session:
        out = text("UPDATE users SET disabled_at = now() WHERE id = ANY (:ids)")
        await session.execute(out, {"ids": [coordinator.user_id, landlord.user_id]})
    assert await read() == [False] * 4
