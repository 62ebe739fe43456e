"""A partner that asks for a token, and what we send to it with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from discharge.store.tables import PartnerRow
from fhir_adapters.partners.clients import PartnerClients
from fhir_adapters.partners.secrets import SecretFolder
from tests.fixtures.oauth_partner import CLIENT, SECRET, OAuthPartner, oauth_partner


@dataclass
class Room:
    """A partner, the folder of secrets, and what we send with."""

    partner: OAuthPartner
    folder: Path
    clients: PartnerClients
    row: PartnerRow = field(default_factory=lambda: PartnerRow(id=uuid4(), kind="council"))

    def signs_in(self, **how: str) -> None:
        self.row.sign_in = how

    def by_credentials(self, secret: str = SECRET) -> None:
        (self.folder / "client-secret").write_text(secret + "\n")
        self.signs_in(
            kind="client-credentials", token_url=f"{self.partner.url}/token", client_id=CLIENT,
            secret="client-secret", scope="tasks.write",
        )  # fmt: skip

    async def send(self) -> int:
        answer = await self.clients.post(self.row, "Task", b"{}", {"Idempotency-Key": "k"})
        return answer.status_code


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clients = PartnerClients(SecretFolder(tmp_path))
    async with oauth_partner() as partner:
        opened = Room(partner, tmp_path, clients)
        opened.row.endpoint = f"{partner.url}/fhir"
        yield opened
    await clients.close()
