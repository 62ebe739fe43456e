"""Sending over real sockets: whatever the receiver does comes back as a value, for the right message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from fhir_adapters.hl7v2.send.answers import PartnerAnswer
from fhir_adapters.hl7v2.send.links import BUSY, Links, NoAnswer, host_and_port
from tests.fixtures.mllp_partner import MllpPartner, acknowledgement, mllp_partner

BRIEF = 0.6
"""Seconds for a silence to be one, and enough for an answer that comes at once on a busy machine."""


@pytest.fixture
async def partner() -> AsyncIterator[MllpPartner]:
    async with mllp_partner() as partner:
        yield partner


@pytest.fixture
async def links() -> AsyncIterator[Links]:
    links = Links(answer_seconds=30)
    yield links
    await links.close()


def message(control_id: str) -> bytes:
    return f"MSH|^~\\&|HOMEWARD|HHP|PAS|RXH|20260701||ADT^A08|{control_id}|P|2.4\rEVN|A08\r".encode()


async def send(links: Links, partner: MllpPartner, control_id: str = "M1") -> PartnerAnswer | NoAnswer:
    return await links.exchange(partner.endpoint, message(control_id), control_id)


@pytest.mark.parametrize("code", ["AA", "AE", "AR", "CA", "CE", "CR"])
async def test_given_an_answer_when_sent_then_it_comes_back(
    links: Links, partner: MllpPartner, code: str
) -> None:
    partner.tell(code)
    assert await send(links, partner) == PartnerAnswer(code, "", "M1")


async def test_given_many_messages_when_sent_then_they_go_one_after_the_other_on_one_connection(
    links: Links, partner: MllpPartner
) -> None:
    ids = [f"M{number}" for number in range(20)]
    answers = [await asyncio.gather(*(send(links, partner, one) for one in pair)) for pair in pairs(ids)]
    assert answers == [[PartnerAnswer("AA", "", one) for one in pair] for pair in pairs(ids)]
    assert partner.control_ids == ids
    assert len(partner.writers) == 1


def pairs(ids: list[str]) -> list[list[str]]:
    return [ids[place : place + 2] for place in range(0, len(ids), 2)]


async def test_given_a_silent_partner_when_many_would_tell_it_then_one_waits_and_nobody_else_is_kept(
    partner: MllpPartner,
) -> None:
    links = Links(answer_seconds=BRIEF)
    partner.tell("silence")
    waiting = [asyncio.create_task(send(links, partner, one)) for one in ("M1", "M2")]
    await asyncio.sleep(0)
    assert await send(links, partner, "M3") == BUSY
    assert [type(answer) for answer in await asyncio.gather(*waiting)] == [NoAnswer, PartnerAnswer]
    assert await send(links, partner, "M3") == PartnerAnswer("AA", "", "M3")
    await links.close()


async def test_given_an_answer_to_another_message_when_waiting_then_it_is_ignored_and_told(
    links: Links, partner: MllpPartner
) -> None:
    late: list[PartnerAnswer] = []

    async def note(endpoint: str, answer: PartnerAnswer) -> None:
        late.append(answer)

    links.on_late = note
    partner.tell("other AA")
    assert await send(links, partner) == PartnerAnswer("AA", "", "M1")
    assert late == [PartnerAnswer("AA", "", "SOMEBODYELSES")]


async def test_given_an_application_answer_after_the_commit_when_it_comes_then_it_is_told_apart(
    links: Links, partner: MllpPartner
) -> None:
    heard = asyncio.Queue[PartnerAnswer]()

    async def note(endpoint: str, answer: PartnerAnswer) -> None:
        assert endpoint == partner.endpoint
        await heard.put(answer)

    links.on_late = note
    partner.tell("CA")
    assert await send(links, partner) == PartnerAnswer("CA", "", "M1")
    await partner.say(acknowledgement("AA", "M1"))
    assert await asyncio.wait_for(heard.get(), 5) == PartnerAnswer("AA", "", "M1")


async def test_given_a_record_that_is_away_when_a_late_answer_comes_then_sending_goes_on(
    links: Links, partner: MllpPartner
) -> None:
    async def away(endpoint: str, answer: PartnerAnswer) -> None:
        raise RuntimeError("the record is away")

    links.on_late = away
    partner.tell("other AA", "AA")
    assert await send(links, partner) == PartnerAnswer("AA", "", "M1")
    assert await send(links, partner, "M2") == PartnerAnswer("AA", "", "M2")


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        ("garbage", "the answer was not an HL7 acknowledgement"),
        ("unframed", "the answer was not an HL7 acknowledgement"),
        ("drop", "the connection ended without an answer"),
        ("lose", "the connection ended without an answer"),
    ],
)
async def test_given_no_answer_when_sent_then_words_say_why_and_the_next_message_goes(
    links: Links, partner: MllpPartner, turn: str, words: str
) -> None:
    partner.tell(turn)
    assert await send(links, partner) == NoAnswer(words, sent=True)
    assert await send(links, partner, "M2") == PartnerAnswer("AA", "", "M2")


async def test_given_silence_when_the_time_is_over_then_the_connection_is_made_anew(
    partner: MllpPartner,
) -> None:
    links = Links(answer_seconds=BRIEF)
    partner.tell("silence")
    assert await send(links, partner) == NoAnswer("no answer in time", sent=True)
    assert await send(links, partner, "M2") == PartnerAnswer("AA", "", "M2")
    assert len(partner.writers) == 2
    await links.close()


async def test_given_nobody_who_listens_when_sent_then_it_did_not_leave_and_goes_once_they_do(
    links: Links, partner: MllpPartner
) -> None:
    await partner.stop()
    outcome = await send(links, partner)
    assert isinstance(outcome, NoAnswer)
    assert not outcome.sent
    await partner.start()
    assert await send(links, partner) == PartnerAnswer("AA", "", "M1")


async def test_given_a_connection_that_ended_meanwhile_when_sent_then_a_new_one_is_made(
    links: Links, partner: MllpPartner
) -> None:
    await send(links, partner)
    partner.hang_up()
    outcomes = [await send(links, partner, "M2"), await send(links, partner, "M2")]
    assert outcomes[-1] == PartnerAnswer("AA", "", "M2")


@pytest.mark.parametrize(
    "wrong", ["", "http://x:1", "mllp://", "mllp://x", "mllp://:1", "mllp://x:1/path", "x:1"]
)
async def test_given_an_endpoint_that_is_none_when_sent_then_words_say_so(links: Links, wrong: str) -> None:
    outcome = await links.exchange(wrong, message("M1"), "M1")
    words = "write an endpoint for HL7 v2 as mllp://host:port, or mllps://host:port"
    assert outcome == NoAnswer(words, sent=False)
    assert host_and_port("mllp://pas.example:2575") == ("pas.example", 2575)
