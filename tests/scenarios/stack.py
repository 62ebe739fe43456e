"""The whole embedded stack as scenarios use it: its public doors, its clock, its record, its processes.

A day of case time lasts `DAY_LENGTH`, so that weeks after a discharge pass while a test looks on. Nothing is
waited for by guess: `until` polls a condition and says what it waited for in vain.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import psycopg
from psycopg.rows import dict_row

from deploy.embedded import postgres
from deploy.embedded.keys import Keys
from deploy.embedded.processes import Records
from deploy.simulate.bearers import Bearers, display_name
from deploy.simulate.safety_adviser import ADVISERS, LISTED
from deploy.simulate.scenes import PARTIES
from discharge.clocks import CaseClock, london_date
from tests.fixtures.folders import quick_folder
from tests.fixtures.stack import Stack

DAY_LENGTH = "2s"
WAIT_SECONDS = 60.0
POLL_SECONDS = 0.1
TAIL = 20
QUIET = re.compile(r'"level": "info"| LOG:  |^Temporal |oidc-provider WARNING|^OpenID provider ready')

Party = tuple[str, str]
Row = dict[str, Any]
T = TypeVar("T")


def until(condition: Callable[[], T | None], what: str, seconds: float = WAIT_SECONDS) -> T:
    """Ask again and again until the answer is truthy, and return it; AssertionError says what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(POLL_SECONDS)


class WholeStack(Stack):
    """A running stack that a scenario talks to, asks and breaks."""

    def __init__(self, data: Path, day_length: str = DAY_LENGTH) -> None:
        super().__init__(data, day_length)
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        self._bearers: Bearers | None = None
        self._advised = False
        self._clock: CaseClock | None = None
        self._heard = 0

    # Time

    @property
    def clock(self) -> CaseClock:
        """The map from machine time to case time."""
        if self._clock is None:
            (stored,) = self.sql("SELECT origin, case_origin, factor FROM case_clock")
            self._clock = CaseClock.model_validate(stored)
        return self._clock

    def today(self) -> date:
        """The London date of case time."""
        return london_date(self.clock.case_time(datetime.now(UTC)))

    # Doors

    def headers(self, party: Party) -> dict[str, str]:
        """A bearer token for a role at an organisation."""
        if self._bearers is None:
            self._bearers = Bearers(self.data / "keys")
        return {"Authorization": f"Bearer {self._bearers(*party)}"}

    def name_adviser(self) -> None:
        """The trust's administrator names its safety adviser, once."""
        if self._advised:
            return
        role, trust = adviser = PARTIES["adviser"]
        self.get(adviser, "/api/v1/cases")
        people = self.get(("admin", trust), "/api/v1/users", size=LISTED).json()["users"]
        found = next(each["user_id"] for each in people if each["name"] == display_name(role, trust))
        named = self.post(("admin", trust), ADVISERS, {"user_id": found, "kind": "adviser"}, str(uuid4()))
        assert named.status_code == 201, named.text
        self._advised = True

    def get(self, party: Party, path: str, **query: Any) -> httpx.Response:
        """Read something as somebody."""
        return self.http.get(path, params=query, headers=self.headers(party))

    def post(self, party: Party, path: str, body: Mapping[str, Any], key: str = "") -> httpx.Response:
        """Ask for something as somebody."""
        kind = "application/fhir+json" if path.startswith("/fhir/") else "application/json"
        headers = self.headers(party) | {"Content-Type": kind} | ({"Idempotency-Key": key} if key else {})
        return self.http.post(path, content=json.dumps(body), headers=headers)

    @contextmanager
    def browser_of(self, person: str) -> Iterator[httpx.Client]:
        """A browser without scripts, signed in at the OpenID provider as one of the demo's people."""
        with httpx.Client(base_url=self.url, timeout=20, trust_env=False, follow_redirects=True) as browser:
            chooser = browser.get("/sign-in/start", params={"then": "/"})
            signed_in = browser.post(chooser.url, data={"person": person})
            assert "Sign out" in signed_in.text, signed_in.url
            yield browser

    # What the record and the partners hold

    def sql(self, query: str, **values: Any) -> list[Row]:
        """Rows as the owner of the database sees them, past every wall."""
        address = postgres.url(postgres.OWNER, Keys(self.data / "keys"), self.ports.postgres)
        with psycopg.connect(address.replace("+psycopg", ""), row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def received_by(self, organisation: str) -> list[Row]:
        """Every request that a partner logged, with its body."""
        log = self.data / "partner" / "received.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [row for row in map(json.loads, lines) if row["org"] == organisation]

    def order_failure(self, organisation: str, mode: str, count: int = 1, **more: Any) -> None:
        """Tell a partner to fail the next requests."""
        address = f"{self.partner_url}/control/{organisation}/failures"
        order = {"mode": mode, "count": count, **more}
        httpx.post(address, json=order, trust_env=False).raise_for_status()

    def forget_failures(self, organisation: str) -> None:
        """Let a partner work again."""
        httpx.delete(f"{self.partner_url}/control/{organisation}/failures", trust_env=False)

    # Processes

    def running_pid(self, part: str) -> int:
        """The process that plays a part now; 0 when none does."""
        running = Records(self.data / "run").find(part)
        return running.pid if running and running.process() else 0

    def kill_at_once(self, part: str) -> int:
        """`kill -9`, without waiting for anything; returns the pid that was killed."""
        pid = self.running_pid(part)
        assert pid, f"{part} does not run"
        self._heard = len(self.said())
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_back(self, part: str, killed: int) -> None:
        """Until the supervisor started a part again and it answers."""
        until(lambda: self.running_pid(part) not in (0, killed), f"{part} is started again")
        until(lambda: f"{TITLES[part]} is back" in self.said()[self._heard :], f"{part} is back")

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """A part is killed and stays away until the end of the block: its supervisor looks elsewhere."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)
        try:
            killed = self.kill_at_once(part)
            until(lambda: not self.running_pid(part), f"{part} is gone")
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)
        self.wait_until_back(part, killed)

    def said(self) -> str:
        """What `homeward up` has said so far."""
        return (self.data / "up.log").read_text(errors="replace")

    def logs(self) -> str:
        """The last lines that are worth a look of every part's log, for a test that failed."""
        tails = [(file.stem, _worth_a_look(file)) for file in sorted(self.data.glob("logs/*.log"))]
        return "\n".join("\n".join([f"--- {part}", *lines]) for part, lines in tails if lines)


def _worth_a_look(log: Path) -> list[str]:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if not QUIET.search(line)][-TAIL:]


TITLES = {
    "worker": "Worker",
    "temporal": "Temporal",
    "postgres": "PostgreSQL",
    "api": "Pages and APIs",
    "mllp": "HL7 v2 listener",
}


@contextmanager
def whole_stack(day_length: str = DAY_LENGTH) -> Iterator[WholeStack]:
    """A stack of its own in a new data directory, stopped and removed at the end."""
    with quick_folder("scenarios") as data:
        stack = WholeStack(data, day_length)
        try:
            stack.start()
            yield stack
        finally:
            stack.http.close()
            with suppress(ProcessLookupError):
                if stack.process:
                    stack.process.send_signal(signal.SIGCONT)
            stack.stop()
