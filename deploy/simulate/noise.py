"""Bytes that arrive at a real listener now and then, and must harm nobody: not HL7, unknown types, no name.

Each is sent once in a round. None concerns a person of the simulation.
"""

from __future__ import annotations

_HEAD = "MSH|^~\\&|HVPAS|RXH|HOMEWARD|HHP|20260101120000||{kind}|{name}|P|2.4|||AL|NE"


def _message(kind: str, name: str, *segments: str) -> bytes:
    return "\r".join((_HEAD.format(kind=kind, name=name), *segments, "")).encode()


NOISE: tuple[tuple[str, bytes], ...] = (
    ("not-hl7", b"GET / HTTP/1.1"),
    ("unknown-trigger", _message("ADT^A99", "NOISE1", "EVN||20260101120000", "PID|||NOBODY^^^RXH^MR")),
    ("result", _message("ORU^R01", "NOISE2", "PID|||NOBODY^^^RXH^MR", "OBR|1", "OBX|1|NM|X||1")),
    ("no-message-id", _message("ADT^A08", "", "EVN||20260101120000", "PID|||NOBODY^^^RXH^MR")),
    ("undecodable", _message("ADT^A08", "NOISE3", "EVN||20260101120000") + b"PID|||\xff\xfe^^^RXH^MR\r"),
    (
        "another-feed",
        _message("ADT^A28", "NOISE4", "EVN||20260101120000").replace(b"HVPAS|RXH", b"OTHER|ZZZ"),
    ),
)
