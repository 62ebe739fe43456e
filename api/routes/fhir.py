"""The FHIR R4 interface: referrals in, and cases out as ServiceRequest, Task, Encounter and Patient, with the
documents that hospitals sent.
"""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from api import fhir_documents, fhir_reading
from api.answers import status_path
from api.commanding import Outcome
from api.depends import Caller, IdempotencyKey, Ready
from api.principals import Principal
from api.problems import FHIR_JSON, RETRY_SECONDS
from api.raw_messages import RawMessage, keep_raw
from api.referring import Referred, refer
from api.referring import Request as ReferralRequest
from api.services import Services
from discharge.clocks import london_date
from discharge.errors import HomewardError
from fhir_adapters.fhir.capability import capability_statement
from fhir_adapters.fhir.outcome import information
from fhir_adapters.fhir.reading import read_json
from fhir_adapters.fhir.referral import FhirReferral, read_referral
from fhir_adapters.fhir.resources import searchset

router = APIRouter(prefix="/fhir/R4", tags=["fhir"])

JSON_TYPES = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})
IfNoneExist = Annotated[str | None, Header(alias="If-None-Exist", max_length=500)]


def fhir(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A resource as FHIR JSON."""
    return Response(json.dumps(body), status, headers, media_type=FHIR_JSON)


@router.get("/metadata")
async def metadata(request: Request, services: Ready) -> Response:
    """What this interface can do; the one address here that needs no token."""
    statement = capability_statement(_base(services), request.app.version, request.app.state.started)
    return fhir(statement)


@router.post("/ServiceRequest")
async def create_service_request(
    request: Request,
    services: Ready,
    caller: Caller,
    idempotency_key: IdempotencyKey = None,
    if_none_exist: IfNoneExist = None,
) -> Response:
    """Refer a person. 201 with a new case, 200 with the one that exists, 202 when no answer came in time."""
    read = await _referred(request, services, caller, "ServiceRequest", idempotency_key, if_none_exist)
    if read.outcome.answer is None:
        return _taken(read.outcome)
    headers = {"Location": f"{_base(services)}/ServiceRequest/{read.outcome.case_id}"}
    resource = await fhir_reading.service_request(services, caller, read.outcome.case_id)
    return fhir(resource, 201 if read.opened else 200, headers)


@router.post("")
async def transaction(
    request: Request, services: Ready, caller: Caller, idempotency_key: IdempotencyKey = None
) -> Response:
    """A transaction with one ServiceRequest and what it refers to."""
    read = await _referred(request, services, caller, "Bundle", idempotency_key, None)
    if read.outcome.answer is None:
        return _taken(read.outcome)
    document = read_json(await request.body())
    resource = await fhir_reading.service_request(services, caller, read.outcome.case_id)
    return fhir(_transaction_response(document, read, resource))


@router.get("/ServiceRequest/{resource_id}")
async def read_service_request(resource_id: str, services: Ready, caller: Caller) -> Response:
    """The referral of a case, as it stands."""
    caller.require("case.read")
    return fhir(await fhir_reading.service_request(services, caller, _id(resource_id)))


@router.get("/ServiceRequest")
async def search_service_requests(
    services: Ready, caller: Caller, identifier: str = "", subject: str = "", _id: str = ""
) -> Response:
    """Referrals by the sender's own number, by person or by id."""
    caller.require("case.search")
    found = await fhir_reading.find_service_requests(services, caller, identifier, subject, _id)
    return fhir(searchset(_base(services), found))


@router.get("/Task/{resource_id}")
async def read_task(resource_id: str, services: Ready, caller: Caller) -> Response:
    """How far a case is."""
    caller.require("case.read")
    return fhir(await fhir_reading.task(services, caller, _id(resource_id)))


@router.get("/Task")
async def search_tasks(services: Ready, caller: Caller, focus: str = "", _id: str = "") -> Response:
    """The task that answers a referral."""
    caller.require("case.search")
    wanted = (focus or _id).rpartition("/")[2]
    found = await fhir_reading.find_tasks(services, caller, wanted)
    return fhir(searchset(_base(services), found))


@router.get("/Encounter/{resource_id}")
async def read_encounter(resource_id: str, services: Ready, caller: Caller) -> Response:
    """A hospital stay, as far as the caller may know it."""
    caller.require("case.read")
    return fhir(await fhir_reading.encounter(services, caller, _id(resource_id)))


@router.get("/Patient/{resource_id}")
async def read_patient(resource_id: str, services: Ready, caller: Caller) -> Response:
    """A person; without address where their location is hidden."""
    caller.require("case.read")
    return fhir(await fhir_reading.patient(services, caller, _id(resource_id)))


@router.get("/DocumentReference/{resource_id}")
async def read_document_reference(resource_id: str, services: Ready, caller: Caller) -> Response:
    """What is known of a document or form that a hospital sent."""
    caller.require("document.read")
    return fhir(await fhir_documents.document_reference(services, caller, _id(resource_id)))


@router.get("/DocumentReference")
async def search_document_references(
    services: Ready, caller: Caller, subject: str = "", patient: str = "", _id: str = ""
) -> Response:
    """Documents of a person, by NHS number or by our id."""
    caller.require("document.read")
    found = await fhir_documents.find_document_references(services, caller, subject or patient, _id)
    return fhir(searchset(_base(services), found))


@router.get("/Binary/{resource_id}")
async def read_binary(resource_id: str, services: Ready, caller: Caller) -> Response:
    """The content of a document."""
    caller.require("document.read")
    return fhir(await fhir_documents.binary(services, caller, _id(resource_id)))


async def _referred(
    request: Request,
    services: Services,
    caller: Principal,
    resource_type: str,
    key: str | None,
    if_none_exist: str | None,
) -> Referred:
    """Read, keep and execute what was posted. What cannot be taken is kept, too, as rejected."""
    caller.require("refer")
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in JSON_TYPES:
        raise HomewardError("unsupported-media-type")
    raw = RawMessage(await request.body(), content_type, resource_type)
    now = await services.case_now()
    try:
        read = read_referral(_only(read_json(raw.body), resource_type), london_date(now))
    except HomewardError as error:
        async with services.begin(caller) as session:
            await keep_raw(session, raw, now, error)
        raise
    recognised = _recognised(read, if_none_exist)
    kept = RawMessage(raw.body, content_type, resource_type, read.values.external_id or "")
    return await refer(services, caller, ReferralRequest(read.values, key, recognised, kept))


def _only(document: dict[str, Any], resource_type: str) -> dict[str, Any]:
    if document.get("resourceType") != resource_type:
        raise HomewardError(
            "invalid-fhir", detail=f"a {resource_type} is expected here", where="Resource.resourceType"
        )
    return document


def _recognised(read: FhirReferral, if_none_exist: str | None) -> str | None:
    """The name by which the same referral is known again: If-None-Exist, else its own identifier."""
    condition = if_none_exist or read.if_none_exist
    if condition:
        named = parse_qs(condition.removeprefix("?")).get("identifier")
        return f"identifier:{named[0]}" if named else f"if-none-exist:{condition}"
    return f"identifier:{read.values.external_id}" if read.values.external_id else None


def _taken(outcome: Outcome) -> Response:
    headers = {"Content-Location": status_path(outcome.command_id), "Retry-After": str(RETRY_SECONDS)}
    return fhir(information("accepted-later", f"command {outcome.command_id}"), 202, headers)


def _transaction_response(
    document: dict[str, Any], read: Referred, resource: dict[str, Any]
) -> dict[str, Any]:
    """One entry for each that was sent; a Patient beside the referral is answered with the person we hold."""
    places = {
        "ServiceRequest": f"ServiceRequest/{resource['id']}",
        "Patient": resource["subject"]["reference"],
    }
    entries = []
    for sent in document.get("entry", []):
        kind = sent.get("resource", {}).get("resourceType", "")
        created = kind == "ServiceRequest" and read.opened
        answer = {"status": "201 Created" if created else "200 OK"}
        entries.append({"response": answer | ({"location": places[kind]} if kind in places else {})})
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HomewardError("not-found") from None


def _base(services: Services) -> str:
    return f"{services.settings.public_url}/fhir/R4"
