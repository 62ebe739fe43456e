"""What a browser holds of its session, and what the record answers for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.cookies import Morsel, SimpleCookie
from uuid import UUID, uuid4

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import Response

from api.web.principals import Principal
from api.web.settings import ApiSettings
from api.web.sign_in.sessions import (
    COOKIE,
    STEP_COOKIE,
    STEP_SECONDS,
    Session,
    SessionCookies,
    SignInStep,
    begin_session,
    end_session,
    new_session,
    use_session,
)
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.tables import SessionRow, Team, User
from tests.fixtures.postgres import Places
from workflows.connection import TemporalAccess

NOW = datetime(2031, 4, 7, 9, 0, tzinfo=UTC)
STEP = SignInStep(state="state", nonce="nonce", verifier="v" * 50, then="/worklist")
ASHA, SISTERS = UUID(int=1), UUID(int=2)


def settings(secret: str = "s" * 32, address: str = "https://homeward.test") -> ApiSettings:
    return ApiSettings(
        database_url="",
        temporal=TemporalAccess(""),
        payload_keys="",
        public_url=address,
        session_secret=secret,
        token_keys="",
        session_idle_seconds=3600,
        session_longest_seconds=12 * 3600,
    )


@pytest.fixture
def cookies() -> SessionCookies:
    return SessionCookies(settings())


def sent(response: Response, name: str) -> Morsel[str]:
    cookie: SimpleCookie = SimpleCookie()
    for header, value in response.raw_headers:
        if header == b"set-cookie":
            cookie.load(value.decode())
    return cookie[name]


def test_given_two_sessions_then_neither_id_can_be_guessed_nor_told_from_what_is_kept() -> None:
    one, other = new_session(), new_session()
    assert one.session_id != other.session_id
    assert len(one.session_id) == 43
    assert one.hash == sha256(one.session_id.encode()).hexdigest()


@pytest.mark.parametrize("secure", [True, False])
def test_given_a_session_then_its_cookie_is_for_our_pages_alone_and_ends_with_the_browser(
    secure: bool,
) -> None:
    response = Response()
    address = "https://homeward.test" if secure else "http://homeward.test"
    SessionCookies(settings(address=address)).write(response, Session("abc"))
    cookie = sent(response, COOKIE)
    assert (cookie.value, cookie["path"], cookie["max-age"], cookie["expires"]) == ("abc", "/", "", "")
    assert (bool(cookie["httponly"]), cookie["samesite"], bool(cookie["secure"])) == (True, "lax", secure)


def test_given_a_cookie_then_it_names_a_session_and_none_names_none(cookies: SessionCookies) -> None:
    assert cookies.read("abc") == Session("abc")
    assert cookies.read("") is None
    assert cookies.read(None) is None


def test_given_a_session_that_ended_then_the_browser_forgets_it_and_what_it_kept_of_our_pages(
    cookies: SessionCookies,
) -> None:
    response = Response()
    cookies.end(response)
    cookie = sent(response, COOKIE)
    assert (cookie.value, cookie["path"], cookie["max-age"]) == ("", "/", "0")
    assert response.headers["clear-site-data"] == '"cache", "storage"'


def test_given_a_sign_in_that_began_here_then_it_comes_back_as_it_was_for_ten_minutes(
    cookies: SessionCookies,
) -> None:
    response = Response()
    cookies.write_step(response, STEP)
    cookie = sent(response, STEP_COOKIE)
    assert (cookie["max-age"], cookie["path"], cookie["samesite"]) == (str(STEP_SECONDS), "/", "lax")
    assert (bool(cookie["httponly"]), bool(cookie["secure"])) == (True, True)
    assert cookies.read_step(cookie.value) == STEP
    over = Response()
    cookies.end_step(over)
    ended = sent(over, STEP_COOKIE)
    assert (ended.value, ended["path"], ended["max-age"]) == ("", "/", "0")


@pytest.mark.parametrize(("age", "counts"), [(STEP_SECONDS - 5, True), (STEP_SECONDS + 5, False)])
def test_given_a_sign_in_when_ten_minutes_have_passed_then_it_counts_no_more(
    cookies: SessionCookies, age: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = Response()
    cookies.write_step(response, STEP)
    now = datetime.now(UTC).timestamp()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + age)
    assert (cookies.read_step(sent(response, STEP_COOKIE).value) == STEP) is counts


@pytest.mark.parametrize("said", ['{"state": "s"}', "[]", "{", '"x"'])
def test_given_what_is_signed_by_us_and_is_no_sign_in_then_it_is_none(
    cookies: SessionCookies, said: str
) -> None:
    signed = URLSafeTimedSerializer("s" * 32, salt="homeward.sign-in").dumps(said)
    assert cookies.read_step(str(signed)) is None


def test_given_a_sign_in_of_another_kind_or_key_or_none_then_it_is_none(cookies: SessionCookies) -> None:
    said = json.dumps(STEP.__dict__)
    for secret, salt in (("s" * 32, "homeward.other"), ("t" * 32, "homeward.sign-in")):
        assert cookies.read_step(str(URLSafeTimedSerializer(secret, salt=salt).dumps(said))) is None
    for cookie in (None, "", "x.y.z"):
        assert cookies.read_step(cookie) is None


def test_given_a_form_then_only_that_of_this_session_and_this_installation_is_ours(
    cookies: SessionCookies,
) -> None:
    token = cookies.form_token(Session("abc"))
    elsewhere = SessionCookies(settings("t" * 32))
    assert cookies.form_is_ours(Session("abc"), token)
    assert not cookies.form_is_ours(Session("abd"), token)
    assert not cookies.form_is_ours(Session("abc"), "")
    assert not elsewhere.form_is_ours(Session("abc"), token)
    assert len(token) == 64


@pytest.fixture
async def asha(owner: AsyncEngine, worker: AsyncEngine, places: Places) -> UUID:
    """Somebody of the trust's team, by her id."""
    async with transaction(owner) as session:
        session.add(Team(id=SISTERS, organisation_id=places.trust, code="SISTERS", name="Sisters"))
    async with transaction(worker) as session:
        session.add(
            User(
                id=ASHA,
                issuer="http://openid.test",
                subject="ward-1",
                display_name="Asha Okoro",
                organisation_id=places.trust,
                role="discharge-team",
                team_id=SISTERS,
            )
        )
    return ASHA


