"""PV2-8 and PV2-9 (and by profile EVN-3): when the person is expected to come, and to leave."""

from datetime import date

from fhir_adapters.hl7v2.facts import Movement
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader


def read_expected_admission(reader: Reader, movement: Movement) -> date | None:
    """The day of an expected admission (A05, A14): PV2-8, else the admission time that is already filled
    in.
    """
    if movement != "expected":
        return None
    stamp = reader.time("PV2-8") or reader.time("PV1-44")
    return stamp.day if stamp else None


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
