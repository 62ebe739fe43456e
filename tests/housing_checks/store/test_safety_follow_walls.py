"""Each condition of what follows from words of danger: who is named, what is due, and in which case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables import Person
from housing_checks.store import safety_tables
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import AT, appointed, somebody

EARLY, LATE = AT - timedelta(days=1), AT + timedelta(days=1)


@pytest.fixture
async def cases(worker: AsyncEngine, places: Places) -> tuple[UUID, UUID, UUID]:
    """A case of the trust, the housing service and a landlord, and two more of theirs."""
    people = [Person(id=uuid4(), family_name=name) for name in ("One", "Two", "Three")]
    async with transaction(worker) as session:
        session.add_all(people)
    opened = [
        (await open_case(worker, each.id, places.trust, places.housing, places.landlord)).case_id
        for each in people
    ]
    return opened[0], opened[1], opened[2]


async def put(owner: AsyncEngine, *rows: Base) -> None:
    async with transaction(owner) as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def asks(owner: AsyncEngine, query: str, **values: Any) -> set[Any]:
    async with transaction(owner) as session:
        return {tuple(row) for row in await session.execute(text(query), values)}


async def change(owner: AsyncEngine, statement: str, **values: Any) -> None:
    async with transaction(owner) as session:
        await session.execute(text(statement), values)


async def said(
    owner: AsyncEngine,
    case_id: UUID,
    organisation_id: UUID,
    user_id: UUID | None = None,
    *,
    kind: str = "danger-noted",
    clocks: str = "{}",
) -> UUID:
    """Words about danger, with what follows; the id of the event."""
    event = safety_tables.SafetyEventRow(
        id=uuid4(),
        case_id=case_id,
        kind=kind,
        payload={},
        in_hospital=True,
        case_time=AT,
        organisation_id=organisation_id,
        user_id=user_id,
        role="r",
        body_hash="h",
    )
    await put(owner, event)
    follow = "SELECT homeward_safety_follow(e, CAST(:clocks AS jsonb)) FROM safety_events AS e WHERE id = :id"
    await change(owner, follow, clocks=clocks, id=event.id)
    return event.id


NAMED = (
    "SELECT users.display_name, named.scope, named.reason FROM safety_named AS named"
    " JOIN users ON users.id = named.user_id WHERE named.case_id = :case AND named.ended_at IS NULL"
)
LISTED = "DELETE FROM safety_named"


async def test_given_words_then_the_advisers_nearest_to_who_said_them_are_named_and_of_no_other_case(
    api: AsyncEngine, owner: AsyncEngine, places: Places, cases: tuple[UUID, UUID, UUID]
) -> None:
    case = cases[0]
    people = {name: await somebody(owner, getattr(places, name), name) for name in ("trust", "housing")}
    people["stranger"] = await somebody(owner, places.stranger, "stranger")
    for who in people.values():
        await appointed(api, owner, who)
    trust, housing = ("trust", "all", "adviser"), ("housing", "all", "adviser")

    async def named_by(organisation_id: UUID) -> set[Any]:
        await change(owner, LISTED)
        await said(owner, case, organisation_id)
        return await asks(owner, NAMED, case=case)

    assert await named_by(places.trust) == {trust}
    assert await named_by(places.landlord) == {trust, housing}
    part = "UPDATE case_participants SET {} WHERE organisation_id = :who AND case_id = :case"
    ids = {"who": places.housing, "case": case}
    for change_of_part, found in (
        ("relation = 'council'", {trust}),
        ("relation = 'housing-lead', until_on = homeward_today()", {trust}),
        ("until_on = homeward_today() + 1", {trust, housing}),
        ("until_on = NULL, from_on = homeward_today() + 1", {trust}),
        ("from_on = homeward_today()", {trust, housing}),
    ):
        await change(owner, part.format(change_of_part), **ids)
        assert await named_by(places.landlord) == found, change_of_part
    user = {"id": people["housing"].user_id}
    for off, back in (
        ("disabled_at = now()", "disabled_at = NULL"),
        ("organisation_id = :to", "organisation_id = :own"),
    ):
        values = user | {"to": places.stranger, "own": places.housing}
        await change(owner, f"UPDATE users SET {off} WHERE id = :id", **values)
        assert await named_by(places.landlord) == {trust}, off
        await change(owner, f"UPDATE users SET {back} WHERE id = :id", **values)
    await change(owner, "UPDATE safety_advisers SET ended_at = now() WHERE user_id = :id", **user)
    assert await named_by(places.landlord) == {trust}
    landlord = await somebody(owner, places.landlord, "landlord")
    await appointed(api, owner, landlord)
    assert await named_by(places.landlord) == {("landlord", "all", "adviser")}


async def test_given_a_list_then_nobody_taken_off_it_comes_back_and_who_recorded_is_on_it_for_their_own(
    api: AsyncEngine, owner: AsyncEngine, places: Places, cases: tuple[UUID, UUID, UUID]
) -> None:
    case, elsewhere, _ = cases
    off, own_off, elsewhere_off, recorded, already = [
        await somebody(owner, places.trust, name)
        for name in ("off", "own-off", "elsewhere", "recorded", "already")
    ]
    for who in (off, own_off, elsewhere_off, recorded, already):
        await appointed(api, owner, who)
    nurse = await somebody(owner, places.trust, "nurse")

    def row(case_id: UUID, who: Any, scope: str = "all", reason: str = "named", **more: Any) -> Base:
        ids = {"case_id": case_id, "organisation_id": places.trust, "user_id": who.user_id}
        return safety_tables.SafetyNamedRow(scope=scope, reason=reason, **ids | more)

    await put(
        owner,
        row(case, off, ended_at=EARLY),
        row(case, own_off, "own", ended_at=EARLY),
        row(elsewhere, elsewhere_off, ended_at=EARLY),
        row(case, recorded, "own", "recorded"),
        row(elsewhere, recorded, "own", "recorded"),
        row(case, already),
    )
    await said(owner, case, places.trust, nurse.user_id)
    expected = {
        ("elsewhere", "all", "adviser"),
        ("recorded", "all", "recorded"),
        ("already", "all", "named"),
        ("nurse", "own", "recorded"),
    }
    assert await asks(owner, NAMED, case=case) == expected
    assert await asks(owner, NAMED, case=elsewhere) == {("recorded", "own", "recorded")}
    await said(owner, case, places.trust, already.user_id)
    await said(owner, case, places.trust)
    assert await asks(owner, NAMED, case=case) == expected


async def test_given_clocks_then_the_earlier_end_counts_what_was_met_runs_anew_and_its_case_is_not_confirmed(
    owner: AsyncEngine, places: Places, cases: tuple[UUID, UUID, UUID]
) -> None:
    case, elsewhere, _ = cases

    def clock(case_id: UUID, code: str, due_at: Any, **more: Any) -> Base:
        return safety_tables.SafetyClockRow(case_id=case_id, clock=code, due_at=due_at, **more)

    await put(
        owner,
        clock(case, "call", LATE, late_at=AT),
        clock(case, "decide", EARLY),
        clock(case, "marac", EARLY, late_at=EARLY, met_at=EARLY),
        clock(elsewhere, "call", LATE),
        *(safety_tables.SafetyConfirmationRow(case_id=each) for each in (case, elsewhere)),
    )
    due = f'"{AT.isoformat()}"'
    clocks = f'{{"call": {due}, "decide": {due}, "marac": {due}, "ask-alone": {due}}}'
    await said(owner, case, places.trust, clocks=clocks)
    running = "SELECT clock, due_at, late_at FROM safety_clocks WHERE case_id = :case AND met_at IS NULL"
    assert await asks(owner, running, case=case) == {
        ("call", AT, AT),
        ("decide", EARLY, None),
        ("marac", AT, None),
        ("ask-alone", AT, None),
    }
    assert await asks(owner, running, case=elsewhere) == {("call", LATE, None)}
    assert await asks(owner, "SELECT case_id FROM safety_confirmations") == {(elsewhere,)}


MERGED = (
    "UPDATE cases SET snapshot = snapshot || jsonb_build_object('merged_into', CAST(:into AS text))"
    " WHERE id = :case"
)


async def test_given_a_case_that_ended_as_merged_then_danger_said_there_goes_on_to_the_last_and_no_answers_do(
    owner: AsyncEngine, places: Places, cases: tuple[UUID, UUID, UUID]
) -> None:
    first, second, third = cases
    await change(owner, MERGED, case=first, into=str(second))
    await change(owner, MERGED, case=second, into=str(third))
    answered = await said(owner, first, places.trust, kind="questions-answered")
    at = "SELECT case_id FROM safety_events WHERE id = :id"
    assert await asks(owner, at, id=answered) == {(first,)}
    danger = await said(owner, first, places.trust)
    assert await asks(owner, at, id=danger) == {(third,)}
    there = await said(owner, third, places.trust)
    assert await asks(owner, at, id=there) == {(third,)}
    way = "SELECT ended, goes_on FROM homeward_goes_on(:case)"
    assert await asks(owner, way, case=first) == {(first, second), (second, third)}
    assert await asks(owner, way, case=third) == set()
    await change(owner, MERGED, case=third, into=str(first))
    assert await asks(owner, way, case=first) == {(first, second), (second, third), (third, first)}
    assert await asks(owner, "SELECT count(*) FROM homeward_goes_on(:case)", case=first) == {(3,)}


FREE = "SELECT pg_try_advisory_xact_lock(hashtextextended('homeward.safety:' || CAST(:case AS text), 0))"


@pytest.mark.parametrize(
    ("does", "shut"),
    [
        ("homeward_safety_follow(e, '{}') FROM safety_events AS e", (0,)),
        ("homeward_safety_merged(:first, :second)", (0, 1)),
        ("homeward_safety_parted(:second)", (0, 1)),
    ],
)
async def test_given_an_annex_that_changes_then_another_change_of_it_waits_and_one_of_another_does_not(
    owner: AsyncEngine,
    places: Places,
    cases: tuple[UUID, UUID, UUID],
    does: str,
    shut: tuple[int, ...],
) -> None:
    await said(owner, cases[0], places.trust)
    await change(owner, "UPDATE safety_events SET own_case_id = :case", case=cases[1])
    async with transaction(owner) as changing:
        ids = {"first": cases[0], "second": cases[1]}
        named = {name: value for name, value in ids.items() if f":{name}" in does}
        await changing.execute(text(f"SELECT {does}"), named)
        free = [await asks(owner, FREE, case=each) == {(True,)} for each in cases]
    assert free == [number not in shut for number in range(3)]


@pytest.mark.parametrize(
    "called", ["homeward_goes_on(gen_random_uuid())", "homeward_safety_follow(NULL::safety_events, '{}')"]
)
async def test_given_what_only_recording_asks_then_nobody_calls_it(
    api: AsyncEngine, worker: AsyncEngine, called: str
) -> None:
    for engine in (api, worker):
        with pytest.raises(DBAPIError, match="permission denied"):
            await change(engine, f"SELECT {called}")
