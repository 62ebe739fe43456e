"""Who is signed in is known on the server: a session ends there, for every window, and nothing revives it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from api.web.principals import Identity
from api.web.sign_in.sessions import COOKIE
from discharge.store.audit import Who, note_read, note_write
from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, AuditWrite, SessionRow, User
from fhir_adapters.store.tables import Feed
from tests.api.conftest import NOW, Door
from tests.api.signing_in import ISSUER, form_token, sign_in


async def is_in(door: Door) -> bool:
    return (await door.client.get("/worklist")).status_code == 200


async def why_ended(door: Door) -> list[str | None]:
    async with transaction(door.worker) as session:
        return list(await session.scalars(select(SessionRow.ended_because)))


async def test_given_somebody_who_signs_out_when_the_old_cookie_is_shown_again_then_it_opens_nothing(
    door: Door,
) -> None:
    session = sign_in(door, "coordinator")
    assert await is_in(door)
    answer = await door.client.post("/sign-out", data={"form_token": form_token(door, session)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "You are signed out" in (await door.client.get("/signed-out")).text

    door.client.cookies.set(COOKIE, session.session_id)
    assert not await is_in(door)
    assert await why_ended(door) == ["signed-out"]


async def test_given_a_session_when_it_is_used_then_the_idle_hour_begins_again_but_not_the_twelve(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    for _ in range(13):
        door.clock.now += timedelta(minutes=55)
        assert await is_in(door)
    door.clock.now = NOW + timedelta(hours=12, minutes=1)
    assert not await is_in(door)
    assert await why_ended(door) == ["too-old"]


async def test_given_a_session_when_nobody_used_it_for_an_hour_then_it_has_ended(door: Door) -> None:
    sign_in(door, "coordinator")
    door.clock.now += timedelta(minutes=61)
    assert not await is_in(door)
    door.clock.now = NOW
    assert not await is_in(door)


@pytest.mark.parametrize("change", [{"role": "trust-monitor"}, {"organisation": "STRANGER"}])
async def test_given_another_role_or_organisation_when_vouched_for_then_older_sessions_end(
    door: Door, change: dict[str, str]
) -> None:
    sign_in(door, "coordinator")
    said = {"role": "coordinator", "organisation": "HOUSING", **change}
    await door.app.state.services.caller(Identity(ISSUER, "page-coordinator-", "Test", **said), "session")

    assert not await is_in(door)
    assert await why_ended(door) == ["role-changed"]


async def test_given_a_role_changed_in_the_record_when_the_session_is_used_then_it_ends(door: Door) -> None:
    sign_in(door, "coordinator")
    async with transaction(door.worker) as session:
        await session.execute(update(User).values(role="trust-monitor"))

    assert not await is_in(door)


async def user_id(door: Door, subject: str) -> UUID:
    async with transaction(door.worker) as session:
        return (await session.scalars(select(User.id).where(User.subject == subject))).one()


async def kept_out(door: Door, user: UUID, role: str = "admin", org: str | None = None) -> Any:
    return await door.post(f"/api/v1/users/{user}/access", {"disabled": True}, role, org)


async def test_given_somebody_who_is_disabled_when_they_come_then_neither_session_nor_token_opens(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    await door.get("/api/v1/cases", "coordinator")
    for subject in ("page-coordinator-", "coordinator-HOUSING"):
        assert (await kept_out(door, await user_id(door, subject))).json()["disabled_at"]

    assert not await is_in(door)
    door.app.state.services._callers.clear()  # remembered for a minute
    assert (await door.get("/api/v1/cases", "coordinator")).status_code == 401
    listed = (await door.get("/api/v1/users", "admin")).json()["users"]
    assert [each["disabled_at"] is not None for each in listed].count(True) == 2


async def test_given_an_administrator_elsewhere_or_another_role_when_disabling_then_nothing_happens(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    user = await user_id(door, "page-coordinator-")
    assert (await kept_out(door, user, "admin", "TRUST")).status_code == 404
    assert (await kept_out(door, user, "coordinator")).status_code == 403
    assert await is_in(door)


async def test_given_pages_when_answered_then_no_cache_keeps_them_and_the_cookie_ends_with_the_browser(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    page = await door.client.get("/worklist")

    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers


async def test_given_a_token_for_a_year_when_it_is_half_a_day_old_then_it_opens_nothing(door: Door) -> None:
    from api.web.sign_in.tokens import Claims, sign

    claims = Claims("script", "Script", "coordinator", "HOUSING")
    token = sign(claims, door.key, NOW, timedelta(days=365))
    headers = {"Authorization": f"Bearer {token}"}
    assert (await door.client.get("/api/v1/cases", headers=headers)).status_code == 200
    door.clock.now += timedelta(hours=12, minutes=2)
    assert (await door.client.get("/api/v1/cases", headers=headers)).status_code == 401


async def test_given_figures_and_description_when_nobody_opened_them_then_they_ask_who_it_is(
    door: Door,
) -> None:
    for path, role in (("/metrics", "operator"), ("/api/v1/openapi.json", "system")):
        assert (await door.client.get(path)).status_code in (401, 303)
        assert (await door.get(path, role)).status_code == 200
    assert (await door.get("/metrics", "coordinator")).status_code == 403


async def test_given_a_case_of_others_when_somebody_looks_then_the_refusal_is_noted_for_its_participants(
    door: Door,
) -> None:
    case_id = await door.referred()
    for path in (f"/api/v1/cases/{case_id}", f"/fhir/R4/ServiceRequest/{case_id}"):
        assert (await door.get(path, "coordinator", "STRANGER")).status_code == 404
    sign_in(door, "coordinator", "LANDLORD")
    assert (await door.client.get(f"/cases/{case_id}")).status_code == 404

    looks = (await door.get(f"/api/v1/cases/{case_id}/who-looked")).json()["looks"]
    refused = {(each["organisation"], each["what"]) for each in looks if "refused" in each["what"]}
    assert refused == {
        ("Stranger", "refused (not-found): GET /api/v1/cases/{case_id}"),
        ("Stranger", "refused (not-found): GET /fhir/R4/ServiceRequest/{resource_id}"),
        ("Landlord", "refused (not-found): GET /cases/{case_id}"),
    }


async def test_given_feeds_of_two_organisations_when_listed_then_each_sees_its_own(door: Door) -> None:
    insert = text(
        "INSERT INTO feeds (id, code, organisation_id, protocol)"
        " VALUES (gen_random_uuid(), :code, :org, 'hl7v2')"
    )
    async with transaction(door.worker) as session:
        await session.execute(insert, {"code": "OURS", "org": door.places.trust})
        await session.execute(insert, {"code": "THEIRS", "org": door.places.stranger})

    listed = (await door.get("/api/v1/feeds", "operator")).json()["feeds"]
    assert [each["code"] for each in listed] == ["OURS"]
    assert (await door.get("/api/v1/feeds", "coordinator")).status_code == 403
    sign_in(door, "operator")
    page = (await door.client.get("/feeds")).text
    assert ("OURS" in page, "THEIRS" in page) == (True, False)


async def test_given_a_hospital_whose_stay_is_in_a_case_when_the_worklist_is_read_then_its_silence_shows(
    door: Door,
) -> None:
    async with transaction(door.worker) as session:
        for code, org in (("OURS", door.places.trust), ("THEIRS", door.places.stranger)):
            session.add(Feed(code=code, organisation_id=org, protocol="hl7v2", last_heard_at=NOW))
    sign_in(door, "coordinator")
    before = (await door.client.get("/worklist")).text
    await door.referred()
    after = (await door.client.get("/worklist")).text

    assert ("OURS" in before, "OURS" in after, "THEIRS" in after) == (False, True, False)


async def test_given_a_bug_in_a_door_when_it_writes_users_or_audit_then_postgresql_keeps_them_true(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    await door.get("/api/v1/cases", "coordinator")
    engine = door.app.state.services.engine
    mine = await user_id(door, "coordinator-HOUSING")
    for statement in (
        "UPDATE users SET role = 'admin'",
        "INSERT INTO users SELECT * FROM users LIMIT 1",
        "SELECT id_hash FROM sessions",
        "SELECT id_token FROM sessions",
        "INSERT INTO audit_writes (at, client_id, role, action, subject) VALUES (now(), 'c', 'r', 'x', 'x')",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(engine, organisation_id=door.places.housing, user_id=mine) as session:
                await session.execute(text(statement))

    somebody = Who(door.places.trust, "admin", "c", UUID(int=7))
    async with transaction(engine, organisation_id=door.places.housing, user_id=mine) as session:
        await note_read(session, somebody, "look", purpose="direct-care", person_ids=[UUID(int=1)])
        await note_write(session, somebody, "changed", "thing")
        await session.execute(
            text("INSERT INTO audit_writes (id, client_id, role, action, subject)"
                 " VALUES (gen_random_uuid(), 'c', 'r', 'changed', 'thing')")
        )  # fmt: skip
    async with transaction(door.worker) as session:
        looks = (await session.scalars(select(AuditRead).where(AuditRead.what == "look"))).all()
        changes = (await session.scalars(select(AuditWrite).where(AuditWrite.subject == "thing"))).all()
    told = {(row.organisation_id, row.user_id) for row in (*looks, *changes)}
    assert told == {(door.places.housing, mine)}
    assert min(row.at for row in changes) > NOW
