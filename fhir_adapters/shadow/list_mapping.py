"""How one trust writes its own list, as data: its headings, its dates, its words. One YAML file a list.

name: standard
title: A discharge tracker with usual headings
people: in-a-bed                 # whom the list is about: in-a-bed, ready or cases
columns: {ward: [Ward, Ward name], nhs_number: [NHS Number]}
dates: ["%d/%m/%Y"]
wards: {Elm Ward: ELM}
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, field_validator

from discharge.codes.delay_reasons import LOCAL_DELAY_REASONS, NATIONAL_DELAY_REASONS
from discharge.reference.files import DataInvalid, parsed, read_bytes
from discharge.reference.kind import checked
from discharge.values import Frozen
from fhir_adapters.shadow.model import COLUMNS

MAPPINGS = Path(__file__).parent / "mappings"
STANDARD = "standard"
NUMBERS = ("nhs_number", "hospital_number")
FIT = "criteria_to_reside"
KNOWN = (*NUMBERS, *COLUMNS, FIT)

People = Literal["in-a-bed", "ready", "cases"]
PEOPLE: Mapping[People, str] = MappingProxyType(
    {
        "in-a-bed": "everybody in a bed",
        "ready": "those who no longer meet the criteria to reside",
        "cases": "those with a case here",
    }
)


def is_reason(code: str) -> bool:
    """Whether a code is a reason for waiting, local or national."""
    return LOCAL_DELAY_REASONS.known(code) or NATIONAL_DELAY_REASONS.known(code)


class ListMapping(Frozen):
    """How a list is read. ``columns`` gives each of our columns the headings that it may have there.

    Words are compared without case. ``criteria_to_reside`` is a column whose ``yes`` means that a bed is
    needed: then the ready date beside it does not count. ``delay_reasons`` turns their words into codes,
    local or national.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    title: str
    people: People = "in-a-bed"
    columns: dict[str, tuple[str, ...]]
    dates: tuple[str, ...] = Field(default=("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%b-%Y"), min_length=1)
    yes: tuple[str, ...] = ("yes", "y", "true", "1")
    no: tuple[str, ...] = ("no", "n", "false", "0")
    nothing: tuple[str, ...] = ("", "-", "n/a", "na", "none", "tbc")
    wards: dict[str, str] = Field(default_factory=dict)
    delay_reasons: dict[str, str] = Field(default_factory=dict)
    pathways: dict[str, Literal["0", "1", "2", "3"]] = Field(default_factory=dict)

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, columns: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        unknown = sorted(set(columns) - set(KNOWN))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a column: choose from {', '.join(KNOWN)}")
        if not any(columns.get(number) for number in NUMBERS):
            raise ValueError("name the headings of nhs_number, hospital_number, or both")
        headings = [each for named in columns.values() for each in {heading.casefold() for heading in named}]
        if len(set(headings)) != len(headings):
            raise ValueError("one heading cannot be two columns")
        return columns

    @field_validator("delay_reasons")
    @classmethod
    def _known_reasons(cls, reasons: dict[str, str]) -> dict[str, str]:
        unknown = sorted(code for code in set(reasons.values()) if not is_reason(code))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a reason for waiting, local or national")
        return reasons

    def column_of(self, heading: str) -> str:
        """Our column for a heading as written; empty for one that is not ours."""
        wanted = " ".join(heading.split()).casefold()
        return next(
            (name for name, named in self.columns.items() if wanted in {each.casefold() for each in named}),
            "",
        )


def load_mapping(path: Path) -> ListMapping:
    """Read and check one mapping. Raises DataInvalid."""
    data = parsed(path.name, read_bytes(path), "name, title and columns")
    mapping = checked(path.name, ListMapping, data, ListMapping)
    if mapping.name != path.stem:
        raise DataInvalid(f"{path.name}: name: is {mapping.name!r} - name the file {mapping.name}.yaml")
    return mapping


def load_mappings(folder: Path) -> dict[str, ListMapping]:
    """Every mapping of a folder by name. Raises DataInvalid."""
    return {path.stem: load_mapping(path) for path in sorted(folder.glob("*.yaml"))}


@lru_cache(maxsize=1)
def shipped_mappings() -> Mapping[str, ListMapping]:
    """The mappings that come with Homeward."""
    return MappingProxyType(load_mappings(MAPPINGS))


def mappings_with(extra: Path | None = None) -> Mapping[str, ListMapping]:
    """The shipped mappings and those of an installation, which may replace them. Raises DataInvalid."""
    return {**shipped_mappings(), **(load_mappings(extra) if extra else {})}


def mapping_for(mappings: Mapping[str, ListMapping], name: str, feed_code: str) -> ListMapping | None:
    """The mapping asked for; without a name the one that is called like the feed, else the standard one."""
    if name:
        return mappings.get(name)
    return mappings.get(feed_code) or mappings[STANDARD]
