"""A referral as the ward writes it: JSON for `/api/v1/referrals`, or a FHIR ServiceRequest with its Patient
inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from deploy.simulate.http_clients import Reply
from deploy.simulate.people import SimPerson
from fhir_adapters.fhir import systems

SEXES = {"1": "male", "2": "female"}
DEFAULT_REASON = "not-sure"
CASE_ID_SYSTEM = systems.CASE_ID
REQUEST_ID_SYSTEM = systems.REQUEST_ID
SOMEBODY_NEW = "new"


def json_body(person: SimPerson, details: Mapping[str, Any], day: date, key: str) -> dict[str, Any]:
    """The body for the JSON door; `details` are fields of the referral."""
    return {
        "person": {
            "nhs_number": person.nhs_number,
            "family_name": person.family,
            "given_name": person.given,
            "birth_date": str(person.born),
            "sex": SEXES[person.sex],
        },
        "external_id": key,
        "referred_on": str(day),
        "tenure": person.tenure,
        "lives_alone": person.lives_alone,
        "reasons": [DEFAULT_REASON],
        **details,
    }


def fhir(person: SimPerson, details: Mapping[str, Any], day: date, key: str) -> dict[str, Any]:
    """The same as a ServiceRequest; `reached` in the details are elements that say who to call."""
    reasons = details.get("reasons", [DEFAULT_REASON])
    return {
        "resourceType": "ServiceRequest",
        "contained": [{**_patient(person), **details.get("reached", {})}],
        "identifier": [{"system": f"{systems.BASE}/Id/referral", "value": key}],
        "status": "active",
        "intent": "order",
        "subject": {"reference": "#person"},
        "authoredOn": str(day),
        "reasonCode": [{"coding": [{"system": systems.BARRIER_CODES, "code": code}]} for code in reasons],
        "extension": [_coded(systems.TENURE, person.tenure), _coded(systems.LIVES_ALONE, person.lives_alone)],
    }


def _patient(person: SimPerson) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "person",
        "identifier": [{"system": systems.NHS_NUMBER, "value": person.nhs_number}],
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "gender": SEXES[person.sex],
        "birthDate": str(person.born),
    }


def _coded(url: str, code: str) -> dict[str, Any]:
    return {"url": url, "valueCode": code}


def request_id(reply: Reply) -> str | None:
    """The request that a referral became, where the ward has no stay for the person yet."""
    if reply.body.get("request_id"):
        return str(reply.body["request_id"])
    if reply.body.get("outcome") == "requested":
        return str(reply.body["command_id"])
    found = (
        one["value"] for one in reply.body.get("identifier", []) if one.get("system") == REQUEST_ID_SYSTEM
    )
    return next(found, None)


def case_id(reply: Reply) -> str | None:
    """The case that a referral opened or joined, whichever door answered."""
    if reply.case_id:
        return reply.case_id
    found = (one["value"] for one in reply.body.get("identifier", []) if one.get("system") == CASE_ID_SYSTEM)
    return next(found, None)
