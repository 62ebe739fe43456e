"""What a file is, by its first bytes; what its sender says of it, and its name, count for nothing."""

from __future__ import annotations

from housing_checks.evidence.kept_file import NotAccepted

JPEG, PNG, WEBP, HEIC, PDF = "jpeg", "png", "webp", "heic", "pdf"

_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""Brands of pictures in an HEIF container (ISO/IEC 23008-12); `mif1` may hold another codec, which the
decoder then refuses.
"""


def kind_of(sent: bytes) -> str:
    """Which kind of file begins like this. Raises NotAccepted for any other, SVG, HTML and GIF included."""
    if sent.startswith(b"\xff\xd8\xff"):
        return JPEG
    if sent.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if sent[:4] == b"RIFF" and sent[8:12] == b"WEBP":
        return WEBP
    if sent[4:8] == b"ftyp" and sent[8:12] in _BRANDS:
        return HEIC
    if sent.startswith(b"%PDF-"):
        return PDF
    raise NotAccepted("file-kind-not-accepted")
