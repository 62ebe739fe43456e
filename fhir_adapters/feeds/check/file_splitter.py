"""One file as the messages in it: plain, framed for MLLP, in a batch, or one after the other."""

import codecs
import re

_START = re.compile(rb"(?:\A|(?<=[\r\n\x0b\x1c]))[ \t]*(?=MSH[^A-Za-z0-9\s])")
_WRAPPING = re.compile(rb"(?:\A|(?<![\r\n])[\r\n]++)(?:FHS|BHS|BTS|FTS)[^A-Za-z0-9\r\n][^\r\n]*(?=[\r\n]|\Z)")
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENDS = b"\x1c\r\n\x00 \t"


def split_messages(raw: bytes) -> tuple[bytes, ...]:
    """The messages of a file in order; bytes without any MSH are one message, which nobody can read."""
    content = _WRAPPING.sub(b"\r", _narrow(raw))
    starts = [match.end() for match in _START.finditer(content)]
    if not starts:
        rest = content.strip(_ENDS + b"\x0b")
        return (rest,) if rest else ()
    ends = [*starts[1:], len(content)]
    return tuple(
        content[start:end].rstrip(_ENDS + b"\x0b") + b"\r" for start, end in zip(starts, ends, strict=True)
    )


def _narrow(raw: bytes) -> bytes:
    """Bytes without a byte order mark; UTF-16, which editors save, as UTF-8."""
    for mark, codec in _WIDE:
        if raw.startswith(mark):
            return raw.decode(codec, errors="replace").encode()
    return raw.removeprefix(codecs.BOM_UTF8)
