"""A process of its own that looks at one file: `python -m api.evidence.child`, the file on its input.

What somebody made up to break a decoder breaks this process alone: it has no address space, time or files to
spare, and nothing of ours in it. Its answer is one line of JSON, then what is kept.
"""

from __future__ import annotations

import json
import resource
import sys

from housing_checks.evidence.check_file import checked
from housing_checks.evidence.kept_file import KeptFile, NotAccepted

MEMORY = 1_536 * 1024 * 1024
SECONDS = 20
LIMITS = (
    (resource.RLIMIT_AS, MEMORY),
    (resource.RLIMIT_CPU, SECONDS),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
)
"""Bytes of address space, seconds of work, bytes written to any file, and of a dump."""


def main() -> None:
    """Look at what comes in, and say what became of it."""
    for limit, most in LIMITS:
        resource.setrlimit(limit, (most, most))
    head, parts = _answer(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)


def _answer(sent: bytes) -> tuple[dict[str, object], tuple[bytes, ...]]:
    try:
        kept = checked(sent)
    except NotAccepted as refused:
        return {"code": refused.code, "detail": refused.detail}, ()
    except MemoryError:
        return {"code": "file-too-large", "detail": "memory"}, ()
    return _head(kept), (kept.content, kept.thumbnail or b"")


def _head(kept: KeptFile) -> dict[str, object]:
    told = ("media_type", "width", "height", "pages")
    return {"size": len(kept.content), **{name: getattr(kept, name) for name in told}}


if __name__ == "__main__":
    main()
