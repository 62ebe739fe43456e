"""A referral as FHIR sends it, to the values that every door ends in.

Three shapes are taken: a ServiceRequest with its Patient contained, one that refers to a Patient we know
(by NHS number as a logical reference, or by our own id), and a transaction Bundle that brings the Patient
beside it. Only a known place is read; everything else stays in the raw message. Source of the elements: UK
Core STU2 2.0.2 ServiceRequest and Patient, and our own extensions (`systems`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from discharge.codes import casework, destinations
from discharge.errors import HomewardError
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.own_extensions import OwnExtensions, fhir_day
from fhir_adapters.fhir.problems import refused
from fhir_adapters.fhir.reading import check_resource
from fhir_adapters.people.nhs_numbers import check_number
from fhir_adapters.referrals import LocalIdentifier, ReferralValues, ReferredAddress, ReferredPerson

TAKEN_STATUS = frozenset({"active"})
"""A referral is active when it is made; BaRS workflow rules say the same."""

TAKEN_INTENT = frozenset({"proposal", "plan", "order", "original-order", "directive"})


@dataclass(frozen=True)
class Surroundings:
    """Where references lead: path and resource of what is contained or came in the same bundle, by
    reference.
    """

    resources: Mapping[str, tuple[str, Any]] = field(default_factory=dict)

    def resolve(self, reference: Any) -> tuple[str, Any] | None:
        """The path and resource that a Reference points at inside the message, if it does."""
        target = getattr(reference, "reference", None)
        return self.resources.get(target) if target else None


@dataclass(frozen=True)
class FhirReferral:
    """What was read: the values, and how a client without a key is recognised."""

    values: ReferralValues
    if_none_exist: str | None = None


def read_referral(document: dict[str, Any], today: date) -> FhirReferral:
    """The referral in a ServiceRequest or transaction Bundle. Raises FhirRefused or HomewardError."""
    resource = check_resource(document, ("ServiceRequest", "Bundle"))
    try:
        return _read(resource, today)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise HomewardError("invalid-body", detail="the value does not fit", where=place) from None


def _read(resource: Any, today: date) -> FhirReferral:
    if type(resource).__name__ == "Bundle":
        return _from_bundle(resource, today)
    around = Surroundings(_contained(resource, "ServiceRequest"))
    return FhirReferral(_values(resource, around, "ServiceRequest", today))


def _from_bundle(bundle: Any, today: date) -> FhirReferral:
    if bundle.type not in {"transaction", "batch"}:
        raise refused("invalid-fhir", "a referral comes in a transaction", "Bundle.type")
    found = [
        (f"Bundle.entry[{index}]", entry)
        for index, entry in enumerate(bundle.entry or [])
        if type(entry.resource).__name__ == "ServiceRequest"
    ]
    if len(found) != 1:
        raise refused("invalid-fhir", "exactly one ServiceRequest is expected", "Bundle.entry")
    path, entry = found[0]
    _request_is_create(entry, path)
    where = f"{path}.resource"
    around = Surroundings(_beside(bundle) | _contained(entry.resource, where))
    return FhirReferral(
        _values(entry.resource, around, where, today), getattr(entry.request, "ifNoneExist", None)
    )


def _request_is_create(entry: Any, path: str) -> None:
    if entry.request is None:
        raise refused("invalid-fhir", "the element is required in a transaction", f"{path}.request")
    if entry.request.method != "POST":
        raise refused("invalid-fhir", "only POST creates a referral", f"{path}.request.method")


def _contained(resource: Any, path: str) -> dict[str, tuple[str, Any]]:
    return {
        f"#{each.id}": (f"{path}.contained[{index}]", each)
        for index, each in enumerate(resource.contained or [])
        if each.id
    }


def _beside(bundle: Any) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    for index, entry in enumerate(bundle.entry or []):
        if entry.resource is None:
            continue
        place = (f"Bundle.entry[{index}].resource", entry.resource)
        if entry.fullUrl:
            found[str(entry.fullUrl)] = place
        if entry.resource.id:
            found[f"{type(entry.resource).__name__}/{entry.resource.id}"] = place
    return found


def _values(request: Any, around: Surroundings, path: str, today: date) -> ReferralValues:
    if request.status not in TAKEN_STATUS:
        raise refused("invalid-body", "a new referral is active", f"{path}.status")
    if request.intent not in TAKEN_INTENT:
        raise refused("invalid-body", "a referral asks for something", f"{path}.intent")
    own = OwnExtensions(request, path, today)
    return ReferralValues(
        person=_person(request.subject, around, f"{path}.subject"),
        requester=_requester(request.requester, around),
        external_id=_external_id(request),
        visit_number=_visit_number(request.encounter, around),
        ward=_ward(request, around),
        referred_on=fhir_day(request.authoredOn),
        reasons=_reasons(request, path, today)
        or own.codes(systems.HOUSING_BARRIER, casework.REFERRAL_REASONS),
        needs=own.codes(systems.HOUSING_NEED, casework.NEEDS),
        tenure=own.code(systems.TENURE, casework.TENURES) or "unknown",
        lives_alone=own.answer(systems.LIVES_ALONE),
        homeless=own.answer(systems.HOMELESS),
        pathway=own.code(systems.PATHWAY, destinations.PATHWAYS),
        expected_discharge_on=own.day(systems.EXPECTED_DISCHARGE) or _occurrence(request),
        ready_on=own.day(systems.DISCHARGE_READY),
        sharing_basis=own.code(systems.SHARING_BASIS, casework.SHARING_BASES),
        note=_note(request),
    )


def _person(subject: Any, around: Surroundings, path: str) -> ReferredPerson:
    inside = around.resolve(subject)
    if inside is not None:
        place, patient = inside
        if type(patient).__name__ != "Patient":
            raise refused("invalid-fhir", "the subject of a referral is a Patient", f"{path}.reference")
        return read_person(patient, place)
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


def read_person(patient: Any, path: str) -> ReferredPerson:
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


def _external_id(request: Any) -> str | None:
    first = next((each for each in request.identifier or [] if each.value), None)
    return f"{first.system or ''}|{first.value}" if first else None


def _requester(reference: Any, around: Surroundings) -> str | None:
    """The ODS code of the referring organisation, wherever the sender put it."""
    if reference is None:
        return None
    if reference.identifier is not None and _is_organisation(reference.identifier):
        return str(reference.identifier.value)
    inside = around.resolve(reference)
    if inside is None:
        return None
    resource = inside[1]
    if type(resource).__name__ == "PractitionerRole":
        return _requester(resource.organization, around)
    return next((str(each.value) for each in resource.identifier or [] if _is_organisation(each)), None)


def _is_organisation(identifier: Any) -> bool:
    return bool(identifier.value) and identifier.system in {
        systems.ODS_ORGANISATION,
        systems.ORGANISATION_CODE,
    }


def _visit_number(reference: Any, around: Surroundings) -> str | None:
    """The hospital's own number of the stay."""
    if reference is None:
        return None
    if reference.identifier is not None and reference.identifier.value:
        return str(reference.identifier.value)
    inside = around.resolve(reference)
    numbers = (inside[1].identifier or []) if inside else []
    return next((str(each.value) for each in numbers if each.value), None)


