"""What everybody knows before they begin: the organisations by their codes, as the interface lists them."""

from __future__ import annotations

from deploy.simulate.doors import Doors
from deploy.simulate.scenes import PARTIES


class Directory:
    """Organisations by code."""

    def __init__(self, ids: dict[str, str]) -> None:
        self._ids = ids

    @classmethod
    async def read(cls, doors: Doors) -> Directory:
        """Ask the interface."""
        reply = await doors.read(PARTIES["coordinator"], "/api/v1/organisations")
        return cls({one["code"]: one["id"] for one in reply.body["items"]})

    def organisation(self, code: str) -> str:
        """The id of an organisation."""
        return self._ids[code]
