"""Every part of a case that a save can be refused for has words."""

from __future__ import annotations

from uuid import UUID

from api.changes.part_words import PARTS, UNTOLD, Side
from api.web.names import Directory
from discharge.cases.model import Case
from discharge.cases.parts import ROOMS


def test_given_every_room_when_told_then_it_has_words_or_is_left_to_the_timeline() -> None:
    assert set(PARTS) | UNTOLD == ROOMS
    assert not set(PARTS) & UNTOLD


def test_given_a_case_of_which_nothing_is_known_when_told_then_no_part_fails() -> None:
    side = Side(Case(case_id=UUID(int=1)), Directory())
    for told in PARTS.values():
        for key in ("anything", str(UUID(int=2)), "adaptation/1"):
            assert told.label(side, key)
            told.value(side, key)
