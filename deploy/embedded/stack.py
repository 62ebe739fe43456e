"""What the embedded stack consists of: which parts, in which order, each with its own environment.

A part gets the secrets of its own role and no other. `HOMEWARD_DATABASE_URL` and `HOMEWARD_TEMPORAL_ADDRESS`,
when set, replace the embedded servers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded import openid, outside, postgres, processes, temporal
from deploy.embedded.address import LOOPBACK, Address
from deploy.embedded.keys import Keys
from deploy.embedded.part import Part
from deploy.embedded.readiness_probe import at_once, listening, successful
from deploy.places import read_places
from deploy.secret_files import BEHIND
from deploy.settings import Settings, driver_url, variable

PLACES = Path(__file__).resolve().parent / "demo" / "places.yaml"
ORDER = ("partner", "postgres", "temporal", "openid", "worker", "api", "mllp", "simulate")

OPEN_TO_ALL = {"HOMEWARD_OPEN_METRICS": "true", "HOMEWARD_OPEN_DESCRIPTION": "true"}
"""What a demonstration shows to whoever asks."""


NOT_FOR_OUR_TEMPORAL = [
    name for name in Settings.model_fields if name.startswith(("temporal_tls", "temporal_api"))
]
"""Settings of a Temporal that is given from outside; the embedded one speaks plainly, on loopback."""


@dataclass(frozen=True)
class Stack:
    """One data directory's stack, as it is about to be started."""

    data: Path
    address: Address
    settings: Settings
    day_length: str
    demo: bool

    @property
    def keys(self) -> Keys:
        """The secrets of this data directory."""
        return Keys(self.data / "keys")

    @property
    def demo_password(self) -> str:
        """Asked for when others than this machine can reach the pages; empty, people are chosen without."""
        return "" if self.address.listen == LOOPBACK else self.keys.password("demo")

    def servers(self) -> list[Part]:
        """What everything else needs, as far as it is not given from outside, and the demo's partners."""
        parts = [self._partner()]
        if not self.settings.database_url:
            parts.append(self._postgres())
        if not self.settings.temporal_address:
            ports = self.address.ports
            parts.append(temporal.part(self.data, ports.temporal, ports.temporal_ui))
        if not self.settings.openid_issuer:
            parts.append(self._openid())
        return parts

    def programs(self) -> list[Part]:
        """Our own programs."""
        return [self._worker(), self._api(), self._mllp()]

    def play(self) -> list[Part]:
        """The simulation, if there is to be a demo: started once there is a stack to play against."""
        return [self._simulate()] if self.demo else []

    def listeners(self) -> list[tuple[str, str, int]]:
        """Name, address and port of all that will listen."""
        given = {"postgres": self.settings.database_url, "openid": self.settings.openid_issuer}
        given |= {"temporal": self.settings.temporal_address, "temporal_ui": self.settings.temporal_address}
        public = {"http", "mllp", "openid"}
        return [
            (name, self.address.listen if name in public else LOOPBACK, port)
            for name, port in (*self.address.ports.items(), *self._ports_of_feeds())
            if not given.get(name)
        ]

    def _ports_of_feeds(self) -> Iterator[tuple[str, int]]:
        for feed in read_places(PLACES).feeds:
            if feed.port_after_mllp:
                yield "mllp", self.address.ports.mllp + feed.port_after_mllp

    def migrate(self) -> None:
        """Bring the record to its current shape. Raises PartFailed."""
        words = ["migrate", "--places", str(PLACES), "--partner-url", self.address.partner]
        words += ["--partner-hl7-url", self.address.partner_hl7]
        words += ["--openid-issuer", "" if self.settings.openid_issuer else self._issuer]
        processes.run(_command(*words), self._environment(postgres.OWNER), None)
        if self.settings.database_url:
            roles = (postgres.API, postgres.WORKER)
            outside.let_owner_act_as(self.settings.need("database_url"), roles)

    def _postgres(self) -> Part:
        place = postgres.find_place(self.data)
        postgres.make_cluster(place, self.keys)
        return postgres.part(place, self.keys, self.address.ports.postgres)

    def _openid(self) -> Part:
        address = self.address
        return openid.part(
            self.keys, address.listen, address.host, address.ports.openid, address.pages, self.demo_password
        )

    def _partner(self) -> Part:
        port, hl7_port = self.address.ports.partner, self.address.ports.partner_hl7
        log = self.data / "partner" / "received.jsonl"
        command = _command("partner", "--log", str(log), "--host", LOOPBACK, "--port", str(port))
        command += ["--hl7-port", str(hl7_port)]
        return Part(
            name="partner",
            title="Partners (simulated)",
            command=command,
            environment=environment(),
            ready=listening(LOOPBACK, port),
        )

    def _worker(self) -> Part:
        return Part(
            name="worker",
            title="Worker",
            command=_command("worker"),
            environment=self._environment(postgres.WORKER),
            ready=self._says_ready(self.address.ports.worker_health),
            stop_seconds=30,
        )

    def _api(self) -> Part:
        address = self.address
        return Part(
            name="api",
            title="Pages and APIs",
            command=_command("api"),
            environment=self._environment(postgres.API, **self._sign_in(), **OPEN_TO_ALL),
            ready=successful(f"http://{address.listen}:{address.ports.http}/readyz"),
        )

    def _mllp(self) -> Part:
        return Part(
            name="mllp",
            title="HL7 v2 listener",
            command=_command("mllp"),
            environment=self._environment(postgres.API, HOMEWARD_MLLP_OPEN_FEEDS="true"),
            ready=self._says_ready(self.address.ports.mllp_health),
        )

    def _simulate(self) -> Part:
        return Part(
            name="simulate",
            title="Hospital and its people (simulated)",
            command=_command("simulate", "--data", str(self.data), "--again"),
            environment=environment(),
            ready=at_once,
        )

    def _says_ready(self, port: int) -> Callable[[], Awaitable[bool]]:
        return successful(f"http://{LOOPBACK}:{port}/readyz")

    def _environment(self, role: str, **more: str) -> dict[str, str]:
        """What every program of ours needs, for the PostgreSQL role that it signs in as; what is given by a
        variable of its own is not also given by a file.
        """
        ports, settings = self.address.ports, self.settings
        ours = {
            "PYTHONUNBUFFERED": "1",
            "HOMEWARD_DATABASE_URL": self._database_url(role),
            "HOMEWARD_TEMPORAL_ADDRESS": settings.temporal_address or self.address.temporal,
            "HOMEWARD_PAYLOAD_KEYS": self.keys.payload_keys(),
            "HOMEWARD_HTTP_HOST": self.address.listen,
            "HOMEWARD_HTTP_PORT": str(ports.http),
            "HOMEWARD_MLLP_HOST": self.address.listen,
            "HOMEWARD_MLLP_PORT": str(ports.mllp),
            "HOMEWARD_HEALTH_HOST": LOOPBACK,
            "HOMEWARD_WORKER_HEALTH_PORT": str(ports.worker_health),
            "HOMEWARD_MLLP_HEALTH_PORT": str(ports.mllp_health),
            "HOMEWARD_PUBLIC_URL": self.address.pages,
            "HOMEWARD_DAY_LENGTH": self.day_length,
            **more,
        }
        if not settings.temporal_address:
            ours |= dict.fromkeys(map(variable, NOT_FOR_OUR_TEMPORAL), "")
        given = environment().items()
        return {name: value for name, value in given if name.removesuffix(BEHIND) not in ours} | ours

    def _database_url(self, role: str) -> str:
        if not self.settings.database_url:
            return postgres.url(role, self.keys, self.address.ports.postgres)
        given = self.settings.need("database_url")
        return driver_url(given) if role == postgres.OWNER else outside.acting_as(given, role)

    @property
    def _issuer(self) -> str:
        """Who signs in the demo's people."""
        return openid.issuer(self.address.host, self.address.ports.openid)

    def _sign_in(self) -> dict[str, str]:
        secrets = {
            "HOMEWARD_SESSION_SECRET": self.keys.secret("session"),
            "HOMEWARD_TOKEN_KEYS": self.keys.token_keys(),
        }
        if self.settings.openid_issuer:
            return secrets
        return secrets | {
            "HOMEWARD_OPENID_ISSUER": self._issuer,
            "HOMEWARD_OPENID_CLIENT_ID": openid.CLIENT_ID,
            "HOMEWARD_OPENID_CLIENT_SECRET": self.keys.secret("openid-client"),
        }


def environment() -> dict[str, str]:
    """What is given to us, for a program of ours. It keeps what it compiles, whatever is said about that: it
    would compile all of itself again each time that it is started again, and somebody waits for it.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _command(*words: str) -> list[str]:
    """A command of ours, run by this very Python, wherever it is started."""
    return [sys.executable, "-P", "-m", "deploy.cli.main", *words]
