"""The answers of a partner's FHIR endpoint."""

from __future__ import annotations

import json
from typing import Any

from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from deploy.partner.log import Receipt
from deploy.partner.resources import ACCEPTED

FHIR_JSON = "application/fhir+json"


class BrokenConnection(Response):
    """Announces a body and never sends it: the server drops the connection, the sender cannot know."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        """Send the head of an answer and nothing after it."""
        headers = [(b"content-type", FHIR_JSON.encode()), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})


def fhir(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A resource as FHIR JSON."""
    return JSONResponse(body, status, headers, media_type=FHIR_JSON)


def created(receipt: Receipt) -> Response:
    """The resource as this partner holds it, with its place."""
    place = f"/{receipt.org}/fhir/R4/{receipt.resource}/{receipt.resource_id}"
    return fhir(201, held(receipt), {"Location": place})


def held(receipt: Receipt) -> dict[str, Any]:
    """The resource that a receipt brought, under the partner's own id."""
    content: dict[str, Any] = json.loads(receipt.body)
    return content | {"id": receipt.resource_id}


def searchset(receipts: list[Receipt]) -> Response:
    """A Bundle of what the receipts brought."""
    entries = [{"resource": held(receipt)} for receipt in receipts]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return fhir(200, bundle | {"entry": entries} if entries else bundle)


def outcome(status: int, code: str, words: str, where: str = "") -> Response:
    """An OperationOutcome with one issue."""
    issue: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": words}
    if where:
        issue["expression"] = [where]
    return fhir(status, {"resourceType": "OperationOutcome", "issue": [issue]})


def capability() -> Response:
    """What this endpoint takes."""
    resources = [{"type": name, "interaction": [{"code": "create"}]} for name in sorted(ACCEPTED)]
    return fhir(
        200,
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": "2026-01-01",
            "kind": "instance",
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "implementation": {"description": "A partner of the demo"},
            "rest": [{"mode": "server", "resource": resources}],
        },
    )
