"""Words of referrals without a case: each condition of who reads them, what ends, and what goes to a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store.audit import Who
from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables import ReferralRequestRow, ReferralReviewerRow
from discharge.store.tables.commands import CommandRow
from housing_checks.store import safety_tables, safety_uncased
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import AT, DAY, appointed, somebody


async def put(owner: AsyncEngine, *rows: Base) -> None:
    async with transaction(owner) as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def change(owner: AsyncEngine, statement: str, **values: Any) -> None:
    async with transaction(owner) as session:
        await session.execute(text(statement), values)


async def column(owner: AsyncEngine, query: str, **values: Any) -> list[Any]:
    async with transaction(owner) as session:
        return list(await session.scalars(text(query), values))


def words_of(
    event_id: UUID, case_id: UUID, organisation_id: UUID, kind: str = "danger-noted", **more: Any
) -> tuple[Base, ...]:
    """Something said, with words that name it, and what is due of it."""
    event = safety_tables.SafetyEventRow(
        id=event_id,
        case_id=case_id,
        kind=kind,
        payload={},
        in_hospital=True,
        case_time=AT,
        organisation_id=organisation_id,
        role="r",
        body_hash="h",
        **more,
    )
    return (
        event,
        safety_tables.SafetyNoteRow(case_id=case_id, event_id=event_id, item="note", text=str(event_id)),
    )


def due(case_id: UUID, clock: str = "call", at: datetime = AT, **more: Any) -> safety_tables.SafetyClockRow:
    return safety_tables.SafetyClockRow(case_id=case_id, clock=clock, due_at=at, **more)


def request(request_id: UUID, sender: UUID, service: UUID, **more: Any) -> ReferralRequestRow:
    values: dict[str, Any] = {
        "role": "coordinator",
        "client_id": "c",
        "client_key": str(request_id),
        "body_hash": "h",
        "said": {"person": {"family_name": "Ashdown"}},
        "requested_at": AT,
        "due_at": AT,
    }
    return ReferralRequestRow(id=request_id, sender_id=sender, service_id=service, **values | more)


def command(command_id: UUID, organisation_id: UUID, state: str, **command_has: UUID) -> CommandRow:
    return CommandRow(
        id=command_id,
        case_id=uuid4(),
        client_id="c",
        client_key=str(command_id),
        body_hash="h",
        kind="refer",
        envelope={"command": {key: str(value) for key, value in command_has.items()}},
        organisation_id=organisation_id,
        role="r",
        effective_on=DAY,
        state=state,
    )


async def read(api: AsyncEngine, who: Who) -> Mapping[UUID, safety_uncased.Uncased]:
    async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
        return {each.event_id: each for each in await safety_uncased.uncased(session, who, 0, 50)}


async def advisers(api: AsyncEngine, owner: AsyncEngine, places: Places) -> dict[str, Who]:
    found = {}
    for name in ("trust", "housing", "landlord", "stranger"):
        found[name] = await somebody(owner, getattr(places, name), f"Adviser of {name}")
        await appointed(api, owner, found[name])
    return found


async def test_given_requests_then_sender_service_and_reviewers_read_each_with_its_own_words_and_day(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    named = await advisers(api, owner, places)
    await open_case(worker, person_id, places.stranger, places.housing)
    one, other = uuid4(), uuid4()
    await put(
        owner,
        request(one, places.stranger, places.housing),
        *words_of(one, one, places.stranger),
        due(one, at=AT + timedelta(days=2)),
        due(one, "decide", AT + timedelta(days=1)),
        request(other, places.stranger, places.landlord),
        *words_of(other, other, places.stranger),
        due(other),
        ReferralReviewerRow(request_id=other, organisation_id=places.trust),
    )

    assert {name: set(await read(api, who)) for name, who in named.items()} == {
        "trust": {other},
        "housing": {one},
        "landlord": {other},
        "stranger": {one, other},
    }
    found = await read(api, named["stranger"])
    assert {key: each.words for key, each in found.items()} == {
        one: {"note": str(one)},
        other: {"note": str(other)},
    }
    assert (found[one].due_at, found[other].due_at) == (AT + timedelta(days=1), AT)
    colleague = await somebody(owner, places.stranger, "Colleague")
    assert await read(api, colleague) == {}
    moved = {"who": named["stranger"].user_id, "to": places.housing}
    await change(owner, "UPDATE users SET organisation_id = :to WHERE id = :who", **moved)
    assert await read(api, named["stranger"]) == {}


LOOK = (
    "INSERT INTO safety_looks (id, case_id, organisation_id, user_id, role, what)"
    " VALUES (gen_random_uuid(), :case, :organisation, :user, 'r', 'w')"
)


async def test_given_an_adviser_who_looks_then_it_is_noted_in_their_own_name_of_words_that_they_read(
    api: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    named = await advisers(api, owner, places)
    read_here, not_read = uuid4(), uuid4()
    for request_id, service in ((read_here, places.housing), (not_read, places.landlord)):
        asked = request(request_id, places.stranger, service)
        await put(owner, asked, *words_of(request_id, request_id, places.stranger))
    who = named["housing"]

    async def looks(case_id: UUID, organisation_id: UUID, user_id: UUID | None) -> None:
        values = {"case": case_id, "organisation": organisation_id, "user": user_id}
        async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
            await session.execute(text(LOOK), values)

    await looks(read_here, places.housing, who.user_id)
    for wrong in (
        (not_read, places.housing, who.user_id),
        (read_here, places.landlord, who.user_id),
        (read_here, places.housing, named["landlord"].user_id),
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            await looks(*wrong)


@pytest.mark.parametrize(
    ("state", "seen"), [("refused", True), ("failed", True), ("taken", False), ("accepted", False)]
)
async def test_given_a_command_then_its_words_are_read_once_it_opens_no_case(
    api: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID, state: str, seen: bool
) -> None:
    named = await advisers(api, owner, places)
    said, beside = uuid4(), uuid4()
    has = {"service_id": places.housing, "person_id": person_id}
    await put(
        owner,
        command(said, places.trust, state, **has),
        *words_of(said, uuid4(), places.trust),
        command(beside, places.landlord, "accepted" if seen else "refused", **has),
    )
    expected = {said} if seen else set()
    assert {name: set(await read(api, who)) for name, who in named.items()} == {
        "trust": expected,
        "housing": expected,
        "landlord": set(),
        "stranger": set(),
    }
    if seen:
        found = (await read(api, named["housing"]))[said]
        assert (found.state, found.family_name, found.nhs_number) == (state, "Ashdown", "9990000018")


async def test_given_words_of_a_case_other_answers_and_erased_words_then_none_is_among_those_without_a_case(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    named = await advisers(api, owner, places)
    case_id = (await open_case(worker, person_id, places.trust, places.housing)).case_id
    await put(
        owner,
        *words_of(uuid4(), case_id, places.trust),
        *words_of(uuid4(), uuid4(), places.trust, kind="questions-answered"),
        *words_of(uuid4(), uuid4(), places.trust, erased_at=AT),
    )
    assert await read(api, named["trust"]) == {}


async def test_given_two_words_of_one_request_when_one_is_seen_to_then_the_other_and_what_is_due_stay(
    api: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    named = await advisers(api, owner, places)
    asked, also, elsewhere = uuid4(), uuid4(), uuid4()
    await put(
        owner,
        request(asked, places.stranger, places.housing, state="declined"),
        *words_of(asked, asked, places.stranger),
        *words_of(also, asked, places.stranger),
        due(asked),
        request(elsewhere, places.stranger, places.housing, state="declined"),
        *words_of(elsewhere, elsewhere, places.stranger),
        due(elsewhere),
    )

    async def ends(event_id: UUID) -> None:
        who = named["housing"]
        async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
            await safety_uncased.end_uncased(session, event_id, "Rang her")

    await ends(asked)
    assert set(await read(api, named["housing"])) == {also, elsewhere}
    notes = "SELECT text FROM safety_notes"
    assert set(await column(owner, notes)) == {str(also), str(elsewhere)}
    clocks = "SELECT case_id FROM safety_clocks"
    assert set(await column(owner, clocks)) == {asked, elsewhere}
    with pytest.raises(HomewardError):
        await ends(asked)
    await ends(also)
    assert set(await column(owner, clocks)) == {elsewhere}
    erased = "SELECT erased_by FROM safety_events WHERE erased_at IS NOT NULL AND erased_reason = 'Rang her'"
    assert await column(owner, erased) == [named["housing"].user_id] * 2


async def joined(worker: AsyncEngine, command_id: UUID) -> None:
    async with transaction(worker) as session:
        await safety_uncased.join_case(session, command_id)


async def test_given_a_request_taken_on_when_its_case_opens_then_all_of_it_goes_there_and_nothing_of_another(
    api: AsyncEngine, owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    named = await advisers(api, owner, places)
    case_id = (await open_case(worker, person_id, places.stranger, places.housing)).case_id
    writer, gone = [await somebody(owner, places.stranger, each) for each in ("Writer", "Gone")]
    taken, other = uuid4(), uuid4()
    accepted = {"state": "taken-on", "case_id": case_id, "answered_by": places.housing}
    ids = {"organisation_id": places.stranger, "scope": "own", "reason": "recorded"}
    early = AT - timedelta(days=9)

    def of(request_id: UUID, clock: str) -> tuple[Base, ...]:
        return (
            request(request_id, places.stranger, places.housing, command_id=request_id, **accepted),
            *words_of(request_id, request_id, places.stranger, user_id=writer.user_id),
            due(request_id, clock, AT + timedelta(days=1)),
            due(request_id, "call", met_at=AT),
            safety_tables.SafetyNamedRow(case_id=request_id, user_id=writer.user_id, named_at=early, **ids),
            safety_tables.SafetyNamedRow(case_id=request_id, user_id=gone.user_id, ended_at=AT, **ids),
            safety_tables.SafetyLookRow(
                case_id=request_id,
                organisation_id=places.stranger,
                user_id=writer.user_id,
                role="r",
                what="w",
            ),
        )

    await put(
        owner,
        *of(other, "decide"),
        *of(taken, "ask-alone"),
        safety_tables.SafetyConfirmationRow(case_id=case_id),
    )

    await joined(worker, taken)
    await joined(worker, taken)

    at = {"case": case_id}
    for table in ("safety_events", "safety_notes", "safety_looks"):
        moved = await column(owner, f"SELECT case_id FROM {table} ORDER BY case_id = :case DESC", **at)
        assert moved == [case_id, other], table
    running = "SELECT clock || due_at::date FROM safety_clocks WHERE case_id = :case AND met_at IS NULL"
    assert await column(owner, running, **at) == ["ask-alone2026-03-03"]
    assert await column(owner, "SELECT clock FROM safety_clocks WHERE case_id = :case", **at) == ["ask-alone"]
    assert await column(owner, "SELECT count(*) FROM safety_clocks WHERE case_id = :id", id=taken) == [0]
    assert await column(owner, "SELECT count(*) FROM safety_clocks WHERE case_id = :id", id=other) == [2]
    on_list = "SELECT user_id FROM safety_named WHERE case_id = :case AND ended_at IS NULL"
    assert set(await column(owner, on_list, **at)) == {
        writer.user_id,
        named["stranger"].user_id,
        named["housing"].user_id,
    }
    since = "SELECT named_at FROM safety_named WHERE case_id = :case AND user_id = :who"
    assert await column(owner, since, who=writer.user_id, **at) == [early]
    assert await column(owner, "SELECT count(*) FROM safety_named WHERE case_id = :id", id=taken) == [0]
    assert await column(owner, "SELECT count(*) FROM safety_named WHERE case_id = :id", id=other) == [2]
    assert await column(owner, "SELECT case_id FROM safety_confirmations") == []


@pytest.mark.parametrize("wrong", [{"state": "waiting"}, {"case_id": None}])
async def test_given_a_request_that_has_no_case_then_nothing_of_it_goes_anywhere(
    owner: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID, wrong: dict[str, Any]
) -> None:
    case_id = (await open_case(worker, person_id, places.stranger, places.housing)).case_id
    asked = uuid4()
    held = {"state": "taken-on", "case_id": case_id, "answered_by": places.housing, "command_id": asked}
    row = request(asked, places.stranger, places.housing, **held | wrong)
    await put(owner, row, *words_of(asked, asked, places.stranger), due(asked))
    await joined(worker, asked)
    assert await column(owner, "SELECT case_id FROM safety_events") == [asked]
    assert await column(owner, "SELECT case_id FROM safety_clocks") == [asked]


async def test_given_the_worker_then_it_ends_no_words_and_the_api_joins_none(
    api: AsyncEngine, worker: AsyncEngine
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await joined(api, uuid4())
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(worker) as session:
            await safety_uncased.end_uncased(session, uuid4(), "r")
