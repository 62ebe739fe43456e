"""The bytes of a message as text: which characters they mean, and where lines end.

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


HEAD = 4096
"""Bytes in which the header is looked for before the character set is known."""

_LINE_END = re.compile(rb"[\r\n]")
_STRAY_LF = re.compile(r"(?<!\n)\n++(?=[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s])")
"""Looked at from the beginning of each run alone: a message of nothing but line ends is read once, not once
for each of them.
"""


def mend_line_ends(text: str) -> tuple[str, tuple[str, ...]]:
    """Segments separated by CR alone, and repair codes (`lf-ends`, `crlf-ends`, `stray-lf`)."""
    if "\n" not in text:
        return text, ()
    if "\r" not in text:
        return text.replace("\n", "\r"), ("lf-ends",)
    repairs: tuple[str, ...] = ()
    if "\r\n" in text:
        text, repairs = text.replace("\r\n", "\r"), ("crlf-ends",)
    mended = _STRAY_LF.sub("\r", text)
    return mended, repairs if mended == text else (*repairs, "stray-lf")


def _declared(raw: bytes) -> str:
    """MSH-18 as declared, read before the text is decoded (every set we know keeps ASCII in place)."""
    start = max(raw.find(b"MSH", 0, HEAD), 0)
    ended = _LINE_END.search(raw, start, start + HEAD)
    header = raw[start : ended.start() if ended else start + HEAD]
    parts = header.split(header[3:4]) if len(header) > 3 else []
    return parts[17].decode("latin-1").strip() if len(parts) > 17 else ""


def readable_text(raw: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Bytes as text with CR ends: (text, codec, repair codes). Leading line ends and spaces before MSH are
    dropped.
    """
    decoded = decode(raw, _declared(raw))
    text, repairs = mend_line_ends(decoded.text)
    trimmed = text.lstrip("\r \t\x0b")
    repairs = (*decoded.repairs, *repairs)
    return trimmed, decoded.charset, repairs if trimmed == text else (*repairs, "leading-space")
