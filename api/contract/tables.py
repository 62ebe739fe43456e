"""The tables of words beside the description."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent


@cache
def table(name: str) -> dict[str, str]:
    """One table, by the name of its file."""
    found: dict[str, str] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found
