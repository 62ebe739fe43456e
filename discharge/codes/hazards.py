"""The lists of hazards at home: severity for this person, where, who told the landlord, steps and closing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code
from discharge.reference.faults import nearest

DoneBy = Literal["landlord", "council", "lead"]
"""Whose step something is: the landlord's, the council's, or that of whoever works on the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardSeverity(Code):
    """How serious a hazard is for this person: whether words are needed, and whether it blocks the gate."""

    words: bool
    blocks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardTeller(Code):
    """Who told the landlord; `ours` works on the case, so that a basis for sharing is needed."""

    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardStep(Code):
    """One step: whose it is, after which other, whether evidence is needed, and whether it ends the danger.
    `by_command`: it has a command of its own.
    """

    done_by: DoneBy
    after: str | None = None
    evidence: bool = False
    makes_safe: bool = False
    by_command: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardClosing(Code):
    """Why a hazard is closed; `settled` says that the home is free of it, `remains` that it is there still:
    then somebody says why in a note, and the gate asks again.
    """

    settled: bool
    remains: bool = False


def _unknown_steps(rows: Mapping[str, HazardStep]) -> Iterator[str]:
    for code, row in rows.items():
        if row.after is not None and row.after not in rows:
            yield f"{code}.after: {row.after!r} is not a step - {nearest(row.after, rows, 'name one')}"


HAZARD_SEVERITIES = code_list("hazard-severities", HazardSeverity)
HAZARD_ROOMS = code_list("hazard-rooms", Code)
HAZARD_TELLERS = code_list("hazard-tellers", HazardTeller)
HAZARD_CHANNELS = code_list("hazard-channels", Code)
HAZARD_STEPS = code_list("hazard-steps", HazardStep, check=_unknown_steps)
HAZARD_CLOSINGS = code_list("hazard-closings", HazardClosing)


LEAST = "other"
"""The severity of which nobody has to be told, and that keeps nobody out of a room."""


def makes_safe() -> frozenset[str]:
    """Return the steps that end the danger."""
    return frozenset(row.code for row in HAZARD_STEPS if row.makes_safe)


def blocking_severities() -> frozenset[str]:
    """Return the severities that ever blocked the gate; a newer row of a code counts."""
    return frozenset(row.code for row in HAZARD_SEVERITIES if row.blocks)
