"""Where people go: pathways, the eight national destinations, discharge destinations and methods.

The national destinations do not tell an own home from a hotel or temporary accommodation; `place` keeps
that apart for us. Feeds still send the older destination list of HL7 table 0113 (ITK 2.4) or the newer one
of the NHS Data Dictionary and UK Core; both are accepted.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from discharge.codes.model import Code, CodeList

Place = Literal[
    "home", "temporary", "care-home", "hospital", "hospice", "justice", "foster", "died", "none", "unknown"
]
Leaving = Literal["discharged", "self-discharged", "died", "not-finished", "unknown"]

GUIDANCE = "Hospital discharge and community support guidance, 26 January 2024, Annex B"
SITREP = "NHS England acute discharge situation report, destinations 2025-26"
TABLE_0113 = "HL7 table 0113 as used by NHS ITK HL7 v2.4"
DICTIONARY = "NHS Data Dictionary, destination of discharge; UK Core DischargeDestinationEngland"
METHODS = "NHS Data Dictionary, discharge method; UK Core DischargeMethodEngland"
WALES_METHODS = "NHS Wales Data Dictionary, discharge method; older English feeds"
SITREP_FROM = date(2024, 5, 27)


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalDestination(Code):
    """One of the eight destinations that the national return counts, with its pathway."""

    pathway: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeDestination(Code):
    """A destination as a feed sends it, and the kind of place it means to us."""

    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeMethod(Code):
    """How a stay ended as a feed sends it, and what that means for the case."""

    leaving: Leaving


PATHWAYS = CodeList(
    "pathways",
    (
        Code(code="0", label="Home, no new or additional need", source=GUIDANCE),
        Code(code="1", label="Home with new or additional need", source=GUIDANCE),
        Code(code="2", label="Short-term bed with recovery support", source=GUIDANCE),
        Code(code="3", label="New care home, likely to be long term", source=GUIDANCE),
    ),
)

_NATIONAL: tuple[tuple[str, str, str], ...] = (
    ("D1", "0", "Home, hotel or temporary accommodation, no new support"),
    ("D2", "0", "Back to the same care home, same support"),
    ("D3", "1", "Home, hotel or temporary accommodation with rehabilitation or reablement"),
    ("D4", "1", "Home, hotel or temporary accommodation with other new support"),
    ("D5", "1", "Back to the same care home with more support"),
    ("D6", "2", "Short-term bed or hospice"),
    ("D7", "3", "New care home"),
    ("D8", "3", "Care home or hospice for end-of-life care"),
)

NATIONAL_DESTINATIONS = CodeList(
    "national-destinations",
    tuple(
        NationalDestination(code=code, label=label, source=SITREP, from_on=SITREP_FROM, pathway=pathway)
        for code, pathway, label in _NATIONAL
    ),
)

_IN_BOTH: tuple[tuple[str, Place, str], ...] = (
    ("19", "home", "Usual place of residence, including sheltered housing and no fixed abode"),
    ("29", "temporary", "Temporary place of residence, for instance a hotel"),
    ("30", "hospital", "Repatriated from high security psychiatric care"),
    ("37", "justice", "Court"),
    ("48", "hospital", "High security psychiatric hospital in Scotland"),
    ("49", "hospital", "Other NHS hospital, high security psychiatric"),
    ("50", "hospital", "Other NHS hospital, medium secure"),
    ("51", "hospital", "Other NHS hospital, general ward"),
    ("52", "hospital", "Other NHS hospital, maternity or neonatal ward"),
    ("53", "hospital", "Other NHS hospital, mental illness or learning disability ward"),
    ("66", "foster", "Local authority foster care"),
    ("79", "died", "Died or stillborn"),
    ("84", "hospital", "Independent hospital, medium secure"),
    ("87", "hospital", "Independent hospital"),
    ("88", "hospice", "Hospice"),
    ("98", "none", "Stay not finished"),
    ("99", "unknown", "Not known"),
)

_OLDER: tuple[tuple[str, Place, str], ...] = (
    ("38", "justice", "Prison or police station"),
    ("54", "care-home", "NHS care home"),
    ("65", "care-home", "Local authority residential home"),
    ("85", "care-home", "Independent care home"),
)

_NEWER: tuple[tuple[str, Place, str], ...] = (
    ("40", "justice", "Prison"),
    ("42", "justice", "Police station or custody suite"),
    ("55", "care-home", "Care home with nursing"),
    ("56", "care-home", "Care home without nursing"),
    ("89", "justice", "Body responsible for forced repatriation"),
)


def _destinations(rows: tuple[tuple[str, Place, str], ...], source: str) -> tuple[DischargeDestination, ...]:
    return tuple(
        DischargeDestination(code=code, label=label, source=source, place=place)
        for code, place, label in rows
    )


DISCHARGE_DESTINATIONS = CodeList(
    "discharge-destinations",
    _destinations(_IN_BOTH, f"{TABLE_0113}; {DICTIONARY}")
    + _destinations(_NEWER, DICTIONARY)
    + _destinations(_OLDER, TABLE_0113),
)

_METHODS: tuple[tuple[str, Leaving, str, str], ...] = (
    ("1", "discharged", "On clinical advice or with clinical consent", METHODS),
    ("2", "self-discharged", "Self-discharge, or with a relative or advocate", WALES_METHODS),
    ("3", "discharged", "By a tribunal, the Secretary of State or a court", METHODS),
    ("4", "died", "Died", METHODS),
    ("5", "died", "Stillbirth", METHODS),
    ("6", "self-discharged", "Self-discharge", METHODS),
    ("7", "self-discharged", "Left with a relative or advocate", METHODS),
    ("8", "not-finished", "Stay not finished", METHODS),
    ("9", "unknown", "Not known", METHODS),
)

DISCHARGE_METHODS = CodeList(
    "discharge-methods",
    tuple(
        DischargeMethod(code=code, label=label, source=source, leaving=leaving)
        for code, leaving, label, source in _METHODS
    ),
)
