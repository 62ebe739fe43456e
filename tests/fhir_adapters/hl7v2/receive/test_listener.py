"""The listener on a real socket and a real PostgreSQL: every message is committed, then answered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.driver import DatabaseTimes
from discharge.store.engine import make_engine, transaction
from fhir_adapters.background import Background
from fhir_adapters.hl7v2.parse.mllp import frame
from fhir_adapters.hl7v2.receive.directory import Directory
from fhir_adapters.hl7v2.receive.ports import Doors
from fhir_adapters.hl7v2.send.mllp_client import acknowledgement_code
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import Feed, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import HASTY, Line, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample

NO_MESSAGE_ID = Sample(message_id="").raw()


@pytest.fixture
async def port(intake: Intake) -> AsyncIterator[int]:
    async with listening(PostgresInbox(intake.listener)) as (port, _):
        yield port


@pytest.fixture
async def line(port: int) -> AsyncIterator[Line]:
    async with connected(port) as line:
        yield line


async def test_given_a_message_then_it_is_stored_before_it_is_answered(line: Line, intake: Intake) -> None:
    answer = await line.ask(Sample().raw())

    assert fields(answer, "MSA")[1:3] == ["AA", "M1"]
    [row] = await intake.rows(InboxRow)
    assert (row.raw, row.state, row.acknowledgement) == (Sample().raw(), "stored", "AA")
    assert (row.message_type, row.trigger, row.feed_id) == ("ADT", "A01", intake.feed_id)


async def test_given_a_message_then_the_answer_swaps_sender_and_receiver(line: Line) -> None:
    header = fields(await line.ask(Sample().raw()), "MSH")

    assert header[2:6] == ["HOMEWARD", "HW", "PAS", "RXH"]
    assert header[8] == "ACK^A01"


async def test_given_several_messages_in_one_packet_then_each_is_answered_in_order(line: Line) -> None:
    await line.send(b"".join(frame(Sample(message_id=f"M{i}").raw()) for i in range(5)))

    assert [fields(answer, "MSA")[2] for answer in await line.answers(5)] == ["M0", "M1", "M2", "M3", "M4"]


async def test_given_one_message_in_2000_packets_then_it_is_read_whole(line: Line, intake: Intake) -> None:
    message = Sample(tail=("NTE|1||" + "x" * 2000,)).raw()
    framed = frame(message)
    for index in range(len(framed)):
        await line.send(framed[index : index + 1])

    assert acknowledgement_code((await line.answers(1))[0]) == "AA"
    [row] = await intake.rows(InboxRow)
    assert row.raw == message


async def test_given_two_megabytes_then_they_are_taken(line: Line, intake: Intake) -> None:
    message = Sample(tail=("OBX|1|ED|DOC||" + "A" * 2_000_000,)).raw()

    assert acknowledgement_code(await line.ask(message)) == "AA"
    [row] = await intake.rows(InboxRow)
    assert len(row.raw) == len(message)


async def test_given_more_than_the_limit_then_ar_and_the_connection_ends(line: Line, intake: Intake) -> None:
    await line.send(frame(Sample(tail=("OBX|1|ED|DOC||" + "A" * 4_000_000,)).raw()))

    [answer] = await line.answers(1)
    assert fields(answer, "MSA")[1:3] == ["AR", "M1"]
    assert await intake.rows(InboxRow) == []


@pytest.mark.parametrize(
    ("raw", "condition", "code"),
    [
        (b"this is no message", "100", "not-hl7"),
        (b"MSH", "100", "unreadable-envelope"),
        (b"\xff\xfe\x00\x81\x8d", "100", "not-hl7"),
        (NO_MESSAGE_ID, "101", "missing-message-id"),
    ],
)
async def test_given_an_envelope_that_cannot_be_read_then_ar_and_it_is_kept_under_its_hash(
    line: Line, intake: Intake, raw: bytes, condition: str, code: str
) -> None:
    answer = await line.ask(raw)

    assert fields(answer, "MSA")[1] == "AR"
    assert fields(answer, "MSA")[6] == condition
    [row] = await intake.rows(InboxRow)
    assert (row.state, row.code, row.raw) == ("rejected", code, raw)
    assert row.message_id.startswith("sha256:")


@pytest.mark.parametrize("sample", [Sample("ZZ9"), Sample(version="9.9"), Sample(processing="T")])
async def test_given_an_unknown_trigger_or_version_or_a_rehearsal_then_aa(line: Line, sample: Sample) -> None:
    assert acknowledgement_code(await line.ask(sample.raw())) == "AA"


async def test_given_undecodable_bytes_then_aa_and_the_bytes_are_kept(line: Line, intake: Intake) -> None:
    message = Sample(family="M\x81LLER").raw("latin-1")

    assert acknowledgement_code(await line.ask(message)) == "AA"
    [row] = await intake.rows(InboxRow)
    assert row.raw == message


async def test_given_half_a_frame_then_a_clear_answer_when_the_sender_falls_silent(intake: Intake) -> None:
    async with listening(PostgresInbox(intake.listener), HASTY) as (port, _), connected(port) as line:
        await line.send(frame(Sample().raw())[:40])

        [answer] = await line.answers(1)
        assert fields(answer, "MSA")[1] == "AR"
        assert await line.ended()
    assert await intake.rows(InboxRow) == []


async def test_given_bytes_without_a_frame_then_a_clear_answer_instead_of_silence(line: Line) -> None:
    await line.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    [answer] = await line.answers(1)
    assert fields(answer, "MSA")[1] == "AR"
    assert await line.ended()


async def test_given_the_same_bytes_twice_then_aa_twice_and_one_row(line: Line, intake: Intake) -> None:
    for _ in range(2):
        assert acknowledgement_code(await line.ask(Sample().raw())) == "AA"

    [row] = await intake.rows(InboxRow)
    assert row.times_received == 2


async def test_given_the_same_id_with_other_bytes_then_two_rows_and_a_flag(
    line: Line, intake: Intake
) -> None:
    await line.ask(Sample().raw())
    await line.ask(Sample(family="OTHER").raw())

    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    assert [row.same_id_other_bytes for row in rows] == [False, True]


async def test_given_a_sender_that_no_feed_claims_then_aa_and_held_unassigned(
    line: Line, intake: Intake
) -> None:
    assert acknowledgement_code(await line.ask(Sample(application="STRANGE").raw())) == "AA"

    [row] = await intake.rows(InboxRow)
    assert (row.state, row.code) == ("unassigned", "unknown-feed")
    assert {feed.code for feed in await intake.rows(Feed)} == {"RXH-PAS", "unassigned"}


async def test_given_a_sender_that_never_wants_an_answer_then_the_default_profile_answers(line: Line) -> None:
    answer = await line.ask(Sample(accept="NE", application_ack="NE").raw())

    assert acknowledgement_code(answer) == "AA"


async def test_given_200_idle_connections_then_another_is_served(port: int) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(200):
            await stack.enter_async_context(connected(port))
        line = await stack.enter_async_context(connected(port))
        assert acknowledgement_code(await line.ask(Sample().raw())) == "AA"


async def test_given_many_senders_at_once_then_every_message_is_stored_once(
    port: int, intake: Intake
) -> None:
    async def sender(number: int) -> list[str]:
        async with connected(port) as line:
            messages = [Sample(message_id=f"S{number}-{i}").raw() for i in range(10)]
            return [acknowledgement_code(await line.ask(message)) for message in messages]

    codes = await asyncio.gather(*(sender(number) for number in range(16)))

    assert {code for given in codes for code in given} == {"AA"}
    assert len(await intake.rows(InboxRow)) == 160


async def test_given_the_database_is_away_then_ae_207_and_the_connection_stays() -> None:
    times = DatabaseTimes(connect=1)
    engine = make_engine("postgresql+psycopg://nobody:none@127.0.0.1:9/none", times=times)
    async with listening(PostgresInbox(engine)) as (port, _), connected(port) as line:
        for _ in range(2):
            answer = await line.ask(Sample().raw())
            assert (fields(answer, "MSA")[1], fields(answer, "MSA")[6]) == ("AE", "207")
    await engine.dispose()


async def test_given_a_stop_then_the_message_at_hand_is_answered_and_idle_connections_end(
    intake: Intake,
) -> None:
    inbox = PostgresInbox(intake.listener)
    async with listening(inbox) as (port, stop), connected(port) as busy, connected(port) as idle:
        await busy.ask(Sample().raw())
        await busy.send(frame(Sample(message_id="LAST").raw()))
        stop.set()
        assert await idle.ended()
        answers = await busy.answers(1)

    stored = {row.message_id for row in await intake.rows(InboxRow)}
    answered = {fields(answer, "MSA")[2] for answer in answers}
    assert answered <= stored


async def test_given_a_feed_with_a_port_of_its_own_then_the_listener_opens_it(
    intake: Intake, owner: AsyncEngine
) -> None:
    with contextlib.closing(await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)) as probe:
        own = probe.sockets[0].getsockname()[1]
    await probe.wait_closed()
    async with transaction(owner) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        feed.port, feed.sending_application, feed.sending_facility = own, None, None
    async with listening(PostgresInbox(intake.listener)):
        for _ in range(100):
            with contextlib.suppress(OSError):
                async with connected(own) as line:
                    assert acknowledgement_code(await line.ask(Sample(application="X").raw())) == "AA"
                    break
            await asyncio.sleep(0.02)

    [row] = await intake.rows(InboxRow)
    assert row.feed_id == intake.feed_id


async def test_given_what_goes_on_beside_breaks_then_it_begins_again_and_connections_are_taken(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One fault that nobody foresaw: in taking a connection, and in looking at the feeds."""
    monkeypatch.setattr("fhir_adapters.hl7v2.receive.listener.FRESH_FOR", 0.05)
    faults, looked = {"welcome", "feeds"}, asyncio.Event()
    welcome, look_up = Doors._welcome, Directory.look_up

    def broken_welcome(self: Doors, *args: Any, **named: Any) -> None:
        if "welcome" in faults:
            faults.remove("welcome")
            raise RuntimeError
        welcome(self, *args, **named)

    async def broken_look_up(self: Directory) -> None:
        if self.feeds and "feeds" in faults:
            faults.remove("feeds")
            raise RuntimeError
        await look_up(self)
        if not faults:
            looked.set()

    monkeypatch.setattr(Doors, "_welcome", broken_welcome)
    monkeypatch.setattr(Directory, "look_up", broken_look_up)
    background = Background()
    async with (
        asyncio.timeout(30),
        listening(PostgresInbox(intake.listener), background=background) as (port, _),
        connected(port),  # the one that is lost
        connected(port) as line,
    ):
        assert acknowledgement_code(await line.ask(Sample().raw())) == "AA"
        await looked.wait()
        told = {f"connections on port {port}": "RuntimeError", "feeds": "RuntimeError"}
        assert background.failing() == told
