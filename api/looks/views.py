"""Who looked, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.looks.notes import Look
from api.web.page import words
from discharge.roles import ROLE_WORDS


@dataclass(frozen=True)
class LookLine:
    """One look."""

    at: str
    who: str
    role: str
    what: str
    purpose: str


def look_lines(looks: Sequence[Look]) -> list[LookLine]:
    """Each look with names."""
    return [
        LookLine(
            at=words.moment(each.at),
            who=f"{each.name}, {each.organisation}",
            role=ROLE_WORDS.get(each.role, each.role),  # type: ignore[call-overload]
            what=words.from_code(each.what),
            purpose=words.from_code(each.purpose),
        )
        for each in looks
    ]
