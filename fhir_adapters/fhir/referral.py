"""A referral as FHIR sends it, to the values that every door ends in.

Three shapes are taken: a ServiceRequest with its Patient contained, one that refers to a Patient we know
(by NHS number as a logical reference, or by our own id), and a Bundle that brings the Patient beside it
(`bundles`). Only a known place is read; everything else stays in the raw message. What changes the meaning,
what is nearly a name of ours, and a reference that leads nowhere are refused. Source of the elements: UK Core
STU2 2.0.2 ServiceRequest and Patient, and our own extensions (`systems`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from discharge.codes import casework, destinations
from discharge.errors import HomewardError
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.bundle_context import Surroundings, contained
from fhir_adapters.fhir.expressions import SentReferral
from fhir_adapters.fhir.modifiers import check_modifiers
from fhir_adapters.fhir.own_extensions import OwnExtensions, fhir_day
from fhir_adapters.fhir.own_names import check_own_names
from fhir_adapters.fhir.parser import check_resource
from fhir_adapters.fhir.periods import in_force
from fhir_adapters.fhir.problems import refused
from fhir_adapters.fhir.referred_person import read_subject
from fhir_adapters.fhir.security import is_restricted
from fhir_adapters.fhir.services import check_service
from fhir_adapters.fhir.unread import unread_words
from fhir_adapters.fhir.whom_to_call import Reached, whom_to_call
from fhir_adapters.people.reach import NOBODY, ReferredContacts
from fhir_adapters.referrals import ReferralValues

KIND = "ServiceRequest"


@dataclass(frozen=True)
class FhirReferral:
    """What was read: the values, the JSON that asked for them, its place there, the condition on which it is
    made, and whom to call for the person.
    """

    values: ReferralValues
    document: dict[str, Any]
    sent: SentReferral
    if_none_exist: str | None = None
    contacts: ReferredContacts = NOBODY


def read_referral(document: dict[str, Any], today: date, base: str = "") -> FhirReferral:
    """The referral in a ServiceRequest; `base` is our own address. Raises FhirRefused or HomewardError."""
    resource = check_resource(document, (KIND,))
    check_meaning(document, KIND)
    around = Surroundings(today, contained(resource, KIND), base)
    sent = SentReferral(document, KIND, place_of_patient(resource, around))
    with sent.naming():
        values = referral_values(resource, around, KIND, is_restricted(document, KIND))
    reached = whom_to_call(resource.subject, around)
    values = with_unread(values, document, KIND, reached)
    return FhirReferral(values, document, sent, contacts=reached.contacts)


def place_of_patient(request: Any, around: Surroundings) -> str:
    """Where the Patient of a referral lies in what was sent; empty where it did not come along."""
    found = around.resolve(request.subject)
    return found[0] if found is not None else ""


def with_unread(
    values: ReferralValues, document: dict[str, Any], root: str, reached: Reached
) -> ReferralValues:
    """The values with a word in the note on what came along and is not read."""
    note = "\n".join(filter(None, (values.note, unread_words(document, root, reached))))
    return values.model_copy(update={"note": note or None})


def check_meaning(document: dict[str, Any], root: str) -> None:
    """Raise FhirRefused for what changes the meaning and for names that are nearly ours."""
    check_modifiers(document, root)
    check_own_names(document, root)


def referral_values(request: Any, around: Surroundings, path: str, restricted: bool) -> ReferralValues:
    """The values of a checked ServiceRequest at `path`. Raises FhirRefused or HomewardError."""
    try:
        return _values(request, around, path, restricted)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise HomewardError("invalid-body", detail="the value does not fit", where=place) from None


def _values(request: Any, around: Surroundings, path: str, restricted: bool) -> ReferralValues:
    check_service(request, path)
    own = OwnExtensions(request, path, around.today)
    numbers = _numbers(request, around.today)
    return ReferralValues(
        person=read_subject(request.subject, around, f"{path}.subject", restricted),
        requester=_requester(request.requester, around, f"{path}.requester"),
        external_id=next(iter(numbers), None),
        other_ids=tuple(numbers[1:]),
        visit_number=_visit_number(request.encounter, around, f"{path}.encounter"),
        ward=_ward(request, around, path),
        referred_on=fhir_day(request.authoredOn),
        reasons=_reasons(request, path, around.today)
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


def _numbers(request: Any, today: date) -> list[str]:
    """The sender's own numbers of the referral, `system|value`; ours, echoed, is none of theirs."""
    return [
        f"{each.system or ''}|{each.value}"
        for each in in_force(request.identifier, today)
        if each.value and each.system != systems.CASE_ID
    ]


