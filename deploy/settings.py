"""What can be configured, from `HOMEWARD_*` environment variables. Only this package reads the environment.

Secrets have no default: what needs one asks `Settings.need` and gets it, or MissingSetting says which
variable to set. `homeward up` sets all of them for the parts that it starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from deploy.secret_files import SecretFiles
from discharge.clocks import parse_day_length

if TYPE_CHECKING:
    from discharge.store.driver import DatabaseTimes

PREFIX = "HOMEWARD_"


class MissingSetting(Exception):
    """Something that has no default was not set. The message names the variable."""


class Settings(BaseSettings):
    """One typed class for every process; each reads the part that concerns it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL, in this process's own role: postgresql+psycopg://user:password@host:port/database",
    )
    database_connect_seconds: float = Field(
        default=5,
        ge=2,
        description="How long to wait for a new connection to PostgreSQL, or for the test of a pooled one",
    )
    database_silence_seconds: float = Field(
        default=3,
        gt=0,
        description="How long to wait for an answer after a query's own limit; the connection is then closed",
    )
    worker_statement_seconds: float = Field(default=60, gt=0, description="The longest query of a worker")
    build: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="Commit or number of this build, where builds of one version run side by side",
    )
    temporal_address: str | None = Field(
        default=None, description="host:port of a Temporal cluster's frontend"
    )
    temporal_namespace: str = Field(default="default", description="The Temporal namespace")
    temporal_tls: bool = Field(
        default=False,
        description="Connect to Temporal with TLS and trust the machine's certificate authorities",
    )
    temporal_tls_ca: Path | None = Field(
        default=None, description="The CAs (PEM) that Temporal's certificate must come from; means TLS"
    )
    temporal_tls_certificate: Path | None = Field(
        default=None, description="Our client certificate for Temporal (PEM); means TLS"
    )
    temporal_tls_key: Path | None = Field(default=None, description="The key of that certificate (PEM)")
    temporal_tls_server_name: str | None = Field(
        default=None, description="The name in Temporal's certificate, if it differs from the address"
    )
    temporal_api_key: SecretStr | None = Field(
        default=None, description="Our API key for Temporal, sent with each call; means TLS"
    )
    payload_keys: SecretStr | None = Field(
        default=None,
        description="Keys for what Temporal stores: id:base64 of 32 bytes, by comma; the first encrypts",
    )

    http_host: str = Field(default="127.0.0.1", description="Address on which pages and APIs listen")
    http_port: int = Field(default=8000, ge=1, le=65535, description="Port of pages and APIs")
    public_url: str = Field(default="http://127.0.0.1:8000", description="Where browsers reach the pages")
    http_requests_per_second_address: float = Field(
        default=300, gt=0, description="Requests of one address; ten times as many at once"
    )
    http_requests_per_second_client: float = Field(
        default=100, gt=0, description="Requests of one bearer token's subject; ten times as many at once"
    )
    http_requests_per_second_person: float = Field(
        default=20, gt=0, description="Pages for one signed-in person; ten times as many at once"
    )
    http_requests_at_once: int = Field(
        default=8, gt=0, description="The most requests of one caller at the same time; others wait"
    )
    http_connections: int = Field(default=1000, gt=0, description="Connections at the same time")
    http_body_seconds: float = Field(default=30, gt=0, description="How long a body may take to come in")
    evidence_file_bytes: int = Field(
        default=10_485_760, gt=0, description="The largest photo or document, as it is sent"
    )
    evidence_case_bytes: int = Field(
        default=209_715_200, gt=0, description="Photos and documents of one case together, as they are kept"
    )
    evidence_day_bytes: int = Field(
        default=524_288_000, gt=0, description="What one person adds in 24 hours, as it is kept"
    )
    http_statement_seconds: float = Field(default=15, gt=0, description="The longest query of a page or API")
    http_report_seconds: float = Field(default=120, gt=0, description="The longest query of a report")
    mllp_host: str = Field(default="127.0.0.1", description="Address on which HL7 v2 over MLLP is received")
    mllp_port: int = Field(default=2575, ge=1, le=65535, description="Port of HL7 v2 over MLLP")
    mllp_tls_certificate: Path | None = Field(
        default=None, description="Our certificate with its chain (PEM), for MLLP over TLS"
    )
    mllp_tls_key: Path | None = Field(default=None, description="The key of that certificate (PEM)")
    mllp_tls_client_ca: Path | None = Field(
        default=None, description="The CAs whose clients are served over TLS (PEM)"
    )
    mllp_tls_port: int | None = Field(
        default=None, ge=1, le=65535, description="A port for TLS besides; without it the main port is"
    )
    mllp_message_bytes: int = Field(default=16_777_216, gt=0, description="The largest message")
    mllp_connections: int = Field(default=512, gt=0, description="Connections at the same time")
    mllp_connections_per_address: int = Field(default=128, gt=0, description="Those from one address")
    mllp_idle_seconds: float = Field(
        default=600, gt=0, description="How long a sender may be silent between two messages"
    )
    mllp_read_seconds: float = Field(
        default=60, gt=0, description="How long we wait for one message, or for an answer to be taken"
    )
    mllp_statement_seconds: float = Field(default=10, gt=0, description="The longest query of the listener")
    mllp_keep_seconds: float = Field(
        default=20, gt=0, description="How long storing one message may take before its sender gets AE 207"
    )
    mllp_messages_per_second: float | None = Field(
        default=None, gt=0, description="How fast each feed is read at most; without it as fast as we can"
    )
    mllp_health_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port of the listener's health, readiness and figures"
    )
    worker_health_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port of the worker's health, readiness and figures"
    )
    health_host: str = Field(
        default="127.0.0.1", description="Address on which worker and listener answer about their health"
    )

    mllp_open_feeds: bool = Field(
        default=False,
        description="Serve feeds that have neither networks nor a certificate, as a demonstration does",
    )

    session_secret: SecretStr | None = Field(
        default=None, description="Signs the session cookies of the pages"
    )
    token_keys: str | None = Field(
        default=None, description="Public keys (a JSON Web Key Set) of those who may sign bearer tokens"
    )
    token_issuer: str = Field(
        default="homeward-embedded", description="The issuer that bearer tokens must name"
    )
    token_hours: float = Field(
        default=12, gt=0, description="How long a bearer token is good for at most, whatever it states"
    )
    session_idle_minutes: float = Field(
        default=60, gt=0, description="After how long without a request somebody is signed out"
    )
    session_hours: float = Field(
        default=12, gt=0, description="After how long somebody is signed out in any case"
    )
    open_metrics: bool = Field(
        default=False, description="Show /metrics without sign-in, not only to operators and administrators"
    )
    open_description: bool = Field(default=False, description="Show /api/v1/openapi.json without sign-in")
    openid_issuer: str | None = Field(default=None, description="URL of the OpenID provider for sign-in")
    openid_client_id: str = Field(default="homeward", description="Our client id at the OpenID provider")
    openid_client_secret: SecretStr | None = Field(
        default=None, description="Our secret at the OpenID provider"
    )

    day_length: str = Field(
        default="24h",
        description="How long a day of case time really lasts (10s, 5m); fixed at the first start",
    )
    feed_profiles: Path | None = Field(
        default=None, description="A folder of feed profiles besides the built-in ones"
    )
    reference_data: Path | None = Field(
        default=None,
        description="A folder of this site's changes in lead times, costs and other reference data",
    )
    shadow_mappings: Path | None = Field(
        default=None, description="A folder of mappings for trusts' own lists besides the built-in one"
    )
    partner_secrets: Path | None = Field(
        default=None, description="A folder of tokens and certificates that partners' settings name"
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        *_: PydanticBaseSettingsSource,
        **named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given outright, then the environment, then the files that hold secrets."""
        return (named["init_settings"], named["env_settings"], SecretFiles(settings_cls))

    @field_validator("day_length")
    @classmethod
    def _is_a_day_length(cls, text: str) -> str:
        parse_day_length(text)
        return text

    def database_times(self, statement: float | None) -> DatabaseTimes:
        """How long a process waits for PostgreSQL whose questions may take so many seconds."""
        from discharge.store.driver import DatabaseTimes

        return DatabaseTimes(self.database_connect_seconds, statement, self.database_silence_seconds)

    def need(self, name: str) -> str:
        """The value of a setting that this process cannot do without. Raises MissingSetting."""
        value = getattr(self, name)
        if value is None:
            meaning = type(self).model_fields[name].description
            raise MissingSetting(f"{variable(name)} is not set. It is needed here: {meaning}.")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def driver_url(url: str) -> str:
    """The URL as SQLAlchemy wants it, also when it came as plain `postgresql://` or `postgres://`."""
    scheme, separator, rest = url.partition("://")
    return "postgresql+psycopg://" + rest if scheme in {"postgres", "postgresql"} and separator else url
