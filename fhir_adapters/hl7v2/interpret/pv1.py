"""PV1: which stay, in which bed, from when, and how and where to it ended.

How PV1-36 and PV1-37 are told apart is in `fhir_adapters/feeds/discharge_fields.py`.
"""

from fhir_adapters.feeds.discharge_fields import resolve_discharge
from fhir_adapters.feeds.profile import split_place
from fhir_adapters.hl7v2.facts import DischargeCodes, Location, Movement, StayKey, StayReported
from fhir_adapters.hl7v2.interpret.evn import moved_at
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader
from fhir_adapters.hl7v2.interpret.pv2 import read_expected_admission, read_expected_discharge
from fhir_adapters.hl7v2.interpret.status import note_status
from fhir_adapters.hl7v2.interpret.triggers import Part
from fhir_adapters.hl7v2.interpret.zu import read_fitness
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
