"""The pictures inside a PDF, without what a camera wrote into them: the pixels stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

from housing_checks.evidence.kept_file import NotAccepted

_APP0, _APP14, _SCAN, _END, _COMMENT = 0xE0, 0xEE, 0xDA, 0xD9, 0xFE
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_TOLD_BOXES = frozenset({b"uuid", b"xml ", b"uinf"})
"""Boxes of a JPEG 2000 file that hold XMP, EXIF or a place (ISO/IEC 15444-1, annex I)."""


def plain_jpeg(raw: bytes) -> bytes:
    """A JPEG without EXIF, XMP, IPTC, profile and comments; JFIF and Adobe's colour note stay, as the pixels
    cannot be read rightly without them. What follows the picture is dropped. Raises NotAccepted.
    """
    return b"".join(_segments(raw))


def _segments(raw: bytes) -> Iterator[bytes]:
    if raw[:2] != b"\xff\xd8":
        raise NotAccepted("file-unreadable", "picture in the document")
    yield raw[:2]
    at = 2
    while at + 4 <= len(raw):
        if raw[at] != 0xFF:
            raise NotAccepted("file-unreadable", "picture in the document")
        marker = raw[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _SCAN:
            yield raw[at : _end_of(raw, at)]
            return
        if marker in _STANDALONE:
            at += 2
            continue
        after = at + 2 + int.from_bytes(raw[at + 2 : at + 4], "big")
        if _is_needed(marker):
            yield raw[at:after]
        at = after


def _is_needed(marker: int) -> bool:
    told = 0xE0 <= marker <= 0xEF and marker not in (_APP0, _APP14)
    return not told and marker != _COMMENT


def _end_of(raw: bytes, at: int) -> int:
    """Where the picture ends: the last end marker, so that all scans of a progressive one are kept."""
    last = raw.rfind(bytes((0xFF, _END)), at)
    return len(raw) if last < 0 else last + 2


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
