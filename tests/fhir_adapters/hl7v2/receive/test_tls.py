"""MLLP over TLS, with real certificates on real sockets: who is let in, and as which feed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.hl7v2.receive import tls as listening_tls
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.tls import Tls, TlsFiles
from fhir_adapters.hl7v2.send.mllp_client import Receiver, client_context, send_files
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import Feed, InboxRow
from tests.fhir_adapters.hl7v2.certificates import Authority, Pair, client
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import HASTY, Line, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample

OTHER_FEED = "RXH-LAB"


@dataclass(frozen=True)
class Office:
    """A listener with TLS for the feed of a trust, which names its client's certificate."""

    port: int
    authority: Authority
    files: TlsFiles
    trusts: Pair
    counts: Counts

    def refused(self) -> float:
        return (
            self.counts.registry.get_sample_value(
                "homeward_mllp_connections_refused_total", {"reason": "tls"}
            )
            or 0.0
        )

    @contextlib.asynccontextmanager
    async def reached(self, pair: Pair | None, context: ssl.SSLContext | None = None) -> AsyncIterator[Line]:
        async with connected(self.port, context or client(self.authority, pair)) as line:
            yield line


@pytest.fixture
async def office(intake: Intake, owner: AsyncEngine, tmp_path: Path) -> AsyncIterator[Office]:
    authority = Authority(tmp_path)
    ours, trusts = authority.signs("homeward"), authority.signs("trust")
    async with transaction(owner) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        feed.certificate = trusts.sha256
    files = TlsFiles(ours.certificate, ours.key, authority.certificate)
    counts = Counts()
    async with listening(PostgresInbox(intake.listener), tls=Tls(files), counts=counts) as (port, _):
        yield Office(port, authority, files, trusts, counts)


async def turned_away(office: Office, pair: Pair | None, context: ssl.SSLContext | None = None) -> bool:
    """Whether the listener hung up without an answer; under TLS 1.3 a client hears of it when it reads."""
    try:
        async with office.reached(pair, context) as line:
            await line.send(b"\x0b" + Sample().raw() + b"\x1c\r")
            return await line.answers(1) == []
    except (ssl.SSLError, ConnectionError):
        return True


async def test_given_the_feeds_own_certificate_then_its_message_is_taken_for_the_feed(
    office: Office, intake: Intake
) -> None:
    async with office.reached(office.trusts) as line:
        answer = await line.ask(Sample().raw())

    assert fields(answer, "MSA")[1:3] == ["AA", "M1"]
    [row] = await intake.rows(InboxRow)
    assert row.feed_id == intake.feed_id


async def test_given_a_message_of_many_records_then_tls_carries_it_whole(
    office: Office, intake: Intake
) -> None:
    message = Sample(tail=("OBX|1|ED|DOC||" + "A" * 2_000_000,)).raw()
    async with office.reached(office.trusts) as line:
        assert fields(await line.ask(message), "MSA")[1] == "AA"

    [row] = await intake.rows(InboxRow)
    assert row.raw == message


async def test_given_no_certificate_then_nobody_is_let_in(office: Office, intake: Intake) -> None:
    assert await turned_away(office, None)
    assert office.refused() == 1
    assert await intake.rows(InboxRow) == []


async def test_given_a_certificate_of_an_unknown_ca_then_nobody_is_let_in(
    office: Office, intake: Intake, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other", "Another CA").signs("trust")

    assert await turned_away(office, stranger)
    assert office.refused() == 1
    assert await intake.rows(InboxRow) == []


async def test_given_an_expired_certificate_then_nobody_is_let_in(office: Office, intake: Intake) -> None:
    expired = office.authority.signs("expired", ends=datetime.now(UTC) - timedelta(minutes=1))

    assert await turned_away(office, expired)
    assert office.refused() == 1
    assert await intake.rows(InboxRow) == []


async def test_given_the_certificate_of_another_feed_then_the_message_is_not_this_feeds(
    office: Office, intake: Intake, owner: AsyncEngine
) -> None:
    other = office.authority.signs("laboratory")
    async with transaction(owner) as session:
        session.add(
            Feed(
                code=OTHER_FEED,
                organisation_id=intake.organisation_id,
                protocol="hl7v2",
                certificate=other.sha256,
                sending_application="LAB",
            )
        )
    async with office.reached(other) as line:
        assert fields(await line.ask(Sample().raw()), "MSA")[1] == "AA"

    [row] = await intake.rows(InboxRow)
    assert (row.state, row.code) == ("unassigned", "unknown-feed")
    assert row.feed_id != intake.feed_id


class Lax(ssl.SSLContext):
    """What a context begins with where neither Python nor OpenSSL asks for a version or strong ciphers."""

    def __new__(cls, protocol: int) -> Lax:
        context = super().__new__(cls, protocol)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        return context


@pytest.fixture
def lax_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_tls, "ssl", SimpleNamespace(**vars(ssl) | {"SSLContext": Lax}))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
async def test_given_tls_1_1_then_it_is_refused(lax_platform: None, office: Office, intake: Intake) -> None:
    old = client(office.authority, office.trusts)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    assert await speaks(old, office)

    assert await turned_away(office, office.trusts, old)
    assert await intake.rows(InboxRow) == []


