"""HTTP to partners: one client each, encrypted and signed in as is set for the partner."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from discharge.store.tables import PartnerRow
from fhir_adapters.partners.secrets import CannotReach, SecretFolder
from fhir_adapters.partners.settings import (
    BearerToken,
    ClientCredentials,
    PartnerTls,
    keeps_secrets,
    sign_in_of,
    tls_of,
)
from fhir_adapters.partners.tokens import Bearing, FetchedToken, TokenFromFile

REQUEST_TIMEOUT = httpx.Timeout(20.0, connect=5.0)


@dataclass(frozen=True)
class _Open:
    """A client, and what it was made from."""

    made_from: tuple[object, ...]
    http: httpx.AsyncClient


@dataclass
class PartnerClients:
    """The clients of one process. One is made anew when the partner's settings or files have changed."""

    secrets: SecretFolder = field(default_factory=SecretFolder)
    _open: dict[UUID, _Open] = field(default_factory=dict)
    _replaced: list[httpx.AsyncClient] = field(default_factory=list)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def post(
        self, partner: PartnerRow, path: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Raises CannotReach before anything was sent, and what httpx raises."""
        try:
            tls, sign_in = tls_of(partner), sign_in_of(partner)
        except KeyError:
            raise CannotReach("its sign-in is of a kind that this version does not know") from None
        if sign_in and not keeps_secrets(partner.endpoint):
            raise CannotReach("a token is sent only by https://")
        http = await self._client(partner, tls or PartnerTls(), sign_in)
        name = tls.server_name if tls else None
        return await http.post(
            f"{partner.endpoint.rstrip('/')}/{path}",
            content=content,
            headers=headers,
            extensions={"sni_hostname": name} if name else None,
        )

    async def close(self) -> None:
        """End every connection."""
        for http in (*self._replaced, *(each.http for each in self._open.values())):
            await http.aclose()

    async def _client(
        self, partner: PartnerRow, tls: PartnerTls, sign_in: BearerToken | ClientCredentials | None
    ) -> httpx.AsyncClient:
        files = (*tls.files, *(sign_in.files if sign_in else ()))
        made_from = (tls, sign_in, *self.secrets.state(files))
        held = self._open.get(partner.id)
        if held and held.made_from == made_from:
            return held.http
        async with self._making:
            return await self._made(partner.id, made_from, tls, sign_in)

    async def _made(
        self,
        partner_id: UUID,
        made_from: tuple[object, ...],
        tls: PartnerTls,
        sign_in: BearerToken | ClientCredentials | None,
    ) -> httpx.AsyncClient:
        """A new client, unless another lane has just made it; the one before ends what it has begun."""
        held = self._open.get(partner_id)
        if held and held.made_from == made_from:
            return held.http
        context = await asyncio.to_thread(self.secrets.context, tls)
        if held:
            self._replaced.append(held.http)
        http = httpx.AsyncClient(
            follow_redirects=False,
            timeout=REQUEST_TIMEOUT,
            verify=context,
            auth=self._auth(sign_in, context),
        )
        self._open[partner_id] = _Open(made_from, http)
        return http

    def _auth(
        self, sign_in: BearerToken | ClientCredentials | None, context: ssl.SSLContext
    ) -> httpx.Auth | None:
        match sign_in:
            case BearerToken():
                return Bearing(TokenFromFile(self.secrets, sign_in))
            case ClientCredentials():
                return Bearing(FetchedToken(self.secrets, sign_in, context))
            case None:
                return None
