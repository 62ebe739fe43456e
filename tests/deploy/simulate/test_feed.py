"""The feed keeps sending the same bytes until they are acknowledged, and writes down what happened."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from deploy.simulate.feed import Feed
from deploy.simulate.ledger import Ledger
from deploy.simulate.progress import progress
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame

MESSAGE = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|X1|P|2.4\r"


class Receiver:
    """Answers as told, one word for each message: a code, `drop` (closes) or `silence`."""

    def __init__(self, *behaviour: str) -> None:
        self._behaviour = list(behaviour)
        self.received: list[bytes] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deframer = Deframer(100_000)
        while data := await reader.read(4096):
            for message in deframer.feed(data):
                self.received.append(message)
                word = self._behaviour.pop(0)
                if word == "drop":
                    writer.close()
                    return
                writer.write(frame(f"MSH|^~\\&|||||||ACK|1|P|2.4\rMSA|{word}|X1\r".encode()))


def noted(path: Path) -> list[tuple[str, object]]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [(line["what"], line.get("ack") or line.get("attempt")) for line in lines]


@pytest.mark.parametrize("trouble", ["drop", "AE"])
async def test_given_no_acknowledgement_then_the_same_bytes_are_sent_again(
    tmp_path: Path, trouble: str
) -> None:
    receiver = Receiver(trouble, "AA")
    async with receiver as port:
        feed = Feed("127.0.0.1", port, Ledger(tmp_path / "ledger.jsonl"))
        assert await feed.send(MESSAGE, key="1/1") == "AA"
        await feed.close()
    assert receiver.received == [MESSAGE, MESSAGE]
    first = ("lost", 1) if trouble == "drop" else ("answered", "AE")
    assert noted(tmp_path / "ledger.jsonl") == [("sent", 1), first, ("sent", 2), ("answered", "AA")]


async def test_given_a_refusal_then_it_is_not_sent_again(tmp_path: Path) -> None:
    receiver = Receiver("AR")
    async with receiver as port:
        feed = Feed("127.0.0.1", port, Ledger(tmp_path / "ledger.jsonl"))
        assert await feed.send(MESSAGE, key="1/1") == "AR"
        await feed.close()
    assert noted(tmp_path / "ledger.jsonl") == [("sent", 1), ("answered", "AR")]


async def test_given_several_senders_then_messages_keep_their_turn_on_one_connection(tmp_path: Path) -> None:
    receiver = Receiver(*["AA"] * 5)
    async with receiver as port:
        feed = Feed("127.0.0.1", port, Ledger(tmp_path / "ledger.jsonl"))
        messages = [MESSAGE.replace(b"X1", b"X%d" % n) for n in range(5)]
        await asyncio.gather(*(feed.send(message, key=str(n)) for n, message in enumerate(messages)))
        await feed.close()
    assert receiver.received == messages


def test_a_ledger_cut_in_the_middle_of_a_line_says_where_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.note("begin", start="2026-03-02T06:00:00+00:00")
    ledger.note("sent", step="3/1", key="k", body={"a": 1})
    ledger.note("done", step="3/1", case_id="c")
    ledger.close()
    with path.open("a") as file:
        file.write('{"what": "do')
    found = progress(Ledger(path).earlier)
    assert (found.done, found.cases, found.made) == ({"3/1"}, {3: "c"}, {"k": {"a": 1}})
    assert path.read_text().endswith("\n")


def test_a_ledger_that_ended_begins_the_next_round() -> None:
    lines = [
        {"what": "begin", "start": "2026-03-02T06:00:00+00:00"},
        {"what": "done", "step": "1/1"},
        {"what": "ended"},
    ]
    found = progress(lines)
    assert (found.start, found.rounds, found.done) == (None, 1, set())
