"""MLLP framing: 0x0B, the message, 0x1C 0x0D (HL7 UK A.3 mandates it over TCP); pure, no sockets.

`Deframer` takes bytes as they come, in whatever packets, and gives back whole messages. It keeps bytes that
stand outside a frame, so that a sender who does not frame gets a clear answer instead of silence. A frame end
without its CR is taken when the next frame begins at once, or when nothing but a LF follows; a lone 0x1C
inside a message is content. So is a lone 0x0B, which texts pasted into a record do hold. Where a header
follows it, somebody began anew: what came before it had no end, was never acknowledged, and is given up.
"""

import re

START, END, CR, LF = 0x0B, 0x1C, 0x0D, 0x0A
_START, _END, _FRAME_END = bytes((START,)), bytes((END,)), bytes((END, CR))
_ENDS = (_END, bytes((END, LF)))
_BEGUN_ANEW = re.compile(rb"\x0b(?=MSH[^A-Za-z0-9\s])")


def frame(message: bytes) -> bytes:
    """One message, ready to send."""
    return _START + message + _FRAME_END


class Deframer:
    """Cuts a stream into messages. `limit` is the largest message in bytes; it may change.

    `stray` holds bytes that stood outside a frame, and `astray` says that they were more than `HEAD` in one
    run. `oversized` is the beginning of a message past the limit, enough to read who sent it. Behind either
    nothing is cut any more. `abandoned` counts frames inside of which another one began.
    """

    HEAD = 4096

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buffer = bytearray()
        self._scanned = 0
        self._outside = 0
        self.stray = bytearray()
        self.oversized: bytes | None = None
        self.abandoned = 0

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._buffer)

    @property
    def astray(self) -> bool:
        """Whether so much stood outside any frame that this cannot be MLLP."""
        return self._outside > self.HEAD

    @property
    def may_have_ended(self) -> bool:
        """Whether an end block came last, of which the CR is missing, or is a LF."""
        return len(self._buffer) > 1 and self._buffer.endswith(_ENDS)

    def feed(self, data: bytes) -> list[bytes]:
        """Add bytes; returns the messages that are complete now."""
        if not self._buffer and self._is_one_frame(data):
            self._outside = 0
            return [data[1:-2]]
        self._buffer += data
        messages: list[bytes] = []
        while not self._over() and (message := self._next()) is not None:
            if len(message) > self.limit:
                self.oversized = message[: self.HEAD]
            else:
                messages.append(message)
        if len(self._buffer) > self.limit + 1 and not self._over():
            self.oversized = bytes(self._buffer[1 : self.HEAD])
        return messages

    def _is_one_frame(self, data: bytes) -> bool:
        """Whether this is a message and nothing else, as it nearly always is."""
        return (
            data.startswith(_START)
            and data.find(_END) == len(data) - 2
            and data.endswith(_FRAME_END)
            and data.rfind(_START) == 0
            and len(data) <= self.limit
            and not self._over()
        )

    def settle(self) -> list[bytes]:
        """Nothing follows for now: an end block that came last ends its message."""
        if not self.may_have_ended:
            return []
        if self._buffer[-1] == LF:
            self._buffer.pop()
            self._scanned = 0
        return self.feed(bytes((CR,)))

    def _over(self) -> bool:
        return self.oversized is not None or self.astray

    def _drop_stray(self) -> None:
        """Move what stands before the next frame out of the way; line ends between frames mean nothing."""
        begin = self._buffer.find(START)
        outside = self._buffer[:] if begin < 0 else self._buffer[:begin]
        if outside.strip(b"\r\n\x1c \x00"):
            self._outside += len(outside)
            self.stray += outside[: max(self.HEAD - len(self.stray), 0)]
        del self._buffer[: len(outside)]
        self._scanned = 0

    def _next(self) -> bytes | None:
        if not self._buffer or self._buffer[0] != START:
            self._drop_stray()
        end = self._buffer.find(END, max(self._scanned, 1))
        while 0 <= end < len(self._buffer) - 1 and not self.astray:
            follows = self._buffer[end + 1]
            if follows in (CR, START):
                with memoryview(self._buffer) as whole:
                    message = bytes(whole[1:end])
                del self._buffer[: end + (2 if follows == CR else 1)]
                self._scanned = self._outside = 0
                return self._last_begun(message)
            end = self._buffer.find(END, end + 1)
        self._scanned = end if end >= 0 else len(self._buffer)
        return None

    def _last_begun(self, message: bytes) -> bytes:
        """Give up what came before a header that begins a frame of its own."""
        if START not in message:
            return message
        parts = _BEGUN_ANEW.split(message)
        self.abandoned += len(parts) - 1
        return parts[-1]
