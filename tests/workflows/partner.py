"""A partner's real FHIR endpoint on loopback, which can be told to fail and says what it received."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import uvicorn
from sqlalchemy import select

from deploy.partner.app import create_app
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import PartnerRow

ORG = "COUNCIL"


@dataclass(frozen=True)
class Partner:
    """One partner that listens."""

    id: UUID
    url: str

    async def fail(self, mode: str, count: int = 1) -> None:
        async with httpx.AsyncClient() as http:
            response = await http.post(
                f"{self.url}/control/{ORG}/failures", json={"mode": mode, "count": count}
            )
            response.raise_for_status()

    async def received(self) -> list[dict[str, Any]]:
        async with httpx.AsyncClient() as http:
            response = await http.get(f"{self.url}/control/{ORG}/received")
            received: list[dict[str, Any]] = response.json()["received"]
            return received

    async def content(self, resource: str = "Task") -> list[dict[str, Any]]:
        async with httpx.AsyncClient() as http:
            bundle = (await http.get(f"{self.url}/{ORG}/fhir/R4/{resource}")).json()
            return [entry["resource"] for entry in bundle.get("entry", [])]


@asynccontextmanager
async def listening(sessions: Sessions, organisation_id: UUID, folder: Path) -> AsyncIterator[Partner]:
    """Run the partner of an organisation until left."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        app = create_app(folder / "partner.jsonl", (ORG,))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        serving = asyncio.create_task(server.serve(sockets=[door]))
        row = PartnerRow(
            id=uuid4(), organisation_id=organisation_id, endpoint=f"{url}/{ORG}/fhir/R4", kind="fhir"
        )
        async with transaction(sessions) as session:
            theirs = select(PartnerRow).where(PartnerRow.organisation_id == organisation_id)
            before = await session.scalar(theirs.where(PartnerRow.transport == "fhir"))
            if before is None:
                session.add(row)
            else:
                before.endpoint = row.endpoint
                row = before
        try:
            yield Partner(row.id, url)
        finally:
            server.should_exit = True
            await serving
