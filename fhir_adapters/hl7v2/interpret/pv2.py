"""PV2-9 (and by profile EVN-3): the expected date of discharge."""

from datetime import date

from fhir_adapters.hl7v2.facts import Movement
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader


def read_expected_discharge(reader: Reader, movement: Movement, notes: Notes) -> date | None:
    """The date in the first place that holds one; a discharge plan (A16) may hold it in other places (EVN-3).

    A withdrawn plan (A25) takes the date away, whatever the message still carries.
    """
    if movement == "discharge-plan-withdrawn":
        notes.cleared.add("expected_discharge_on")
        return None
    profile = reader.profile
    planned = movement == "discharge-planned"
    places = (*profile.expected_discharge, *(profile.expected_discharge_in_plan if planned else ()))
    stamps = (reader.time(place) for place in places)
    found = next((stamp.day for stamp in stamps if stamp), None)
    if found is None and any(reader.deleted(place) for place in profile.expected_discharge):
        notes.cleared.add("expected_discharge_on")
    return found
