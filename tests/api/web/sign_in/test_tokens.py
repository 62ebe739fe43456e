from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from api.web.sign_in.tokens import ALGORITHM, LEEWAY, Claims, TokenRefused, new_signing_key, sign, verify

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


def token(key: ECKey, **changed: Any) -> str:
    """A token good for an hour with these claims; None leaves one out."""
    claims = jwt.decode(sign(WARD, key, NOW, HOUR), key).claims | changed
    said = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, said, key)


def reason(*given: Any, **named: Any) -> str:
    with pytest.raises(TokenRefused) as refused:
        verify(*given, **named)
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_given_a_new_key_then_it_is_named_for_signing_and_can_be_published_without_its_secret() -> None:
    key = new_signing_key("one")
    public = key.as_dict(private=False)
    assert (public["kid"], public["use"], public["alg"], public["crv"]) == ("one", "sig", "ES256", "P-256")
    assert "d" not in public
    assert "d" in key.as_dict(private=True)


def test_given_a_token_then_it_says_who_for_whom_by_whom_and_until_when() -> None:
    key = new_signing_key("one")
    decoded = jwt.decode(sign(WARD, key, NOW, timedelta(minutes=90), issuer="ours"), key)
    issued = int(NOW.timestamp())
    assert decoded.header == {"alg": "ES256", "kid": "one", "typ": "JWT"}
    assert decoded.claims == {
        "iss": "ours",
        "aud": "homeward",
        "sub": "ward-1",
        "name": "Asha Okoro",
        "role": "discharge-team",
        "org": "RXH",
        "iat": issued,
        "exp": issued + 5400,
    }
    assert jwt.decode(sign(WARD, key, NOW, HOUR), key).claims["iss"] == "homeward-embedded"


@pytest.mark.parametrize(("late", "good"), [(20, True), (40, False)])
def test_given_clocks_that_differ_a_little_then_a_token_that_just_expired_is_still_good(
    late: int, good: bool
) -> None:
    key = new_signing_key("one")
    signed, at = sign(WARD, key, NOW, HOUR), NOW + HOUR + timedelta(seconds=late)
    if good:
        assert verify(signed, KeySet([key]), at) == WARD
    else:
        assert reason(signed, KeySet([key]), at) == "ExpiredTokenError"


@pytest.mark.parametrize(("longest", "extra"), [(timedelta(hours=12), {}), (HOUR, {"longest": HOUR})])
def test_given_a_token_that_states_a_year_then_it_is_good_as_long_as_any_may_be(
    longest: timedelta, extra: dict[str, Any]
) -> None:
    key = new_signing_key("one")
    signed, last = sign(WARD, key, NOW, timedelta(days=365)), NOW + longest + timedelta(seconds=LEEWAY)
    assert verify(signed, KeySet([key]), last, **extra) == WARD
    assert reason(signed, KeySet([key]), last + timedelta(seconds=1), **extra) == "TooOld"


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "role", "org", "exp", "iat"])
def test_given_a_claim_left_out_then_the_reason_says_that_one_is_missing(claim: str) -> None:
    key = new_signing_key("one")
    assert reason(token(key, **{claim: None}), KeySet([key]), NOW) == "MissingClaimError"


def test_given_what_is_not_for_us_then_the_reason_names_the_kind_of_error_alone() -> None:
    key = new_signing_key("one")
    keys = KeySet([key])
    assert reason(token(key, iss="elsewhere"), keys, NOW) == "InvalidClaimError"
    assert reason(token(key), keys, NOW, issuer="elsewhere") == "InvalidClaimError"
    assert verify(token(key, iss="elsewhere"), keys, NOW, issuer="elsewhere") == WARD
    ahead = int((NOW + timedelta(minutes=5)).timestamp())
    assert reason(token(key, iat=ahead), keys, NOW) == "InvalidClaimError"


def test_given_a_token_without_a_name_then_nobody_is_named_and_what_is_no_text_is_written_as_such() -> None:
    key = new_signing_key("one")
    nameless = verify(token(key, name=None, sub="7", role="system"), KeySet([key]), NOW)
    assert nameless == Claims(subject="7", name="", role="system", organisation="RXH")


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ECKey.generate_key("P-384", {"kid": "one"}, private=True), "ES384"),
        (RSAKey.generate_key(2048, {"kid": "one"}, private=True), "RS256"),
    ],
    ids=["ES384", "RS256"],
)
def test_given_a_token_signed_in_another_way_by_a_key_that_is_known_then_it_is_refused(
    key: ECKey | RSAKey, algorithm: str
) -> None:
    mine = new_signing_key("one")
    claims = jwt.decode(sign(WARD, mine, NOW, HOUR), mine).claims
    signed = jwt.encode({"alg": algorithm, "kid": "one"}, dict(claims), key, algorithms=[algorithm])
    assert reason(signed, KeySet([key]), NOW) == "UnsupportedAlgorithmError"
