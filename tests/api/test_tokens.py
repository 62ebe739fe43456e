from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from api.tokens import ALGORITHM, Claims, TokenRefused, new_signing_key, sign, verify

NOW = datetime(2031, 4, 7, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WARD = Claims(subject="ward-1", name="Asha Okoro", role="discharge-team", organisation="RXH")


def test_given_a_signed_token_when_verified_then_its_claims_come_back() -> None:
    key = new_signing_key("one")
    assert verify(sign(WARD, key, NOW, HOUR), KeySet([key]), NOW) == WARD


def test_given_a_token_an_hour_old_when_verified_then_refused() -> None:
    key = new_signing_key("one")
    with pytest.raises(TokenRefused, match="ExpiredTokenError"):
        verify(sign(WARD, key, NOW, HOUR), KeySet([key]), NOW + HOUR + timedelta(minutes=1))


def test_given_a_token_signed_by_a_stranger_with_our_key_id_when_verified_then_refused() -> None:
    ours, theirs = new_signing_key("one"), new_signing_key("one")
    with pytest.raises(TokenRefused):
        verify(sign(WARD, theirs, NOW, HOUR), KeySet([ours]), NOW)


def test_given_a_token_of_another_issuer_when_verified_then_refused() -> None:
    key = new_signing_key("one")
    with pytest.raises(TokenRefused):
        verify(sign(WARD, key, NOW, HOUR, issuer="elsewhere"), KeySet([key]), NOW)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "🙂.🙂.🙂"])
def test_given_rubbish_when_verified_then_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        verify(token, KeySet([new_signing_key("one")]), NOW)
    assert not token or token not in str(refused.value)


@pytest.mark.parametrize("audience", ["another-service", ["another-service"], "", None])
def test_given_a_token_for_somebody_else_when_verified_then_refused(audience: Any) -> None:
    key = new_signing_key("one")
    claims = jwt.decode(sign(WARD, key, NOW, HOUR), key).claims
    claims = {name: value for name, value in (claims | {"aud": audience}).items() if value is not None}
    token = jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key)
    with pytest.raises(TokenRefused):
        verify(token, KeySet([key]), NOW)


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "role", "org", "exp"])
def test_given_a_token_that_leaves_out_what_it_must_say_when_verified_then_refused(claim: str) -> None:
    key = new_signing_key("one")
    claims = jwt.decode(sign(WARD, key, NOW, HOUR), key).claims
    del claims[claim]
    with pytest.raises(TokenRefused):
        verify(jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key), KeySet([key]), NOW)
