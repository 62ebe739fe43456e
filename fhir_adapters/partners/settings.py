"""What is set for one partner: how its connection is encrypted, and how we sign in there.

Secrets and certificates are named, never held: each is a file in the folder of partners' secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from discharge.store.tables import PartnerRow
from discharge.values import Frozen

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
ENCRYPTED = frozenset({"https", "mllps"})
T = TypeVar("T", bound=Frozen)


def is_encrypted(url: str) -> bool:
    """Whether what is sent there is encrypted, and its receiver known by a certificate."""
    return urlsplit(url).scheme in ENCRYPTED


def keeps_secrets(url: str) -> bool:
    """Whether what is sent there is encrypted, or does not leave this machine."""
    return is_encrypted(url) or urlsplit(url).hostname in LOOPBACK


def _file_name(name: str) -> str:
    if not name or name.startswith(".") or "/" in name or "\\" in name:
        raise ValueError(f"{name!r} is not the name of a file in the folder of partners' secrets")
    return name


def _token_address(url: str) -> str:
    if not keeps_secrets(url) or urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("a secret is sent there, so its address begins with https://")
    return url


FileName = Annotated[str, AfterValidator(_file_name)]


class PartnerTls(Frozen):
    """How a partner is known, always: by a certificate from `ca` (else from the authorities of this machine)
    for `server_name` (else for the host of its address). `certificate` and `key` are ours, where it asks.
    """

    ca: FileName | None = None
    certificate: FileName | None = None
    key: FileName | None = None
    server_name: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> PartnerTls:
        if bool(self.certificate) != bool(self.key):
            raise ValueError("a client certificate needs its key, and a key its certificate")
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it names."""
        return tuple(name for name in (self.ca, self.certificate, self.key) if name)


class BearerToken(Frozen):
    """A token that the partner gave us, in a file."""

    kind: Literal["bearer"]
    token: FileName

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it names."""
        return (self.token,)


class ClientCredentials(Frozen):
    """A token that we fetch by OAuth 2.0 client credentials (RFC 6749, section 4.4); `secret` is a file."""

    kind: Literal["client-credentials"]
    token_url: Annotated[str, AfterValidator(_token_address)]
    client_id: str
    secret: FileName
    scope: str | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it names."""
        return (self.secret,)


SignIn = Annotated[BearerToken | ClientCredentials, Field(discriminator="kind")]
_KINDS: Mapping[str, type[BearerToken | ClientCredentials]] = {
    "bearer": BearerToken,
    "client-credentials": ClientCredentials,
}


def tls_of(partner: PartnerRow) -> PartnerTls | None:
    """How a partner's connection is encrypted, where more is set than its address says."""
    return _stored(PartnerTls, partner.tls) if partner.tls is not None else None


def sign_in_of(partner: PartnerRow) -> BearerToken | ClientCredentials | None:
    """How we sign in at a partner. Raises KeyError for a kind that a later version has stored."""
    stored = partner.sign_in
    return _stored(_KINDS[stored["kind"]], stored) if stored is not None else None


def _stored(model: type[T], values: Mapping[str, Any]) -> T:
    """What a later version has added is left aside."""
    return model.model_validate({name: values[name] for name in values if name in model.model_fields})
