"""Which characters the bytes of a message mean.

The declared set (MSH-18, HL7 table 0211) is tried first, then UTF-8, then Windows-1252: feeds declare ASCII
and send names with accents. Which one fitted is kept with the message. Bytes that fit none are read with
replacement characters, so that an operator sees where the damage is.
"""

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
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
}
"""HL7 table 0211 (and spellings seen in feeds) to the codec's name."""

FALLBACKS = ("utf-8", "cp1252")


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


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Read bytes as text: by byte order mark, as declared, as UTF-8, as Windows-1252; never raises."""
    marked = _by_bom(raw)
    if marked:
        return marked
    wanted = declared_codec(declared)
    for codec in (wanted, *FALLBACKS) if wanted else FALLBACKS:
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        as_declared = wanted in (None, codec)
        return Decoded(text, codec, () if as_declared else ("charset-undeclared",))
    return Decoded(raw.decode("utf-8", errors="replace"), "utf-8", ("bytes-replaced",))
