"""Comparing a trust's list with what we hold: pure, person by person, column by column."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fhir_adapters.shadow.causes import DifferenceFacts, guess
from fhir_adapters.shadow.model import (
    COLUMNS,
    OF_A_CASE,
    Clues,
    Column,
    Comparison,
    Difference,
    Held,
    Listed,
)

NONE: frozenset[str] = frozenset()
PLACES = frozenset[Column]({"ward", "bed"})
"""An empty cell says nothing about a place: everybody lies somewhere. Of other columns it says that there is
none.
"""


@dataclass(frozen=True)
class Surroundings:
    """What surrounds the day: when the list was made (case time), when the feed was last heard before that,
    which messages wait (by number), and what is known of people without a bed (by line).
    """

    listed_at: datetime
    heard_at: datetime | None
    waiting: Mapping[str, str] = field(default_factory=dict)
    clues: Mapping[int, Clues] = field(default_factory=dict)

    def waits(self, *numbers: str) -> str:
        """The state of a message that waits for a person with one of these numbers."""
        return next((self.waiting[number] for number in numbers if number in self.waiting), "")


def compare(listed: Sequence[Listed], held: Sequence[Held], around: Surroundings) -> Comparison:
    """Every difference, theirs first, in the order of the list."""
    pairs = match(listed, held)
    wards = _other_codes(pairs)
    found = {id(ours) for _, ours in pairs if ours is not None}
    differences: list[Difference] = []
    agreeing = 0
    for theirs, ours in pairs:
        if ours is None:
            differences.append(_only_theirs(theirs, around))
            continue
        differing = [_differs(theirs, ours, column, around, wards) for column in _unequal(theirs, ours)]
        differences += differing
        agreeing += not differing
    left = [ours for ours in held if id(ours) not in found]
    differences += [_only_ours(ours, around) for ours in left]
    return Comparison(
        differences=tuple(differences),
        listed=len(listed),
        held=len(held),
        both=len(held) - len(left),
        agreeing=agreeing,
    )


def match(listed: Iterable[Listed], held: Iterable[Held]) -> list[tuple[Listed, Held | None]]:
    """Each line with whom it means: by NHS number, else by the trust's own number; nobody is meant twice."""
    held = list(held)
    by_nhs = {one.nhs_number: one for one in held if one.nhs_number}
    by_own = {one.hospital_number: one for one in held if one.hospital_number}
    taken: set[int] = set()
    pairs: list[tuple[Listed, Held | None]] = []
    for line in listed:
        meant = by_nhs.get(line.nhs_number) or by_own.get(line.hospital_number)
        if meant is not None and id(meant) in taken:
            meant = None
        if meant is not None:
            taken.add(id(meant))
        pairs.append((line, meant))
    return pairs


def _unequal(theirs: Listed, ours: Held) -> list[Column]:
    return [column for column in COLUMNS if column in theirs.values and not _agree(theirs, ours, column)]


def _agree(theirs: Listed, ours: Held, column: Column) -> bool:
    said, held = theirs.values[column], ours.values.get(column, NONE)
    if column in PLACES:
        return not said or said.casefold() in {value.casefold() for value in held}
    if column in OF_A_CASE and ours.case_id is None:
        return True
    return said in held if said else not held


def _other_codes(pairs: Iterable[tuple[Listed, Held | None]]) -> Mapping[str, str]:
    """Their word for a ward -> our code, where at least two people and most of those with the word say so."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for theirs, ours in pairs:
        said = theirs.values.get("ward", "").casefold()
        if ours is not None and said:
            seen[said].update(ours.values.get("ward", NONE))
    return {
        said: code
        for said, counts in seen.items()
        for code, count in counts.most_common(1)
        if count >= 2 and count * 2 > counts.total() and code.casefold() != said
    }


def _only_theirs(theirs: Listed, around: Surroundings) -> Difference:
    clues = around.clues.get(theirs.line, Clues())
    case = DifferenceFacts(
        "only-theirs",
        around.listed_at,
        around.heard_at,
        clues.said,
        waits=around.waits(theirs.nhs_number, theirs.hospital_number),
        known=clues.person_id is not None,
        heard_of=clues.heard_of,
        stay_status=clues.stay_status,
        left=clues.left_at is not None,
    )
    return Difference(
        "only-theirs",
        guess(case),
        line=theirs.line,
        nhs_number=theirs.nhs_number,
        hospital_number=theirs.hospital_number,
        person_id=clues.person_id,
        said=clues.said,
    )


def _only_ours(ours: Held, around: Surroundings) -> Difference:
    said = ours.said.get("stay")
    waits = around.waits(ours.nhs_number, ours.hospital_number)
    case = DifferenceFacts("only-ours", around.listed_at, around.heard_at, said, waits=waits, known=True)
    return Difference(
        "only-ours",
        guess(case),
        nhs_number=ours.nhs_number,
        hospital_number=ours.hospital_number,
        person_id=ours.person_id,
        case_id=ours.case_id,
        said=said,
    )


def _differs(
    theirs: Listed, ours: Held, column: Column, around: Surroundings, wards: Mapping[str, str]
) -> Difference:
    said, held = theirs.values[column], ours.values.get(column, NONE)
    evidence = ours.said.get(column)
    case = DifferenceFacts(
        "differs",
        around.listed_at,
        around.heard_at,
        evidence,
        waits=around.waits(ours.nhs_number, ours.hospital_number),
        known=True,
        other_code=column == "ward" and wards.get(said.casefold()) in held,
        unmapped=column in theirs.unmapped,
        by_hand=column in ours.by_hand,
        nothing_ours=not held,
        of_a_case=column in OF_A_CASE,
    )
    return Difference(
        "differs",
        guess(case),
        column=column,
        theirs=said,
        ours=", ".join(sorted(held)),
        line=theirs.line,
        nhs_number=ours.nhs_number,
        hospital_number=ours.hospital_number,
        person_id=ours.person_id,
        case_id=ours.case_id,
        said=evidence,
    )
