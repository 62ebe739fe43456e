"""The pictures inside a PDF, without what a camera wrote into them: the pixels stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from housing_checks.evidence.kept_file import NotAccepted

_APP0, _APP14, _SCAN, _END, _COMMENT = 0xE0, 0xEE, 0xDA, 0xD9, 0xFE
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends the data of a scan: a marker, neither a stuffed byte nor a restart (ITU-T T.81, B.1.1.5)."""
_JFIF, _JFIF_KEPT = b"JFIF\x00", 12
"""How a JFIF segment begins, and how many of its bytes tell the version and the shape of a pixel; the small
picture behind them is not kept.
"""
_TOLD_BOXES = frozenset({b"uuid", b"xml ", b"uinf"})
"""Boxes of a JPEG 2000 file that hold XMP, EXIF or a place (ISO/IEC 15444-1, annex I)."""


def plain_jpeg(raw: bytes) -> bytes:
    """A JPEG without EXIF, XMP, IPTC, profile, comments and small pictures; JFIF and Adobe's colour note
    stay, as the pixels cannot be read rightly without them. What follows the picture is dropped, also when
    it is another picture. Raises NotAccepted.
    """
    return b"".join(_segments(raw))


def _segments(raw: bytes) -> Iterator[bytes]:
    if raw[:2] != b"\xff\xd8":
        raise NotAccepted("file-unreadable", "picture in the document")
    yield raw[:2]
    at = 2
    while at + 2 <= len(raw):
        if raw[at] != 0xFF:
            raise NotAccepted("file-unreadable", "picture in the document")
        marker = raw[at + 1]
        if marker == _END:
            yield raw[at : at + 2]
            return
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _STANDALONE:
            at += 2
        else:
            after = _after(raw, at)
            yield _kept(marker, raw[at:after])
            at = after


def _after(raw: bytes, at: int) -> int:
    """Where a segment ends; a scan with its data."""
    after = at + 2 + int.from_bytes(raw[at + 2 : at + 4], "big")
    if raw[at + 1] != _SCAN:
        return after
    found = _NEXT_MARKER.search(raw, after)
    return found.start() if found is not None else len(raw)


def _kept(marker: int, segment: bytes) -> bytes:
    """What is kept of a segment; nothing of one that tells of the making."""
    if marker == _APP0:
        told = segment[4:].startswith(_JFIF)
        return b"\xff\xe0\x00\x10" + segment[4 : 4 + _JFIF_KEPT] + b"\x00\x00" if told else b""
    if marker == _APP14:
        return segment if segment[4:].startswith(b"Adobe") else b""
    return b"" if 0xE0 <= marker <= 0xEF or marker == _COMMENT else segment


def plain_jpeg_2000(raw: bytes) -> bytes:
    """A JPEG 2000 file without the boxes that tell of its making; a bare codestream stays as it is."""
    if raw[4:8] != b"jP  ":
        return raw
    kept, at = [], 0
    while at + 8 <= len(raw):
        length, kind = int.from_bytes(raw[at : at + 4], "big"), raw[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(raw[at + 8 : at + 16], "big")
        after = len(raw) if length == 0 else at + max(length, 8)
        if kind not in _TOLD_BOXES:
            kept.append(raw[at:after])
        at = after
    return b"".join(kept)
