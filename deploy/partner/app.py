"""A server that plays several partners, each below `/{org}/fhir/R4`, and a trust's own system over MLLP.

It keeps to what a real partner owes: a body that is not valid FHIR is refused with an OperationOutcome; the
same idempotency key again is answered as before and has no second effect; nothing is answered that is not
in the log on disk. Below `/control` it is told to fail, and says what it received.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

from deploy.partner import answers
from deploy.partner.failures import Failure
from deploy.partner.log import Receipt
from deploy.partner.mllp import MllpDoor
from deploy.partner.partners import Partners
from deploy.partner.resources import ACCEPTED

DEMO_PARTNERS = ("RXH", "HVC", "HVE", "MEA", "OAK", "HHP")
DEMO_HL7 = "RXH-PAS"
"""The trust's own system, in the log and below `/control`."""


def create_app(
    log_path: Path,
    organisations: tuple[str, ...] = DEMO_PARTNERS,
    hl7_door: tuple[str, int] | None = None,
) -> FastAPI:
    """The partners `organisations`, with their common log at `log_path`.

    With `hl7_door`, address and port, the trust's own system takes HL7 v2 there, too.
    """
    partners = Partners(log_path, (*organisations, DEMO_HL7))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        door = await asyncio.start_server(MllpDoor(partners, DEMO_HL7).serve, *hl7_door) if hl7_door else None
        yield
        if door:
            door.close()
        partners.log.close()

    app = FastAPI(title="Partners of the demo", docs_url=None, redoc_url=None, lifespan=lifespan)
    _add_fhir(app, partners)
    _add_control(app, partners)
    return app


def serve(log_path: Path, host: str, port: int, hl7_port: int | None = None) -> None:
    """Run until stopped."""
    app = create_app(log_path, hl7_door=(host, hl7_port) if hl7_port else None)
    uvicorn.run(app, host=host, port=port, log_level="warning", loop="asyncio")


def _add_fhir(app: FastAPI, partners: Partners) -> None:
    @app.post("/{org}/fhir/R4/{resource}")
    async def create(org: str, resource: str, request: Request) -> Response:
        partners.require(org)
        if resource not in ACCEPTED:
            return answers.outcome(404, "not-supported", "this partner does not take that resource")
        return await partners.receive(org, resource, request)

    @app.get("/{org}/fhir/R4/metadata")
    async def metadata(org: str) -> Response:
        partners.require(org)
        return answers.capability()

    @app.get("/{org}/fhir/R4/{resource}")
    async def search(org: str, resource: str) -> Response:
        partners.require(org)
        held = [item for item in partners.log.of(org) if item.effect and item.resource == resource]
        return answers.searchset(held)


def _add_control(app: FastAPI, partners: Partners) -> None:
    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/control/{org}/received")
    async def received(org: str) -> dict[str, Any]:
        partners.require(org)
        return {"org": org, "received": [_listed(item) for item in partners.log.of(org)]}

    @app.get("/control/{org}/failures")
    async def waiting(org: str) -> list[Failure]:
        partners.require(org)
        return partners.failures.waiting(org)

    @app.post("/control/{org}/failures", status_code=201)
    async def order(org: str, failure: Failure) -> list[Failure]:
        partners.require(org)
        partners.failures.order(org, failure)
        return partners.failures.waiting(org)

    @app.delete("/control/{org}/failures", status_code=204)
    async def forget(org: str) -> None:
        partners.require(org)
        partners.failures.clear(org)


def _listed(receipt: Receipt) -> dict[str, Any]:
    return {name: value for name, value in asdict(receipt).items() if name != "body"}
