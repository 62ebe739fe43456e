"""The connection to Temporal: where it is, how it is encrypted, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass, field

from temporalio.client import Client
from temporalio.service import RPCError, TLSConfig

from discharge.errors import Unavailable
from workflows.codec import PayloadKeys, data_converter


@dataclass(frozen=True)
class TemporalAccess:
    """A frontend of Temporal, as `host:port`. Without `tls` the connection is plain, and an `api_key` would
    be sent in clear: whoever makes this sees to it that there is none.
    """

    address: str
    namespace: str = "default"
    tls: TLSConfig | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)


async def connect(access: TemporalAccess, keys: PayloadKeys, *, lazy: bool = False) -> Client:
    """Connect to Temporal; ``lazy`` waits with that until the first call, so that we can start before it.

    Raises Unavailable: ``workflow-unavailable``, whose detail says why where the answer tells.
    """
    try:
        return await Client.connect(
            access.address,
            namespace=access.namespace,
            data_converter=data_converter(keys),
            tls=access.tls or False,
            api_key=access.api_key,
            lazy=lazy,
        )
    except (RuntimeError, RPCError) as failure:
        raise Unavailable("workflow-unavailable", detail=_why(str(failure)), where="connect") from None


_ENDED = "it ended the connection: it may ask for TLS, or for a client certificate"
_REASONS = (
    ("UnknownIssuer", "its certificate is from an authority that we do not trust"),
    ("NotValidForName", "its certificate is for another name"),
    ("InvalidCertificate(Expired", "its certificate has expired"),
    ("InvalidCertificate", "its certificate is not valid"),
    ("Unauthenticated", "it does not know our sign-in"),
    ("PermissionDenied", "our sign-in may not use it"),
    ("transport error", _ENDED),
    ("connection closed", _ENDED),
)
"""What the SDK writes, and what that means; the text itself may hold anything and is not told."""


def _why(text: str) -> str:
    return next((words for sign, words in _REASONS if sign in text), "")
