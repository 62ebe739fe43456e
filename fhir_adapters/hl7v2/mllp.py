"""MLLP framing: 0x0B, the message, 0x1C 0x0D (HL7 UK A.3 mandates it over TCP); pure, no sockets.

`Deframer` takes bytes as they come, in whatever packets, and gives back whole messages. It keeps bytes that
stand outside a frame, so that a sender who does not frame gets a clear answer instead of silence. A frame end
without its CR is taken when the next frame begins at once; a lone 0x1C inside a message is content.
"""

START, END, CR = 0x0B, 0x1C, 0x0D


def frame(message: bytes) -> bytes:
    """One message, ready to send."""
    return bytes((START,)) + message + bytes((END, CR))


class Deframer:
    """Cuts a stream into messages. `limit` is the largest message in bytes.

    `stray` holds bytes that stood outside a frame. `oversized` is the beginning of a message past the limit,
    enough to read who sent it; nothing behind it is cut any more.
    """

    HEAD = 4096

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._scanned = 0
        self.stray = bytearray()
        self.oversized: bytes | None = None

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Add bytes; returns the messages that are complete now."""
        self._buffer += data
        messages: list[bytes] = []
        while self.oversized is None and (message := self._next()) is not None:
            if len(message) > self._limit:
                self.oversized = message[: self.HEAD]
            else:
                messages.append(message)
        if len(self._buffer) > self._limit + 1 and self.oversized is None:
            self.oversized = bytes(self._buffer[1 : self.HEAD])
        return messages

    def _drop_stray(self) -> None:
        """Move what stands before the next frame out of the way; line ends between frames mean nothing."""
        begin = self._buffer.find(START)
        outside = self._buffer[:] if begin < 0 else self._buffer[:begin]
        if outside.strip(b"\r\n\x1c \x00"):
            room = self.HEAD - len(self.stray)
            self.stray += outside[: max(room, 0)]
        del self._buffer[: len(outside)]
        self._scanned = 0

    def _next(self) -> bytes | None:
        if not self._buffer or self._buffer[0] != START:
            self._drop_stray()
        end = self._buffer.find(END, max(self._scanned, 1))
        while 0 <= end < len(self._buffer) - 1:
            follows = self._buffer[end + 1]
            if follows in (CR, START):
                message = bytes(self._buffer[1:end])
                del self._buffer[: end + (2 if follows == CR else 1)]
                self._scanned = 0
                return message
            end = self._buffer.find(END, end + 1)
        self._scanned = end if end >= 0 else len(self._buffer)
        return None
