"""Bearer tokens: signed JSON Web Tokens that say who calls, in which role, for which organisation.

`homeward token` signs with a private key that stays in the data directory; the API holds only the
public half. Claims: `iss`, `aud`, `sub` (a stable id of the person or program), `name`, `role` (a role of the
permission table), `org` (the code of one organisation), `iat` and `exp` (seconds since 1970, machine
time, never case time).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

ALGORITHM = "ES256"
ISSUER = "homeward-embedded"
AUDIENCE = "homeward"
LEEWAY = 30
"""Seconds by which clocks may differ."""
LONGEST = timedelta(hours=12)
"""How long a token is good for at most."""


class TokenRefused(Exception):
    """The token cannot be relied on. The reason never repeats the token."""


@dataclass(frozen=True)
class Claims:
    """Who calls. `organisation` is an organisation's code."""

    subject: str
    name: str
    role: str
    organisation: str


def new_signing_key(key_id: str) -> ECKey:
    """A fresh P-256 key. `as_dict(private=False)` of it may be published, the rest may not."""
    return ECKey.generate_key(
        "P-256", parameters={"kid": key_id, "use": "sig", "alg": ALGORITHM}, private=True
    )


def sign(claims: Claims, key: ECKey, now: datetime, lifetime: timedelta, issuer: str = ISSUER) -> str:
    """A bearer token for `claims`, good from `now` for `lifetime`."""
    issued = int(now.timestamp())
    body = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": claims.subject,
        "name": claims.name,
        "role": claims.role,
        "org": claims.organisation,
        "iat": issued,
        "exp": issued + int(lifetime.total_seconds()),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, body, key)


def verify(
    token: str, keys: KeySet, now: datetime, issuer: str = ISSUER, longest: timedelta = LONGEST
) -> Claims:
    """The claims of a token signed by one of `keys`, for us, by `issuer`, and still good at `now`.

    It is good for `longest` after it was issued, whatever `exp` it states. Raises TokenRefused.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        _rules(now, issuer).validate(decoded.claims)
    except (JoseError, ValueError) as error:
        raise TokenRefused(type(error).__name__) from None
    body = decoded.claims
    if now.timestamp() - int(body["iat"]) > longest.total_seconds() + LEEWAY:
        raise TokenRefused("TooOld")
    return Claims(
        subject=str(body["sub"]),
        name=str(body.get("name", "")),
        role=str(body["role"]),
        organisation=str(body["org"]),
    )


def _rules(now: datetime, issuer: str) -> jwt.JWTClaimsRegistry:
    essential: jwt.ClaimsOption = {"essential": True}
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": AUDIENCE},
        sub=essential,
        role=essential,
        org=essential,
        exp=essential,
        iat=essential,
    )
