"""Bearer tokens for partners: read from a file, or fetched and kept until they expire; refreshed once when
refused.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator
from typing import Protocol

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc6749 import OAuth2Token

from fhir_adapters.partners.secrets import SECRET, CannotReach, SecretFolder, tls_words
from fhir_adapters.partners.settings import BearerToken, ClientCredentials

REFUSED = 401
LEEWAY_SECONDS = 10
TOKEN_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_CODE = re.compile(r"[a-z_]{1,40}")


class Tokens(Protocol):
    """Where a token comes from."""

    async def current(self) -> str:
        """The token for the next request. Raises CannotReach."""

    async def instead_of(self, refused: str) -> str | None:
        """Another token, when one was refused; none where there is no other. Raises CannotReach."""


class TokenFromFile:
    """A file that a person replaces; it is read for each request."""

    def __init__(self, secrets: SecretFolder, given: BearerToken) -> None:
        self._secrets = secrets
        self._given = given

    async def current(self) -> str:
        """What the file holds now."""
        return self._secrets.secret(self._given.token)

    async def instead_of(self, refused: str) -> str | None:
        """What the file holds, should it have been replaced this moment."""
        held = self._secrets.secret(self._given.token)
        return held if held != refused else None


class FetchedToken:
    """One token for all lanes of a worker, from the partner's token endpoint."""

    def __init__(self, secrets: SecretFolder, given: ClientCredentials, context: ssl.SSLContext) -> None:
        self._secrets = secrets
        self._given = given
        self._context = context
        self._token: OAuth2Token | None = None
        self._fetching = asyncio.Lock()

    async def current(self) -> str:
        """The token in hand, or a new one where it has expired."""
        async with self._fetching:
            held = self._held()
            return held if held else await self._fetch()

    async def instead_of(self, refused: str) -> str | None:
        """A new one, unless another lane has fetched it meanwhile."""
        async with self._fetching:
            held = self._held()
            return held if held and held != refused else await self._fetch()

    def _held(self) -> str | None:
        token = self._token
        return None if token is None or token.is_expired(LEEWAY_SECONDS) else str(token["access_token"])

    async def _fetch(self) -> str:
        self._token = None
        try:
            token = await self._ask()
            if not SECRET.fullmatch(str(token["access_token"])):
                raise ValueError
        except OAuthError as refusal:
            code = str(refusal.error) if _CODE.fullmatch(str(refusal.error)) else "refused"
            raise CannotReach(f"the token endpoint gives us no token: {code}") from None
        except httpx.HTTPStatusError as failure:
            words = f"the token endpoint answers HTTP {failure.response.status_code}"
            raise CannotReach(words, lasting=False) from None
        except httpx.HTTPError as failure:
            why = tls_words(failure)
            words = f"the token endpoint: {why or type(failure).__name__}"
            raise CannotReach(words, lasting=why is not None) from None
        except (ValueError, KeyError, TypeError):
            raise CannotReach("the token endpoint gives an answer that holds no token") from None
        self._token = token
        return str(token["access_token"])

    async def _ask(self) -> OAuth2Token:
        given = self._given
        async with AsyncOAuth2Client(
            given.client_id,
            self._secrets.secret(given.secret),
            scope=given.scope,
            verify=self._context,
            timeout=TOKEN_TIMEOUT,
        ) as client:
            return await client.fetch_token(given.token_url, grant_type="client_credentials")


class Bearing(httpx.Auth):
    """Puts the token on each request; one that is refused is refreshed once, and the request sent again."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Raises CannotReach where there is no token; then nothing was sent."""
        token = await self._tokens.current()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != REFUSED:
            return
        other = await self._tokens.instead_of(token)
        if other:
            request.headers["Authorization"] = f"Bearer {other}"
            yield request
