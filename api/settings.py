"""What the API process is given, as plain values; the environment is read by a floor above."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from api.tokens import ISSUER


@dataclass(frozen=True)
class OpenIdSettings:
    """The OpenID provider at which people sign in, and who we are there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class ApiSettings:
    """Addresses, keys and limits. Secrets never show in a representation.

    `token_keys` is a public JSON Web Key Set. Without `openid`, nobody can sign in to the pages, and the
    interfaces still work with bearer tokens. `command_seconds` is how long a request waits for its answer
    before it says 202. `feed_profiles` is a folder of feed profiles besides those that are shipped,
    `shadow_mappings` one of mappings for lists that trusts keep themselves.
    """

    database_url: str = field(repr=False)
    temporal_address: str
    payload_keys: str = field(repr=False)
    public_url: str
    session_secret: str = field(repr=False)
    token_keys: str
    bearer_issuer: str = ISSUER
    temporal_namespace: str = "default"
    openid: OpenIdSettings | None = None
    shadow_mappings: Path | None = None
    command_seconds: float = 5.0
    feed_profiles: Path | None = None
    body_limit: int = 1_048_576
    session_idle_seconds: int = 3600
    session_longest_seconds: int = 12 * 3600

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach us by HTTPS, so that cookies must never travel without it."""
        return self.public_url.startswith("https://")
