"""An OpenID provider, played by a real server: what it publishes, its keys and tokens are as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
NEXT_KEY = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"}, private=True)


def id_token(claims: dict[str, Any], key: RSAKey = KEY, algorithm: str = "RS256") -> str:
    """An id token; a claim that is None is left out."""
    said = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": key.kid}, said, key, algorithms=[algorithm])


@dataclass
class Provider:
    """What it answers by path, and what it was asked."""

    url: str = ""
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    def says(self, path: str, body: object, status: int = 200) -> None:
        self.answers[path] = (status, body if isinstance(body, str) else json.dumps(body))

    def publishes(self, **changed: object) -> None:
        """Its addresses, as it publishes them; None leaves one out."""
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/end?from=us",
        } | changed
        said = {name: value for name, value in found.items() if value is not None}
        self.says("/.well-known/openid-configuration", said)

    def keys(self, *keys: RSAKey) -> None:
        self.says("/jwks", {"keys": [key.as_dict(private=False) for key in keys]})

    def times_asked(self, path: str) -> int:
        return sum(asked == path for asked, _, _ in self.asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
            path = head[0].split(" ")[1]
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.asked.append((path, headers, form))
            status, text = self.answers.get(path, (404, ""))
            sent = text.encode()
            writer.write(
                b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                b"Connection: close\r\n\r\n%s" % (status, len(sent), sent)
            )
        writer.close()


@contextlib.asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """A provider with its addresses and one key."""
    made = Provider()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    made.publishes()
    made.keys(KEY)
    async with server:
        yield made


def claims(issuer: str, **changed: Any) -> dict[str, Any]:
    """What an id token says of somebody who signed in a minute ago."""
    now = int(time.time())
    said: dict[str, Any] = {
        "iss": issuer,
        "aud": "homeward",
        "sub": "ward-1",
        "name": "Asha Okoro",
        "email": "asha@trust.test",
        "nonce": "nonce",
        "iat": now,
        "exp": now + 600,
        "auth_time": now - 60,
        "homeward_role": "discharge-team",
        "homeward_org": "RXH",
    }
    return said | changed
