"""Batch wrappers (FHS, BHS, BTS, FTS; HL7 2.4, 2.15.3) around several messages in one file or frame.

A batch is stored and acknowledged as it came; the drain then puts each message inside into the inbox as a
message of its own, whose bytes are exactly those between two headers.
"""

import re

BATCH = "BATCH"
"""The message type under which a batch is kept."""

MOST_INSIDE = 10_000
"""Messages of one batch; more of them are no day's work, and would be one transaction for minutes."""

_HEADER = re.compile(rb"(?:^|[\r\n])(?=MSH[^A-Za-z0-9\s])")
_TRAILER = re.compile(rb"(?<![\r\n])[\r\n]++(?:BTS|FTS|BHS)[^A-Za-z0-9\s]")
_WRAPPER = re.compile(r"(FHS|BHS)[^A-Za-z0-9\s]")


def is_batch(text: str) -> bool:
    """Whether a text begins with the header of a file or batch."""
    return bool(_WRAPPER.match(text))


def messages_in(raw: bytes) -> list[bytes]:
    """The messages inside a batch, in order, without the lines of the wrapper."""
    starts = [found.end() for found in _HEADER.finditer(raw)]
    ends = [*starts[1:], len(raw)][: len(starts)]
    whole = (raw[start:end] for start, end in zip(starts, ends, strict=True))
    return [_TRAILER.split(message, maxsplit=1)[0].rstrip(b"\r\n") + b"\r" for message in whole]


def wrapped_id(text: str, separator: str) -> str:
    """The control id of a file or batch header (FHS-11, else BHS-11); empty where neither is there."""
    for line in re.split(r"[\r\n]+", text):
        fields = line.split(separator)
        if fields[0] in {"FHS", "BHS"} and len(fields) > 10 and fields[10].strip():
            return fields[10].strip()
    return ""
