"""One way of keys: whatever writes, a client meets the same. Found in the description, so that a new write is
asked as soon as it is there.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.contract.document import REFS
from api.contract.examples import BODIES
from api.web.sign_in.tokens import ISSUER
from discharge.roles import ROLES
from discharge.store.engine import transaction
from discharge.store.request_keys import HEADER
from discharge.store.tables import RequestKeyRow, User
from tests.api.commands.test_routes import PERSON
from tests.api.conftest import Door
from tests.api.shadow.test_lists import FEED, LIST, Intake, feed, intake  # noqa: F401 - a feed, for lists
from tests.fixtures.contract import Operation, operations
from tests.housing_checks.evidence.sent_files import photo

USED = "used-for-something-else"
LOOKED_FOR_FIRST = frozenset({"decide_referral_request"})
"""Looks for its request before it asks its key, which stands in the command that takes the request on."""


def writes() -> list[Operation]:
    return [each for each in operations() if each.method in ("post", "put", "patch", "delete")]


def sent_to(write: Operation, case_id: object) -> dict[str, Any]:
    """Address and body of an example of a write; it names a case that is there, and else nothing that is."""
    named = {"case_id": case_id, "item": "heating", "sequence": 10**9}
    url = re.sub(r"{(\w+)}", lambda found: str(named.get(found[1], uuid4())), write.path)
    if write.name == "create_referral":
        return {"url": url, "json": {"person": PERSON}}
    for media_type, said in write.said.get("requestBody", {}).get("content", {}).items():
        if media_type == "text/csv":
            return {"url": url, "params": {"feed": FEED}, "content": LIST}
        if media_type == "multipart/form-data":
            return {"url": url, "params": {"item": "heating"}, "files": {"file": photo()}}
        examples = BODIES[said["schema"]["$ref"].removeprefix(REFS)]
        return {"url": url, "json": next(iter(examples.values()))}
    return {"url": url}


async def ask(door: Door, write: Operation, role: str, sent: dict[str, Any], key: str) -> httpx.Response:
    headers = door.headers(role) | {HEADER: key}
    if "content" in sent:
        headers["Content-Type"] = "text/csv"
    return await door.client.request(write.method, headers=headers, **sent)


async def use_keys(door: Door, owner: AsyncEngine) -> None:
    """Each role's client has used a key already, for something else."""
    for role in ROLES:
        await door.get("/api/v1/clock", role)
    async with transaction(owner) as session:
        users = (await session.scalars(select(User).where(User.issuer == ISSUER))).all()
        assert len(users) == len(ROLES)
        for user in users:
            row = {
                "client_id": f"{ISSUER}|{user.subject}", "client_key": USED, "user_id": user.id,
                "organisation_id": user.organisation_id, "operation": "POST /elsewhere",
                "body_hash": "0" * 64, "result": None,
            }  # fmt: skip
            await session.execute(insert(RequestKeyRow).values(row))


async def test_given_a_key_that_is_used_when_any_write_comes_under_it_then_it_is_refused_in_one_way(
    door: Door,
    owner: AsyncEngine,
    feed: Intake,  # noqa: F811
) -> None:
    case_id = await door.referred()
    await use_keys(door, owner)
    asked = set()
    for write in writes():
        sent = sent_to(write, case_id)
        for role in ROLES:
            refused = await ask(door, write, role, sent, USED)
            told = refused.json()
            if told.get("code") in ("role-not-allowed", "part-not-allowed"):
                continue
            if write.name in LOOKED_FOR_FIRST:
                assert refused.status_code in (404, 409), (write.name, role, told)
            else:
                places = [each["pointer"] for each in told.get("problems", [])]
                found = (refused.status_code, told.get("code"), told.get("where"), places)
                expected = (422, "duplicate-key-other-body", HEADER, [""])
                assert found == expected, (write.name, role, told)
            asked.add(write.name)
    assert asked == {each.name for each in writes()}


async def test_given_any_write_when_sent_twice_under_one_key_then_it_is_answered_alike(
    door: Door,
    feed: Intake,  # noqa: F811
) -> None:
    """Done once where it can be done; where it cannot, refused again in the same words."""
    case_id = await door.referred()
    done, refusals = set(), set()
    for write in writes():
        sent = sent_to(write, case_id)
        for role in ROLES:
            first, again = [await ask(door, write, role, sent, f"{write.name}-{role}") for _ in range(2)]
            assert (first.status_code, first.content) == (again.status_code, again.content), write.name
            (done if first.is_success else refusals).add(write.name)
            if first.is_success and "json" in sent:
                other = {**sent, "json": {**sent["json"], "no-such-field": 1}}
                unknown = await ask(door, write, role, other, f"{write.name}-{role}")
                assert unknown.status_code == 422, write.name
    assert done >= {"create_referral", "send_command", "add_property", "compare_shadow_list"}
    assert done | refusals == {each.name for each in writes()}
