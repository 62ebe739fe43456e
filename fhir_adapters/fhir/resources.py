"""A case as FHIR resources that can be read: the referral, the task that answers it, the stay and the person.

A case's ServiceRequest and Task carry the case's own id; the Encounter carries the stay's. A case comes here
with as much in it as its reader sees; whatever is worked out on it asks the `Telling` beside it, so that what
is not seen is masked or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from discharge.cases.model import Case, CaseSpell, Referral
from discharge.cases.stages import stage_label
from discharge.codes import casework
from discharge.disclosure import Telling
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.people import (
    WARD,
    OrganisationFacts,
    PersonFacts,
    organisation_reference,
    patient_reference,
    sender_number,
    ward_location,
    with_organisation,
)
from fhir_adapters.fhir.stages import stay_status, told_reading
from fhir_adapters.fhir.withheld import redaction, said_or_masked


def service_request(
    case: Case,
    telling: Telling,
    person: PersonFacts,
    requester: OrganisationFacts | None,
    modified: datetime,
) -> dict[str, Any]:
    """The referral that opened the case, with the status that the case gives it now, and the sender's own
    numbers beside ours. `modified` is an instant of case time.
    """
    referral, told = case.referral, told_reading(case, telling)
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": str(case.case_id),
        "meta": {"profile": [systems.UK_CORE_SERVICE_REQUEST], **_version(case, telling, modified)},
        "identifier": [*_sender_numbers(referral), {"system": systems.CASE_ID, "value": str(case.case_id)}],
        **said_or_masked("status", told.service_request if told else None),
        "intent": "order",
        "subject": patient_reference(person),
    }
    if referral is not None:
        resource |= asked_for(referral)
    if requester is not None:
        resource = with_organisation(resource, "requester", requester)
    extensions = _extensions(case, telling)
    if extensions:
        resource["extension"] = extensions
    if case.current_spell is not None:
        resource["encounter"] = {"reference": f"Encounter/{case.current_spell.spell_id}", "type": "Encounter"}
    return resource


def _version(case: Case, telling: Telling, modified: datetime) -> dict[str, Any]:
    version = {"versionId": str(case.version), "lastUpdated": modified.isoformat()}
    return {**version, **redaction(telling.sight)}


def _sender_numbers(referral: Referral | None) -> list[dict[str, Any]]:
    numbers = (referral.external_id, *referral.other_ids) if referral else ()
    return [sender_number(each) for each in numbers if each]


def asked_for(referral: Referral) -> dict[str, Any]:
    """What a referral asks for, as elements of its ServiceRequest."""
    asked: dict[str, Any] = {"authoredOn": referral.referred_on.isoformat()}
    if referral.reasons:
        asked["reasonCode"] = [
            {
                "coding": [
                    {
                        "system": systems.BARRIER_CODES,
                        "code": code,
                        "display": casework.REFERRAL_REASONS.label(code),
                    }
                ]
            }
            for code in referral.reasons
        ]
    if referral.ward:
        asked["contained"] = [ward_location(referral.ward)]
        asked["locationReference"] = [{"reference": f"#{WARD}", "display": referral.ward}]
    return asked


def _referred(name: str) -> Callable[[Case], Any]:
    return lambda case: getattr(case.referral, name, None)


def _ready_on(case: Case) -> date | None:
    return case.open_ready_period.ready_on if case.open_ready_period else None


_EXTENSIONS: tuple[tuple[str, str, Callable[[Case], Any]], ...] = (
    (systems.EXPECTED_DISCHARGE, "expected_discharge_on", lambda case: case.expected_discharge_on),
    (systems.DISCHARGE_READY, "ready_periods", _ready_on),
    (systems.TENURE, "referral.tenure", _referred("tenure")),
    (systems.LIVES_ALONE, "referral.lives_alone", _referred("lives_alone")),
    (systems.PATHWAY, "referral.pathway", _referred("pathway")),
    (systems.HOMELESS, "homelessness", lambda case: case.homelessness.flag),
    (systems.HOUSING_NEED, "referral.needs", _referred("needs")),
)
"""Extension, the field that it rests on, without which it is left out, and its value or values."""


def _extensions(case: Case, telling: Telling) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for url, field, value in _EXTENSIONS:
        said = value(case) if telling.holds(field) else None
        if isinstance(said, date):
            found += _dates((url, said))
        else:
            found += _codes(*((url, code) for code in ((said,) if isinstance(said, str) else said or ())))
    return found


def _dates(*pairs: tuple[str, date | None]) -> list[dict[str, Any]]:
    return [{"url": url, "valueDate": day.isoformat()} for url, day in pairs if day is not None]


def _codes(*pairs: tuple[str, str | None]) -> list[dict[str, Any]]:
    return [{"url": url, "valueCode": code} for url, code in pairs if code]


def task(
    case: Case,
    telling: Telling,
    person: PersonFacts,
    requester: OrganisationFacts | None,
    modified: datetime,
) -> dict[str, Any]:
    """How far the case is, as the task that answers the referral. `modified` is an instant of case time."""
    told = told_reading(case, telling)
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(case.case_id),
        "meta": _version(case, telling, modified),
        "identifier": [{"system": systems.CASE_ID, "value": str(case.case_id)}],
        **said_or_masked("status", told.task if told else None),
        "businessStatus": business_status(case.stage),
        "intent": "order",
        "focus": {"reference": f"ServiceRequest/{case.case_id}", "type": "ServiceRequest"},
        "for": patient_reference(person),
        "lastModified": modified.isoformat(),
    }
    if case.referral is not None:
        resource["authoredOn"] = case.referral.referred_on.isoformat()
        if case.referral.returned_reason:
            resource["statusReason"] = {
                "text": casework.REFERRAL_RETURN_REASONS.label(case.referral.returned_reason)
            }
    if requester is not None:
        resource["requester"] = organisation_reference(requester)
    return resource


def business_status(stage: str) -> dict[str, Any]:
    """Our stage as a coded concept."""
    words = stage_label(stage)
    return {"coding": [{"system": systems.STAGE_CODES, "code": stage, "display": words}], "text": words}


def encounter(
    spell: CaseSpell,
    person: PersonFacts,
    provider: OrganisationFacts | None,
    visit_number: str | None = None,
) -> dict[str, Any]:
    """A stay as a UK Core Encounter, with the hospital's own number; UK Core has no place for expected dates
    and fitness, so ours carry them.
    """
    numbers = [{"value": visit_number}] if visit_number else []
    resource: dict[str, Any] = {
        "resourceType": "Encounter",
        "id": str(spell.spell_id),
        "meta": {"profile": [systems.UK_CORE_ENCOUNTER]},
        "identifier": [*numbers, {"system": systems.SPELL_ID, "value": str(spell.spell_id)}],
        "status": stay_status(spell),
        "class": {"system": systems.ACT_CODES, "code": "IMP", "display": "inpatient encounter"},
        "subject": patient_reference(person),
    }
    period = {
        key: day.isoformat()
        for key, day in (("start", spell.admitted_on), ("end", spell.discharged_on))
        if day is not None
    }
    extensions = [
        *_dates((systems.EXPECTED_DISCHARGE, spell.expected_discharge_on)),
        *_dates((systems.MEDICALLY_FIT, spell.medically_fit_on)),
    ]
    optional: dict[str, Any] = {
        "period": period,
        "extension": extensions,
        "contained": [ward_location(spell.ward)] if spell.ward else [],
        "location": [{"location": {"reference": f"#{WARD}"}, "status": "active"}] if spell.ward else [],
        "hospitalization": _destination(spell),
    }
    resource |= {element: value for element, value in optional.items() if value}
    return with_organisation(resource, "serviceProvider", provider) if provider else resource


def _destination(spell: CaseSpell) -> dict[str, Any]:
    if not spell.discharge_destination:
        return {}
    coding = {"system": systems.DISCHARGE_DESTINATIONS, "code": spell.discharge_destination}
    return {"dischargeDisposition": {"coding": [coding]}}


def searchset(
    base: str,
    found: Sequence[dict[str, Any]],
    total: int,
    links: Sequence[tuple[str, str]],
    told: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A page of what a search found, of `total`; `base` is the address of the FHIR interface, `links` name
    what was looked for and the pages beside it; `told` is an OperationOutcome about the search.
    """
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links],
    }
    if found or told:
        bundle["entry"] = [
            {
                "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
                "resource": each,
                "search": {"mode": "match"},
            }
            for each in found
        ]
    if told:
        bundle["entry"].append({"resource": told, "search": {"mode": "outcome"}})
    return bundle
