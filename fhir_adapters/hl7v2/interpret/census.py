"""The census file: who lies in which bed on the day Homeward starts, so that lists are full before the first
message.

CSV in UTF-8 or Windows-1252, with a heading. Columns (those with * must be filled):

    nhs_number, hospital_number (one of both *), family_name *, given_name, birth_date *, sex (male, female,
    indeterminate, unknown), address, postcode, visit_number, admitted_at * (a date, or date and HH:MM),
    ward *, bay, bed, site, expected_discharge_on, medically_fit (yes, no), medically_fit_on

Dates are YYYY-MM-DD. Times are local to the trust. A file is taken whole or not at all: every fault of every
row is told with its line. Rows become facts like those of messages (`counted`, said at the time of the
census), so later messages correct them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from fhir_adapters.hl7v2.facts import (
    Address,
    Fact,
    Identifier,
    Location,
    Name,
    PersonReported,
    StayKey,
    StayReported,
)
from fhir_adapters.hl7v2.parse.timestamps import parse_day, parse_time
from fhir_adapters.listed import Line, LineFault, ListInvalid, lines_of, twice
from fhir_adapters.people.nhs_numbers import check_number

COLUMNS = [
    "nhs_number",
    "hospital_number",
    "family_name",
    "given_name",
    "birth_date",
    "sex",
    "address",
    "postcode",
    "visit_number",
    "admitted_at",
    "ward",
    "bay",
    "bed",
    "site",
    "expected_discharge_on",
    "medically_fit",
    "medically_fit_on",
]
REQUIRED = ("family_name", "birth_date", "admitted_at", "ward")
SEXES = {"", "male", "female", "indeterminate", "unknown"}
YES_NO = {"": None, "yes": True, "no": False}
_DAYS = ("birth_date", "expected_discharge_on", "medically_fit_on")


CensusFault: TypeAlias = LineFault
CensusInvalid: TypeAlias = ListInvalid


@dataclass(frozen=True, slots=True)
class CensusStay:
    """One row as facts, with its line for faults that only the record can find."""

    line: int
    facts: tuple[Fact, ...]


def read_census(raw: bytes, *, counted_at: datetime, zone: ZoneInfo, authority: str) -> list[CensusStay]:
    """The facts of each row: person, then stay. Raises CensusInvalid with every fault.

    `counted_at` is when the census holds (aware); `authority` is the authority of its hospital numbers.
    """
    rows = lines_of(raw, _columns)
    faults = [fault for row in rows for fault in _faults(row, zone)] + _twice(rows)
    if faults:
        raise CensusInvalid(faults)
    return [CensusStay(row.line, _facts(row, counted_at, zone, authority)) for row in rows]


def _columns(heading: list[str]) -> list[str]:
    names = [name.lower() for name in heading]
    faults = [CensusFault(1, name, "add this column") for name in REQUIRED if name not in names]
    faults += [
        CensusFault(1, name or "(empty)", "this column is not known: remove it, or correct its spelling")
        for name in names
        if name not in COLUMNS
    ]
    if faults:
        raise CensusInvalid(faults)
    return names


def _faults(row: Line, zone: ZoneInfo) -> Iterable[CensusFault]:
    for column in REQUIRED:
        if not row[column]:
            yield row.fault(column, "fill it in")
    if not row["nhs_number"] and not row["hospital_number"]:
        yield row.fault("hospital_number", "give this or nhs_number")
    if row["nhs_number"] and not check_number(row["nhs_number"]).usable:
        yield row.fault("nhs_number", "this is not a valid NHS number: correct it, or leave it empty")
    for column in _DAYS:
        if row[column] and parse_day(row[column]) is None:
            yield row.fault(column, "write it as YYYY-MM-DD")
    if row["admitted_at"] and parse_time(row["admitted_at"], zone) is None:
        yield row.fault("admitted_at", "write it as YYYY-MM-DD or YYYY-MM-DD HH:MM")
    if row["sex"].lower() not in SEXES:
        yield row.fault("sex", "write male, female, indeterminate or unknown")
    if row["medically_fit"].lower() not in YES_NO:
        yield row.fault("medically_fit", "write yes or no, or leave it empty")


def _twice(rows: list[Line]) -> list[CensusFault]:
    """Nobody lies in two beds, and no visit number is used twice."""
    return [
        fault for column in ("nhs_number", "hospital_number", "visit_number") for fault in twice(rows, column)
    ]


def _identifiers(row: Line, authority: str) -> tuple[Identifier, ...]:
    found: list[Identifier] = []
    if row["nhs_number"]:
        found.append(Identifier(kind="nhs", value=check_number(row["nhs_number"]).value, authority="NHS"))
    if row["hospital_number"]:
        found.append(Identifier(kind="local", value=row["hospital_number"], authority=authority))
    return tuple(found)


def _person(row: Line, counted_at: datetime, authority: str) -> PersonReported:
    lines = tuple(part.strip() for part in row["address"].split(",") if part.strip())
    address = Address(kind="home", lines=lines, postcode=row["postcode"].upper())
    return PersonReported(
        stated_at=counted_at,
        identifiers=_identifiers(row, authority),
        names=(Name(family=row["family_name"], given=row["given_name"]),),
        birth_date=parse_day(row["birth_date"]),
        sex=row["sex"].lower() or None,
        addresses=(address,) if lines or address.postcode else None,
    )


def _day(row: Line, column: str) -> date | None:
    return parse_day(row[column]) if row[column] else None


def _facts(row: Line, counted_at: datetime, zone: ZoneInfo, authority: str) -> tuple[Fact, Fact]:
    stamp = parse_time(row["admitted_at"], zone)
    admitted_at = stamp.instant if stamp else None
    stay = StayReported(
        movement="counted",
        key=StayKey(visit_number=row["visit_number"] or None, admitted_at=admitted_at),
        moved_at=counted_at,
        stated_at=counted_at,
        inpatient=True,
        location=Location(
            ward=row["ward"], bay=row["bay"] or None, bed=row["bed"] or None, site=row["site"] or None
        ),
        admitted_at=admitted_at,
        expected_discharge_on=_day(row, "expected_discharge_on"),
        medically_fit=YES_NO[row["medically_fit"].lower()],
        medically_fit_on=_day(row, "medically_fit_on"),
    )
    return _person(row, counted_at, authority), stay
