"""A day's comparison as values: what their list says, what we hold, and in what the two differ.

A value is text in one writing for both sides: dates as 2026-07-09, pathways as 0 to 3, reasons as codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Column = Literal["ward", "bed", "expected_discharge_on", "ready_on", "delay_reason", "pathway"]
COLUMNS: tuple[Column, ...] = ("ward", "bed", "expected_discharge_on", "ready_on", "delay_reason", "pathway")
"""What is compared, where the list has it."""

OF_A_CASE = frozenset[Column]({"delay_reason", "pathway"})
"""What we hold only for people who have a case; of others it is not compared."""

Kind = Literal["only-theirs", "only-ours", "differs"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the trust's list. ``values`` has the columns that the list has; an empty text is none."""

    line: int
    nhs_number: str = ""
    hospital_number: str = ""
    values: Mapping[Column, str] = field(default_factory=dict)
    unmapped: frozenset[Column] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """The last message that said something, when it was said (case time), when it came (machine time)."""

    inbox_id: UUID
    said_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """One person in a bed as we hold it; ``said`` per column, and for the stay itself under ``stay``."""

    person_id: UUID
    nhs_number: str = ""
    hospital_number: str = ""
    case_id: UUID | None = None
    values: Mapping[Column, frozenset[str]] = field(default_factory=dict)
    said: Mapping[str, Said] = field(default_factory=dict)
    by_hand: frozenset[Column] = frozenset()


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of somebody who is on their list and in no bed of ours."""

    person_id: UUID | None = None
    stay_status: str = ""
    left_at: datetime | None = None
    said: Said | None = None
    heard_of: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, with our evidence and a guess at its cause (a code of :mod:`causes`)."""

    kind: Kind
    cause: str
    column: str = ""
    theirs: str = ""
    ours: str = ""
    line: int | None = None
    nhs_number: str = ""
    hospital_number: str = ""
    person_id: UUID | None = None
    case_id: UUID | None = None
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A day: the differences, and how many people are on either list, on both, and agree in everything."""

    differences: tuple[Difference, ...]
    listed: int
    held: int
    both: int
    agreeing: int

    @property
    def people(self) -> int:
        """Everybody on either list."""
        return self.listed + self.held - self.both

    @property
    def rate(self) -> float | None:
        """Which part of all people agree in everything; ``None`` on a day without anybody."""
        return self.agreeing / self.people if self.people else None