async def begun(
    api: AsyncEngine, places: Places, opened: Session, id_token: str | None = None, user_id: UUID = ASHA
) -> None:
    async with transaction(api, organisation_id=places.trust, user_id=user_id) as session:
        await begin_session(session, opened, user_id, id_token, NOW)


async def used(api: AsyncEngine, opened: Session, now: datetime) -> Principal | None:
    async with transaction(api) as session:
        return await use_session(session, opened, now, settings())


async def test_given_a_session_then_it_tells_who_it_is_until_it_is_ended_which_gives_its_token_once(
    api: AsyncEngine, worker: AsyncEngine, places: Places, asha: UUID
) -> None:
    opened = new_session()
    await begun(api, places, opened, "the-token")
    assert await used(api, opened, NOW) == Principal(
        issuer="http://openid.test",
        subject="ward-1",
        name="Asha Okoro",
        role="discharge-team",
        organisation_id=places.trust,
        organisation_code="TRUST",
        organisation_name="Trust",
        user_id=asha,
        team_id=SISTERS,
        how="session",
    )
    assert await used(api, new_session(), NOW) is None
    async with transaction(worker) as session:
        row = (await session.scalars(select(SessionRow))).one()
    assert (row.id_hash, row.started_at, row.user_id) == (opened.hash, NOW, asha)
    async with transaction(api) as session:
        assert await end_session(session, opened, NOW + timedelta(minutes=1)) == "the-token"
        assert await end_session(session, opened, NOW + timedelta(minutes=2)) is None
    async with transaction(worker) as session:
        assert await session.scalar(select(SessionRow.ended_at)) == NOW + timedelta(minutes=1)
    assert await used(api, opened, NOW) is None


@pytest.mark.parametrize(("idle", "lives"), [(59, True), (61, False)])
async def test_given_minutes_without_a_request_then_an_hour_of_them_ends_the_session(
    api: AsyncEngine, places: Places, asha: UUID, idle: int, lives: bool
) -> None:
    opened = new_session()
    await begun(api, places, opened)
    assert await used(api, opened, NOW + timedelta(minutes=40))
    assert bool(await used(api, opened, NOW + timedelta(minutes=40 + idle))) is lives


@pytest.mark.parametrize(("minutes", "lives"), [(-1, True), (1, False)])
async def test_given_a_session_that_is_used_all_day_then_twelve_hours_end_it(
    api: AsyncEngine, worker: AsyncEngine, places: Places, asha: UUID, minutes: int, lives: bool
) -> None:
    opened = new_session()
    await begun(api, places, opened)
    last = NOW + timedelta(hours=12, minutes=minutes)
    async with transaction(worker) as session:
        await session.execute(
            text("UPDATE sessions SET last_used_at = :at"), {"at": last - timedelta(minutes=5)}
        )
    assert bool(await used(api, opened, last)) is lives


async def test_given_nobody_we_know_or_somebody_disabled_then_no_session_begins(
    api: AsyncEngine, worker: AsyncEngine, places: Places, asha: UUID
) -> None:
    async with transaction(worker) as session:
        await session.execute(text("UPDATE users SET disabled_at = now()"))
    for user_id in (asha, uuid4()):
        with pytest.raises(HomewardError) as refused:
            await begun(api, places, new_session(), user_id=user_id)
        assert refused.value.code == "not-signed-in"
