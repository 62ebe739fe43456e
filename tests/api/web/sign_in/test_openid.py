"""Our side of signing in: what of a provider's answer is believed, and how its session is ended."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from api.web.settings import OpenIdSettings
from api.web.sign_in import openid
from api.web.sign_in.openid import OpenId
from api.web.sign_in.sessions import SignInStep
from discharge.errors import HomewardError

ISSUER = "http://openid.test"
IDLE = 3600
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
STEP = SignInStep(state="state", nonce="nonce", verifier="v" * 50, then="/")
NOW = int(time.time())
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "homeward",
    "sub": "ward-1",
    "name": "Asha Okoro",
    "nonce": "nonce",
    "iat": NOW,
    "exp": NOW + 600,
    "auth_time": NOW - 60,
    "homeward_role": "discharge-team",
    "homeward_org": "RXH",
}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> OpenId:
    published = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/auth",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/jwks",
        "end_session_endpoint": f"{ISSUER}/session/end",
    }

    async def fetch(url: str) -> dict[str, Any]:
        return {"keys": [KEY.as_dict(private=False)]} if url.endswith("/jwks") else published

    monkeypatch.setattr(openid, "_fetch", fetch)
    settings = OpenIdSettings(ISSUER, "homeward", "secret")
    return OpenId(settings, "http://homeward.test/cb", "http://homeward.test/signed-out", IDLE)


def answers(monkeypatch: pytest.MonkeyPatch, key: RSAKey = KEY, **changed: Any) -> None:
    """Have the provider give an id token with these claims; None leaves one out."""
    since = int(time.time()) - NOW
    claims = {
        name: value + since if isinstance(value, int) else value
        for name, value in (CLAIMS | changed).items()
        if value is not None
    }
    token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    async def fetch_token(*_: Any, **__: Any) -> dict[str, str]:
        return {"id_token": token}

    monkeypatch.setattr(openid.AsyncOAuth2Client, "fetch_token", fetch_token)


async def test_given_what_the_provider_says_when_all_fits_then_it_is_who_signed_in(
    client: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch)
    signed_in = await client.finish(STEP, "state", "code")

    identity = signed_in.identity
    assert (identity.issuer, identity.subject, identity.name) == (ISSUER, "ward-1", "Asha Okoro")
    assert (identity.role, identity.organisation) == ("discharge-team", "RXH")


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"iss": "http://elsewhere.test"},
        {"exp": NOW - 3600},
        {"sub": None},
        {"homeward_role": None},
        {"homeward_org": None},
        {"auth_time": None},
        {"auth_time": "lately"},
        {"auth_time": NOW - IDLE - 31},
    ],
    ids=lambda changed: f"{next(iter(changed))}-{type(next(iter(changed.values()))).__name__}",
)
async def test_given_one_claim_that_does_not_fit_when_finished_then_nobody_is_signed_in(
    client: OpenId, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    answers(monkeypatch, **changed)
    with pytest.raises(HomewardError) as refused:
        await client.finish(STEP, "state", "code")
    assert refused.value.code == "not-signed-in"


async def test_given_another_key_or_state_when_finished_then_nobody_is_signed_in(
    client: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, OTHER)
    with pytest.raises(HomewardError):
        await client.finish(STEP, "state", "code")
    answers(monkeypatch)
    with pytest.raises(HomewardError):
        await client.finish(STEP, "another", "code")


async def test_given_a_sign_in_when_begun_then_it_asks_for_one_that_is_fresh(client: OpenId) -> None:
    url, step = await client.begin("/worklist")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    assert (asked["max_age"], asked["code_challenge_method"]) == (str(IDLE), "S256")
    assert (asked["state"], asked["nonce"]) == (step.state, step.nonce)


async def test_given_a_session_of_the_provider_when_signing_out_then_it_is_ended_and_comes_back_to_us(
    client: OpenId,
) -> None:
    url = await client.sign_out("the-token")
    assert url is not None
    asked = parse_qs(urlsplit(url).query)

    assert url.startswith(f"{ISSUER}/session/end?")
    assert asked["id_token_hint"] == ["the-token"]
    assert asked["post_logout_redirect_uri"] == ["http://homeward.test/signed-out"]
    assert await client.sign_out(None) is None


@pytest.mark.parametrize("issuer", [ISSUER, f"{ISSUER}/", f"{ISSUER}/TRUST-X"])
async def test_given_an_issuer_when_looked_up_then_what_it_says_of_itself_is_asked_below_its_address(
    issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def fetch(url: str) -> dict[str, Any]:
        asked.append(url)
        return {}

    monkeypatch.setattr(openid, "_fetch", fetch)
    with pytest.raises(HomewardError, match="sign-in-unavailable"):
        await OpenId(OpenIdSettings(issuer, "homeward", "secret"), "", "", IDLE).begin("/")
    assert asked == [f"{issuer.rstrip('/')}/.well-known/openid-configuration"]
