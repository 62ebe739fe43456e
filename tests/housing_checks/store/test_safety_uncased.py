"""What was said of danger in referrals that have no case: PostgreSQL gives it to safety advisers alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store.audit import Who
from discharge.store.engine import transaction
from discharge.store.migrations import downgrade, migrate
from discharge.store.tables import ReferralRequestRow
from fhir_adapters.referrals import ReferralValues, ReferredPerson
from fhir_adapters.store import referral_requests
from fhir_adapters.store.danger_in_requests import own_words
from housing_checks.store import safety_advisers, safety_uncased
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Database, Places
from tests.fixtures.safety import AT, appointed, entries_of, somebody

WORDS = "He waits outside"
BEFORE = "0069-1"
PERSON = ReferredPerson(nhs_number="9990000018", family_name="Ashdown", birth_date=AT.date())


async def requested(api: AsyncEngine, who: Who, **said: Any) -> UUID:
    """A request of somebody's about danger; its id."""
    values = ReferralValues(person=PERSON, note=WORDS, **(said or {"about_danger": True}))
    sender = referral_requests.Sender(
        organisation_id=who.organisation_id,
        role=who.role,
        client_id=who.client_id,
        client_key=str(uuid4()),
        body_hash=str(uuid4()),
        user_id=who.user_id,
    )
    async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
        return (await referral_requests.keep(session, sender, values, AT)).id


async def uncased(api: AsyncEngine, who: Who) -> list[safety_uncased.Uncased]:
    async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
        return list(await safety_uncased.uncased(session, who, 0, 50))


async def put(owner: AsyncEngine, statement: str, **values: Any) -> None:
    async with transaction(owner) as session:
        await session.execute(text(statement), values)


