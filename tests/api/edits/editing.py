"""Messages edited by two people of one organisation."""

from __future__ import annotations

import re
from html import unescape

from fhir_adapters.store.tables import InboxRow
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake


class Editing:
    """An operator proposes, an administrator of the same organisation decides."""

    def __init__(self, door: Door, intake: Intake) -> None:
        self.door, self.intake = door, intake

    async def propose(self, row: InboxRow, change: tuple[str, str]) -> str:
        sign_in(self.door, "operator", "TRUST")
        path = f"/messages/{row.id}/edit"
        page = (await self.door.client.get(path)).text
        area = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])  # type: ignore[index]
        sent = fields(page, path) | {
            "text": area.replace(*change).replace("\n", "\r\n"),
            "why": "number added",
        }
        answer = await self.door.client.post(path, data=sent)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def decide(self, path: str, decision: str, role: str = "admin") -> int:
        sign_in(self.door, role, "TRUST")
        page = (await self.door.client.get(path)).text
        token = page.split('name="form_token" value="')[1].split('"')[0]
        sent = {"form_token": token, "decision": decision, "why": "checked with the ward"}
        return (await self.door.client.post(path, data=sent)).status_code


def fields(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that leads to an address."""
    form = html.split(f'action="{action}"', 1)[1].split("</form>", maxsplit=1)[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}
