"""Whom a referral is about: a Patient that came with it, one that we know, or a number."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs

from fhir_adapters.fhir import systems
from fhir_adapters.fhir.bundle_context import Surroundings
from fhir_adapters.fhir.own_extensions import fhir_day
from fhir_adapters.fhir.periods import holds, in_force
from fhir_adapters.fhir.problems import refused
from fhir_adapters.people.nhs_numbers import check_number, may_find
from fhir_adapters.referrals import LocalIdentifier, ReferredAddress, ReferredPerson

NAME_USES = ("official", "usual", None, "temp")
"""Which name is taken, the first of these that is in force."""

HOME_USES = ("home", None, "temp")
POSTAL = "postal"
_BY_NUMBER = "Patient?"


def read_subject(subject: Any, around: Surroundings, path: str, restricted: bool = False) -> ReferredPerson:
    """The person that a subject means; `restricted` hides where they are.

    Raises FhirRefused where it leads to nobody.
    """
    return _meant(subject, around, path).model_copy(update={"location_hidden": restricted})


def _meant(subject: Any, around: Surroundings, path: str) -> ReferredPerson:
    inside = around.resolve(subject)
    if inside is not None:
        place, patient = inside
        if type(patient).__name__ != "Patient":
            raise refused("invalid-fhir", "the subject of a referral is a Patient", f"{path}.reference")
        return _from_patient(patient, place, around.today)
    if subject.identifier is not None and subject.identifier.value:
        return _named(subject.identifier, f"{path}.identifier", around.today)
    by_number = _conditional(subject.reference)
    if by_number is not None:
        return _numbered(*by_number, f"{path}.reference")
    known = around.own_id(subject, "Patient")
    if known is None:
        raise refused("unknown-patient", "the reference names no person known here", f"{path}.reference")
    return ReferredPerson(person_id=known)


def _conditional(reference: str | None) -> tuple[str, str] | None:
    """System and value of a reference like `Patient?identifier=system|value`."""
    if not reference or not reference.startswith(_BY_NUMBER):
        return None
    asked = parse_qs(reference.removeprefix(_BY_NUMBER))
    if set(asked) != {"identifier"} or len(asked["identifier"]) != 1:
        return None
    system, _, value = asked["identifier"][0].rpartition("|")
    return (system, value) if value else None


def _named(identifier: Any, path: str, today: date) -> ReferredPerson:
    if not holds(identifier, today):
        raise refused("unknown-patient", "the number is not in force", path)
    return _numbered(identifier.system or "", identifier.value, f"{path}.value")


def _numbered(system: str, value: str, path: str) -> ReferredPerson:
    if system == systems.NHS_NUMBER:
        return ReferredPerson(nhs_number=_nhs_number(value, path))
    return ReferredPerson(identifiers=(LocalIdentifier(authority=system or "local", value=value),))


def _from_patient(patient: Any, path: str, today: date) -> ReferredPerson:
    """The person in a Patient. A person without any number cannot be told from another: refused."""
    name = _first_of_use(in_force(patient.name, today), NAME_USES)
    person = ReferredPerson(
        nhs_number=_patients_number(patient, path, today),
        identifiers=_local_identifiers(patient, today),
        family_name=name.family if name else None,
        given_name=" ".join(each for each in name.given or [] if each) or None if name else None,
        birth_date=fhir_day(patient.birthDate),
        sex=patient.gender,
        address=_address(patient, today),
    )
    if not person.findable:
        raise refused("unknown-patient", "an identifier in force is needed", f"{path}.identifier")
    return person


def _first_of_use(items: list[Any], uses: tuple[str | None, ...]) -> Any:
    """The first item by the order of uses, of one use the one that began last."""
    wanted = [each for each in items if each.use in uses]
    return min(wanted, key=lambda each: uses.index(each.use), default=None)


def _patients_number(patient: Any, path: str, today: date) -> str | None:
    """The NHS number in force. Raises FhirRefused for one that is wrong, or two that differ."""
    numbers = {
        _nhs_number(each.value, f"{path}.identifier[{index}].value")
        for index, each in enumerate(patient.identifier or [])
        if each.system == systems.NHS_NUMBER and each.value and holds(each, today) and _finds(each)
    }
    if len(numbers) > 1:
        raise refused("patient-mismatch", "two NHS numbers in force", f"{path}.identifier")
    return next(iter(numbers), None)


def _finds(identifier: Any) -> bool:
    """Whether the tracing status that comes with a number lets it find its person."""
    statuses = (each for each in identifier.extension or [] if each.url == systems.NHS_NUMBER_STATUS)
    codes = (
        coding.code
        for each in statuses
        if each.valueCodeableConcept is not None
        for coding in each.valueCodeableConcept.coding or []
    )
    return all(may_find(f"NSTS{code}") for code in codes)


def _local_identifiers(patient: Any, today: date) -> tuple[LocalIdentifier, ...]:
    return tuple(
        LocalIdentifier(authority=str(each.system), value=each.value)
        for each in in_force(patient.identifier, today)
        if each.system and each.system not in {systems.NHS_NUMBER, systems.PERSON_ID} and each.value
    )


def _nhs_number(text: str, path: str) -> str:
    checked = check_number(text)
    if not checked.usable:
        raise refused("invalid-body", "not a valid NHS number", path)
    return checked.value


def _address(patient: Any, today: date) -> ReferredAddress | None:
    """Where the person lives: the home in force, never one that is only for letters."""
    held = [each for each in in_force(patient.address, today) if each.type != POSTAL]
    home = _first_of_use(held, HOME_USES)
    if home is None:
        return None
    lines = [*(each for each in home.line or [] if each), *filter(None, (home.city, home.district))]
    return ReferredAddress(lines=tuple(lines) or _written(home), postcode=home.postalCode, uprn=_uprn(home))


def _written(address: Any) -> tuple[str, ...]:
    """An address that came as one text."""
    return tuple(part.strip() for part in (address.text or "").splitlines() if part.strip())


def _uprn(address: Any) -> str | None:
    for key in (each for each in address.extension or [] if each.url == systems.ADDRESS_KEY):
        parts = {part.url: part for part in key.extension or []}
        kinds = parts["type"].valueCodeableConcept if "type" in parts else None
        if "value" in parts and any(
            coding.code == "UPRN" for coding in (kinds.coding if kinds else None) or []
        ):
            return str(parts["value"].valueString)
    return None
