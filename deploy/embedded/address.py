"""How a stack was last started: written by `homeward up`, read by every command that talks to it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.embedded.ports import Ports

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """`listen` is what pages and MLLP bind to, `host` is what others call."""

    ports: Ports = field(default_factory=Ports)
    listen: str = LOOPBACK
    host: str = LOOPBACK

    @property
    def pages(self) -> str:
        """URL of pages and APIs."""
        return f"http://{self.host}:{self.ports.http}"

    @property
    def partner(self) -> str:
        """URL of the demo's partners."""
        return f"http://{LOOPBACK}:{self.ports.partner}"

    @property
    def partner_hl7(self) -> str:
        """Where the demo's trust takes HL7 v2."""
        return f"mllp://{LOOPBACK}:{self.ports.partner_hl7}"

    @property
    def temporal(self) -> str:
        """Host and port of Temporal's frontend."""
        return f"{LOOPBACK}:{self.ports.temporal}"


def write(data: Path, address: Address) -> None:
    """Remember how this data directory was last started."""
    (data / "stack.json").write_text(json.dumps(asdict(address), indent=2), encoding="utf-8")


def read(data: Path, offset: int | None = None) -> Address:
    """As it was last started, or the usual ports moved by `offset` when one is given."""
    file = data / "stack.json"
    if offset is not None or not file.exists():
        return Address(Ports().shifted(offset or 0))
    stored = json.loads(file.read_text(encoding="utf-8"))
    return Address(Ports(**stored["ports"]), stored["listen"], stored["host"])
