"""A referral as FHIR sends it, to the values that every door ends in.

Three shapes are taken: a ServiceRequest with its Patient contained, one that refers to a Patient we know
(by NHS number as a logical reference, or by our own id), and a transaction Bundle that brings the Patient
beside it. Only a known place is read; everything else stays in the raw message. Source of the elements: UK
Core STU2 2.0.2 ServiceRequest and Patient, and our own extensions (`systems`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from discharge.codes import casework, destinations
from discharge.errors import HomewardError
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.own_extensions import OwnExtensions, fhir_day
from fhir_adapters.fhir.problems import refused
from fhir_adapters.fhir.reading import check_resource
from fhir_adapters.fhir.referred_person import read_subject
from fhir_adapters.fhir.surroundings import Surroundings, beside, contained
from fhir_adapters.referrals import ReferralValues

TAKEN_STATUS = frozenset({"active"})
"""A referral is active when it is made; BaRS workflow rules say the same."""

TAKEN_INTENT = frozenset({"proposal", "plan", "order", "original-order", "directive"})


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
    around = Surroundings(contained(resource, "ServiceRequest"))
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
    around = Surroundings(beside(bundle) | contained(entry.resource, where))
    return FhirReferral(
        _values(entry.resource, around, where, today), getattr(entry.request, "ifNoneExist", None)
    )


def _request_is_create(entry: Any, path: str) -> None:
    if entry.request is None:
        raise refused("invalid-fhir", "the element is required in a transaction", f"{path}.request")
    if entry.request.method != "POST":
        raise refused("invalid-fhir", "only POST creates a referral", f"{path}.request.method")


def _values(request: Any, around: Surroundings, path: str, today: date) -> ReferralValues:
    if request.status not in TAKEN_STATUS:
        raise refused("invalid-body", "a new referral is active", f"{path}.status")
    if request.intent not in TAKEN_INTENT:
        raise refused("invalid-body", "a referral asks for something", f"{path}.intent")
    own = OwnExtensions(request, path, today)
    return ReferralValues(
        person=read_subject(request.subject, around, f"{path}.subject"),
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
