"""How urgent an alert is, and the clock that each level starts (`alert_levels.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from discharge.clocks.registry import clock_fault
from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.reference.kind import Kind
from discharge.reference.policy import Policy

Level = Literal["STOP", "RED+", "RED", "AMBER"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""The levels, the loudest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLevel(Code):
    """One level, what it asks of those who read it, and the clock by which its alerts are accepted."""

    meaning: str
    clock: str


def _wrong(rows: Mapping[str, AlertLevel]) -> Iterator[str]:
    for code, row in rows.items():
        if code not in LEVELS:
            yield f"{code}: is not a level - choose from {', '.join(LEVELS)}"
        if fault := clock_fault(row.clock):
            yield f"{code}.clock: {fault}"


KIND = Kind("alert-levels", AlertLevel, Path(__file__).with_name("alert_levels.yaml"), check=_wrong)
ALERT_LEVELS = ListByEdition(KIND)


def clock_of_level(level: str, began: date, policy: Policy) -> str | None:
    """Return the clock of a level for an alert that began on a day; None for a level we do not know."""
    row = policy.on(began)[KIND].get(level)
    return row.clock if row is not None else None


def louder(one: str, than: str) -> bool:
    """Whether a level is louder than another; a level we do not know is the quietest."""
    return loudness(one) < loudness(than)


def loudness(level: str) -> int:
    """Return the place of a level among the others, 0 for the loudest."""
    return next((place for place, known in enumerate(LEVELS) if known == level), len(LEVELS))
