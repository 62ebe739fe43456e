"""When the person is expected to come (PV2-8) and to leave: PV2-9, and by profile EVN-3, local segments or a
planned length of stay.
"""

import re
from datetime import date, timedelta

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
    found = next((stamp.day for stamp in stamps if stamp), None) or _beside_another(reader)
    if found is None:
        found = reader.observed_day(profile.observations.expected_discharge) or _counted(reader, notes)
    if found is None and any(reader.deleted(place) for place in profile.expected_discharge):
        notes.cleared.add("expected_discharge_on")
    return found


def _beside_another(reader: Reader) -> date | None:
    """The date in a field that holds it only while another is filled (Homerton's ZVI-23 with ZVI-24)."""
    rules = reader.profile.expected_discharge_with
    stamps = (reader.time(rule.place) for rule in rules if reader.value(rule.only_with))
    return next((stamp.day for stamp in stamps if stamp), None)


def _counted(reader: Reader, notes: Notes) -> date | None:
    """The admission day and the planned days in hospital, where the profile has such an OBX; noted as
    derived.
    """
    rule = reader.profile.length_of_stay
    start = reader.time(rule.counted_from) if rule else None
    if rule is None or start is None:
        return None
    for obx in reader.message.all("OBX"):
        days = re.fullmatch(r"\d{1,3}", obx.value(5))
        if days and rule.code.upper() in (obx.value(3, 4).upper(), obx.value(3).upper()):
            notes.codes.append("expected-discharge-derived")
            return start.day + timedelta(days=int(days[0]))
    return None
