"""The demo's trust takes HL7 v2 over a real socket, keeps each message once, and fails as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.partner.app import DEMO_HL7
from deploy.partner.failures import Failure, Mode
from deploy.partner.mllp import MllpDoor
from deploy.partner.partners import Partners
from fhir_adapters.hl7v2.send.answers import PartnerAnswer
from fhir_adapters.hl7v2.send.links import Links, NoAnswer

MESSAGE = b"MSH|^~\\&|HOMEWARD|HHP|HVPAS|RXH|20260701||ADT^A16^ADT_A16|M1|P|2.4\rEVN|A16\r"


@dataclass
class Trust:
    partners: Partners
    endpoint: str
    links: Links

    async def send(self, message: bytes = MESSAGE, control_id: str = "M1") -> PartnerAnswer | NoAnswer:
        return await self.links.exchange(self.endpoint, message, control_id)

    def told(self, mode: Mode, seconds: float = 0.01) -> None:
        self.partners.failures.order(DEMO_HL7, Failure(mode=mode, seconds=seconds))

    @property
    def log(self) -> list[tuple[str, int, bool, bool]]:
        return [(each.key, each.status, each.effect, each.repeat) for each in self.partners.log.of(DEMO_HL7)]


@pytest.fixture
async def trust(tmp_path: Path) -> AsyncIterator[Trust]:
    partners = Partners(tmp_path / "log.jsonl", (DEMO_HL7,))
    server = await asyncio.start_server(MllpDoor(partners, DEMO_HL7).serve, "127.0.0.1", 0)
    links = Links(answer_seconds=30)
    yield Trust(partners, f"mllp://127.0.0.1:{server.sockets[0].getsockname()[1]}", links)
    await links.close()
    server.close()
    partners.log.close()


async def test_a_message_is_logged_before_its_answer_and_acts_once(trust: Trust, tmp_path: Path) -> None:
    assert await trust.send() == PartnerAnswer("AA", "", "M1")
    (line,) = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert (line["org"], line["key"], line["resource"], line["effect"]) == (DEMO_HL7, "M1", "ADT^A16", True)
    assert await trust.send() == PartnerAnswer("AA", "", "M1")
    assert trust.log == [("M1", 200, True, False), ("M1", 200, False, True)]


@pytest.mark.parametrize(
    ("mode", "outcome", "effect"),
    [
        ("server-error", PartnerAnswer("AE", "207", "M1"), False),
        ("refuse", PartnerAnswer("AR", "200", "M1"), False),
        ("unavailable", NoAnswer("the connection ended without an answer", sent=True), False),
        ("lose-answer", NoAnswer("the connection ended without an answer", sent=True), True),
        ("hang", PartnerAnswer("AA", "", "M1"), True),
    ],
)
async def test_told_to_fail_it_does_so_once(
    trust: Trust, mode: Mode, outcome: PartnerAnswer | NoAnswer, effect: bool
) -> None:
    trust.told(mode)
    assert await trust.send() == outcome
    assert [line[2] for line in trust.log] == [effect]
    assert await trust.send() == PartnerAnswer("AA", "", "M1")
    assert sum(line[2] for line in trust.log) == 1


async def test_what_has_no_header_is_refused(trust: Trust) -> None:
    """It is answered at once, by no answer to a message of ours: whoever sent it waits on for that."""
    links = Links(answer_seconds=1)
    outcome = await links.exchange(trust.endpoint, b"hello", "M1")
    await links.close()
    assert isinstance(outcome, NoAnswer | PartnerAnswer)
    assert trust.log == [("", 400, False, False)]
