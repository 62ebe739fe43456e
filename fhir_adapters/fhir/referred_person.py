"""Whom a referral is about: a Patient that came with it, one that we know, or a number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fhir_adapters.fhir import systems
from fhir_adapters.fhir.own_extensions import fhir_day
from fhir_adapters.fhir.problems import refused
from fhir_adapters.fhir.surroundings import Surroundings
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.referrals import LocalIdentifier, ReferredAddress, ReferredPerson


def read_subject(subject: Any, around: Surroundings, path: str) -> ReferredPerson:
    """The person that a subject means. Raises FhirRefused where it leads to nobody."""
    inside = around.resolve(subject)
    if inside is not None:
        place, patient = inside
        if type(patient).__name__ != "Patient":
            raise refused("invalid-fhir", "the subject of a referral is a Patient", f"{path}.reference")
        return _from_patient(patient, place)
    if subject.identifier is not None and subject.identifier.value:
        return _named(subject.identifier, f"{path}.identifier")
    known = _own_patient(subject.reference)
    if known is None:
        raise refused("unknown-patient", "the reference leads to no person here", f"{path}.reference")
    return ReferredPerson(person_id=known)


def _named(identifier: Any, path: str) -> ReferredPerson:
    if identifier.system == systems.NHS_NUMBER:
        return ReferredPerson(nhs_number=_nhs_number(identifier.value, f"{path}.value"))
    local = LocalIdentifier(authority=str(identifier.system or "local"), value=identifier.value)
    return ReferredPerson(identifiers=(local,))


def _own_patient(reference: str | None) -> UUID | None:
    if not reference or not reference.startswith("Patient/"):
        return None
    try:
        return UUID(reference.removeprefix("Patient/"))
    except ValueError:
        return None


def _from_patient(patient: Any, path: str) -> ReferredPerson:
    """The person in a Patient. A person without any number cannot be told from another: refused."""
    numbers = [
        (index, each)
        for index, each in enumerate(patient.identifier or [])
        if each.system == systems.NHS_NUMBER and each.value
    ]
    name = next((each for each in patient.name or [] if each.use in (None, "official", "usual")), None)
    person = ReferredPerson(
        nhs_number=_nhs_number(numbers[0][1].value, f"{path}.identifier[{numbers[0][0]}].value")
        if numbers
        else None,
        identifiers=_local_identifiers(patient),
        family_name=name.family if name else None,
        given_name=" ".join(each for each in name.given or [] if each) or None if name else None,
        birth_date=fhir_day(patient.birthDate),
        sex=patient.gender,
        address=_address(patient),
    )
    if not person.findable:
        raise refused("unknown-patient", "an identifier is needed", f"{path}.identifier")
    return person


def _local_identifiers(patient: Any) -> tuple[LocalIdentifier, ...]:
    return tuple(
        LocalIdentifier(authority=str(each.system), value=each.value)
        for each in patient.identifier or []
        if each.system and each.system != systems.NHS_NUMBER and each.value
    )


def _nhs_number(text: str, path: str) -> str:
    checked = check_number(text)
    if not checked.usable:
        raise refused("invalid-body", "not a valid NHS number", path)
    return checked.value


def _address(patient: Any) -> ReferredAddress | None:
    home = next((each for each in patient.address or [] if each.use in (None, "home")), None)
    if home is None:
        return None
    lines = [*(each for each in home.line or [] if each), *filter(None, (home.city, home.district))]
    return ReferredAddress(lines=tuple(lines), postcode=home.postalCode, uprn=_uprn(home))


def _uprn(address: Any) -> str | None:
    for key in (each for each in address.extension or [] if each.url == systems.ADDRESS_KEY):
        parts = {part.url: part for part in key.extension or []}
        kinds = parts["type"].valueCodeableConcept if "type" in parts else None
        if "value" in parts and any(
            coding.code == "UPRN" for coding in (kinds.coding if kinds else None) or []
        ):
            return str(parts["value"].valueString)
    return None
