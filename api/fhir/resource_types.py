"""Every type of the FHIR interface, one row each."""

from __future__ import annotations

from api.fhir import cases, checks, documents, parameters, requests
from api.fhir.model import CasePart, ResourceType
from discharge.store.tables import AlertRow, CaseEventRow
from fhir_adapters.fhir import flags, questionnaire_responses, requested, resources, systems

SERVICE_REQUEST = ResourceType(
    "ServiceRequest",
    "The referral of a case as it stands, and a referral of your own that waits to be accepted.",
    requests.read,
    find=requests.find,
    parameters=(
        parameters.ID,
        parameters.LAST_UPDATED,
        parameters.IDENTIFIER,
        parameters.status(lambda reading: reading.service_request),
        *parameters.PERSON,
    ),
    whole=resources.service_request,
    request=requested.service_request,
    profile=systems.UK_CORE_SERVICE_REQUEST,
    versioned=True,
    creates=True,
)

TYPES: tuple[ResourceType, ...] = (
    SERVICE_REQUEST,
    ResourceType(
        "Task",
        "How far a case is, as the task that answers its referral.",
        requests.read,
        find=requests.find,
        parameters=(
            parameters.ID,
            parameters.LAST_UPDATED,
            parameters.FOCUS,
            parameters.status(lambda reading: reading.task),
            *parameters.PERSON,
        ),
        whole=resources.task,
        request=requested.task,
        versioned=True,
    ),
    ResourceType(
        "Encounter",
        "A hospital stay, as far as you may know it.",
        cases.encounter,
        profile=systems.UK_CORE_ENCOUNTER,
    ),
    ResourceType(
        "Patient",
        "A person, without address where their location is hidden.",
        cases.patient,
        profile=systems.UK_CORE_PATIENT,
    ),
    ResourceType(
        "Flag",
        "An alert of a case: active until its cause is gone; for readers who may see the alerts of the case.",
        cases.read,
        "alerts.read",
        cases.find,
        "alerts.read",
        (parameters.ID, parameters.FLAG_STATUS, *parameters.PERSON),
        part=CasePart(AlertRow, "alerts", flags.by_id, flags.flag),
    ),
    ResourceType(
        "DocumentReference",
        "What is known of a document or form that a hospital sent; search by person or by id.",
        documents.document_reference,
        "document.read",
        documents.find_document_references,
        "document.read",
        (parameters.ID, *parameters.PERSON),
    ),
    ResourceType(
        "Questionnaire",
        "A form of the home check: each edition, and the one in force with what this site changes in it; "
        "search also by url, with the version behind a bar.",
        checks.read_form,
        find=checks.find_forms,
        search_action="case.read",
        parameters=(
            parameters.FORM_ID,
            parameters.FORM_URL,
            parameters.FORM_VERSION,
            parameters.FORM_STATUS,
        ),
        id_of=checks.form_code,
    ),
    ResourceType(
        "QuestionnaireResponse",
        "A home check of a case, with its answers as they stand; search by person, by id or by the referral.",
        cases.read,
        find=checks.find_checks,
        parameters=(parameters.ID, parameters.BASED_ON, *parameters.PERSON),
        part=CasePart(
            CaseEventRow,
            "check",
            None,
            questionnaire_responses.questionnaire_response,
            load=checks.checks_of,
            key=CaseEventRow.command_id,
            only=CaseEventRow.kind == checks.STARTED,
        ),
    ),
    ResourceType("Binary", "The content of a document.", documents.binary, "document.read"),
)
