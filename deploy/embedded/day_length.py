"""How long a day of case time lasts in a data directory: chosen at its first start, and kept."""

from __future__ import annotations

from pathlib import Path

from deploy.embedded.failures import CannotRun
from discharge.clocks import parse_day_length

REAL = "24h"
IN_A_DEMO = "1m"


def settle(data: Path, asked: str | None, *, demo: bool) -> str:
    """The length in force: the stored one, else what was asked for, else the usual one. Raises CannotRun."""
    file = data / "day-length"
    stored = file.read_text(encoding="utf-8").strip() if file.exists() else None
    if stored is None:
        return asked or (IN_A_DEMO if demo else REAL)
    if asked and parse_day_length(asked) != parse_day_length(stored):
        raise CannotRun(
            f"In {data} a day of case time lasts {stored}, fixed at its first start. "
            "Leave out --day-length, or choose another directory with --data."
        )
    return stored


def keep(data: Path, length: str) -> None:
    """Write it down; from now on it does not change."""
    (data / "day-length").write_text(f"{length}\n", encoding="utf-8")
