"""Which port each part of the embedded stack listens on, and whether it is free."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace

import psutil

from deploy.embedded.failures import PortTaken

OFFSET_OPTION = "--port-offset"


@dataclass(frozen=True)
class Ports:
    """All on loopback unless told otherwise."""

    http: int = 8000
    mllp: int = 2575
    temporal: int = 7233
    temporal_ui: int = 8233
    postgres: int = 5433
    openid: int = 8300
    partner: int = 8400
    partner_hl7: int = 8401

    def shifted(self, offset: int) -> Ports:
        """Every port moved by `offset`."""
        return Ports(**{name: port + offset for name, port in asdict(self).items()})

    def with_chosen(self, chosen: Mapping[str, int | None]) -> Ports:
        """These, except where a number was chosen."""
        return replace(self, **{name: port for name, port in chosen.items() if port is not None})

    def items(self) -> Iterator[tuple[str, int]]:
        """Name and number of each."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))


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
