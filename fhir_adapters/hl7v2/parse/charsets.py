"""Which characters the bytes of a message mean.

The declared set (MSH-18, HL7 table 0211) is tried first, then UTF-8, then Windows-1252: feeds declare ASCII
and send names with accents. Which one fitted is kept with the message. A set of one byte a character fits any
bytes, so it is believed only while nothing speaks against it: bytes that make whole UTF-8 characters are
UTF-8, and bytes that ISO 8859 keeps for control codes are Windows-1252. Bytes that fit none are read with
replacement characters, so that an operator sees where the damage is.
"""

import re
from typing import NamedTuple

_BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

TABLE_0211 = {
    "ASCII": "ascii",
    "8859/1": "iso8859-1",
    "8859/2": "iso8859-2",
    "8859/3": "iso8859-3",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/6": "iso8859-6",
    "8859/7": "iso8859-7",
    "8859/8": "iso8859-8",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "ISO IR6": "ascii",
    "UNICODE": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "UNICODE UTF-32": "utf-32",
    "BIG-5": "big5",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
}
"""HL7 table 0211 (and spellings seen in feeds) to the codec's name."""

FALLBACKS = ("utf-8", "cp1252")

_ONE_BYTE = frozenset(codec for codec in TABLE_0211.values() if codec.startswith(("iso8859", "cp1252")))
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x80-\x9f]")
_WIDE = {b"M\x00S\x00H\x00": "utf-16-le", b"\x00M\x00S\x00H": "utf-16-be"}


class Decoded(NamedTuple):
    """Text, its codec, and repair codes: `charset-undeclared`, `bytes-replaced`, `bom-removed`."""

    text: str
    charset: str
    repairs: tuple[str, ...]


def declared_codec(declared: str) -> str | None:
    """The codec for an MSH-18 value (its first repetition); None where we do not know the name."""
    return TABLE_0211.get(declared.split("~", maxsplit=1)[0].strip().upper())


def _by_bom(raw: bytes) -> Decoded | None:
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            try:
                return Decoded(raw.decode(codec), codec, ("bom-removed",))
            except UnicodeDecodeError:
                return None
    return None


def _wide(raw: bytes) -> Decoded | None:
    """UTF-16 without a byte order mark, known by how MSH looks in it."""
    codec = next((codec for sign, codec in _WIDE.items() if raw.lstrip(b"\x0b").startswith(sign)), None)
    if codec is None:
        return None
    return Decoded(raw.decode(codec, errors="replace"), codec, ("charset-undeclared",))


def _candidates(raw: bytes, wanted: str | None) -> tuple[str, ...]:
    """The codecs to try in turn."""
    if wanted is None:
        return FALLBACKS
    if wanted not in _ONE_BYTE or not _HIGH.search(raw):
        return (wanted, *FALLBACKS)
    doubted = "cp1252" if _CONTROL.search(raw) and wanted == "iso8859-1" else wanted
    return ("utf-8", doubted, wanted, "cp1252")


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Read bytes as text: by byte order mark, as declared, as UTF-8, as Windows-1252; never raises."""
    marked = None if raw.startswith(b"MSH") else _by_bom(raw) or _wide(raw)
    if marked:
        return marked
    wanted = declared_codec(declared)
    for codec in _candidates(raw, wanted):
        try:
            text = raw.decode(codec)
        except UnicodeError:
            continue
        as_declared = wanted in (None, codec)
        return Decoded(text, codec, () if as_declared else ("charset-undeclared",))
    return Decoded(raw.decode(FALLBACKS[-1], errors="replace"), FALLBACKS[-1], ("bytes-replaced",))
