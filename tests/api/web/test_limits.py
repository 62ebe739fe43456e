"""What nobody may do to the others: too much, too deep, too often, too long. None is a fault of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from api.web.app import create_app
from api.web.limits import MOST_WORDS, Rate
from api.web.settings import ApiSettings, AskingLimits
from tests.api.conftest import Clock, Door
from tests.api.signing_in import form_token, sign_in
from tests.fixtures.postgres import Places

MANY = " ".join(f"word{number}" for number in range(3_000))
SOME_ID = UUID(int=9)
JSON_POSTS = (
    "/api/v1/referrals",
    f"/api/v1/cases/{SOME_ID}/commands",
    "/api/v1/replays",
    f"/api/v1/messages/{SOME_ID}/edits",
    f"/api/v1/duplicates/{SOME_ID}/decision",
    f"/api/v1/merges/{SOME_ID}/undo",
    "/fhir/R4/ServiceRequest",
    "/fhir/R4",
)


async def send(door: Door, path: str, body: bytes, kind: str = "application/json") -> httpx.Response:
    headers = door.headers("system") | {"Content-Type": kind}
    return await door.client.post(path, content=body, headers=headers)


@pytest.mark.parametrize("path", JSON_POSTS)
async def test_given_a_body_that_is_not_utf8_when_posted_anywhere_then_it_is_said_where(
    door: Door, path: str
) -> None:
    answer = await send(door, path, b'{"a":"\xff"}')

    assert answer.status_code == 400, answer.text
    assert "byte 6" in answer.text
    assert "not-utf8" in answer.text


@pytest.mark.parametrize("path", JSON_POSTS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"person":' * 50_000,
        b'{"a": ' + b"9" * 100_000 + b"}",
        b'{"a": -' + b"1" * 5_000 + b"}",
        b'{"a": NaN}',
        '{"a": "\ud800"}'.encode("utf-8", "surrogatepass"),
        b'{"a": "\\ud800"}',
        '{"a": "b"}'.encode("utf-16"),
        '{"a": "b\\u0000"}'.encode("utf-16-le"),
        b'{"a": "\x00"}',
        b"\xef\xbb\xbf{}",
        b"",
    ],
)
async def test_given_json_that_is_too_deep_or_not_to_be_read_when_posted_anywhere_then_it_is_refused(
    door: Door, path: str, body: bytes
) -> None:
    answer = await send(door, path, body)

    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", ["/api/v1/referrals", "/fhir/R4/ServiceRequest"])
@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 100_000 + b"}", "a number has too many digits"),
    ],
)
async def test_given_what_is_too_deep_or_too_long_when_posted_then_the_answer_names_the_limit(
    door: Door, path: str, body: bytes, why: str
) -> None:
    answer = await send(door, path, body)

    assert (answer.status_code, "limits" in answer.text, why in answer.text) == (422, True, True)


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63, 10**4_000])
async def test_given_a_number_that_no_column_holds_when_sent_then_it_is_refused(
    door: Door, number: int
) -> None:
    case = await door.referred()
    body = {"kind": "accept-referral", "seen_version": number}
    answer = await door.post(f"/api/v1/cases/{case}/commands", body, "coordinator")
    page = await door.get(f"/api/v1/cases?page={number}")

    assert 400 <= answer.status_code < 500, answer.text
    assert 400 <= page.status_code < 500, page.text


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/api/v1/cases?text={}", "coordinator"),
        ("/api/v1/messages?who={}", "operator"),
        ("/fhir/R4/ServiceRequest?identifier={}", "system"),
    ],
)
async def test_given_very_many_words_when_searched_for_then_the_search_is_refused(
    door: Door, path: str, role: str
) -> None:
    for words in (
        MANY,
        " ".join(["ab"] * (MOST_WORDS + 1)) if "identifier" not in path else ",".join("x" * 51),
    ):
        answer = await door.get(path.format(words.replace(" ", "%20")), role)
        assert (answer.status_code, "limits" in answer.text) == (422, True), answer.text


async def test_given_very_many_words_when_a_person_is_looked_for_on_a_page_then_it_is_refused(
    door: Door,
) -> None:
    sign_in(door, "discharge-team")
    for path in ("/worklist?text=", "/referrals/new?text=", "/referrals/new?q="):
        answer = await door.client.get(path + "ab%20" * 200)
        assert answer.status_code in (200, 422)
    assert (await door.client.get("/worklist?text=" + "ab%20" * 200)).status_code == 422


async def test_given_a_form_with_very_many_fields_when_sent_then_it_is_refused(door: Door) -> None:
    session = sign_in(door, "coordinator")
    path = f"/cases/{await door.referred()}/do/accept-referral"
    fields = {f"f{number}": "x" for number in range(10_000)} | {"form_token": form_token(door, session)}
    encoded = await door.client.post(path, data=fields)
    parts: Any = [(name, (None, value)) for name, value in fields.items()]
    multipart = await door.client.post(path, files=parts)
    files: Any = [("file", (f"{number}.csv", b"x")) for number in range(1_500)]
    uploads = await door.client.post("/shadow", files=files)

    assert [each.status_code for each in (encoded, multipart, uploads)] == [422, 422, 422]
    assert all("Code: limits" in each.text for each in (encoded, multipart))


async def test_given_a_nul_in_a_form_with_parts_when_sent_then_it_is_refused(door: Door) -> None:
    session = sign_in(door, "coordinator")
    path = f"/cases/{await door.referred()}/do/accept-referral"
    parts: Any = {"form_token": (None, form_token(door, session)), "note": (None, "a\x00b")}

    assert (await door.client.post(path, files=parts)).status_code == 422


@pytest.mark.parametrize("query", ["a=" + "x" * 9_000, "&".join(["a=b"] * 1_001)])
async def test_given_an_address_with_very_many_parameters_when_asked_then_it_is_refused(
    door: Door, query: str
) -> None:
    answer = await door.get(f"/api/v1/cases?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "limits")


@pytest.fixture
async def narrow(
    door: Door, settings: ApiSettings, signing_key: ECKey, places: Places
) -> AsyncIterator[Door]:
    """The application with limits so narrow that a few requests reach them."""
    few = Rate(per_second=0.001, burst=3)
    limits = AskingLimits(address=Rate(0.001, 20), client=few, person=few, at_once=1, statement_seconds=0.2)
    app = create_app(replace(settings, limits=limits, body_seconds=0.2), Clock())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://homeward.test") as client:
        yield Door(client, signing_key, door.worker, places, door.clock, app)
    await app.state.services.close()


async def test_given_a_client_that_asks_too_often_when_others_ask_then_only_it_is_held_back(
    narrow: Door,
) -> None:
    own = [(await narrow.get("/api/v1/cases", "coordinator")).status_code for _ in range(5)]
    late = await narrow.get("/api/v1/cases", "coordinator")
    fhir = await narrow.get("/fhir/R4/Task", "coordinator")

    assert own == [200, 200, 200, 429, 429]
    assert (late.json()["code"], late.headers["retry-after"]) == ("too-many-requests", "5")
    assert fhir.json()["issue"][0]["code"] == "throttled"
    assert (await narrow.get("/api/v1/cases", "discharge-team")).status_code == 200


async def test_given_a_person_who_asks_too_often_when_another_asks_then_only_they_are_held_back(
    narrow: Door,
) -> None:
    sign_in(narrow, "coordinator")
    assert [(await narrow.client.get("/homes")).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    sign_in(narrow, "discharge-team")
    assert (await narrow.client.get("/worklist")).status_code == 200


async def test_given_an_address_that_asks_too_often_when_asked_whether_we_live_then_it_is_told(
    narrow: Door,
) -> None:
    answers = [(await narrow.client.get("/sign-in/nowhere")).status_code for _ in range(25)]

    assert answers == [404] * 20 + [429] * 5
    assert (await narrow.client.get("/healthz")).status_code == 200


async def test_given_a_question_that_takes_too_long_when_asked_then_it_ends_and_is_said_to_be_transient(
    narrow: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleeps(session: Any, *_: Any, **__: Any) -> None:
        await session.execute(text("SELECT pg_sleep(5)"))

    monkeypatch.setattr("api.cases.routes.worklist_queries.worklist", sleeps)
    async with asyncio.timeout(3):
        answer = await narrow.get("/api/v1/cases", "coordinator")

    assert answer.status_code == 503
    assert answer.json()["retryable"] is True


async def test_given_a_body_that_does_not_end_when_posted_then_it_is_given_up_in_time(narrow: Door) -> None:
    async def begun() -> AsyncIterator[bytes]:
        yield b'{"kind": '
        await asyncio.sleep(30)

    headers = narrow.headers("coordinator") | {"Content-Type": "application/json"}
    async with asyncio.timeout(5):
        answer = await narrow.client.post("/api/v1/referrals", content=begun(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (408, "request-unfinished")
