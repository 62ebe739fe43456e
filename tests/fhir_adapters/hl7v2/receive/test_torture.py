"""What real senders and bad lines do, on real sockets and a real PostgreSQL: nothing is lost, nobody else
suffers.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable, read_envelope
from fhir_adapters.hl7v2.parse.mllp import frame
from fhir_adapters.hl7v2.receive import answerer
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.send.mllp_client import acknowledgement_code
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import HASTY, LIMITS, PATIENCE, Line, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample

BIG = replace(LIMITS, message_bytes=6_000_000)
FRESH = count(1)


@pytest.fixture
async def port(intake: Intake) -> AsyncIterator[int]:
    async with listening(PostgresInbox(intake.listener), BIG) as (port, _):
        yield port


@pytest.fixture
async def line(port: int) -> AsyncIterator[Line]:
    async with connected(port) as line:
        yield line


def message(message_id: str) -> bytes:
    return Sample(message_id=message_id).raw()


def answered(answers: list[bytes]) -> list[tuple[str, str]]:
    """MSA-2 and MSA-1 of each answer."""
    return [(fields(answer, "MSA")[2], fields(answer, "MSA")[1]) for answer in answers]


async def ids(intake: Intake) -> list[str]:
    rows = await intake.rows(InboxRow)
    return [row.message_id for row in sorted(rows, key=lambda row: row.sequence)]


async def test_given_two_messages_in_one_packet_then_both_are_stored_and_answered_in_order(
    line: Line, intake: Intake
) -> None:
    await line.send(frame(message("A")) + frame(message("B")))

    assert answered(await line.answers(2)) == [("A", "AA"), ("B", "AA")]
    assert await ids(intake) == ["A", "B"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CR LF"])
async def test_given_other_segment_ends_then_the_person_is_read_and_the_bytes_stay(
    line: Line, intake: Intake, ends: str
) -> None:
    raw = Sample().text().replace("\r", ends).encode()

    assert acknowledgement_code(await line.ask(raw)) == "AA"
    [row] = await intake.rows(InboxRow)
    assert row.raw == raw
    [drained] = await intake.drain()
    assert drained.state == "interpreted"


async def test_given_another_charset_than_declared_then_the_person_is_read_and_the_bytes_stay(
    line: Line, intake: Intake
) -> None:
    raw = Sample(family="M\u00dcLLER").text().replace("|2.4|", "|2.4||||||UNICODE UTF-8").encode("cp1252")

    assert acknowledgement_code(await line.ask(raw)) == "AA"
    [row] = await intake.rows(InboxRow)
    assert row.raw == raw
    assert [one.state for one in await intake.drain()] == ["interpreted"]


async def test_given_five_megabytes_then_they_are_taken_whole(line: Line, intake: Intake) -> None:
    raw = Sample(tail=("OBX|1|ED|DOC||" + "A" * 5_000_000,)).raw()

    assert acknowledgement_code(await line.ask(raw)) == "AA"
    [row] = await intake.rows(InboxRow)
    assert row.raw == raw


async def test_given_a_large_message_then_another_sender_is_answered_while_it_is_read(
    port: int, line: Line, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The large one is read only once the other was answered: were it read in everybody's way, never."""
    begun, other_was_answered, in_time = threading.Event(), threading.Event(), list[bool]()

    def read(raw: bytes) -> MessageHeader | Unreadable:
        if len(raw) >= answerer.LARGE:
            begun.set()
            in_time.append(other_was_answered.wait(5))
        return read_envelope(raw)

    monkeypatch.setattr(answerer, "read_envelope", read)
    large = Sample(message_id="LARGE", tail=("NTE|1||" + "x" * answerer.LARGE,)).raw()
    waiting = asyncio.create_task(line.ask(large))
    await asyncio.to_thread(begun.wait, 5)
    async with connected(port) as other:
        assert answered([await other.ask(message("OTHER"))]) == [("OTHER", "AA")]
    other_was_answered.set()

    assert answered([await waiting]) == [("LARGE", "AA")]
    assert in_time == [True]
    assert await ids(intake) == ["OTHER", "LARGE"]


