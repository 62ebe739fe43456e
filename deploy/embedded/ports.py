"""Which port each part of the embedded stack listens on, and whether it is free."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace

from deploy.embedded.failures import PortTaken

OFFSET_OPTION = "--port-offset"


def _port(usual: int, words: str) -> int:
    port: int = field(default=usual, metadata={"words": words})
    return port


@dataclass(frozen=True)
class Ports:
    """All on loopback unless told otherwise. A row is a port, an option of `homeward up` and a variable."""

    http: int = _port(8000, "Pages and APIs")
    mllp: int = _port(2575, "HL7 v2 over MLLP")
    temporal: int = _port(7233, "Temporal")
    temporal_ui: int = _port(8233, "Temporal's pages")
    postgres: int = _port(5433, "PostgreSQL")
    openid: int = _port(8300, "Sign-in")
    partner: int = _port(8400, "Simulated partners")
    partner_hl7: int = _port(8401, "Simulated trust that takes HL7 v2")

    @classmethod
    def described(cls) -> list[tuple[str, int, str]]:
        """Name, usual number and words of each."""
        usual = asdict(cls())
        return [(each.name, usual[each.name], each.metadata["words"]) for each in fields(cls)]

    def shifted(self, offset: int) -> Ports:
        """Every port moved by `offset`."""
        return Ports(**{name: port + offset for name, port in asdict(self).items()})

    def with_chosen(self, chosen: Mapping[str, int | None]) -> Ports:
        """These, except where a number was chosen."""
        return replace(self, **{name: port for name, port in chosen.items() if port is not None})

    def items(self) -> Iterator[tuple[str, int]]:
        """Name and number of each."""
        return ((each.name, getattr(self, each.name)) for each in fields(self))


def require_free(name: str, host: str, port: int) -> None:
    """Raises PortTaken when somebody listens there already."""
    if port > 65535:
        raise PortTaken(f"Port {port} ({name}) does not exist. Choose a smaller {OFFSET_OPTION}.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(_words(name, host, port, error)) from None


def _words(name: str, host: str, port: int, error: OSError) -> str:
    option = f"--{name.replace('_', '-')}-port"
    return (
        f"Port {port} ({name}) on {host} cannot be used{_holder(port)}: {error.strerror}. "
        f"Choose another with {option}, or move all of them with {OFFSET_OPTION}."
    )


def _holder(port: int) -> str:
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if not address or connection.status != psutil.CONN_LISTEN:
                continue
            if address.port == port and connection.pid:
                return f", {psutil.Process(connection.pid).name()} (process {connection.pid}) has it"
    except psutil.Error:
        pass
    return ""
