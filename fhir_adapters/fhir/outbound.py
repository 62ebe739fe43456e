"""What leaves, as FHIR: how a referral stands and what is ordered (Task), and what to look at
(Communication).

The outbox holds codes; who the person is comes in here, from whoever sends. An address goes only with an
order or a hazard, because somebody has to find the home, and never for a person whose location is hidden. The
resource carries the outbox row's key as its identifier, so that a partner can tell a repeated request from a
new one. Whatever it refers to is named by an identifier that the receiver knows: an address of ours would
lead nowhere there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from discharge.cases.stages import STAGE_LABELS
from discharge.codes.hazards import HAZARD_SEVERITIES
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.flags import alert_words
from fhir_adapters.fhir.people import (
    OrganisationFacts,
    PersonFacts,
    organisation_reference,
    patient,
    sender_identifier,
    sender_number,
)
from housing_checks.hazards.schemes import hazard_label
from housing_checks.hazards.words import place_words

Content = Mapping[str, Any]

PRIORITY = {"STOP": "stat", "RED+": "stat", "RED": "urgent", "AMBER": "asap"}
"""Alert level -> request priority."""

HAZARD_PRIORITY = {"emergency": "stat", "significant": "urgent"}
"""Severity of a hazard -> request priority."""

ADDRESS_WITHHELD = "The address is withheld. Ask the coordinator how to reach the person."

TURNS = {
    "returned": "Referral returned",
    "discharge-cancelled": "Discharge cancelled",
    "readmitted": "Back in hospital",
    "readmission-cancelled": "Readmission cancelled",
    "reopened": "Reopened",
}
"""Words for what is told beside the stages."""


@dataclass(frozen=True)
class Occasion:
    """What every message says besides its content. `sent_at` is an instant of case time."""

    key: UUID
    case_id: UUID
    person: PersonFacts
    sender: OrganisationFacts
    receiver: OrganisationFacts
    sent_at: datetime


def outgoing_resource(kind: str, content: Content, occasion: Occasion) -> dict[str, Any]:
    """The resource to post for an outbox row. A kind nobody knows is a KeyError: it is a fault of ours."""
    return _BUILDERS[kind](content, occasion)


def _task_status(content: Content, occasion: Occasion) -> dict[str, Any]:
    stage = str(content["stage"])
    task = _task(occasion, str(content["status"])) | {
        "code": _coded(systems.MESSAGE_CODES, "task-status", "Status of a referral"),
        "businessStatus": _coded(
            systems.STAGE_CODES, stage, STAGE_LABELS.get(stage) or TURNS.get(stage, stage)
        ),
        "focus": _referral(content.get("external_id"), occasion),
        "for": _person_by_number(occasion.person),
    }
    if content.get("reason"):
        task["statusReason"] = {"text": str(content["reason"])}
    return task


def _order(content: Content, occasion: Occasion) -> dict[str, Any]:
    task = _task(occasion, str(content["status"])) | {
        "code": _coded(systems.ITEM_CODES, str(content["item"]), str(content["item"]).replace("-", " ")),
        "groupIdentifier": {
            "system": systems.CASE_ID + "/strand",
            "value": f"{occasion.case_id}/{content['strand']}",
        },
        "businessStatus": {"text": str(content.get("step") or "started")},
        "contained": [_contained_patient(occasion.person)],
        "for": {"reference": "#person", "type": "Patient"},
        "owner": organisation_reference(occasion.receiver),
    }
    if content.get("due_on"):
        task["restriction"] = {"period": {"end": str(content["due_on"])}}
    if occasion.person.location_hidden:
        task["note"] = [{"text": ADDRESS_WITHHELD}]
    return task


def _hazard(content: Content, occasion: Occasion) -> dict[str, Any]:
    """A hazard that a landlord or a council's environmental health is asked to deal with."""
    severity = str(content["severity"])
    place = place_words(str(content["room"]))
    what = hazard_label(str(content["item"]), str(content["scheme"]))
    task = _task(occasion, str(content["status"])) | {
        "code": _coded(systems.HAZARD_CODES, str(content["item"]), what),
        "groupIdentifier": {
            "system": systems.CASE_ID + "/hazard",
            "value": f"{occasion.case_id}/{content['hazard']}",
        },
        "businessStatus": _coded(systems.HAZARD_SEVERITIES, severity, HAZARD_SEVERITIES.label(severity)),
        "priority": HAZARD_PRIORITY.get(severity, "routine"),
        "description": f"{what} in {place}",
        "contained": [_contained_patient(occasion.person)],
        "for": {"reference": "#person", "type": "Patient"},
        "owner": organisation_reference(occasion.receiver),
    }
    if content.get("told_at"):
        task["executionPeriod"] = {"start": str(content["told_at"])}
    if occasion.person.location_hidden:
        task["note"] = [{"text": ADDRESS_WITHHELD}]
    return task