def _ward(request: Any, around: Surroundings) -> str | None:
    for reference in request.locationReference or []:
        if reference.display:
            return str(reference.display)
        inside = around.resolve(reference)
        if inside is not None and inside[1].name:
            return str(inside[1].name)
    return None


def _reasons(request: Any, path: str, today: date) -> tuple[str, ...]:
    """Codes of our own list; reasons in other systems stay in the raw message."""
    found: list[str] = []
    for index, concept in enumerate(request.reasonCode or []):
        for at, coding in enumerate(concept.coding or []):
            if coding.system == systems.BARRIER_CODES:
                where = f"{path}.reasonCode[{index}].coding[{at}].code"
                found.append(casework.REFERRAL_REASONS.lookup(coding.code or "", today, where).code)
    return tuple(dict.fromkeys(found))


def _note(request: Any) -> str | None:
    texts = [each.text for each in request.note or [] if each.text]
    texts += [concept.text for concept in request.reasonCode or [] if concept.text]
    return "\n".join(texts) or None


def _occurrence(request: Any) -> date | None:
    """When the home is wanted: the day of the occurrence, or the end of its period."""
    if request.occurrencePeriod is not None:
        return fhir_day(request.occurrencePeriod.end or request.occurrencePeriod.start)
    return fhir_day(request.occurrenceDateTime)
