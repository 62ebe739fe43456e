"""The application on a real PostgreSQL, asked as a client asks; Temporal is away unless a test brings it."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from joserfc.jwk import ECKey
from playwright.async_api import ConsoleMessage, Page, Route, ViewportSize, async_playwright
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.web.app import create_app, serve
from api.web.settings import ApiSettings
from api.web.sign_in.tokens import Claims, new_signing_key, sign
from discharge.cases.commands import ENVELOPE
from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, Person, PersonAddress, PersonIdentifier, Spell
from tests.fhir_adapters.hl7v2.conftest import intake  # noqa: F401 - a feed of the trust, for messages
from tests.fixtures.cases import carried_out
from tests.fixtures.contract import as_described, unreachable
from tests.fixtures.postgres import Database, Places
from tests.housing_checks.form_two import form_two_in_force
from workflows.connection import TemporalAccess

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]
SITE = "https://homeward.test"
"""What the browser believes to visit; every request is answered here."""
WIDE: ViewportSize = {"width": 1280, "height": 720}
NARROW: ViewportSize = {"width": 320, "height": 640}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

INPATIENTS = (
    ("9990000018", "Testperson", "Integra", "1950-02-03"),
    ("9990000026", "Other", "Person", "1931-01-01"),
    ("9990000034", "Testperson", "Integra", "1950-02-03"),
)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROLE_ORGANISATION = {
    "discharge-team": "TRUST",
    "coordinator": "HOUSING",
    "trust-monitor": "TRUST",
    "operator": "TRUST",
    "admin": "HOUSING",
    "system": "TRUST",
}


def nobody_listens() -> str:
    """An address at which connections are refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture(scope="session")
def signing_key() -> ECKey:
    return new_signing_key("test")


@dataclass
class Clock:
    """The machine's time of the application under test."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


ALL_THE_SAME = {"unready_reason": "person-decided", "decided_by": "Sister Lowe, ward 6B"}
"""Why somebody leaves for a home that is not ready, and who decided it."""


@dataclass
class Door:
    """A client of the application: who asks is said with each request."""

    client: httpx.AsyncClient
    key: ECKey
    worker: AsyncEngine
    places: Places
    clock: Clock
    app: Any

    def token(self, role: str, organisation: str | None = None, subject: str | None = None) -> str:
        where = organisation or ROLE_ORGANISATION[role]
        claims = Claims(subject or f"{role}-{where}", f"Test {role}", role, where)
        return sign(claims, self.key, self.clock.now, timedelta(minutes=10))

    def headers(self, role: str, organisation: str | None = None, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(role, organisation)}", **more}

    async def get(self, path: str, role: str = "discharge-team", org: str | None = None) -> httpx.Response:
        return await self.client.get(path, headers=self.headers(role, org))

    async def post(
        self, path: str, body: Any, role: str = "discharge-team", org: str | None = None, **headers: str
    ) -> httpx.Response:
        return await self.client.post(path, json=body, headers=self.headers(role, org, **headers))

    async def settle(self) -> int:
        """Do the work of a worker that is late: decide and record every command that waits. How many."""
        async with transaction(self.worker) as session:
            rows = await session.scalars(
                select(CommandRow).where(CommandRow.state == "taken").order_by(CommandRow.created_at)
            )
            waiting = [ENVELOPE.read(row.envelope) for row in rows]
        for envelope in waiting:
            await carried_out(self.worker, envelope, self.clock.now)
        return len(waiting)

    async def admitted(self, number: str = "9990000018", organisation: str = "TRUST", **more: Any) -> UUID:
        """The person's id: somebody whom a feed has told of, in a bed of an organisation, unless they are."""
        whose = getattr(self.places, organisation.lower())
        async with transaction(self.worker) as session:
            person = await session.scalar(select(Person).where(Person.nhs_number == number))
            if person is None:
                born = date.fromisoformat(more.pop("birth_date", "1941-05-02"))
                names = {"family_name": "Ashdown", "given_name": "Edith", **more}
                person = Person(id=uuid4(), nhs_number=number, birth_date=born, **names)
                session.add(person)
                await session.flush()
            stays = select(Spell.id).where(Spell.person_id == person.id, Spell.organisation_id == whose)
            if await session.scalar(stays) is None:
                session.add(
                    Spell(
                        person_id=person.id,
                        organisation_id=whose,
                        visit_number=f"V-{number}",
                        status="admitted",
                        folded={"status": "admitted"},
                    )
                )
        return person.id

    async def referred(self, **more: Any) -> UUID:
        """A case at its first stage, of an inpatient with an NHS number of the test range."""
        person = {
            "nhs_number": "9990000018",
            "family_name": "Ashdown",
            "given_name": "Edith",
            "birth_date": "1941-05-02",
        }
        said = more.get("person", person)
        if "nhs_number" in said:
            await self.admitted(
                said["nhs_number"],
                **{name: said[name] for name in ("family_name", "given_name", "birth_date") if name in said},
            )
        answer = await self.post("/api/v1/referrals", {"person": person, "ward": "6B", **more})
        assert answer.status_code == 202, answer.text
        await self.settle()
        return UUID(answer.json()["case_id"])

    async def asked(
        self, case_id: UUID, kind: str, role: str = "coordinator", **fields: Any
    ) -> dict[str, Any]:
        """A command, settled; its status."""
        body = {"kind": kind, **fields}
        answer = await self.post(f"/api/v1/cases/{case_id}/commands", body, role)
        assert answer.status_code == 202, answer.text
        await self.settle()
        status: dict[str, Any] = (await self.get(answer.json()["status_url"], role)).json()
        return status


