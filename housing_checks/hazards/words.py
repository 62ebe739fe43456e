"""What a hazard is called, as people say it."""

from __future__ import annotations

from discharge.cases.model import Hazard
from discharge.codes.hazards import HAZARD_ROOMS
from housing_checks.hazards.schemes import hazard_label

WHERE = {"whole-home": "the whole home", "unknown": "a room that is not known", "outside": "the shared parts"}
"""Rooms that are not said with *the* and their label."""


def place_words(room: str) -> str:
    """A room inside a sentence: `the bedroom`."""
    label = HAZARD_ROOMS.label(room)
    return WHERE.get(room) or f"the {label[:1].lower()}{label[1:]}"


def hazard_words(hazard: Hazard) -> str:
    """What and where: `Damp and mould growth in the bedroom`."""
    return f"{hazard_label(hazard.code, hazard.scheme)} in {place_words(hazard.room)}"
