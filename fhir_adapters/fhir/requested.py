"""A referral request as its sender reads it: what it sent, and what became of it; nothing that we hold.

Its ServiceRequest and Task carry the request's own id. Once it is taken on, the case's id is among the
identifiers, and the Task leads to the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from discharge.cases.model import Referral
from discharge.codes.casework import REFERRAL_RETURN_REASONS
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.people import OrganisationFacts, sender_number, with_organisation
from fhir_adapters.fhir.resources import asked_for
from fhir_adapters.referrals import ReferralValues, ReferredPerson


class RequestReading(NamedTuple):
    """How a state of a request reads: the status of the ServiceRequest, that of the Task, and words."""

    service_request: str
    task: str
    words: str


STATES: Mapping[str, RequestReading] = {
    "waiting": RequestReading("active", "requested", "Waiting for acceptance"),
    "taken-on": RequestReading("active", "accepted", "Accepted"),
    "declined": RequestReading("revoked", "rejected", "Declined"),
    "withdrawn": RequestReading("revoked", "cancelled", "Withdrawn"),
}


OF_NEWER = RequestReading("unknown", "requested", "Recorded by a newer version of Homeward")
"""A state that only a newer build has."""


@dataclass(frozen=True)
class RequestFacts:
    """A request as FHIR needs it. `modified` is an instant of case time."""

    request_id: UUID
    values: ReferralValues
    state: str
    requested_on: date
    modified: datetime
    sender: OrganisationFacts | None
    answer_code: str | None = None
    answer: str | None = None
    case_id: UUID | None = None


def service_request(facts: RequestFacts) -> dict[str, Any]:
    """What was sent, with the status that its state gives it."""
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": str(facts.request_id),
        "meta": {"profile": [systems.UK_CORE_SERVICE_REQUEST]},
        "identifier": _identifiers(facts),
        "status": STATES.get(facts.state, OF_NEWER).service_request,
        "intent": "order",
        "subject": _subject(facts.values.person),
        **asked_for(_referral(facts)),
    }
    if facts.sender is not None:
        resource = with_organisation(resource, "requester", facts.sender)
    return {name: value for name, value in resource.items() if value}


def task(facts: RequestFacts) -> dict[str, Any]:
    """What became of it: requested, accepted, rejected or cancelled."""
    _, status, words = STATES.get(facts.state, OF_NEWER)
    focus = facts.case_id or facts.request_id
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(facts.request_id),
        "identifier": _identifiers(facts),
        "status": status,
        "businessStatus": {"text": words},
        "intent": "order",
        "focus": {"reference": f"ServiceRequest/{focus}", "type": "ServiceRequest"},
        "for": _subject(facts.values.person),
        "authoredOn": facts.requested_on.isoformat(),
        "lastModified": facts.modified.isoformat(),
    }
    if facts.answer_code:
        said = (REFERRAL_RETURN_REASONS.label(facts.answer_code), facts.answer)
        resource["statusReason"] = {"text": ". ".join(filter(None, said))}
    return resource


def _identifiers(facts: RequestFacts) -> list[dict[str, Any]]:
    found = [{"system": systems.REQUEST_ID, "value": str(facts.request_id)}]
    if facts.case_id is not None:
        found.append({"system": systems.CASE_ID, "value": str(facts.case_id)})
    numbers = (facts.values.external_id, *facts.values.other_ids)
    return [*found, *(sender_number(each) for each in numbers if each)]


def _subject(person: ReferredPerson) -> dict[str, Any]:
    """Whom the sender named, in the sender's own words."""
    name = " ".join(filter(None, (person.given_name, person.family_name)))
    subject: dict[str, Any] = {"type": "Patient"}
    if person.nhs_number:
        subject["identifier"] = {"system": systems.NHS_NUMBER, "value": person.nhs_number}
    elif person.identifiers:
        first = person.identifiers[0]
        subject["identifier"] = {"system": first.authority, "value": first.value}
    return subject | ({"display": name} if name else {})


def _referral(facts: RequestFacts) -> Referral:
    values = facts.values
    return Referral(
        referred_on=values.referred_on or facts.requested_on,
        organisation_id=UUID(int=0),
        ward=values.ward,
        reasons=values.reasons,
        needs=values.needs,
        tenure=values.tenure,
        lives_alone=values.lives_alone,
        pathway=values.pathway,
    )
