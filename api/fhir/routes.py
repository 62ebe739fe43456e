"""The FHIR R4 interface: referrals in, and out whatever `resource_types` has a row for."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from api.commands.answers import status_path
from api.fhir import referrals, requests
from api.fhir.cases import fhir_base
from api.fhir.model import ResourceType
from api.fhir.referrals import Made
from api.fhir.resource_types import SERVICE_REQUEST, TYPES
from api.fhir.search import addresses, asked
from api.messages.raw_messages import RawMessage
from api.web.depends import Caller, IdempotencyKey, Ready
from api.web.principals import Principal
from api.web.problems import FHIR_JSON, RETRY_SECONDS
from api.web.services import Services
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
    version, started = request.app.version, request.app.state.started
    types = [kind.statement() for kind in TYPES]
    return fhir(capability_statement(fhir_base(services), version, started, types))


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
    made = await referrals.create(services, caller, raw, idempotency_key, if_none_exist)
    if made.waits is not None:
        return _taken(made.waits)
    headers = {"Location": f"{fhir_base(services)}/ServiceRequest/{made.case_id}"}
    resource = await requests.read(services, caller, SERVICE_REQUEST, made.case_id)
    return fhir(resource, 201 if made.created else 200, headers)


@router.post("")
async def bundle(
    request: Request, services: Ready, caller: Caller, idempotency_key: IdempotencyKey = None
) -> Response:
    """A transaction with one ServiceRequest and what it refers to, or a batch of ServiceRequests."""
    raw = await _raw(request, caller, "Bundle")
    document = await referrals.bundle_of(services, caller, raw)
    if bundle_kind(document) == "batch":
        done = await referrals.create_each(services, caller, raw)
        return fhir(batch_response([await _batch_answer(services, caller, each) for each in done]))
    made = await referrals.create_by_transaction(services, caller, raw, idempotency_key)
    if made.waits is not None:
        return _taken(made.waits)
    resource = await requests.read(services, caller, SERVICE_REQUEST, made.case_id)
    return fhir(transaction_response(document, resource, made.created))


def _add_read(kind: ResourceType) -> None:
    async def read(resource_id: str, services: Ready, caller: Caller) -> Response:
        caller.require(kind.action)
        return fhir(await kind.read(services, caller, kind, kind.id_of(resource_id)))

    router.add_api_route(
        f"/{kind.name}/{{resource_id}}", read, name=f"read_{kind.name}", description=kind.words
    )


def _add_search(kind: ResourceType) -> None:
    if (find := kind.find) is None:
        return

    async def search(request: Request, services: Ready, caller: Caller) -> Response:
        caller.require(kind.search_action)
        wanted = asked(kind, request.url.query)
        page = await find(services, caller, wanted)
        base = fhir_base(services)
        told = information("searched-in-part", ", ".join(page.not_searched)) if page.not_searched else None
        return fhir(searchset(base, page.resources, page.total, addresses(base, wanted, page.total), told))

    router.add_api_route(f"/{kind.name}", search, name=f"search_{kind.name}", description=kind.words)


for _kind in TYPES:
    _add_read(_kind)
    _add_search(_kind)


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
    resource = await requests.read(services, caller, SERVICE_REQUEST, done.case_id)
    return entry_response(
        201 if done.created else 200, location=f"ServiceRequest/{done.case_id}", resource=resource
    )