async def test_given_a_request_then_who_wrote_it_reads_their_words_and_an_adviser_who_is_in_force(
    api: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    writer = await somebody(owner, places.stranger, "Writer")
    colleague = await somebody(owner, places.stranger, "Colleague")
    adviser = await somebody(owner, places.housing, "Ida")
    appointment = await appointed(api, owner, adviser)
    other = await somebody(owner, places.landlord, "Other")
    await appointed(api, owner, other)
    request_id = await requested(api, writer)

    for who, reads in ((writer, {request_id: {"note": WORDS}}), (colleague, {}), (adviser, {})):
        async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
            assert await own_words(session, [request_id]) == reads, who
    for who, found in ((adviser, [WORDS]), (writer, []), (colleague, []), (other, [])):
        assert [(each.words or {})["note"] for each in await uncased(api, who)] == found, who
    async with transaction(api, organisation_id=places.stranger, user_id=adviser.user_id) as session:
        assert await safety_uncased.uncased(session, adviser, 0, 50) == [], "named in another organisation"
    await put(owner, "UPDATE users SET disabled_at = now() WHERE id = :id", id=adviser.user_id)
    assert await uncased(api, adviser) == []
    await put(owner, "UPDATE users SET disabled_at = NULL WHERE id = :id", id=adviser.user_id)
    await put(owner, "UPDATE safety_advisers SET ended_at = now() WHERE id = :id", id=appointment)
    assert await uncased(api, adviser) == []


async def test_given_a_request_then_only_its_sender_learns_whether_anybody_reads_its_words(
    api: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    writer = await somebody(owner, places.stranger, "Writer")
    other = await somebody(owner, places.landlord, "Other")
    request_id = await requested(api, writer)

    async def read(who: Who) -> bool:
        async with transaction(api, organisation_id=who.organisation_id, user_id=who.user_id) as session:
            return await safety_advisers.has_reader(session, request_id)

    await appointed(api, owner, other)
    assert (await read(writer), await read(other)) == (False, False)
    adviser = await somebody(owner, places.housing, "Ida")
    appointment = await appointed(api, owner, adviser)
    assert (await read(writer), await read(other)) == (True, False)
    await put(owner, "UPDATE users SET disabled_at = now() WHERE id = :id", id=adviser.user_id)
    assert not await read(writer)
    await put(owner, "UPDATE users SET disabled_at = NULL WHERE id = :id", id=adviser.user_id)
    await put(owner, "UPDATE safety_advisers SET ended_at = now() WHERE id = :id", id=appointment)
    assert not await read(writer)
    await appointed(api, owner, writer)
    assert await read(writer)


async def test_given_a_request_that_says_danger_then_postgresql_refuses_it(
    api: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    writer = await somebody(owner, places.stranger, "Writer")
    request_id = await requested(api, writer)
    for said in ('{"about_danger": true}', '{"reasons": ["adaptation", "safety"]}'):
        change = "UPDATE referral_requests SET said = said || CAST(:said AS jsonb) WHERE id = :id"
        with pytest.raises(HomewardError, match="not_about_danger"):
            await put(owner, change, said=said, id=request_id)


@pytest.mark.parametrize("state", ["taken-on", "declined"])
async def test_given_a_request_that_waits_no_more_then_nothing_is_added_to_its_words(
    api: AsyncEngine, owner: AsyncEngine, places: Places, state: str
) -> None:
    """Its words would wait for a case that comes no more, or has come."""
    writer = await somebody(owner, places.stranger, "Writer")
    request_id = await requested(api, writer)
    await put(owner, "UPDATE referral_requests SET state = :state WHERE id = :id", state=state, id=request_id)
    said = (
        "SELECT homeward_safety_noted(to_jsonb(e) || jsonb_build_object('id', gen_random_uuid()), '{}', '{}')"
    )
    with pytest.raises(HomewardError) as refused:
        async with transaction(owner) as session:
            await session.execute(text(f"{said} FROM safety_events AS e"))
    assert refused.value.code == "not-found"


async def test_given_the_api_when_it_joins_a_case_or_the_worker_reads_then_postgresql_refuses(
    api: AsyncEngine, worker: AsyncEngine, places: Places
) -> None:
    for engine, asked in (
        (api, "homeward_safety_request_joined(gen_random_uuid())"),
        (worker, "homeward_safety_uncased()"),
        (worker, "homeward_safety_uncased_end(gen_random_uuid(), 'Seen')"),
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(engine) as session:
                await session.execute(text(f"SELECT {asked}"))


async def test_given_words_that_are_seen_to_when_others_wait_then_theirs_stay(
    api: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    writer = await somebody(owner, places.stranger, "Writer")
    adviser = await somebody(owner, places.housing, "Ida")
    await appointed(api, owner, adviser)
    declined, waits = await requested(api, writer), await requested(api, writer)
    await put(owner, "UPDATE referral_requests SET state = 'declined' WHERE id = :id", id=declined)
    async with transaction(api, organisation_id=places.housing, user_id=adviser.user_id) as session:
        await safety_uncased.end_uncased(session, declined, "Rang her")
    for gone in (declined, waits):
        with pytest.raises(HomewardError):
            async with transaction(api, organisation_id=places.housing, user_id=adviser.user_id) as session:
                await safety_uncased.end_uncased(session, gone, "Rang her")
    assert [each.event_id for each in await uncased(api, adviser)] == [waits]
    async with transaction(owner) as session:
        clocks = await session.scalars(text("SELECT DISTINCT case_id FROM safety_clocks"))
        assert list(clocks) == [waits]


REQUEST = (
    "INSERT INTO referral_requests (id, sender_id, service_id, user_id, role, client_id, client_key,"
    " body_hash, said, state, requested_at, due_at, case_id, created_at)"
    " VALUES (:id, :sender, :service, :user, 'coordinator', 'c', :id, 'h',"
    " CAST(:said AS jsonb), :state, :at, :at, :case_id, :at)"
)
SAID = text("SELECT id, said FROM referral_requests ORDER BY id")


async def test_given_requests_about_danger_when_migrated_up_then_the_annex_has_them_and_down_the_requests(
    api: AsyncEngine,
    owner: AsyncEngine,
    worker: AsyncEngine,
    places: Places,
    person_id: UUID,
    database: Database,
) -> None:
    case_id = (await open_case(worker, person_id, places.trust, places.housing, places.landlord)).case_id
    writer = await somebody(owner, places.trust, "Writer", "discharge-team")
    adviser, lead = await somebody(owner, places.trust, "Ida"), await somebody(owner, places.housing, "Lea")
    for who in (adviser, lead):
        await appointed(api, owner, who)
    downgrade(database.owner_url, BEFORE)
    marked = '{"note": "He waits outside", "about_danger": true, "reasons": ["adaptation"], "person": {}}'
    reason = '{"note": "He waits outside", "about_danger": false, "reasons": ["safety"], "person": {}}'
    plain = '{"note": "Stairs", "about_danger": false, "reasons": ["adaptation"], "person": {}}'
    rows = {"waiting": marked, "declined": reason, "withdrawn": plain, "taken-on": marked}
    for state, said in rows.items():
        await put(
            owner,
            REQUEST,
            id=uuid4(),
            sender=places.trust,
            service=places.housing,
            user=writer.user_id,
            said=said,
            state=state,
            at=AT - timedelta(days=2),
            case_id=case_id if state == "taken-on" else None,
        )
    async with transaction(owner) as session:
        before = (await session.execute(SAID)).all()

    migrate(database.owner_url)

    async with transaction(owner) as session:
        notes = {row.said["note"] for row in (await session.execute(SAID)).all()}
    assert notes == {None, "Stairs"}
    assert sorted(each.state for each in await uncased(api, lead)) == ["declined", "waiting"]
    assert await entries_of(api, adviser, case_id) == [WORDS]
    assert await entries_of(api, writer, case_id) == [WORDS]

    downgrade(database.owner_url, BEFORE)
    async with transaction(owner) as session:
        after = (await session.execute(SAID)).all()
        stayed = text("SELECT id FROM referral_requests WHERE state = 'taken-on'")
        accepted = await session.scalar(stayed)
    assert [row for row in after if row.id != accepted] == [row for row in before if row.id != accepted]
    migrate(database.owner_url)
    assert sorted(each.state for each in await uncased(api, lead)) == ["declined", "waiting"]


async def test_given_a_request_row_then_its_model_says_what_the_table_refuses() -> None:
    names = {constraint.name for constraint in ReferralRequestRow.__table__.constraints}  # type: ignore[attr-defined]
    assert "ck_referral_requests_not_about_danger" in names
