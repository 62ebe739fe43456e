"""What the API process is given, as plain values; the environment is read by a floor above."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from api.web.limits import Rate
from api.web.sign_in.tokens import ISSUER, LONGEST
from discharge.store.driver import DatabaseTimes
from workflows.connection import TemporalAccess


@dataclass(frozen=True)
class OpenIdSettings:
    """The OpenID provider at which people sign in, and who we are there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class AskingLimits:
    """How often one address, one client (a bearer token's subject) and one person may ask, how many requests
    of one caller are answered at once, and how long PostgreSQL may take over one question, and over one of
    a report, in seconds.
    """

    address: Rate = field(default=Rate(per_second=300, burst=3_000))
    client: Rate = field(default=Rate(per_second=100, burst=1_000))
    person: Rate = field(default=Rate(per_second=20, burst=200))
    at_once: int = 8
    statement_seconds: float = 15.0
    report_seconds: float = 120.0


@dataclass(frozen=True)
class FileLimits:
    """How many bytes one photo or document may have as it is sent; and as they are kept, those of one case,
    and those that one person adds in 24 hours.
    """

    each: int = 10_485_760
    case: int = 209_715_200
    day: int = 524_288_000


@dataclass(frozen=True)
class ApiSettings:
    """Addresses, keys and limits. Secrets never show in a representation.

    `token_keys` is a public JSON Web Key Set. Without `openid`, nobody can sign in to the pages, and the
    interfaces still work with bearer tokens. `command_seconds` is how long a request waits for its answer
    before it says 202. `feed_profiles` is a folder of feed profiles besides those that are shipped,
    `reference_data` one of this site's changes in reference data, `shadow_mappings` one of mappings for
    lists that trusts keep themselves. A bearer token is good for `bearer_longest` after it was issued.
    `open_description` and `open_metrics` show the description of the interface and the figures to whoever
    asks; else to who is signed in, the figures to operators. `database` is how long PostgreSQL is waited
    for; how long a question may take is among the `limits`.
    """

    database_url: str = field(repr=False)
    temporal: TemporalAccess
    payload_keys: str = field(repr=False)
    public_url: str
    session_secret: str = field(repr=False)
    token_keys: str
    bearer_issuer: str = ISSUER
    openid: OpenIdSettings | None = None
    shadow_mappings: Path | None = None
    command_seconds: float = 5.0
    feed_profiles: Path | None = None
    reference_data: Path | None = None
    body_limit: int = 1_048_576
    bearer_longest: timedelta = LONGEST
    open_description: bool = False
    open_metrics: bool = False
    body_seconds: float = 30.0
    files: FileLimits = field(default_factory=FileLimits)
    limits: AskingLimits = field(default_factory=AskingLimits)
    session_idle_seconds: int = 3600
    session_longest_seconds: int = 12 * 3600
    database: DatabaseTimes = field(default_factory=DatabaseTimes)

    @property
    def provider_origin(self) -> str:
        """Scheme, host and port of the OpenID provider; empty without one."""
        if self.openid is None:
            return ""
        parts = urlsplit(self.openid.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach us by HTTPS, so that cookies must never travel without it."""
        return self.public_url.startswith("https://")
