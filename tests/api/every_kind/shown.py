"""What people see once the messages of a kind are in: the messages, the case and its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import Person
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from fhir_adapters.store.tables import Feed
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.store.test_drain import open_case, signals
from tests.fixtures.cases import carried_out


@dataclass
class Shown:
    """What the trust's discharge team sees of the case by API and on its page, and an operator of the
    messages; `people` are the living records by family name, `documents` the pages of what came for the
    case. `expected` is what a variant expects.
    """

    messages: list[dict[str, Any]]
    words: str
    case: dict[str, Any]
    page: str
    people: dict[str, Person]
    documents: str = ""
    expected: str = ""

    @property
    def notes(self) -> set[str]:
        """What was read with care, or why a message waits."""
        return {note for each in self.messages for note in (each["reason"] or "").split(",") if note}

    @property
    def alerts(self) -> set[str]:
        """The rules that speak."""
        return {each["rule"] for each in self.case["case"]["alerts"].values() if each["cleared_at"] is None}

    @property
    def stage(self) -> str:
        """Where the case is."""
        return str(self.case["stage"])

    @property
    def stay(self) -> dict[str, Any]:
        """The last stay of the case."""
        found: dict[str, Any] = self.case["case"]["spells"][-1]
        return found


Right = Callable[[Shown], None]
Variant = tuple[tuple[bytes, ...], str]
"""Messages, and what is expected of them where it is another thing for each."""


@dataclass(frozen=True)
class Kind:
    """One kind of fault: what the folder calls it, how its files begin, what is right for it, and variants of
    our own. `expected` is for the files; `keys` are those that the profile gets.
    """

    name: str
    files: str
    right: Right
    variants: tuple[Variant, ...]
    expected: str = ""
    profile: str = "epic"
    keys: dict[str, Any] = field(default_factory=dict)
    port: int | None = None

    @property
    def read_by(self) -> Profile:
        """The profile of its feed."""
        return Profile.model_validate(profile_named(self.profile).model_dump(mode="json") | self.keys)


def ours(*messages: bytes, expected: str = "") -> Variant:
    return messages, expected


NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)


@dataclass
class Desk:
    """A trust's feed and the people who look at what came of it."""

    door: Door
    intake: Intake
    owner: AsyncEngine
    heard: int = 0

    async def show(self, kind: Kind, messages: tuple[bytes, ...], expected: str) -> Shown:
        """Take the first message, open a case of its person, take the others, and look."""
        self.door.clock.now = NOW
        await self._feed(kind)
        book = shipped_profiles().with_more([kind.read_by])
        await self.intake.put(messages[0])
        await self.intake.drain(book)
        [person] = await self.intake.rows(Person)
        case_id = await open_case(self.intake.worker, person.id, self.intake.organisation_id)
        await self.intake.drain(book)
        await self._relay()
        await self.intake.put(*messages[1:])
        await self.intake.drain(book)
        await self._relay()
        return await self._look(case_id, expected)

    async def _feed(self, kind: Kind) -> None:
        async with transaction(self.owner) as session:
            mine = await session.get_one(Feed, self.intake.feed_id)
            mine.profile = kind.profile
            if kind.port is not None:
                mine.port, mine.sending_application, mine.sending_facility = kind.port, None, None
                names = {"sending_application": "SIMHOSP", "sending_facility": "SFAC"}
                whose = self.intake.organisation_id
                session.add(Feed(code="SIM", organisation_id=whose, protocol="hl7v2", **names))

    async def _relay(self) -> None:
        """The case hears what the drain told it."""
        waiting = (await signals(self.intake))[self.heard :]
        for envelope in waiting:
            await carried_out(self.intake.worker, envelope, NOW)
        self.heard += len(waiting)

    async def _look(self, case_id: UUID, expected: str) -> Shown:
        listed = (await self.door.get("/api/v1/messages", "operator")).json()["messages"]
        case = await self.door.get(f"/api/v1/cases/{case_id}")
        assert case.status_code == 200, case.text
        sign_in(self.door, "operator")
        pages = [await self.door.client.get(f"/messages/{each['id']}") for each in listed]
        sign_in(self.door, "discharge-team")
        page = await self.door.client.get(f"/cases/{case_id}")
        assert {each.status_code for each in (*pages, page)} == {200}
        people = {row.family_name or "": row for row in await self.intake.rows(Person) if not row.merged_into}
        words = " ".join(text_of(each.text) for each in pages)
        papers = await self._documents(case_id)
        return Shown(listed, words, case.json(), text_of(page.text), people, papers, expected)

    async def _documents(self, case_id: UUID) -> str:
        where = f"cases/{case_id}/documents"
        listed = (await self.door.get(f"/api/v1/{where}")).json()["documents"]
        pages = [await self.door.client.get(f"/{where}/{each['document_id']}") for each in listed]
        return " ".join(text_of(each.text) for each in pages)


def text_of(html: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'").replace("&amp;", "&")
