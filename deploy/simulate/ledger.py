"""Everything that was sent and everything that was answered, one JSON object a line, each on disk before
the next step.

Lines: `begin` (options and the case time of the start), `sent` (door, kind, step, key, sha256, attempt, and
the body of a request), `answered` (the same step with ack code or HTTP status and the ids in the answer),
`lost` (no answer came; the same is sent again), `gave-up` (a person waited in vain for the case to be ready),
`done` (a step is over) and `ended`. An `answered` line with `acknowledged` true is a promise that somebody
may hold the stack to.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Ledger:
    """An append-only file; what it held when it was opened is in `earlier`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.earlier = read_ledger(path)
        self._file = path.open("a", encoding="utf-8")

    def note(self, what: str, **values: Any) -> None:
        """Write one line and force it to disk."""
        line = {"what": what, "at": datetime.now(UTC).isoformat(), **values}
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_ledger(path: Path) -> list[dict[str, Any]]:
    """The lines already there; half a line, left by a kill, is cut off."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        with path.open("rb+") as file:
            file.truncate(whole)
    return [json.loads(line) for line in content[:whole].splitlines()]