@pytest.fixture
async def inpatients(door: Door) -> None:
    """See `three_admitted`."""
    await three_admitted(door)


async def three_admitted(door: Door) -> None:
    """Three people in beds of the trust, with an address and a number of its own each: it refers them by
    itself.
    """
    for at, (number, family, given, born) in enumerate(INPATIENTS, 1):
        names = {"family_name": family, "given_name": given, "birth_date": born}
        person_id = await door.admitted(number, **names)
        async with transaction(door.worker) as session:
            session.add(PersonAddress(person_id=person_id, lines="1 Invented Row", postcode="ZZ99 3WZ"))
            own = {"organisation_id": door.places.trust, "authority": "https://trust.example/mrn"}
            session.add(PersonIdentifier(person_id=person_id, value=f"M-{at}", **own))


@pytest.fixture
def settings(database: Database, signing_key: ECKey) -> ApiSettings:
    return ApiSettings(
        database_url=database.api_url,
        temporal=TemporalAccess(nobody_listens()),
        payload_keys="k1:" + "A" * 43 + "=",
        public_url="http://homeward.test",
        session_secret="only for tests",
        token_keys=json.dumps({"keys": [signing_key.as_dict(private=False)]}),
        command_seconds=0.2,
    )


@pytest.fixture(scope="session")
def routed() -> FastAPI:
    """The routes of the application, laid out once; each test has it answer by settings of its own."""
    return create_app(unreachable())


@pytest.fixture
async def door(
    settings: ApiSettings, signing_key: ECKey, worker: AsyncEngine, places: Places, routed: FastAPI
) -> AsyncIterator[Door]:
    clock, app = Clock(), routed
    serve(app, settings, clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://homeward.test", event_hooks={"response": [as_described]}
    ) as client:
        yield Door(client, signing_key, worker, places, clock, app)
    await app.state.services.close()


@dataclass
class Seen:
    """What a browser found on a page: faults that axe names, and what it wrote to its console."""

    faults: list[str]
    console: list[str]


@dataclass
class Looking:
    """A browser that is signed in as whoever the door's client is signed in as."""

    page: Page
    door: Door
    came_back: httpx.Response | None = None

    async def look(self, path: str, *, narrow: bool = False) -> Seen:
        """Open a page, let its scripts run, and have axe look at it."""
        console = list[str]()

        def hear(message: ConsoleMessage) -> None:
            console.append(_told(message))

        self.page.on("console", hear)
        try:
            async with self.opened(path, NARROW if narrow else WIDE) as page:
                return Seen(await _faults(page), [line for line in console if line])
        finally:
            self.page.remove_listener("console", hear)

    @asynccontextmanager
    async def opened(
        self, path: str, size: ViewportSize, sent: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Page]:
        """A page while it is open in a window of some size; with what was `sent` there, as it came back."""
        self.came_back = await self.door.client.post(path, data=dict(sent)) if sent is not None else None
        page = self.page
        await page.set_viewport_size(size)
        await page.route("**/*", self._answer)
        try:
            await page.goto(f"{SITE}{path}", wait_until="load")
            yield page
        finally:
            await page.goto("about:blank")
            await page.unroute_all(behavior="wait")

    async def _answer(self, route: Route) -> None:
        path, document = route.request.url.removeprefix(SITE), route.request.is_navigation_request()
        answer = self.came_back if self.came_back and document else await self.door.client.get(path)
        headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        await route.fulfill(status=answer.status_code, headers=headers, body=answer.content)


def _told(message: ConsoleMessage) -> str:
    return message.text if message.type in ("error", "warning") else ""


async def _faults(page: Page) -> list[str]:
    found: dict[str, Any] = (await Axe().run(page, options=RULES)).response
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]


@pytest.fixture(scope="session")
async def window() -> AsyncIterator[Page]:
    """One window for all: nothing is remembered in it, the door's client holds who is signed in."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield await browser.new_page()
        await browser.close()


@pytest.fixture
def looking(window: Page, door: Door) -> Looking:
    return Looking(window, door)


@pytest.fixture
def second_form() -> Iterator[None]:
    """The form of the second edition, in force in the time of stories."""
    with form_two_in_force():
        yield
