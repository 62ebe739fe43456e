"""Sending message files over MLLP, one connection, one message at a time, and counting the answers.

Each file is one message and is framed as it is. From a folder every file that is named `.hl7` or begins with
MSH, FHS or BHS is taken, in the order of its path; a file named outright is always sent. A connection that
the receiver closes is made anew. An answer that names another message (a late application acknowledgement, or
the answer to a message that was given up) is passed over. Over TLS the receiver must show a certificate for
its name by a CA that is believed, and gets ours where we have one.
"""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fhir_adapters.hl7v2.parse.envelope import header_of, read_envelope
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame

CHUNK = 65_536
LARGEST_ANSWER = 1_048_576
NOT_ASKED = "none asked"
"""Counted for a message that wants no answer (NE in MSH-15 and MSH-16) and got none."""
NO_ANSWER = "no answer"
ACCEPTED = frozenset({"AA", "CA", NOT_ASKED})
_BEGINNINGS = (b"MSH", b"FHS", b"BHS")


@dataclass
class Tally:
    """What became of the files: counts by acknowledgement code, and which files were not accepted."""

    sent: int = 0
    skipped: int = 0
    unsent: int = 0
    """Files that were left, because the connection could not be had again; the first may have arrived."""
    codes: Counter[str] = field(default_factory=Counter)
    not_accepted: dict[str, str] = field(default_factory=dict)

    def note(self, path: Path, code: str) -> None:
        """Count one answer."""
        self.sent += 1
        self.codes[code] += 1
        if code not in ACCEPTED:
            self.not_accepted[str(path)] = code

    @property
    def accepted(self) -> int:
        """How many were accepted, or wanted no answer."""
        return sum(self.codes[code] for code in ACCEPTED)

    @property
    def unanswered(self) -> int:
        """How many got no answer: whether they arrived is not known."""
        return self.codes[NO_ANSWER]

    @property
    def refused(self) -> int:
        """How many got another answer."""
        return self.sent - self.accepted - self.unanswered

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "sent": self.sent,
            "skipped": self.skipped,
            "unsent": self.unsent,
            "codes": dict(sorted(self.codes.items())),
            "not_accepted": self.not_accepted,
        }


def message_files(paths: Iterable[Path]) -> tuple[list[Path], int]:
    """The files to send, and how many files in folders hold no message. Raises FileNotFoundError."""
    found: list[Path] = []
    skipped = 0
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file())
            taken = [item for item in inside if item.suffix.lower() == ".hl7" or _begins_as_message(item)]
            found += taken
            skipped += len(inside) - len(taken)
        elif path.exists():
            found.append(path)
        else:
            raise FileNotFoundError(path)
    return found, skipped


def _begins_as_message(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf\x0b\r\n ").startswith(_BEGINNINGS)


def acknowledgement_code(answer: bytes) -> str:
    """MSA-1 of an answer; `unreadable` where there is none."""
    return _msa(answer, 1) or "unreadable"


def _msa(answer: bytes, number: int) -> str:
    """A field of the first MSA, empty where there is none."""
    for line in answer.replace(b"\n", b"\r").split(b"\r"):
        if line.startswith(b"MSA") and len(line) > len(b"MSA|"):
            fields = line.split(line[3:4])
            return fields[number].decode("utf-8", "replace").strip() if number < len(fields) else ""
    return ""


def client_context(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """TLS as a client, from PEM files: whom to believe (None: whom this machine believes), and our
    certificate with its chain and key, if we have one. Raises OSError (of which SSLError is one).
    """
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where messages are sent to; with ``tls`` encrypted."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


class Sender:
    """One MLLP connection, made when needed. `wait` is the longest wait for an answer in seconds.

    A message that asks for no answer is waited for `quiet` seconds only.
    """

    def __init__(self, to: Receiver, *, wait: float = 30.0, quiet: float = 1.0) -> None:
        self._to = to
        self._wait = wait
        self._quiet = quiet
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, message: bytes) -> bytes | None:
        """Send one message; returns its answer, or None when none came in time. Raises OSError.

        A connection that was used before may have been closed behind our back: then the message goes once
        more, on a new one, as a sender of HL7 v2 does until it is answered.
        """
        used_before = self._streams is not None
        answer, ended = await self._exchange(message)
        if ended:
            await self.close()
            if answer is None and used_before:
                answer, _ = await self._exchange(message)
        return answer

    async def _exchange(self, message: bytes) -> tuple[bytes | None, bool]:
        """The answer, and whether the connection ended."""
        header = header_of(read_envelope(message))
        wait = self._quiet if header and header.wants_no_answer else self._wait
        reader, writer = await self._connected()
        try:
            writer.write(frame(message))
            await asyncio.wait_for(writer.drain(), self._wait)
            answer = await asyncio.wait_for(_answer(reader, header.message_id if header else ""), wait)
        except TimeoutError:
            await self.close()
            return None, False
        except ConnectionError:
            return None, True
        return answer, reader.at_eof()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof():
            await self.close()
            to = self._to
            self._streams = await asyncio.open_connection(to.host, to.port, ssl=to.tls)
        return self._streams

    async def close(self) -> None:
        """End the connection."""
        if self._streams is None:
            return
        writer = self._streams[1]
        self._streams = None
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader, message_id: str) -> bytes | None:
    """The first answer that names the message or none; receivers may cut a long id short."""
    deframer = Deframer(LARGEST_ANSWER)
    while data := await reader.read(CHUNK):
        for answer in deframer.feed(data):
            if message_id.startswith(_msa(answer, 2)):
                return answer
        if deframer.oversized:
            return None
    return None


async def send_files(paths: Iterable[Path], to: Receiver, *, wait: float = 30.0, quiet: float = 1.0) -> Tally:
    """Send every message file; returns the counts. Raises FileNotFoundError, or OSError when nobody listens
    or no TLS comes about; once something was sent, the files that cannot be are counted.
    """
    files, skipped = message_files(paths)
    tally = Tally(skipped=skipped)
    sender = Sender(to, wait=wait, quiet=quiet)
    try:
        for path in files:
            message = path.read_bytes()
            try:
                answer = await sender.send(message)
            except OSError:
                if not tally.sent:
                    raise
                tally.unsent = len(files) - tally.sent
                break
            header = header_of(read_envelope(message))
            silent = NOT_ASKED if header and header.wants_no_answer else NO_ANSWER
            tally.note(path, acknowledgement_code(answer) if answer is not None else silent)
    finally:
        await sender.close()
    return tally