async def test_given_more_than_the_limit_when_all_of_it_was_sent_then_the_refusal_still_arrives(
    line: Line, intake: Intake
) -> None:
    await line.send(frame(Sample(tail=("OBX|1|ED|DOC||" + "A" * 20_000_000,)).raw()))

    [answer] = await line.answers(1)

    assert fields(answer, "MSA")[1:3] == ["AR", "M1"]
    assert fields(answer, "MSA")[6] == "102"
    assert await ids(intake) == []


async def test_given_no_end_block_before_the_next_message_then_the_next_is_taken_and_the_first_is_the_senders(
    line: Line, intake: Intake
) -> None:
    cut_off = frame(message("A"))[:-2]
    await line.send(cut_off + frame(message("B")))

    assert answered(await line.answers(1)) == [("B", "AA")]
    assert answered([await line.ask(message("A"))]) == [("A", "AA")]
    assert await ids(intake) == ["B", "A"]


async def test_given_a_start_block_inside_a_text_then_it_is_content(line: Line, intake: Intake) -> None:
    raw = Sample(tail=("NTE|1||one\x0btwo",)).raw()

    assert acknowledgement_code(await line.ask(raw)) == "AA"
    [row] = await intake.rows(InboxRow)
    assert row.raw == raw


async def test_given_an_end_block_without_cr_then_the_message_is_taken_when_nothing_follows(
    line: Line, intake: Intake
) -> None:
    await line.send(frame(message("A"))[:-1])
    assert answered(await line.answers(1)) == [("A", "AA")]

    await line.send(b"\r" + frame(message("B")))
    assert answered(await line.answers(1)) == [("B", "AA")]


async def test_given_garbage_between_frames_then_it_is_passed_over(line: Line, intake: Intake) -> None:
    await line.send(b"garbage" + frame(message("A")) + b"\x00more|garbage\x1c\r" + frame(message("B")))
    assert answered(await line.answers(2)) == [("A", "AA"), ("B", "AA")]

    await line.send(b"alone in a packet")
    assert answered([await line.ask(message("C"))]) == [("C", "AA")]
    assert await ids(intake) == ["A", "B", "C"]


async def test_given_endless_garbage_then_a_clear_answer_and_the_end(line: Line) -> None:
    await line.ask(message("A"))
    await line.send(b"x" * 100_000)

    [answer] = await line.answers(1)
    assert fields(answer, "MSA")[1] == "AR"
    assert await line.ended()


async def test_given_a_sender_that_hangs_up_at_once_then_its_message_is_stored_and_others_are_served(
    port: int, intake: Intake
) -> None:
    async with connected(port) as leaving:
        await leaving.send(frame(message("A")) + b"\x0bMSH|half of a")
        leaving.writer.transport.abort()
    async with connected(port) as line:
        assert answered([await line.ask(message("B"))]) == [("B", "AA")]

    assert {"B"} <= set(await ids(intake)) <= {"A", "B"}


async def test_given_a_sender_that_sends_no_more_but_listens_then_it_is_answered(line: Line) -> None:
    await line.send(frame(message("A")) + frame(message("B"))[:-1])
    line.writer.write_eof()

    assert answered(await line.answers(3)) == [("A", "AA"), ("B", "AA")]


async def test_given_an_acknowledgement_that_is_lost_then_the_repeat_gets_aa_and_one_effect(
    port: int, intake: Intake
) -> None:
    async with connected(port) as losing:
        await losing.send(frame(message("A")))
        while not await ids(intake):
            await asyncio.sleep(0.01)
        losing.writer.transport.abort()
    drained = await intake.drain()

    async with connected(port) as line:
        assert answered([await line.ask(message("A"))]) == [("A", "AA")]

    [row] = await intake.rows(InboxRow)
    assert row.times_received == 2
    assert [one.state for one in drained] == ["interpreted"]
    assert await intake.drain() == []


