"""In which nation a home is: found from its postcode where that is clear, never guessed where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from discharge.calendar import Nation
from discharge.cases.model import Hazard
from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.durations import NATIONS
from discharge.reference.kind import Kind

_AREA = re.compile(r"([A-Z]{1,2})\d[A-Z\d]? ?\d[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NationAreas(Code):
    """The postcode areas that lie in one nation as a whole."""

    areas: tuple[str, ...]


def _wrong_areas(rows: Mapping[str, NationAreas]) -> Iterator[str]:
    """An area lies in one nation; one that lies in two belongs in none of the rows."""
    seen: dict[str, str] = {}
    for code, row in rows.items():
        if code not in NATIONS.values():
            yield f"{code}: is no nation - choose from {', '.join(sorted(NATIONS.values()))}"
        for area in row.areas:
            if area in seen:
                yield f"{code}.areas: {area} is in {seen[area]} - leave out an area that lies in two nations"
            seen[area] = code


POSTCODE_NATIONS = ListByEdition(
    Kind(
        "postcode-nations",
        NationAreas,
        Path(__file__).parent / "postcode_nations.yaml",
        check=_wrong_areas,
        national=True,
    )
)


def nation_of(postcode: str | None, on: date) -> Nation | None:
    """Return the nation of a postcode as on a day; None where it is not clear: no postcode, one that is not
    whole, an area on a border or of no nation.
    """
    found = _AREA.fullmatch(" ".join((postcode or "").upper().split()))
    if found is None:
        return None
    codes = {row.code for row in POSTCODE_NATIONS.in_force(on) if found[1] in row.areas}
    return next((nation for nation in NATIONS.values() if nation in codes), None)


def nation_told_since(hazard: Hazard, postcode: str | None, on: date) -> Nation | None:
    """Return the nation that the address tells now, where an open hazard counts by another one, or by none,
    and nobody typed it; None where there is nothing to correct.
    """
    if not hazard.open or hazard.nation_known_by == "said":
        return None
    told = nation_of(postcode, on)
    return None if hazard.nation_known and told == hazard.nation else told