async def speaks(context: ssl.SSLContext, office: Office) -> bool:
    """Whether a server that allows the version agrees on it with this client."""
    lax = Lax(ssl.PROTOCOL_TLS_SERVER)
    lax.load_cert_chain(office.files.certificate, office.files.key)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=lax)
    async with server, connected(server.sockets[0].getsockname()[1], context) as line:
        return line.writer.get_extra_info("ssl_object").version() == "TLSv1.1"


async def test_given_tls_1_2_then_it_is_served(office: Office) -> None:
    context = client(office.authority, office.trusts)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with office.reached(None, context) as line:
        assert fields(await line.ask(Sample().raw()), "MSA")[1] == "AA"


async def test_given_no_tls_where_tls_is_spoken_then_nobody_is_let_in(office: Office, intake: Intake) -> None:
    async with connected(office.port) as line:
        await line.send(b"\x0b" + Sample().raw() + b"\x1c\r")
        assert await line.answers(1) == []

    assert await intake.rows(InboxRow) == []


async def test_given_new_certificate_files_then_the_next_connection_meets_them(office: Office) -> None:
    before = await shown(office)
    async with office.reached(office.trusts) as line:
        renewed = office.authority.signs("renewed")
        shutil.copyfile(renewed.key, office.files.key)
        shutil.copyfile(renewed.certificate, office.files.certificate)

        assert await shown(office) == renewed.sha256 != before
        assert fields(await line.ask(Sample().raw()), "MSA")[1] == "AA"


async def test_given_certificate_files_that_are_broken_then_the_old_ones_stay_in_use(office: Office) -> None:
    before = await shown(office)
    office.files.certificate.write_text("nothing of the kind")

    assert await shown(office) == before


async def shown(office: Office) -> str:
    """SHA-256 of the certificate that the listener shows."""
    async with office.reached(office.trusts) as line:
        der = line.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return hashlib.sha256(der).hexdigest()


async def test_given_an_authority_that_is_trusted_no_more_then_its_clients_are_let_in_no_more(
    office: Office, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    office.files.client_ca.with_name("copy.pem").write_bytes(office.files.client_ca.read_bytes())
    trusted = client(office.authority, office.trusts)
    shutil.copyfile(Authority(tmp_path / "other", "Another CA").certificate, office.files.client_ca)

    assert await turned_away(office, office.trusts, trusted)


async def test_given_a_handshake_that_never_comes_then_others_are_served_and_it_ends(
    intake: Intake, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    ours, trusts = authority.signs("homeward"), authority.signs("trust")
    tls = Tls(TlsFiles(ours.certificate, ours.key, authority.certificate))
    async with (
        listening(PostgresInbox(intake.listener), HASTY, tls=tls) as (port, _),
        connected(port) as silent,
    ):
        async with connected(port, client(authority, trusts)) as line:
            assert fields(await line.ask(Sample().raw()), "MSA")[1] == "AA"
        assert await silent.ended()


async def test_given_a_port_for_tls_beside_then_the_main_port_stays_plain(
    intake: Intake, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    ours, trusts = authority.signs("homeward"), authority.signs("trust")
    tls = Tls(TlsFiles(ours.certificate, ours.key, authority.certificate))
    opened: list[int] = []
    async with listening(PostgresInbox(intake.listener), tls=tls, tls_port=0, opened=opened):
        plain, secure = opened
        async with connected(plain) as line:
            assert fields(await line.ask(Sample().raw()), "MSA")[1] == "AA"
        async with connected(secure, client(authority, trusts)) as line:
            assert fields(await line.ask(Sample(message_id="M2").raw()), "MSA")[1] == "AA"


async def test_given_files_that_are_sent_over_tls_then_they_are_taken_for_the_certificates_feed(
    office: Office, intake: Intake, tmp_path: Path
) -> None:
    (tmp_path / "1.hl7").write_bytes(Sample().raw())
    tls = client_context(office.authority.certificate, office.trusts.certificate, office.trusts.key)

    tally = await send_files([tmp_path / "1.hl7"], Receiver("127.0.0.1", office.port, tls))

    assert tally.codes == {"AA": 1}
    [row] = await intake.rows(InboxRow)
    assert row.feed_id == intake.feed_id


async def test_given_a_receiver_whose_ca_we_do_not_believe_then_nothing_is_sent(
    office: Office, intake: Intake, tmp_path: Path
) -> None:
    (tmp_path / "1.hl7").write_bytes(Sample().raw())
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other", "Another CA").certificate
    tls = client_context(other, office.trusts.certificate, office.trusts.key)

    with pytest.raises(ssl.SSLCertVerificationError):
        await send_files([tmp_path / "1.hl7"], Receiver("127.0.0.1", office.port, tls))

    assert await intake.rows(InboxRow) == []
