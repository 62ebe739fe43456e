"""Records that may be one person, records that were merged and test patients, as lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.duplicates.queries import Merged, Pair, TestPatient
from api.web.page import words
from api.web.page.tags import Tag, tag_of
from discharge.store.tables import Person
from fhir_adapters.people.comparison import PAIR_RULES

RULE_WITHHELD = "They look alike. The details are withheld, because the location of one is hidden"
OTHERS = "A record of another organisation"
NOBODY = "Name not known"

STATES: Mapping[str, Tag] = {
    "open": Tag("Waiting for a decision", "orange"),
    "same": Tag("The same person", "green"),
    "not-same": Tag("Not the same", "grey"),
    "settled": Tag("Settled by a message", "grey"),
}
MOVED: Mapping[str, tuple[str, str]] = {
    "identifier": ("hospital number", "hospital numbers"),
    "nhs-number": ("NHS number", "NHS numbers"),
    "spell": ("stay", "stays"),
    "document": ("document", "documents"),
    "case": ("case", "cases"),
}
LEFT_OUT: Mapping[str, str] = {
    "common-values": "share a family name and a birth date with more than 10 others. That is not enough "
    "evidence, so they are not listed here.",
    "many-pairs": "already have 20 pairs waiting. More are listed once some of those are decided.",
}
"""What is said of records whose pairs are not offered, after their number."""
VIEWS: Mapping[str, str] = {
    "open": "Waiting for a decision",
    "decided": "Decided",
    "merges": "Merged records",
    "tests": "Test patients",
}


@dataclass(frozen=True)
class PairRow:
    """One pair of the list."""

    href: str
    left: str
    right: str
    why: tuple[str, ...]
    when: str
    state: Tag


@dataclass(frozen=True)
class MergeRow:
    """One merge of the list."""

    href: str
    survivor: str
    retired: str
    moved: str
    cause: str
    when: str
    undone: str


@dataclass(frozen=True)
class TestRow:
    """One test patient."""

    name: str
    numbers: str


@dataclass(frozen=True)
class DuplicatesPage:
    """The list in one of its views."""

    view: str
    views: tuple[tuple[str, str, bool], ...]
    pairs: tuple[PairRow, ...] = ()
    merges: tuple[MergeRow, ...] = ()
    tests: tuple[TestRow, ...] = ()
    left_out: tuple[str, ...] = ()


def _page(view: str) -> dict[str, object]:
    hrefs = ((text, f"/duplicates?view={code}", code == view) for code, text in VIEWS.items())
    return {"view": view, "views": tuple(hrefs)}


def present_pairs(found: Iterable[Pair], view: str, left_out: Mapping[str, int]) -> DuplicatesPage:
    """Pairs in one state, and of how many records pairs are left out."""
    said = tuple(
        f"{number} {'record' if number == 1 else 'records'} {LEFT_OUT.get(cause) or words.from_code(cause)}"
        for cause, number in left_out.items()
    )
    pairs = tuple(_pair(each) for each in found)
    return DuplicatesPage(**_page(view), pairs=pairs, left_out=said)  # type: ignore[arg-type]


def present_merges(found: Iterable[Merged]) -> DuplicatesPage:
    """Merges, newest first."""
    return DuplicatesPage(**_page("merges"), merges=tuple(merge_row(each) for each in found))  # type: ignore[arg-type]


def present_tests(found: Iterable[TestPatient]) -> DuplicatesPage:
    """Test patients set apart."""
    rows = tuple(
        TestRow(name_of(each.person), ", ".join(f"{one.value} ({one.authority})" for one in each.numbers))
        for each in found
    )
    return DuplicatesPage(**_page("tests"), tests=rows)  # type: ignore[arg-type]


def name_of(person: Person | None) -> str:
    """A record's name, or why there is none."""
    if person is None:
        return OTHERS
    family, given = person.family_name, person.given_name
    name = ", ".join(part for part in ((family or "").upper(), given or "") if part)
    return name or NOBODY


def _known_as(person: Person | None) -> str:
    if person is None or person.birth_date is None:
        return name_of(person)
    return f"{name_of(person)}, born {words.day(person.birth_date)}"


def why(rules: Iterable[str]) -> tuple[str, ...]:
    """Why two records may be one person; withheld where it would tell where somebody lives."""
    known = (PAIR_RULES[code].words if code in PAIR_RULES else words.from_code(code) for code in rules)
    return tuple(known) or (RULE_WITHHELD,)


def _pair(found: Pair) -> PairRow:
    row = found.row
    return PairRow(
        href=f"/duplicates/{row.id}",
        left=_known_as(found.left),
        right=_known_as(found.right),
        why=why(found.rules),
        when=words.moment(row.offered_at if row.state == "open" else row.decided_at),
        state=tag_of(STATES, row.state),
    )


def merge_row(found: Merged) -> MergeRow:
    """One merge as a line of a list."""
    row = found.row
    return MergeRow(
        href=f"/merges/{row.id}",
        survivor=_known_as(found.survivor),
        retired=_known_as(found.retired),
        moved=_moved(row.moved),
        cause="A message of the hospital" if row.cause == "message" else "Somebody decided",
        when=words.moment(row.effective_at),
        undone=words.moment(row.undone_at, ""),
    )


def _moved(moved: Mapping[str, Sequence[str]]) -> str:
    counted = (
        words.count(len(moved.get(kind, ())), *names) for kind, names in MOVED.items() if moved.get(kind)
    )
    return ", ".join(counted) or "Nothing"
