"""Where people go: pathways, the eight national destinations, discharge destinations and methods.

The national destinations do not tell an own home from a hotel or temporary accommodation; `place` keeps
that apart for us. Feeds still send the older destination list of HL7 table 0113 (ITK 2.4) or the newer one
of the NHS Data Dictionary and UK Core; both are accepted.
"""

from dataclasses import dataclass
from typing import Literal

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code

Place = Literal[
    "home", "temporary", "care-home", "hospital", "hospice", "justice", "foster", "died", "none", "unknown"
]
Leaving = Literal["discharged", "self-discharged", "died", "not-finished", "unknown"]


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


PATHWAYS = code_list("pathways", Code)
NATIONAL_DESTINATIONS = code_list("national-destinations", NationalDestination)
DISCHARGE_DESTINATIONS = code_list("discharge-destinations", DischargeDestination)
DISCHARGE_METHODS = code_list("discharge-methods", DischargeMethod)
