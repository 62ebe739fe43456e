"""People who record and read safety at the door: a nurse, the adviser of the trust, and a colleague."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import User
from tests.api.conftest import Door

WORDS = "I cannot go back to him"
NURSE, ADVISER = "nurse-of-the-ward", "ida-the-adviser"
ROLE = "discharge-team"


def headers(door: Door, subject: str, org: str = "TRUST", role: str = ROLE) -> dict[str, str]:
    """Somebody's own token."""
    return {"Authorization": f"Bearer {door.token(role, org, subject)}"}


async def get(door: Door, path: str, subject: str, org: str = "TRUST") -> httpx.Response:
    return await door.client.get(path, headers=headers(door, subject, org))


async def post(
    door: Door, path: str, body: Any, subject: str, org: str = "TRUST", **more: str
) -> httpx.Response:
    return await door.client.post(path, json=body, headers=headers(door, subject, org) | more)


async def user_id(door: Door, subject: str) -> str:
    async with transaction(door.worker) as session:
        return str(await session.scalar(select(User.id).where(User.subject == subject)))


async def advised(door: Door, subject: str = ADVISER, org: str = "TRUST") -> None:
    """Have an administrator name somebody for safety, who has signed in; and the nurse, too, has."""
    for each in (subject, NURSE):
        assert (await get(door, "/api/v1/cases", each, org)).status_code == 200
    body = {"user_id": await user_id(door, subject), "kind": "adviser"}
    answer = await door.post("/api/v1/safety/advisers", body, "admin", org)
    assert answer.status_code == 201, answer.text


def answers(**said: Any) -> dict[str, Any]:
    values = {"asked": "not-alone", "asked_on": "2026-03-02", "disclosed": "yes"} | said
    return {"kind": "questions-answered", "answers": values}


async def disclosed(door: Door, case_id: UUID, subject: str = NURSE, **said: Any) -> dict[str, Any]:
    """A nurse records what somebody said; what she is answered."""
    body = {"event": answers(**said), "words": {"disclosure": WORDS}}
    answer = await post(door, f"/api/v1/cases/{case_id}/safety", body, subject)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def acted(
    door: Door, case_id: UUID, event: dict[str, Any], subject: str = ADVISER, **words: str
) -> Any:
    """A named person records something."""
    body = {"event": event, "words": words}
    return await post(door, f"/api/v1/cases/{case_id}/safety", body, subject)
