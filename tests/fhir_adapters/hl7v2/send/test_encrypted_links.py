"""HL7 v2 to a trust by TLS: a real receiver behind a real handshake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fhir_adapters.hl7v2.send.answers import PartnerAnswer
from fhir_adapters.hl7v2.send.links import Links, NoAnswer
from fhir_adapters.partners.secrets import SecretFolder
from fhir_adapters.partners.settings import PartnerTls
from tests.fhir_adapters.hl7v2.certificates import Authority
from tests.fixtures.mllp_partner import MllpPartner, mllp_partner
from tests.fixtures.tls_proxy import tls_door

MESSAGE = b"MSH|^~\\&|HOMEWARD|HHP|PAS|RXH|20260701||ADT^A08|M1|P|2.4\rEVN|A08\r"


@pytest.fixture
async def partner() -> AsyncIterator[MllpPartner]:
    async with mllp_partner() as opened:
        yield opened


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    opened = Links(answer_seconds=30, secrets=SecretFolder(tmp_path))
    yield opened
    await opened.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def send(links: Links, port: int, tls: PartnerTls | None = None) -> PartnerAnswer | NoAnswer:
    return await links.exchange(f"mllps://127.0.0.1:{port}", MESSAGE, "M1", tls)


async def test_given_a_trust_that_asks_for_a_certificate_when_ours_is_set_then_it_takes_messages(
    links: Links, partner: MllpPartner, authority: Authority
) -> None:
    ours, ca = authority.signs("ours"), authority.certificate.name
    tls = PartnerTls(ca=ca, certificate=ours.certificate.name, key=ours.key.name)
    behind = f"127.0.0.1:{partner.port}"
    async with tls_door(behind, authority.signs("pas"), clients_of=authority) as door:
        assert await send(links, door.port, tls) == PartnerAnswer("AA", "", "M1")
        outcome = await send(links, door.port, PartnerTls(ca=ca))
        assert isinstance(outcome, NoAnswer)
    assert len(partner.received) == 1


async def test_given_a_trust_by_another_name_when_it_is_set_then_that_name_is_asked_for(
    links: Links, partner: MllpPartner, authority: Authority
) -> None:
    shown, ca = authority.signs("pas", name="pas.trust.example"), authority.certificate.name
    async with tls_door(f"127.0.0.1:{partner.port}", shown) as door:
        known = PartnerTls(ca=ca, server_name="pas.trust.example")
        assert await send(links, door.port, known) == PartnerAnswer("AA", "", "M1")
        refused = await send(links, door.port, PartnerTls(ca=ca))
    assert isinstance(refused, NoAnswer)
    assert "certificate is not valid for '127.0.0.1'" in refused.words
    assert (refused.sent, refused.setup) == (False, True)


@pytest.mark.parametrize("other", [True, False])
async def test_given_a_certificate_of_an_authority_that_is_not_believed_when_sent_then_nothing_leaves(
    links: Links, partner: MllpPartner, authority: Authority, other: bool
) -> None:
    tls = PartnerTls(ca=Authority(authority.folder, "Other CA").certificate.name) if other else None
    async with tls_door(f"127.0.0.1:{partner.port}", authority.signs("pas")) as door:
        outcome = await send(links, door.port, tls)
    assert isinstance(outcome, NoAnswer)
    assert outcome.words.startswith("its certificate is not trusted: ")
    assert (outcome.sent, outcome.setup) == (False, True)
    assert partner.received == []


async def test_given_a_receiver_without_tls_when_encryption_is_set_then_nothing_leaves_in_clear(
    links: Links, partner: MllpPartner
) -> None:
    outcome = await send(links, partner.port)
    assert isinstance(outcome, NoAnswer)
    assert not outcome.sent
    assert partner.received == []


async def test_given_files_that_are_not_there_when_sent_then_they_are_named(links: Links) -> None:
    outcome = await send(links, 1, PartnerTls(ca="none.pem"))
    words = "the certificates (none.pem) in the partners' secrets cannot be used"
    assert outcome == NoAnswer(words, sent=False, setup=True)