def _requester(reference: Any, around: Surroundings, path: str) -> str | None:
    """The code of the referring organisation, wherever the sender put it; none where nobody is named.

    Raises FhirRefused where somebody is named and leads to no organisation: they are not the caller.
    """
    if reference is None:
        return None
    found = _organisation_code(reference, around)
    if found is None:
        raise refused(
            "invalid-body", "refers to no known organisation: name one by its ODS code, or leave it out", path
        )
    return found


def _organisation_code(reference: Any, around: Surroundings) -> str | None:
    if reference is None:
        return None
    if reference.identifier is not None and _is_organisation(reference.identifier):
        return str(reference.identifier.value)
    inside = around.resolve(reference)
    if inside is None:
        return None
    resource = inside[1]
    if type(resource).__name__ == "PractitionerRole":
        return _organisation_code(resource.organization, around)
    held = in_force(getattr(resource, "identifier", None), around.today)
    return next((str(each.value) for each in held if _is_organisation(each)), None)


def _is_organisation(identifier: Any) -> bool:
    return bool(identifier.value) and identifier.system in {
        systems.ODS_ORGANISATION,
        systems.ORGANISATION_CODE,
    }


def _visit_number(reference: Any, around: Surroundings, path: str) -> str | None:
    """The hospital's own number of the stay. Raises FhirRefused where a stay is named and not said which."""
    if reference is None:
        return None
    if reference.identifier is not None and reference.identifier.value:
        return str(reference.identifier.value)
    inside = around.resolve(reference)
    held = in_force(getattr(inside[1], "identifier", None), around.today) if inside else []
    number = next((str(each.value) for each in held if each.value), None)
    if number is None:
        raise refused("invalid-body", "refers to no stay with a number: send the hospital's own number", path)
    return number


def _ward(request: Any, around: Surroundings, path: str) -> str | None:
    """The first ward named. Raises FhirRefused where places are named and none of them by a name."""
    references = request.locationReference or []
    for reference in references:
        if reference.display:
            return str(reference.display)
        inside = around.resolve(reference)
        if inside is not None and getattr(inside[1], "name", None):
            return str(inside[1].name)
    if references:
        raise refused("invalid-body", "refers to no known ward: send its name", f"{path}.locationReference")
    return None


def _reasons(request: Any, path: str, today: date) -> tuple[str, ...]:
    """Codes of our own list; reasons in other systems go into the note, in words."""
    found: list[str] = []
    for index, concept in enumerate(request.reasonCode or []):
        for at, coding in enumerate(concept.coding or []):
            if coding.system == systems.BARRIER_CODES:
                where = f"{path}.reasonCode[{index}].coding[{at}].code"
                found.append(casework.REFERRAL_REASONS.lookup(coding.code or "", today, where).code)
    return tuple(dict.fromkeys(found))


def _note(request: Any) -> str | None:
    texts = [each.text for each in request.note or [] if each.text]
    texts += filter(None, map(_reason_words, request.reasonCode or []))
    return "\n".join(texts) or None


def _reason_words(concept: Any) -> str:
    """A reason as it was written, or the words and codes of lists that are not ours."""
    if concept.text:
        return str(concept.text)
    foreign = [each for each in concept.coding or [] if each.system != systems.BARRIER_CODES]
    words = (
        f"{each.display or ''} ({each.system or 'no code system'}|{each.code or ''})" for each in foreign
    )
    return "; ".join(each.strip() for each in words)


def _occurrence(request: Any) -> date | None:
    """When the home is wanted: the day of the occurrence, or the end of its period."""
    if request.occurrencePeriod is not None:
        return fhir_day(request.occurrencePeriod.end or request.occurrencePeriod.start)
    return fhir_day(request.occurrenceDateTime)
