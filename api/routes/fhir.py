"""The FHIR R4 interface: referrals in, and cases out as ServiceRequest, Task, Encounter and Patient, with the
documents that hospitals sent.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from api import fhir_documents, fhir_reading, fhir_referrals, fhir_requests
from api.answers import status_path
from api.depends import Caller, IdempotencyKey, Ready
from api.fhir_reading import Page, fhir_base
from api.fhir_referrals import Made
from api.fhir_search import Asked, addresses, asked
from api.principals import Principal
from api.problems import FHIR_JSON, RETRY_SECONDS
from api.raw_messages import RawMessage
from api.services import Services
from discharge.errors import HomewardError
from fhir_adapters.fhir.bundles import bundle_kind
from fhir_adapters.fhir.capability import capability_statement
from fhir_adapters.fhir.outcome import information, operation_outcome
from fhir_adapters.fhir.resources import searchset
from fhir_adapters.fhir.responses import batch_response, entry_response, transaction_response

router = APIRouter(prefix="/fhir/R4", tags=["fhir"])

JSON_TYPES = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})
IfNoneExist = Annotated[str | None, Header(alias="If-None-Exist", max_length=500)]


def fhir(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A resource as FHIR JSON."""
    return Response(json.dumps(body), status, headers, media_type=FHIR_JSON)


@router.get("/metadata")
async def metadata(request: Request, services: Ready) -> Response:
    """What this interface can do; the one address here that needs no token."""
    statement = capability_statement(fhir_base(services), request.app.version, request.app.state.started)
    return fhir(statement)


@router.post("/ServiceRequest")
async def create_service_request(
    request: Request,
    services: Ready,
    caller: Caller,
    idempotency_key: IdempotencyKey = None,
    if_none_exist: IfNoneExist = None,
) -> Response:
    """Refer a person. 201 with a new case or a request, 200 with the one that exists, 202 when no answer came
    in time.
    """
    raw = await _raw(request, caller, "ServiceRequest")
    made = await fhir_referrals.create(services, caller, raw, idempotency_key, if_none_exist)
    if made.waits is not None:
        return _taken(made.waits)
    headers = {"Location": f"{fhir_base(services)}/ServiceRequest/{made.case_id}"}
    resource = await fhir_requests.service_request(services, caller, made.case_id)
    return fhir(resource, 201 if made.created else 200, headers)


@router.post("")
async def bundle(
    request: Request, services: Ready, caller: Caller, idempotency_key: IdempotencyKey = None
) -> Response:
    """A transaction with one ServiceRequest and what it refers to, or a batch of ServiceRequests."""
    raw = await _raw(request, caller, "Bundle")
    document = await fhir_referrals.bundle_of(services, caller, raw)
    if bundle_kind(document) == "batch":
        done = await fhir_referrals.create_each(services, caller, raw)
        return fhir(batch_response([await _batch_answer(services, caller, each) for each in done]))
    made = await fhir_referrals.create_by_transaction(services, caller, raw, idempotency_key)
    if made.waits is not None:
        return _taken(made.waits)
    resource = await fhir_requests.service_request(services, caller, made.case_id)
    return fhir(transaction_response(document, resource, made.created))


@router.get("/ServiceRequest/{resource_id}")
async def read_service_request(resource_id: str, services: Ready, caller: Caller) -> Response:
    """The referral of a case, as it stands."""
    caller.require("case.read")
    return fhir(await fhir_requests.service_request(services, caller, _id(resource_id)))


@router.get("/ServiceRequest")
async def search_service_requests(request: Request, services: Ready, caller: Caller) -> Response:
    """Referrals by the sender's own number, by person, status, change or id."""
    caller.require("case.search")
    return await _found(request, services, caller, "ServiceRequest", fhir_requests.find_all)


@router.get("/Task/{resource_id}")
async def read_task(resource_id: str, services: Ready, caller: Caller) -> Response:
    """How far a case is."""
    caller.require("case.read")
    return fhir(await fhir_requests.task(services, caller, _id(resource_id)))


@router.get("/Task")
async def search_tasks(request: Request, services: Ready, caller: Caller) -> Response:
    """The tasks that answer referrals, by referral, person, status, change or id."""
    caller.require("case.search")
    return await _found(request, services, caller, "Task", fhir_requests.find_all)


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
async def search_document_references(request: Request, services: Ready, caller: Caller) -> Response:
    """Documents of a person, by NHS number or by our id, or by their own ids."""
    caller.require("document.read")
    find = fhir_documents.find_document_references
    return await _found(request, services, caller, "DocumentReference", find)


@router.get("/Binary/{resource_id}")
async def read_binary(resource_id: str, services: Ready, caller: Caller) -> Response:
    """The content of a document."""
    caller.require("document.read")
    return fhir(await fhir_documents.binary(services, caller, _id(resource_id)))


Find = Callable[[Services, Principal, Asked], Awaitable[Page]]


async def _found(
    request: Request, services: Services, caller: Principal, resource_type: str, find: Find
) -> Response:
    search = asked(resource_type, request.url.query)
    page = await find(services, caller, search)
    base = fhir_base(services)
    told = information("searched-in-part", ", ".join(page.not_searched)) if page.not_searched else None
    return fhir(searchset(base, page.resources, page.total, addresses(base, search, page.total), told))


async def _raw(request: Request, caller: Principal, resource_type: str) -> RawMessage:
    """The body of a request that brings a referral. Raises role-not-allowed, unsupported-media-type."""
    caller.require("refer")
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in JSON_TYPES:
        raise HomewardError("unsupported-media-type")
    return RawMessage(await request.body(), content_type, resource_type)


def _taken(command_id: UUID) -> Response:
    headers = {"Content-Location": status_path(command_id), "Retry-After": str(RETRY_SECONDS)}
    return fhir(information("accepted-later", f"command {command_id}"), 202, headers)


async def _batch_answer(services: Services, caller: Principal, done: Made | HomewardError) -> dict[str, Any]:
    if isinstance(done, HomewardError):
        return entry_response(done.row.http, outcome=operation_outcome(done))
    if done.waits is not None:
        told = information("accepted-later", f"command {done.waits}")
        return entry_response(202, location=status_path(done.waits), outcome=told)
    resource = await fhir_requests.service_request(services, caller, done.case_id)
    return entry_response(
        201 if done.created else 200, location=f"ServiceRequest/{done.case_id}", resource=resource
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HomewardError("not-found") from None
