"""EVN and MSH-7: the times that put facts in order."""

from datetime import datetime

from fhir_adapters.hl7v2.facts import Movement
from fhir_adapters.hl7v2.interpret.fields import Reader

_ADMIT_TIME, _DISCHARGE_TIME, _PLANNED_TIME = "PV1-44", "PV1-45", "EVN-3"
_PLANS = frozenset(
    {
        "expected",
        "move-planned",
        "discharge-planned",
        "expectation-cancelled",
        "move-plan-withdrawn",
        "discharge-plan-withdrawn",
    }
)
"""Movements that are about the future: the planned time is not when they were said."""


def _counts(place: str, movement: Movement) -> bool:
    """Whether a time says when this movement happened."""
    if place == _PLANNED_TIME:
        return movement not in _PLANS
    own = {_ADMIT_TIME: "admitted", _DISCHARGE_TIME: "discharged"}.get(place, movement)
    return movement == own


def moved_at(reader: Reader, movement: Movement) -> datetime | None:
    """When the event happened: EVN-6, else PV1-44 (admission) or PV1-45 (discharge), EVN-2, MSH-7, by
    profile.

    The admission time says nothing about when a transfer happened, so each visit time counts for its own
    event only.
    """
    places = tuple(place for place in reader.profile.movement_order if _counts(place, movement))
    return reader.first_time(places)
