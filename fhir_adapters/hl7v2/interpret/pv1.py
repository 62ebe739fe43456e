"""PV1: which stay, in which bed, from when, and how and where to it ended.

How PV1-36 and PV1-37 are told apart is in `fhir_adapters/feeds/leaving.py`.
"""

from fhir_adapters.feeds.leaving import resolve_discharge
from fhir_adapters.hl7v2.facts import DischargeCodes, Location, Movement, StayKey, StayReported
from fhir_adapters.hl7v2.interpret.evn import moved_at, stated_at
from fhir_adapters.hl7v2.interpret.fields import Notes, Reader
from fhir_adapters.hl7v2.interpret.pv2 import read_expected_discharge
from fhir_adapters.hl7v2.interpret.zu import read_fitness
from fhir_adapters.hl7v2.reading import DELETED, Repetition


def _pick(location: Repetition, components: tuple[int, ...]) -> str | None:
    found = (location(component) for component in components)
    return next((text for text in found if text and text != DELETED), None)


def read_location(reader: Reader) -> Location | None:
    """PV1-3 by the profile's template; None where it says nothing."""
    pv1 = reader.message.segment("PV1")
    place = pv1.first(3) if pv1 else None
    if place is None or not place.valued:
        return None
    template = reader.profile.location
    return Location(
        ward=_pick(place, template.ward),
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


def read_stay(reader: Reader, movement: Movement, notes: Notes) -> StayReported:
    """The stay as PV1, PV2 and ZU1 state it."""
    key = read_key(reader)
    happened = moved_at(reader, movement)
    if movement == "admitted" and key.admitted_at is None:
        key = key.model_copy(update={"admitted_at": happened})
    left = reader.time("PV1-45")
    fit, fit_on = read_fitness(reader)
    codes = resolve_discharge(reader.value("PV1-36"), reader.value("PV1-37"), reader.profile)
    _notes_on(codes, notes)
    patient_class = reader.value("PV1-2")
    expected = read_expected_discharge(reader, movement, notes)
    return StayReported(
        movement=movement,
        key=key,
        moved_at=happened,
        stated_at=stated_at(reader),
        patient_class=patient_class or None,
        inpatient=_inpatient(patient_class, reader),
        location=read_location(reader),
        admitted_at=key.admitted_at,
        discharged_at=left.instant if left else None,
        admission_method=reader.value("PV1-4") or None,
        specialty=reader.value("PV1-10") or None,
        discharge=codes,
        expected_discharge_on=expected,
        medically_fit=fit,
        medically_fit_on=fit_on,
        cleared=frozenset(notes.cleared & {"expected_discharge_on"}),
    )
