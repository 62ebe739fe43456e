"""Sign-in at an OpenID provider: authorization code with PKCE, state and nonce; role and organisation are
claims.

Nothing is asked of the provider before somebody signs in. Its addresses are read once, its keys again when
an unknown key signs.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.web.principals import Identity
from api.web.settings import OpenIdSettings
from api.web.sign_in.sessions import SignInStep
from discharge.errors import HomewardError, Unavailable

SCOPE = "openid profile email homeward"
ROLE_CLAIM = "homeward_role"
ORGANISATION_CLAIM = "homeward_org"
ALGORITHMS = ["RS256", "PS256", "ES256"]
_SECONDS = 10.0
LEEWAY = 30
"""Seconds by which clocks may differ."""


@dataclass(frozen=True)
class Provider:
    """The addresses that a provider publishes about itself."""

    issuer: str
    authorize: str
    token: str
    keys: str
    end_session: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, and the provider's token of it, by which its own session is ended later."""

    identity: Identity
    id_token: str


class OpenId:
    """Our side of signing in and out. Both addresses must be registered at the provider, letter by letter."""

    def __init__(
        self, settings: OpenIdSettings, redirect_uri: str, signed_out_uri: str, fresh_seconds: int
    ) -> None:
        """Somebody signed in at the provider `fresh_seconds` ago at most: on a shared computer its own
        session must not let the next person in as the one before.
        """
        self._settings = settings
        self._fresh_seconds = fresh_seconds
        self._redirect_uri = redirect_uri
        self._signed_out_uri = signed_out_uri
        self._provider: Provider | None = None
        self._keys: KeySet | None = None

    async def begin(self, then: str) -> tuple[str, SignInStep]:
        """Where to send the browser, and what must come back. Raises Unavailable."""
        provider = await self._discover()
        step = SignInStep(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            then=then,
        )
        url, _ = self._client().create_authorization_url(
            provider.authorize,
            state=step.state,
            nonce=step.nonce,
            code_verifier=step.verifier,
            max_age=self._fresh_seconds,
        )
        return str(url), step

    async def finish(self, step: SignInStep, state: str, code: str) -> SignedIn:
        """Who signed in. Raises not-signed-in for anything that does not fit, without saying what."""
        if not secrets.compare_digest(step.state, state):
            raise HomewardError("not-signed-in", detail="state")
        provider = await self._discover()
        try:
            async with self._client() as client:
                token = await client.fetch_token(provider.token, code=code, code_verifier=step.verifier)
        except (OAuthError, httpx.HTTPStatusError):
            raise HomewardError("not-signed-in", detail="code") from None
        except httpx.HTTPError:
            raise Unavailable("sign-in-unavailable") from None
        id_token = str(token.get("id_token", ""))
        return SignedIn(self._identity(await self._verified(id_token, provider, step.nonce)), id_token)

    async def sign_out(self, id_token: str | None) -> str | None:
        """Where the browser ends the provider's own session; none where that cannot be done (OpenID Connect
        RP-Initiated Logout 1.0).
        """
        try:
            provider = await self._discover()
        except Unavailable:
            return None
        if provider.end_session is None or not id_token:
            return None
        query = {
            "id_token_hint": id_token,
            "client_id": self._settings.client_id,
            "post_logout_redirect_uri": self._signed_out_uri,
        }
        return f"{provider.end_session}?{urlencode(query)}"

    def _client(self) -> Any:
        return AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            scope=SCOPE,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=_SECONDS,
            trust_env=False,
        )

    async def _verified(self, id_token: str, provider: Provider, nonce: str) -> dict[str, Any]:
        for fresh in (False, True):
            try:
                decoded = jwt.decode(
                    id_token, await self._signing_keys(provider, fresh), algorithms=ALGORITHMS
                )
                _rules(provider, self._settings.client_id, nonce).validate(decoded.claims)
                self._is_fresh(decoded.claims)
                return dict(decoded.claims)
            except (JoseError, ValueError, TypeError) as error:
                if fresh:
                    raise HomewardError("not-signed-in", detail=type(error).__name__) from None
        raise HomewardError("not-signed-in")

    def _is_fresh(self, claims: dict[str, Any]) -> None:
        """Whether somebody signed in lately, which `max_age` asked for (OpenID Connect Core 3.1.2.1)."""
        if int(claims["iat"]) - int(claims["auth_time"]) > self._fresh_seconds + LEEWAY:
            raise HomewardError("not-signed-in", detail="auth_time")

    def _identity(self, claims: dict[str, Any]) -> Identity:
        role, organisation = claims.get(ROLE_CLAIM), claims.get(ORGANISATION_CLAIM)
        if not isinstance(role, str) or not isinstance(organisation, str):
            raise HomewardError("not-signed-in", detail="claims")
        return Identity(
            issuer=self._settings.issuer,
            subject=str(claims["sub"]),
            name=str(claims.get("name") or claims.get("email") or ""),
            role=role,
            organisation=organisation,
        )

    async def _discover(self) -> Provider:
        if self._provider is None:
            raw = await _fetch(self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if raw.get("issuer") != self._settings.issuer:
                raise Unavailable("sign-in-unavailable", detail="issuer")
            self._provider = Provider(
                issuer=str(raw["issuer"]),
                authorize=str(raw["authorization_endpoint"]),
                token=str(raw["token_endpoint"]),
                keys=str(raw["jwks_uri"]),
                end_session=raw.get("end_session_endpoint"),
            )
        return self._provider

    async def _signing_keys(self, provider: Provider, fresh: bool) -> KeySet:
        if self._keys is None or fresh:
            self._keys = KeySet.import_key_set(await _fetch(provider.keys))  # type: ignore[arg-type]
        return self._keys


def _rules(provider: Provider, client_id: str, nonce: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        auth_time={"essential": True},
    )


async def _fetch(url: str) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            found = answer.json()
    except (httpx.HTTPError, ValueError):
        raise Unavailable("sign-in-unavailable") from None
    return found if isinstance(found, dict) else {}