async def test_given_200_idle_and_slow_senders_then_a_quick_one_is_answered_before_any_of_them(
    port: int, intake: Intake
) -> None:
    """The slow ones may go on only after the quick one was answered: were it made to wait for them, it would
    wait for ever.
    """
    quick_is_done = asyncio.Event()

    async def slow(number: int, line: Line) -> list[tuple[str, str]]:
        framed = frame(message(f"SLOW{number}"))
        for index in range(20):
            await line.send(framed[index : index + 1])
        await quick_is_done.wait()
        await line.send(framed[20:])
        return answered(await line.answers(1))

    async with contextlib.AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connected(port)) for _ in range(200)]
        slow_ones = [asyncio.create_task(slow(n, line)) for n, line in enumerate(lines[:100])]
        quick = await stack.enter_async_context(connected(port))
        for number in range(20):
            assert answered([await quick.ask(message(f"Q{number}"))]) == [(f"Q{number}", "AA")]
        assert await ids(intake) == [f"Q{number}" for number in range(20)]
        quick_is_done.set()
        answers = await asyncio.gather(*slow_ones)

    assert answers == [[(f"SLOW{n}", "AA")] for n in range(100)]


async def test_given_a_sender_that_drips_then_the_time_for_one_message_ends_it(intake: Intake) -> None:
    """Each byte comes well within any pause; the message as a whole does not."""
    async with listening(PostgresInbox(intake.listener), HASTY) as (port, _), connected(port) as line:
        dripped = 0
        with contextlib.suppress(ConnectionError):
            for byte in frame(Sample(tail=("NTE|1||" + "x" * 100_000,)).raw()):
                await line.send(bytes((byte,)))
                dripped += 1
                if line.reader.at_eof():
                    break
                await asyncio.sleep(0.01)
    assert dripped < 100_000
    assert await ids(intake) == []


async def test_given_more_connections_than_one_address_may_have_then_the_others_go_on(intake: Intake) -> None:
    few, counts = replace(LIMITS, connections_per_address=2), Counts()
    async with listening(PostgresInbox(intake.listener), few, counts=counts) as (port, _):
        async with connected(port) as one, connected(port) as two:
            assert answered([await one.ask(message("A"))]) == [("A", "AA")]
            assert answered([await two.ask(message("B"))]) == [("B", "AA")]
            async with connected(port) as three:
                assert await three.ended()
            assert answered([await one.ask(message("C"))]) == [("C", "AA")]
        refused = counts.registry.get_sample_value(
            "homeward_mllp_connections_refused_total", {"reason": "too-many-of-one-address"}
        )
        assert refused == 1
        await _eventually_served(port)


async def _eventually_served(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            async with connected(port) as line:
                with contextlib.suppress(OSError, ValueError):
                    await line.ask(message("LAST"))
                    return


TELLING = st.sampled_from([b"\x0b", b"\x1c\r", b"\x1c", b"MSH|^~\\&|"])
NOISE = st.binary(max_size=40).map(lambda raw: b"\x20" + raw.replace(b"\x0b", b"."))
PART = st.one_of(
    st.tuples(st.just("whole"), st.just(b"")),
    st.tuples(st.just("noise"), NOISE),
    st.tuples(st.just("begun"), st.binary(max_size=30).map(lambda raw: raw.replace(b"\x1c", b"."))),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(parts=st.lists(PART, max_size=8), cuts=st.lists(st.integers(1, 300), max_size=30))
async def test_given_frames_among_noise_and_broken_frames_cut_anywhere_then_each_whole_one_is_answered_once(
    port: int, parts: list[tuple[str, bytes]], cuts: list[int]
) -> None:
    stream, expected = b"", list[tuple[str, str]]()
    for kind, more in [*parts, ("whole", b"")]:
        message_id = f"H{next(FRESH)}"
        if kind == "whole":
            stream += frame(message(message_id))
            expected.append((message_id, "AA"))
        elif kind == "begun":
            stream += b"\x0b" + message(message_id) + more.rstrip(b"\x0b")
        else:
            stream += more
    async with connected(port) as line:
        for size in cuts:
            await line.send(stream[:size])
            stream = stream[size:]
        await line.send(stream)

        assert answered(await line.answers(len(expected))) == expected


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(packets=st.lists(st.binary(max_size=200) | TELLING))
async def test_given_any_bytes_at_all_then_the_connection_ends_and_the_next_is_served(
    port: int, packets: list[bytes]
) -> None:
    async with connected(port) as line:
        with contextlib.suppress(ConnectionError):
            for packet in packets:
                await line.send(packet)
            line.writer.write_eof()
            await asyncio.wait_for(line.reader.read(), PATIENCE)
    async with connected(port) as line:
        last = f"N{next(FRESH)}"
        assert answered([await line.ask(message(last))]) == [(last, "AA")]
