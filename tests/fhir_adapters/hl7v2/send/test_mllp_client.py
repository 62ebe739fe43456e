from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fhir_adapters.hl7v2.parse.mllp import frame
from fhir_adapters.hl7v2.receive.limits import Limits
from fhir_adapters.hl7v2.send.mllp_client import (
    NOT_ASKED,
    Receiver,
    acknowledgement_code,
    message_files,
    send_files,
)
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import LIMITS, listening
from tests.fhir_adapters.hl7v2.samples import Sample


def test_given_a_folder_then_messages_are_taken_in_order_and_other_files_left(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name, content in (
        ("b/2.hl7", b"broken"),
        ("1.txt", b"MSH|"),
        ("index.tsv", b"path\t"),
        ("0.dat", b"x"),
    ):
        (tmp_path / name).write_bytes(content)

    files, skipped = message_files([tmp_path])

    assert [file.name for file in files] == ["1.txt", "2.hl7"]
    assert skipped == 2


def test_given_a_file_named_outright_then_it_is_sent_whatever_it_holds(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"?")

    assert message_files([tmp_path / "x.bin"]) == ([tmp_path / "x.bin"], 0)


def test_given_no_such_path_then_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        message_files([tmp_path / "gone"])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"MSH|^~\\&|\rMSA|AA|1\r", "AA"),
        (b"MSH#^~\\&#\nMSA#CE#1", "CE"),
        (b"MSA", "unreadable"),
        (b"", "unreadable"),
    ],
)
def test_given_an_answer_then_its_code_is_read(answer: bytes, code: str) -> None:
    assert acknowledgement_code(answer) == code


async def test_given_files_then_they_are_sent_and_counted_by_code(tmp_path: Path, intake: Intake) -> None:
    (tmp_path / "1.hl7").write_bytes(Sample().raw())
    (tmp_path / "2.hl7").write_bytes(b"no message")
    (tmp_path / "3.hl7").write_bytes(Sample(message_id="M3", accept="NE", application_ack="NE").raw())
    async with listening(PostgresInbox(intake.listener)) as (port, _):
        tally = await send_files([tmp_path], Receiver("127.0.0.1", port))

    assert tally.as_json()["codes"] == {"AA": 2, "AR": 1}
    assert (tally.accepted, tally.refused, tally.unanswered) == (2, 1, 0)
    assert list(tally.not_accepted) == [str(tmp_path / "2.hl7")]
    assert len(await intake.rows(InboxRow)) == 3


async def test_given_a_receiver_that_ends_the_connection_then_the_next_file_is_sent_on_a_new_one(
    tmp_path: Path, intake: Intake
) -> None:
    (tmp_path / "1.hl7").write_bytes(Sample(tail=("NTE|1||" + "x" * 5000,)).raw())
    (tmp_path / "2.hl7").write_bytes(Sample(message_id="M2").raw())
    small = Limits(message_bytes=2000, idle_seconds=LIMITS.idle_seconds, read_seconds=LIMITS.read_seconds)
    async with listening(PostgresInbox(intake.listener), small) as (port, _):
        tally = await send_files([tmp_path], Receiver("127.0.0.1", port))

    assert tally.codes == {"AR": 1, "AA": 1}


async def test_given_a_receiver_that_stays_silent_then_silence_is_counted(tmp_path: Path) -> None:
    held: list[asyncio.StreamWriter] = []
    (tmp_path / "1.hl7").write_bytes(Sample(accept="NE", application_ack="NE").raw())
    (tmp_path / "2.hl7").write_bytes(Sample().raw())
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    tally = await send_files([tmp_path], Receiver("127.0.0.1", port), wait=0.2, quiet=0.1)

    server.close()
    for writer in held:
        writer.close()
    assert tally.codes == {NOT_ASKED: 1, "no answer": 1}
    assert (tally.accepted, tally.refused, tally.unanswered) == (1, 0, 1)


async def test_given_an_answer_to_an_earlier_message_comes_first_then_it_is_not_taken_for_this_ones(
    tmp_path: Path,
) -> None:
    (tmp_path / "1.hl7").write_bytes(Sample(message_id="THIS").raw())

    async def receiver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\x1c\r")
        for code, message_id in (("AR", "EARLIER"), ("CA", "THIS")):
            writer.write(frame(f"MSH|^~\\&|\rMSA|{code}|{message_id}\r".encode()))
        writer.close()

    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    async with server:
        tally = await send_files([tmp_path], Receiver("127.0.0.1", server.sockets[0].getsockname()[1]))

    assert tally.codes == {"CA": 1}


async def test_given_a_receiver_that_goes_away_when_files_are_left_then_they_are_counted(
    tmp_path: Path,
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.hl7").write_bytes(Sample(message_id=f"M{number}").raw())

    async def receiver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\x1c\r")
        server.close()
        writer.write(frame(b"MSH|^~\\&|\rMSA|AA|M0\r"))
        writer.close()

    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    tally = await send_files([tmp_path], Receiver("127.0.0.1", server.sockets[0].getsockname()[1]))
    assert (tally.sent, tally.accepted, tally.unsent) == (1, 1, 2)
