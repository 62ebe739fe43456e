"""One connection: bytes in, one message after the other, each answered before the next is looked at."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from fhir_adapters.hl7v2.parse.mllp import Deframer, frame
from fhir_adapters.hl7v2.receive.answerer import Answerer
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.directory import Arrival, Directory
from fhir_adapters.hl7v2.receive.late import LateAnswers
from fhir_adapters.hl7v2.receive.limits import Limits
from fhir_adapters.hl7v2.receive.wire import Wire

log = logging.getLogger("homeward.mllp")

LINGER_SECONDS = 2.0
"""How long bytes behind a refusal are read and thrown away, so that the refusal itself arrives."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all conversations of a listener have in common."""

    answerer: Answerer
    directory: Directory
    late: LateAnswers
    limits: Limits
    counts: Counts


class Conversation:
    """One connection until it ends, falls silent, breaks the framing, is turned away, or we stop."""

    def __init__(self, wire: Wire, door: Arrival, shared: Shared) -> None:
        self._wire = wire
        self._door = door
        self._answerer, self._directory = shared.answerer, shared.directory
        self._late, self._limits, self._counts = shared.late, shared.limits, shared.counts
        self._deframer = Deframer(self._directory.largest)
        self._left = self._limits.read_seconds
        self._framed = False
        self.busy = False
        self.stopping = False

    async def run(self) -> None:
        """Converse. Ends without an exception, whatever the other side does."""
        try:
            await self._converse()
        except (OSError, TimeoutError):
            pass
        finally:
            await self._late.hang_up(self.tell)
            await self._wire.close(self._linger)

    async def tell(self, reply: bytes) -> None:
        """Write one acknowledgement. Raises OSError or TimeoutError when nobody takes it."""
        framed = frame(reply)
        await self._wire.write(framed, self._limits.read_seconds)
        self._counts.sent.inc(len(framed))

    async def _converse(self) -> None:
        while not self.stopping:
            data = await self._read()
            self._deframer.limit = self._directory.largest
            messages = self._deframer.feed(data) if data else self._deframer.settle()
            if not await self._answer(messages):
                return
            code = self._broken(ended=not (data or messages))
            if code:
                await self._refuse(code)
            if code or (not data and (self._wire.ended or not messages)):
                return

    async def _answer(self, messages: list[bytes]) -> bool:
        """Answer messages in order; whether the connection goes on."""
        self.busy = True
        for raw in messages:
            self._framed = True
            answer = await self._answerer.answer(raw, self._door)
            if answer.reply is not None:
                await self.tell(answer.reply)
            if answer.owed:
                self._late.take(answer.owed, self.tell)
            if answer.hang_up:
                return False
        self.busy = False
        return True

    async def _read(self) -> bytes:
        """The next bytes; empty at the end of the stream, or when none came in the time that there is."""
        if not self._deframer.inside:
            self._left = self._limits.read_seconds
            data = await self._wire.read(self._patience())
        else:
            before = asyncio.get_running_loop().time()
            data = await self._wire.read(self._patience())
            self._left -= asyncio.get_running_loop().time() - before
        self._counts.received.inc(len(data))
        return data

    def _patience(self) -> float:
        if self._deframer.may_have_ended or (self._deframer.stray and not self._framed):
            return min(self._limits.pause_seconds, self._limits.read_seconds)
        return max(self._left, 0.0) if self._deframer.inside else self._limits.idle_seconds

    def _broken(self, *, ended: bool) -> str | None:
        """The code of what makes going on impossible, or None. What stands between frames is passed over, but
        a sender that never began one gets a clear answer instead of silence.
        """
        deframer = self._deframer
        if deframer.oversized is not None:
            return "message-too-large"
        unframed = deframer.astray or (ended and bool(deframer.stray) and not self._framed)
        if unframed or (ended and deframer.inside):
            return "frame-incomplete"
        if self._framed and deframer.stray:
            self._counts.stray.inc(len(deframer.stray))
            deframer.stray.clear()
        if deframer.abandoned:
            self._counts.abandoned.inc(deframer.abandoned)
            deframer.abandoned = 0
        return None

    async def _refuse(self, code: str) -> None:
        """Say why, and let the connection end: what follows could not be told from the broken message."""
        log.warning("connection ended: %s", code)
        await self.tell(self._answerer.refuse(code, self._deframer.oversized or b""))
        self._wire.say_no_more()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._linger):
                while await self._wire.read(self._linger):
                    pass

    @property
    def _linger(self) -> float:
        return min(LINGER_SECONDS, self._limits.read_seconds)


class Listener:
    """All conversations of a process."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._tasks: dict[asyncio.Task[None], Conversation] = {}
        self._stopping = False

    async def converse(self, wire: Wire, door: Arrival) -> None:
        """Serve one connection until it ends."""
        conversation = Conversation(wire, door, self._shared)
        conversation.stopping = self._stopping
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a conversation is a task of its own")
        self._tasks[task] = conversation
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await conversation.run()
        finally:
            del self._tasks[task]

    async def stop(self) -> None:
        """End idle connections at once and busy ones when their message is answered."""
        self._stopping = True
        for task, conversation in self._tasks.items():
            conversation.stopping = True
            if not conversation.busy:
                task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=self._shared.limits.stop_seconds)
