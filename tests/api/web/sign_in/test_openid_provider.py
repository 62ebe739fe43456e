"""Signing in at a provider that answers over HTTP: what is asked of it, and each way in which it may fail."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from api.web.principals import Identity
from api.web.settings import OpenIdSettings
from api.web.sign_in import openid
from api.web.sign_in.openid import LEEWAY, OpenId
from api.web.sign_in.sessions import SignInStep
from discharge.errors import HomewardError
from tests.api.web.sign_in.openid_partner import KEY, NEXT_KEY, Provider, claims, id_token, provider

FRESH = 3600
STEP = SignInStep(state="state", nonce="nonce", verifier="v" * 50, then="/")
CALLBACK, SIGNED_OUT = "http://homeward.test/cb", "http://homeward.test/signed-out"


@pytest.fixture
async def partner() -> AsyncIterator[Provider]:
    async with provider() as made:
        yield made


def client_of(partner: Provider, tail: str = "") -> OpenId:
    return OpenId(OpenIdSettings(partner.url + tail, "homeward", "secret"), CALLBACK, SIGNED_OUT, FRESH)


def gives(partner: Provider, token: str | None = None, **changed: Any) -> None:
    token = token or id_token(claims(partner.url, **changed))
    partner.says("/token", {"access_token": "a", "token_type": "Bearer", "id_token": token})


async def refused(client: OpenId, step: SignInStep = STEP, state: str = "state") -> tuple[str, str]:
    with pytest.raises(HomewardError) as error:
        await client.finish(step, state, "the-code")
    assert error.value.__cause__ is None
    return error.value.code, error.value.detail


async def test_given_a_sign_in_when_begun_then_all_that_is_asked_of_the_provider_is_there(
    partner: Provider,
) -> None:
    client = client_of(partner)
    url, step = await client.begin("/worklist")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{partner.url}/auth?")
    assert asked.pop("code_challenge")
    assert asked == {
        "response_type": "code",
        "client_id": "homeward",
        "redirect_uri": CALLBACK,
        "scope": "openid profile email homeward",
        "state": step.state,
        "nonce": step.nonce,
        "code_challenge_method": "S256",
        "max_age": str(FRESH),
    }
    assert step.then == "/worklist"
    assert [len(each) for each in (step.state, step.nonce, step.verifier)] == [32, 32, 64]
    other = (await client.begin("/"))[1]
    assert not {step.state, step.nonce, step.verifier} & {other.state, other.nonce, other.verifier}
    assert partner.times_asked("/.well-known/openid-configuration") == 1


async def test_given_what_comes_back_then_the_code_is_changed_for_who_signed_in(partner: Provider) -> None:
    gives(partner)
    signed_in = await client_of(partner).finish(STEP, "state", "the-code")
    assert signed_in.identity == Identity(
        issuer=partner.url, subject="ward-1", name="Asha Okoro", role="discharge-team", organisation="RXH"
    )
    assert signed_in.id_token.count(".") == 2
    [(_, headers, form)] = [each for each in partner.asked if each[0] == "/token"]
    assert form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "code_verifier": STEP.verifier,
        "redirect_uri": CALLBACK,
    }
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"homeward:secret"


@pytest.mark.parametrize(
    ("changed", "name"),
    [({}, "Asha Okoro"), ({"name": None}, "asha@trust.test"), ({"name": "", "email": None}, "")],
)
async def test_given_no_name_then_the_address_stands_for_it(
    partner: Provider, changed: dict[str, Any], name: str
) -> None:
    gives(partner, **changed)
    assert (await client_of(partner).finish(STEP, "state", "the-code")).identity.name == name


async def test_given_another_state_then_the_provider_is_not_even_asked(partner: Provider) -> None:
    gives(partner)
    assert await refused(client_of(partner), state="another") == ("not-signed-in", "state")
    assert partner.asked == []


@pytest.mark.parametrize("claim", ["iss", "aud", "nonce", "sub", "exp", "iat", "auth_time"])
async def test_given_a_token_that_leaves_something_out_then_nobody_is_signed_in(
    partner: Provider, claim: str
) -> None:
    gives(partner, **{claim: None})
    code, detail = await refused(client_of(partner))
    assert (code, detail) == ("not-signed-in", "MissingClaimError")


@pytest.mark.parametrize(
    ("claim", "value"),
    [("iss", "http://elsewhere.test"), ("aud", "another"), ("nonce", "another")],
)
async def test_given_a_token_for_somebody_else_then_nobody_is_signed_in(
    partner: Provider, claim: str, value: str
) -> None:
    gives(partner, **{claim: value})
    assert await refused(client_of(partner)) == ("not-signed-in", "InvalidClaimError")


@pytest.mark.parametrize("claim", ["homeward_role", "homeward_org"])
@pytest.mark.parametrize("value", [None, 7])
async def test_given_no_role_or_organisation_then_nobody_is_signed_in(
    partner: Provider, claim: str, value: object
) -> None:
    gives(partner, **{claim: value})
    assert await refused(client_of(partner)) == ("not-signed-in", "claims")


async def test_given_clocks_that_differ_a_little_then_the_token_is_still_good_and_else_not(
    partner: Provider,
) -> None:
    now = int(time.time())
    client = client_of(partner)
    gives(partner, exp=now - LEEWAY + 10)
    assert (await client.finish(STEP, "state", "c")).identity.subject == "ward-1"
    gives(partner, exp=now - LEEWAY - 10)
    assert await refused(client) == ("not-signed-in", "ExpiredTokenError")
    gives(partner, iat=now + LEEWAY - 10)
    assert (await client.finish(STEP, "state", "c")).identity.subject == "ward-1"


async def test_given_a_sign_in_at_the_provider_that_is_old_then_it_does_not_count(partner: Provider) -> None:
    now = int(time.time())
    gives(partner, iat=now, auth_time=now - FRESH - LEEWAY)
    assert (await client_of(partner).finish(STEP, "state", "c")).identity.subject == "ward-1"
    gives(partner, iat=now, auth_time=now - FRESH - LEEWAY - 1)
    assert await refused(client_of(partner)) == ("not-signed-in", "auth_time")


async def test_given_a_new_key_of_the_provider_then_its_keys_are_read_again_once(partner: Provider) -> None:
    client = client_of(partner)
    gives(partner)
    for _ in range(2):
        await client.finish(STEP, "state", "c")
    assert partner.times_asked("/jwks") == 1
    gives(partner, id_token(claims(partner.url), NEXT_KEY))
    assert (await refused(client))[0] == "not-signed-in"
    assert partner.times_asked("/jwks") == 2
    partner.keys(KEY, NEXT_KEY)
    assert (await client.finish(STEP, "state", "c")).identity.subject == "ward-1"


@pytest.mark.parametrize("token", ["rubbish", "a.b.c", ""])
async def test_given_what_is_no_token_then_nobody_is_signed_in(partner: Provider, token: str) -> None:
    partner.says("/token", {"access_token": "a", "token_type": "Bearer", "id_token": token})
    assert (await refused(client_of(partner)))[0] == "not-signed-in"
    partner.says("/token", {"access_token": "a", "token_type": "Bearer"})
    assert (await refused(client_of(partner)))[0] == "not-signed-in"


@pytest.mark.parametrize(("algorithm", "good"), [("PS256", True), ("RS512", False)])
async def test_given_a_way_of_signing_then_only_those_that_we_know_are_good(
    partner: Provider, algorithm: str, good: bool
) -> None:
    key = RSAKey.generate_key(2048, {"kid": "any"}, private=True)
    partner.keys(key)
    gives(partner, id_token(claims(partner.url), key, algorithm))
    client = client_of(partner)
    if good:
        assert (await client.finish(STEP, "state", "c")).identity.subject == "ward-1"
    else:
        assert await refused(client) == ("not-signed-in", "UnsupportedAlgorithmError")


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_given_a_code_that_the_provider_refuses_then_nobody_is_signed_in(
    partner: Provider, status: int
) -> None:
    partner.says("/token", {"error": "invalid_grant"}, status)
    assert await refused(client_of(partner)) == ("not-signed-in", "code")


async def test_given_a_provider_that_is_away_then_it_is_said_and_not_that_somebody_is_not_known(
    partner: Provider,
) -> None:
    partner.publishes(token_endpoint="http://127.0.0.1:9/token")
    assert await refused(client_of(partner)) == ("sign-in-unavailable", "")


@pytest.mark.parametrize(
    ("status", "body"), [(500, "{}"), (404, "{}"), (200, "{"), (200, '{"issuer": "x"}'), (200, "[]")]
)
async def test_given_a_provider_that_does_not_say_who_it_is_then_signing_in_is_not_to_be_had(
    partner: Provider, status: int, body: str
) -> None:
    partner.says("/.well-known/openid-configuration", body, status)
    client = client_of(partner)
    with pytest.raises(HomewardError) as error:
        await client.begin("/")
    said = "issuer" if (status, body) in ((200, '{"issuer": "x"}'), (200, "[]")) else ""
    assert (error.value.code, error.value.detail) == ("sign-in-unavailable", said)
    assert await client.sign_out("the-token") is None
    partner.publishes()
    assert (await client.begin("/"))[0].startswith(partner.url)


async def test_given_an_issuer_that_ends_in_a_slash_then_its_addresses_are_found(partner: Provider) -> None:
    partner.publishes(issuer=f"{partner.url}/")
    assert (await client_of(partner, "/").begin("/"))[0].startswith(partner.url)


async def test_given_a_session_of_the_provider_when_signing_out_then_it_is_ended_there_and_comes_back(
    partner: Provider,
) -> None:
    client = client_of(partner)
    partner.publishes(end_session_endpoint=f"{partner.url}/end")
    url = await client.sign_out("the-token")
    assert url is not None
    address, _, query = url.partition("?")
    assert address == f"{partner.url}/end"
    assert {name: values[0] for name, values in parse_qs(query).items()} == {
        "id_token_hint": "the-token",
        "client_id": "homeward",
        "post_logout_redirect_uri": SIGNED_OUT,
    }
    assert await client.sign_out(None) is None
    assert await client.sign_out("") is None


async def test_given_a_provider_without_an_end_of_sessions_then_there_is_nowhere_to_go(
    partner: Provider,
) -> None:
    partner.publishes(end_session_endpoint=None)
    assert await client_of(partner).sign_out("the-token") is None


async def test_given_a_proxy_in_the_environment_then_the_provider_is_asked_without_it(
    partner: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    gives(partner)
    assert (await client_of(partner).finish(STEP, "state", "c")).identity.subject == "ward-1"


async def test_given_a_provider_that_does_not_answer_then_signing_in_is_not_to_be_had_before_long(
    partner: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        writer.close()

    monkeypatch.setattr(openid, "_SECONDS", 0.2)
    server = await asyncio.start_server(never, "127.0.0.1", 0)
    silent = Provider(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    partner.publishes(token_endpoint=f"{silent.url}/token")
    for asked in (client_of(silent).begin("/"), client_of(partner).finish(STEP, "state", "c")):
        with pytest.raises(HomewardError) as error:
            await asyncio.wait_for(asked, 3)
        assert error.value.code == "sign-in-unavailable"
    server.close()
