"""What partners received, one JSON object a line, on disk before anything is answered.

A line says when (`at`, wall time UTC), at which partner (`org`), with which idempotency `key`, the
`method`, `resource` and `sha256` of the body, the `status` that was decided, whether the partner now did
something because of it (`effect`), whether the key had been answered before (`repeat`), and whether the
answer really left (`answered`). The log is also the partner's memory: opened again after a kill, it knows
every key that it acted on.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request as it was received and answered."""

    at: str
    org: str
    key: str
    method: str
    resource: str
    sha256: str
    status: int
    resource_id: str = ""
    effect: bool = False
    repeat: bool = False
    answered: bool = True
    body: str = ""

    def repeated(self, at: str) -> Receipt:
        """The same answer given once more, without a second effect."""
        return replace(self, at=at, effect=False, repeat=True, answered=True)


class ReceiptLog:
    """An append-only file with, in memory, the first effect of each key at each partner."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_half_a_line(path)
        self._file = path.open("a", encoding="utf-8")
        self.receipts = [
            Receipt(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()
        ]
        self._effects = {(item.org, item.key): item for item in self.receipts if item.effect}

    def append(self, receipt: Receipt) -> None:
        """Write one line and force it to disk."""
        self._file.write(json.dumps(asdict(receipt), ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.receipts.append(receipt)
        if receipt.effect:
            self._effects[receipt.org, receipt.key] = receipt

    def effect_of(self, org: str, key: str) -> Receipt | None:
        """What this partner did when the key came first, if it ever did."""
        return self._effects.get((org, key))

    def of(self, org: str) -> list[Receipt]:
        """Everything one partner received, oldest first."""
        return [item for item in self.receipts if item.org == org]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _drop_half_a_line(path: Path) -> None:
    """A kill in the middle of a write leaves half a line, which was never answered: it is cut off."""
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        with path.open("rb+") as file:
            file.truncate(whole)
