"""Which port each part of the embedded stack listens on, and whether it is free."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace

from deploy.embedded.failures import PortTaken

OFFSET_OPTION = "--port-offset"


STEP = 100
"""Offsets that are multiples of this never share a port."""


def _port(usual: int, words: str, moved: int | None = None) -> int:
    port: int = field(default=usual, metadata={"words": words, "moved": moved or usual})
    return port


@dataclass(frozen=True)
class Ports:
    """All on loopback unless told otherwise. A row is a port, an option of `homeward up` and a variable.

    The last two digits of a port are those of no other, nor of the port after the listener's, so that stacks
    a multiple of `STEP` apart share none. Temporal and its pages have the same two by custom: the pages are
    counted from another number once they are `moved`.
    """

    http: int = _port(8000, "Pages and APIs")
    mllp: int = _port(2575, "HL7 v2 over MLLP")
    temporal: int = _port(7233, "Temporal")
    temporal_ui: int = _port(8233, "Temporal's pages", moved=8234)
    postgres: int = _port(5442, "PostgreSQL")
    openid: int = _port(8310, "Sign-in")
    partner: int = _port(8420, "Simulated partners")
    worker_health: int = _port(8040, "Health and metrics of the worker")
    mllp_health: int = _port(8041, "Health and metrics of the HL7 v2 listener")
    partner_hl7: int = _port(8421, "Simulated trust that receives HL7 v2")

    @classmethod
    def described(cls) -> list[tuple[str, int, str]]:
        """Name, usual number and words of each."""
        usual = asdict(cls())
        return [(each.name, usual[each.name], each.metadata["words"]) for each in fields(cls)]

    def shifted(self, offset: int) -> Ports:
        """Every port moved by `offset`; of steps, one that would come to another's usual number goes to the
        next.
        """
        if not offset:
            return self
        usual = set(asdict(self).values()) if offset % STEP == 0 else set()
        moved = {each.name: each.metadata["moved"] + offset for each in fields(self)}
        return Ports(**{name: port + 1 if port in usual else port for name, port in moved.items()})

    def with_chosen(self, chosen: Mapping[str, int | None]) -> Ports:
        """These, except where a number was chosen."""
        return replace(self, **{name: port for name, port in chosen.items() if port is not None})

    def items(self) -> Iterator[tuple[str, int]]:
        """Name and number of each."""
        return ((each.name, getattr(self, each.name)) for each in fields(self))


def require_distinct(listeners: Iterable[tuple[str, str, int]]) -> None:
    """Raises PortTaken where two of one stack (name, address, port) would listen on one port."""
    taken: dict[int, str] = {}
    for name, _, port in listeners:
        other = taken.setdefault(port, name)
        if other != name:
            raise PortTaken(
                f"Port {port} is asked for twice, by {other} and by {name}. Choose another with "
                f"{_option(other)} or {_option(name)}."
            )


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
    return (
        f"Port {port} ({name}) on {host} cannot be used{_holder(port)}: {error.strerror}. "
        f"Choose another with {_option(name)}, or move all of them with {OFFSET_OPTION}."
    )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}-port"


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
