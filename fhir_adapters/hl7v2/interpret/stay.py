"""EVN, PV1, PV2 and ZU1: which stay, in which bed, what moved it and when, when the person is expected, fit
to leave, and how and where to the stay ended.

How PV1-36 and PV1-37 are told apart is in `fhir_adapters/feeds/discharge_fields.py`.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from fhir_adapters.feeds.discharge_fields import resolve_discharge
from fhir_adapters.feeds.hl7_tables import YES_NO
from fhir_adapters.feeds.profile import Stand, split_place
from fhir_adapters.hl7v2.facts import DischargeCodes, Location, Movement, StayKey, StayReported
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader
from fhir_adapters.hl7v2.interpret.triggers import Part
from fhir_adapters.hl7v2.parse.segments import DELETED, Repetition


def _pick(location: Repetition, components: tuple[int, ...]) -> str | None:
    found = (location.whole(component) for component in components)
    return next((text for text in found if text and text != DELETED), None)


def read_location(reader: Reader, at: str = "PV1-3") -> Location | None:
    """PV1-3 (or another field of its kind) by the profile's template; None where it says nothing."""
    name, field, _ = split_place(at)
    holder = reader.message.segment(name)
    place = holder.first(field) if holder else None
    if place is None or not place.valued:
        return None
    template = reader.profile.location
    return Location(
        ward=_pick(place, tuple(each for each in template.ward if template.names_ward(place.whole(each)))),
        bay=_pick(place, template.bay),
        bed=_pick(place, template.bed),
        site=_pick(place, template.site),
        raw="^".join("&".join(inner) for inner in place.parts).rstrip("^"),
    )


def _inpatient(patient_class: str, reader: Reader) -> bool | None:
    classes = reader.profile.classes
    if patient_class.upper() in classes.inpatient:
        return True
    return False if patient_class.upper() in classes.not_inpatient else None


def read_key(reader: Reader) -> StayKey:
    """The visit number (PV1-19) and the admission time (PV1-44)."""
    admitted = reader.time("PV1-44")
    return StayKey(
        visit_number=reader.value("PV1-19") or None, admitted_at=admitted.instant if admitted else None
    )


def _notes_on(codes: DischargeCodes | None, notes: Notes) -> None:
    if codes and codes.check in {"swapped", "unmapped"}:
        notes.codes.append(f"discharge-codes-{codes.check}")


_FIELDS_OF: dict[Part, tuple[str, ...]] = {
    "place": ("location",),
    "admission": ("admitted_at", "admission_method", "expected_admission_on"),
    "leaving": ("discharged_at", "discharge"),
    "plans": ("expected_discharge_on", "medically_fit", "medically_fit_on"),
}


def read_stay(reader: Reader, movement: Movement, counts: frozenset[Part], notes: Notes) -> StayReported:
    """The stay as PV1, PV2 and ZU1 state it; parts that do not count with this movement are left unsaid."""
    stay = _whole_stay(reader, movement, notes)
    unsaid = {name: None for part, names in _FIELDS_OF.items() if part not in counts for name in names}
    said = stay.model_copy(update=unsaid) if unsaid else stay
    _notes_on(said.discharge, notes)
    return said


def _whole_stay(reader: Reader, movement: Movement, notes: Notes) -> StayReported:
    key = read_key(reader)
    happened = moved_at(reader, movement)
    if movement == "admitted" and key.admitted_at is None:
        key = key.model_copy(update={"admitted_at": happened})
    left = reader.time("PV1-45")
    planned = read_location(reader, reader.profile.pending_location) if movement == "move-planned" else None
    fit, fit_on = read_fitness(reader, notes)
    codes = resolve_discharge(reader.value("PV1-36"), reader.value("PV1-37"), reader.profile)
    note_status(reader, movement, notes)
    patient_class = reader.value("PV1-2")
    expected = read_expected_discharge(reader, movement, notes)
    return StayReported(
        movement=movement,
        key=key,
        moved_at=happened,
        stated_at=reader.stated_at,
        patient_class=patient_class or None,
        inpatient=_inpatient(patient_class, reader),
        location=read_location(reader),
        admitted_at=None if movement == "expected" else key.admitted_at,
        discharged_at=left.instant if left else None,
        admission_method=reader.value("PV1-4") or None,
        expected_admission_on=read_expected_admission(reader, movement),
        planned_ward=planned.ward if planned else None,
        specialty=reader.value("PV1-10") or None,
        discharge=codes,
        expected_discharge_on=expected,
        medically_fit=fit,
        medically_fit_on=fit_on,
        cleared=frozenset(notes.cleared & {"expected_discharge_on"}),
    )


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


_CANCELLED_BY = frozenset({"admission-cancelled", "expectation-cancelled", "deleted"})
_MOVEMENTS: Mapping[Stand, frozenset[str]] = {
    "planned": frozenset({"expected", "updated"}) | _CANCELLED_BY,
    "left": frozenset({"discharged", "updated"}) | _CANCELLED_BY,
    "cancelled": _CANCELLED_BY | {"updated"},
}
"""With which movements a stand goes together; `in-hospital` goes with all."""


def note_status(reader: Reader, movement: Movement, notes: Notes) -> None:
    """Note where the feed's status word and the movement contradict each other: a difference is for a person.
    The trigger and the times decide; a status word never moves a stay by itself, because feeds restate old
    ones.
    """
    rule = reader.profile.encounter_status
    stand = rule.words.get(reader.value(rule.place).upper()) if rule else None
    if stand is not None and movement not in _MOVEMENTS.get(stand, {movement}):
        notes.codes.append("encounter-status-differs")


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


def read_fitness(reader: Reader, notes: Notes) -> tuple[bool | None, date | None]:
    """The medically fit indicator (ZU1-22) and the day the person was first fit (ZU1-24).

    A date alone does not say that the person is fit now. One that stands for "not known", or has not come by
    the day of the message, is not used; fit without a date is noted, and begins on the day of the message.
    """
    fitness = reader.profile.fitness
    own = reader.profile.observations
    fit = YES_NO.get(reader.value(fitness.indicator).upper()) if fitness.indicator else None
    if fit is None:
        fit = YES_NO.get(reader.observed(own.medically_fit).upper())
    if fit is False:
        return fit, None
    day = _possible(reader, fitness.fit_on, notes) if fitness.fit_on else None
    if day is None and reader.observed(own.fit_on):
        day = _come(reader, reader.observed_day(own.fit_on), notes)
        fit = True if day else fit
    if fit and day is None:
        notes.codes.append("fit-without-date")
    return fit, day


def _possible(reader: Reader, place: str, notes: Notes) -> date | None:
    stamp = reader.time(place)
    return _come(reader, stamp.day if stamp else None, notes) if reader.value(place) else None


def _come(reader: Reader, day: date | None, notes: Notes) -> date | None:
    """The day, where it can be read and has come by the day of the message."""
    said_on = reader.day()
    if day is None or (said_on and day > said_on):
        notes.codes.append("fit-date-not-used")
        return None
    return day
