"""Sign-in at the demo's provider, step by step as a browser and the API would do it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.embedded import openid
from deploy.embedded.keys import Keys
from deploy.embedded.supervisor import Supervisor
from discharge.roles import ROLES
from tests.deploy.embedded.telling import Told
from tests.fixtures.folders import quick_folder
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.slow

PAGES = "http://127.0.0.1:1"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REQUEST = {
    "client_id": openid.CLIENT_ID,
    "response_type": "code",
    "scope": "openid profile email homeward",
    "redirect_uri": PAGES + openid.CALLBACK,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "here",
}


@pytest.fixture(scope="module", params=["", "open sesame"])
def password(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def data(password: str) -> Iterator[Path]:
    """One directory, and one provider, for all tests with a password."""
    with quick_folder("test") as folder:
        yield folder


@pytest.fixture(scope="module")
async def issuer(data: Path, password: str) -> AsyncIterator[str]:
    port = free_port()
    part = openid.part(Keys(data / "keys"), "127.0.0.1", "127.0.0.1", port, PAGES, password)
    with Supervisor(data, Told()) as supervisor:
        await supervisor.start_together([part])
        yield openid.issuer("127.0.0.1", port)
        await supervisor.stop()


@pytest.fixture
async def provider(issuer: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client who was never there before."""
    async with httpx.AsyncClient(base_url=issuer, trust_env=False) as client:
        yield client


async def follow(provider: httpx.AsyncClient, response: httpx.Response) -> httpx.Response:
    while response.is_redirect and not response.headers["location"].startswith(PAGES + "/"):
        response = await provider.get(response.headers["location"])
    return response


async def choose(provider: httpx.AsyncClient, person: str, password: str) -> httpx.Response:
    page = await follow(provider, await provider.get("/auth", params=REQUEST))
    form = re.search(r'action="(/interaction/[^"]+)"', page.text)
    assert form, page.text
    return await follow(provider, await provider.post(form[1], data={"person": person, "password": password}))


async def exchange(provider: httpx.AsyncClient, data: Path, code: str, **changed: str) -> httpx.Response:
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": PAGES + openid.CALLBACK}
    secret = changed.pop("secret", Keys(data / "keys").secret("openid-client"))
    body |= {"code_verifier": VERIFIER} | changed
    return await provider.post("/token", data=body, auth=(openid.CLIENT_ID, secret))


def code_in(response: httpx.Response) -> str:
    return parse_qs(urlsplit(response.headers["location"]).query)["code"][0]


@pytest.mark.parametrize("person", openid.people(), ids=lambda person: person.sub)
@pytest.mark.parametrize("password", [""], indirect=True)
async def test_given_a_person_when_chosen_then_the_id_token_says_who_role_and_organisation(
    provider: httpx.AsyncClient, data: Path, person: openid.Person
) -> None:
    answer = await exchange(provider, data, code_in(await choose(provider, person.sub, "")))
    keys = KeySet.import_key_set((await provider.get("/jwks")).json())
    claims = jwt.decode(answer.json()["id_token"], keys, algorithms=["RS256"]).claims
    assert claims["homeward_role"] in ROLES
    expected = {
        name: getattr(person, name) for name in ("sub", "name", "email", "homeward_role", "homeward_org")
    }
    assert {name: claims[name] for name in expected} == expected


@pytest.mark.parametrize("password", ["open sesame"], indirect=True)
async def test_given_a_password_when_it_is_wrong_then_the_chooser_says_so_and_the_right_one_signs_in(
    provider: httpx.AsyncClient, data: Path
) -> None:
    refused = await choose(provider, "demo-operator", "guess")
    assert refused.status_code == 401
    assert "That is not the demo password" in refused.text
    code = code_in(await choose(provider, "demo-operator", "open sesame"))
    assert (await exchange(provider, data, code)).is_success


@pytest.mark.parametrize("password", [""], indirect=True)
async def test_given_a_code_when_secret_verifier_or_use_is_wrong_then_no_token(
    provider: httpx.AsyncClient, data: Path
) -> None:
    code = code_in(await choose(provider, "demo-operator", ""))
    assert (await exchange(provider, data, code, secret="wrong")).status_code == 401
    assert (await exchange(provider, data, code, code_verifier="w" * 50)).status_code == 400
    code = code_in(await follow(provider, await provider.get("/auth", params=REQUEST)))
    assert (await exchange(provider, data, code)).is_success
    assert (await exchange(provider, data, code)).status_code == 400


@pytest.mark.parametrize("password", [""], indirect=True)
@pytest.mark.parametrize(
    "change",
    [{"redirect_uri": "http://elsewhere.example/"}, {"client_id": "stranger"}, {"code_challenge": ""}],
)
async def test_given_a_request_that_is_not_ours_when_made_then_no_chooser_is_shown(
    provider: httpx.AsyncClient, change: dict[str, str]
) -> None:
    answer = await provider.get("/auth", params=REQUEST | change)
    sent_back = answer.is_redirect and "error=invalid_request" in answer.headers["location"]
    assert answer.status_code == 400 or sent_back
