"""What is away is said plainly: PostgreSQL down takes nothing; Temporal down takes everything."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey

from api.web.app import create_app
from api.web.settings import ApiSettings
from api.web.sign_in.sessions import COOKIE, new_session
from api.web.sign_in.tokens import Claims, sign
from tests.api.conftest import Clock, Door, nobody_listens
from workflows.connection import TemporalAccess

PAGE = "text/html; charset=utf-8"


@pytest.fixture
async def without_database(signing_key: ECKey) -> AsyncIterator[httpx.AsyncClient]:
    """The application while PostgreSQL is away."""
    settings = ApiSettings(
        database_url=f"postgresql+psycopg://homeward_api:x@{nobody_listens()}/homeward",
        temporal=TemporalAccess(nobody_listens()),
        payload_keys="k1:" + "A" * 43 + "=",
        public_url="http://homeward.test",
        session_secret="only for tests",
        token_keys=json.dumps({"keys": [signing_key.as_dict(private=False)]}),
        command_seconds=0.2,
    )
    clock = Clock()
    app = create_app(settings, clock)
    claims = Claims("system-1", "System", "system", "TRUST")
    token = sign(claims, signing_key, clock.now, timedelta(hours=1))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://homeward.test", headers=headers
    ) as client:
        yield client
    await app.state.services.close()


async def test_given_no_database_when_a_command_is_sent_then_nothing_is_taken(
    without_database: httpx.AsyncClient,
) -> None:
    answer = await without_database.post("/api/v1/referrals", json={"person": {"nhs_number": "9990000018"}})

    assert answer.status_code == 503
    assert answer.json()["code"] == "database-unavailable"
    assert answer.json()["retryable"] is True
    assert answer.headers["retry-after"] == "5"


async def test_given_no_database_when_fhir_is_asked_then_the_outcome_is_transient(
    without_database: httpx.AsyncClient,
) -> None:
    for path in (
        f"Task/{uuid4()}",
        f"Task?focus=ServiceRequest/{uuid4()}",
        f"Task?_id={uuid4()}&status=completed",
        "ServiceRequest?identifier=https://trust.example/referral|R-1",
        "ServiceRequest",
        f"DocumentReference?patient={uuid4()}",
        f"DocumentReference?_id={uuid4()}",
        f"Encounter/{uuid4()}",
        f"Patient/{uuid4()}",
        f"Binary/{uuid4()}",
    ):
        answer = await without_database.get(f"/fhir/R4/{path}")
        assert answer.status_code == 503, path
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert answer.json()["issue"][0]["code"] == "transient"


async def test_given_no_database_when_health_is_asked_then_it_lives_and_is_not_ready(
    without_database: httpx.AsyncClient,
) -> None:
    assert (await without_database.get("/healthz")).status_code == 200
    ready = await without_database.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "unavailable")


async def test_given_temporal_away_when_ready_is_asked_then_requests_are_still_taken(door: Door) -> None:
    ready = await door.client.get("/readyz")

    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ok",
        "database": "ok",
        "workflows": "unavailable",
        "tasks": "ok",
        "profiles": "ok",
        "reference": "ok",
    }


async def test_given_an_address_that_does_not_exist_when_asked_then_each_door_says_so_in_its_way(
    door: Door,
) -> None:
    problem = await door.client.get("/api/v1/nothing")
    outcome = await door.client.get("/fhir/R4/nothing/at/all")
    page = await door.client.get("/nothing")

    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    assert outcome.json()["resourceType"] == "OperationOutcome"
    assert (page.status_code, page.headers["content-type"]) == (404, PAGE)
    assert "Code: not-found" in page.text


async def test_given_a_wrong_method_when_asked_then_the_code_is_the_same_everywhere(door: Door) -> None:
    assert (await door.client.put("/api/v1/cases")).json()["code"] == "method-not-allowed"
    issue = (await door.client.put("/fhir/R4/metadata")).json()["issue"][0]
    assert issue["details"]["coding"][1]["code"] == "method-not-allowed"


async def test_given_the_description_when_read_then_every_command_is_in_it(door: Door) -> None:
    described = (await door.get("/api/v1/openapi.json")).json()
    body = described["paths"]["/api/v1/cases/{case_id}/commands"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/CommandRequest"}
    kinds = set(described["components"]["schemas"]["CommandRequest"]["discriminator"]["mapping"])

    assert {"accept-referral", "complete-check", "close-case", "start-strand"} <= kinds
    assert "strike-clock" not in kinds
    assert "refer" not in kinds


async def _in_parts(text: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


async def test_given_a_body_without_a_length_when_it_grows_too_large_then_it_is_refused(door: Door) -> None:
    headers = door.headers("coordinator") | {"Content-Type": "application/json"}
    body = _in_parts(b'{"kind": "' + b"x" * 1_200_000 + b'"}', 65_536)
    answer = await door.client.post(f"/api/v1/cases/{uuid4()}/commands", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "message-too-large")


async def test_given_a_nul_in_a_text_when_sent_to_any_door_then_it_is_refused_and_nothing_breaks(
    door: Door,
) -> None:
    headers = door.headers("coordinator") | {"Content-Type": "application/json"}
    body = json.dumps({"kind": "accept-referral", "note": "a\x00b"}).encode()
    command = f"/api/v1/cases/{await door.referred()}/commands"
    whole = await door.client.post(command, content=body, headers=headers)
    parts = await door.client.post(command, content=_in_parts(body, 7), headers=headers)
    query = await door.client.get("/api/v1/cases?text=%00", headers=headers)
    fhir = await door.client.post(
        "/fhir/R4/ServiceRequest",
        content=b'{"resourceType": "ServiceRequest", "note": [{"text": "\\u0000"}]}',
        headers=door.headers("system") | {"Content-Type": "application/fhir+json"},
    )

    assert [answer.status_code for answer in (whole, parts, query)] == [422, 422, 422]
    assert (fhir.status_code, fhir.json()["issue"][0]["code"]) == (400, "structure")


def signed_in(client: httpx.AsyncClient) -> None:
    """Give the client the cookie of somebody who signed in before PostgreSQL went away."""
    client.cookies.set(COOKIE, new_session().session_id)


async def test_given_no_database_when_a_form_is_sent_then_what_was_typed_is_shown_and_can_be_sent_again(
    without_database: httpx.AsyncClient,
) -> None:
    typed = {"note": "Stairs are steep & <narrow>", "needs": ["hoist", "ramp"], "key": "k", "form_token": "t"}
    path = f"/cases/{uuid4()}/do/amend-referral"
    signed_in(without_database)
    answer = await without_database.post(path, data=typed)

    assert answer.status_code == 503
    assert "Stairs are steep &amp; &lt;narrow&gt;" in answer.text
    assert f'<form method="post" action="{path}">' in answer.text
    for name, value in (("key", "k"), ("form_token", "t"), ("needs", "hoist"), ("needs", "ramp")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in answer.text


async def test_given_a_form_of_somebody_who_is_not_signed_in_when_sent_then_what_was_typed_is_shown(
    door: Door,
) -> None:
    door.client.cookies.clear()
    answer = await door.client.post(f"/cases/{uuid4()}/do/add-note", data={"note": "The key is with Ann"})

    assert answer.status_code == 401
    assert "The key is with Ann" in answer.text
    assert "Send it again" not in answer.text