def _alert(content: Content, occasion: Occasion) -> dict[str, Any]:
    level = str(content["level"])
    words = alert_words(*(str(content[name]) for name in ("fact", "threshold", "source")))
    return {
        "resourceType": "Communication",
        "identifier": [_message_id(occasion)],
        "status": "completed",
        "category": [_coded(systems.MESSAGE_CODES, "alert", "Alert")],
        "priority": PRIORITY.get(level, "routine"),
        "topic": _coded(systems.RULE_CODES, str(content["rule"]), f"{level}: {content['rule']}"),
        "about": [_referral(content.get("external_id"), occasion)],
        "subject": _person_by_number(occasion.person),
        "sent": occasion.sent_at.isoformat(),
        "sender": organisation_reference(occasion.sender),
        "recipient": [organisation_reference(occasion.receiver)],
        "payload": [{"contentString": words}],
    }


STAY_NEWS = {"admitted": "The person came into hospital", "discharged": "The person left hospital"}
STAY_ASKED = "Look after the home, the rent and any animals, and say that you have read this."


def _stay_notice(content: Content, occasion: Occasion) -> dict[str, Any]:
    """That somebody's tenant is in hospital, or has left it: whom, when, and nothing of why."""
    news, day = str(content["news"]), content.get("day")
    words = f"{STAY_NEWS[news]}{f' on {day}' if day else ''}. {STAY_ASKED}"
    return {
        "resourceType": "Communication",
        "identifier": [_message_id(occasion)],
        "status": "completed",
        "category": [_coded(systems.MESSAGE_CODES, "stay-notice", "Notice of a hospital stay")],
        "topic": _coded(systems.MESSAGE_CODES, news, STAY_NEWS[news]),
        "contained": [_contained_patient(occasion.person)],
        "subject": {"reference": "#person", "type": "Patient"},
        "about": [_referral(None, occasion)],
        "sent": occasion.sent_at.isoformat(),
        "sender": organisation_reference(occasion.sender),
        "recipient": [organisation_reference(occasion.receiver)],
        "payload": [{"contentString": words}],
    }


_BUILDERS: Mapping[str, Callable[[Content, Occasion], dict[str, Any]]] = {
    "task-status": _task_status,
    "order": _order,
    "hazard": _hazard,
    "alert": _alert,
    "stay-notice": _stay_notice,
}


def _task(occasion: Occasion, status: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "identifier": [_message_id(occasion)],
        "status": status,
        "intent": "order",
        "lastModified": occasion.sent_at.isoformat(),
        "requester": organisation_reference(occasion.sender),
    }


def _message_id(occasion: Occasion) -> dict[str, Any]:
    return {"system": systems.MESSAGE_ID, "value": str(occasion.key)}


def _referral(external_id: str | None, occasion: Occasion) -> dict[str, Any]:
    """The referral by the sender's own number where it gave one (`system|value`), else by our case."""
    ours = {"system": systems.CASE_ID, "value": str(occasion.case_id)}
    return {
        "type": "ServiceRequest",
        "identifier": sender_number(external_id) if external_id else ours,
    }


def _person_by_number(person: PersonFacts) -> dict[str, Any]:
    """Who is meant, by NHS number alone, else by the receiver's own number: the receiver holds the rest."""
    if person.nhs_number:
        number = {"system": systems.NHS_NUMBER, "value": person.nhs_number}
    elif person.local_numbers:
        number = sender_identifier(*person.local_numbers[0])
    else:
        number = {"system": systems.PERSON_ID, "value": str(person.person_id)}
    return {"type": "Patient", "identifier": number}


def _contained_patient(person: PersonFacts) -> dict[str, Any]:
    return patient(person) | {"id": "person"}


def _coded(system: str, code: str, words: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}
