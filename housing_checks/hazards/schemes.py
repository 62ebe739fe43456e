"""The Housing Health and Safety Rating System as dated schemes: hazards, what each replaces, and ratings.

Which scheme counts is decided by the day on which an inspection began, else by the day of the hazard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.reference.faults import nearest
from discharge.reference.kind import Kind
from housing_checks.checks.form import CHECK_ITEMS

CATEGORY_1 = 1
"""Of a hazard of category 1 the council must act (Housing Act 2004, section 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeHazard(Code):
    """One hazard of a scheme: its group and number there, the hazards of the former scheme that it replaces,
    the check items that an open emergency of it answers with no, and those that it ``denies`` however serious
    it is, unless it is no risk to this person now. ``uncertain`` with its ``note``: look it up before anybody
    relies on it.
    """

    group: str
    number: int
    merges: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    uncertain: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Code):
    """What an inspection can rate a hazard as, its category, and from which score on, if there are scores."""

    category: int
    from_score: int | None = None
    uncertain: bool = False
    note: str = ""


def _wrong_hazards(rows: Mapping[str, SchemeHazard]) -> Iterator[str]:
    asked = {item.code for item in CHECK_ITEMS.rows}
    for code, row in rows.items():
        for item in (*row.items, *row.denies):
            if item not in asked:
                yield f"{code}.items: {item!r} is not a check item - {nearest(item, asked, 'name one')}"
        if row.uncertain and not row.note:
            yield f"{code}.note: say what has to be looked up"
    yield from _twice(rows)


def _twice(rows: Mapping[str, SchemeHazard]) -> Iterator[str]:
    """A former hazard goes into one new one, so that a record of it can be read either way."""
    seen: dict[str, str] = {}
    for code, row in rows.items():
        for former in row.merges:
            if former in seen:
                yield f"{code}.merges: {former!r} is merged into {seen[former]} already - name it once"
            seen[former] = code


def _wrong_ratings(rows: Mapping[str, Rating]) -> Iterator[str]:
    for code, row in rows.items():
        if row.category not in (CATEGORY_1, 2):
            yield f"{code}.category: is 1 or 2"


_HERE = Path(__file__).parent
HAZARDS_KIND = Kind("hhsrs", SchemeHazard, _HERE / "hhsrs.yaml", check=_wrong_hazards, national=True)
RATINGS_KIND = Kind("hhsrs-bands", Rating, _HERE / "hhsrs_bands.yaml", check=_wrong_ratings, national=True)
HHSRS = ListByEdition(HAZARDS_KIND)
RATINGS = ListByEdition(RATINGS_KIND)


def scheme_on(day: date) -> str:
    """Return the edition of the scheme for a hazard of a day, or an inspection that began on it."""
    return HAZARDS_KIND.edition_on(day).heading.edition


def scheme_title(scheme: str) -> str:
    """Return what a scheme is called; one that only a newer build has, by its edition."""
    editions = {each.heading.edition: each.heading.title for each in HAZARDS_KIND.editions}
    return editions.get(scheme, scheme)


def scheme_row(code: str, scheme: str) -> SchemeHazard | None:
    """Return a hazard as its scheme has it; None for one that only a newer build has."""
    for edition in HAZARDS_KIND.editions:
        if edition.heading.edition == scheme:
            return edition.table.get(code)
    return None


def hazard_label(code: str, scheme: str) -> str:
    """Return what a hazard is called in its scheme; a code nobody has is shown as it is."""
    row = scheme_row(code, scheme)
    return row.label if row is not None else HHSRS.label(code)


def rating_on(code: str, day: date) -> Rating | None:
    """Return a rating of an inspection that began on a day."""
    return RATINGS.find(code, day)


def merged_into(code: str) -> SchemeHazard | None:
    """Return the hazard of the newest scheme that replaces one of the former; None where nothing says so."""
    newest = HAZARDS_KIND.editions[-1].table
    return next((row for row in newest.values() if code in row.merges), None)
