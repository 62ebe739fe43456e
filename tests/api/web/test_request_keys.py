"""One way to be idempotent: every write of the interface takes a key, and does once what it stands for."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import AuditWrite
from tests.api.commands.test_routes import PERSON
from tests.api.conftest import Door
from tests.api.homes.test_routes import FLAT, HOMES
from tests.api.signing_in import form_token, sign_in
from tests.fixtures.contract import operations

KEY = {"Idempotency-Key": "ours-1"}
HOME = FLAT | {"landlord_id": None}


async def audited(door: Door) -> list[str]:
    async with transaction(door.worker) as session:
        rows = await session.scalars(select(AuditWrite).order_by(AuditWrite.at))
        return [row.action for row in rows]


def test_given_every_write_when_described_then_it_takes_the_key_in_the_header_and_in_no_other_place() -> None:
    writes = [each for each in operations() if each.method in ("post", "put", "patch", "delete")]
    assert len(writes) > 20
    for each in writes:
        headers = [one["name"] for one in each.said["parameters"] if one["in"] == "header"]
        assert headers == ["Idempotency-Key"], each.name


async def test_given_a_write_when_sent_again_under_its_key_then_it_is_done_once_and_answered_alike(
    door: Door,
) -> None:
    first, again = [await door.post(HOMES, HOME, "coordinator", **KEY) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert await audited(door) == ["property add"]

    path = f"{HOMES}/{first.json()['property_id']}/withdrawal"
    gone = [
        await door.post(path, {"because": "sold"}, "coordinator", **{"Idempotency-Key": "ours-2"})
        for _ in range(2)
    ]
    assert [each.status_code for each in gone] == [200, 200]
    assert gone[0].json() == gone[1].json()
    assert await audited(door) == ["property add", "property withdraw"]


async def test_given_a_write_when_sent_several_times_at_once_then_it_is_done_once(door: Door) -> None:
    answers = await asyncio.gather(*(door.post(HOMES, HOME, "coordinator", **KEY) for _ in range(4)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["property_id"] for each in answers}) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (HOMES, HOME | {"postcode": "ZZ99 3WZ"}),
        ("/api/v1/referrals", {"person": PERSON}),
    ],
    ids=["other-content", "another-operation"],
)
async def test_given_a_key_in_use_when_it_comes_with_something_else_then_it_is_refused(
    door: Door, path: str, body: dict[str, Any]
) -> None:
    await door.admitted()
    await door.post(HOMES, HOME, "coordinator", **KEY)
    other = await door.post(path, body, "coordinator", **KEY)
    assert (other.status_code, other.json()["code"]) == (422, "duplicate-key-other-body")
    assert other.json()["where"] == "Idempotency-Key"


async def test_given_the_key_of_a_command_when_a_home_comes_under_it_then_it_is_refused_and_not_added(
    door: Door,
) -> None:
    case_id = await door.referred()
    note = {"kind": "add-note", "note": "Daughter has the keys."}
    sent = await door.post(f"/api/v1/cases/{case_id}/commands", note, "coordinator", **KEY)
    assert sent.status_code == 202, sent.text
    other = await door.post(HOMES, HOME, "coordinator", **KEY)
    assert (other.status_code, other.json()["code"]) == (422, "duplicate-key-other-body")
    assert (await door.get(HOMES, "coordinator")).json()["properties"] == []


async def test_given_a_refused_write_when_put_right_under_the_same_key_then_it_is_done(door: Door) -> None:
    wrong = HOME | {"attributes": {"status": "let"}}
    refused = await door.post(HOMES, wrong, "coordinator", **KEY)
    assert refused.status_code == 422
    assert (await door.post(HOMES, HOME, "coordinator", **KEY)).status_code == 201


async def test_given_two_clients_when_both_use_one_key_then_each_has_its_own_write(door: Door) -> None:
    first = await door.post(HOMES, HOME, "coordinator", **KEY)
    second = await door.post(HOMES, HOME | {"reference": "M-2"}, "admin", **KEY)
    assert "duplicate-key-other-body" not in second.text
    assert first.status_code == 201


async def test_given_a_key_in_a_body_as_before_when_sent_then_it_is_refused_by_name(door: Door) -> None:
    body = {"messages": {"state": "parked"}, "reason": "put right", "key": "k"}
    answer = await door.post("/api/v1/replays", body, "operator")
    assert answer.status_code == 422
    assert [(each["where"], each["code"]) for each in answer.json()["problems"]] == [
        ("key", "extra_forbidden")
    ]


async def test_given_a_form_when_its_button_is_pressed_twice_then_it_is_done_once_and_other_answers_are_new(
    door: Door,
) -> None:
    made = await door.post(HOMES, HOME, "coordinator")
    session = sign_in(door, "coordinator")
    path = f"/homes/{made.json()['property_id']}/withdraw"
    page = (await door.client.get(path.removesuffix("/withdraw"))).text
    key = page.split('name="key" value="')[-1].split('"')[0]
    typed = {"form_token": form_token(door, session), "key": key, "because": "sold"}
    pressed = [await door.client.post(path, data=typed) for _ in range(2)]
    assert [each.status_code for each in pressed] == [303, 303]
    other = await door.client.post(path, data=typed | {"because": "listed-in-error"})
    assert "This was already done" in other.text
    assert (await audited(door)).count("property withdraw") == 1


async def test_given_a_key_that_is_none_when_sent_with_any_write_then_the_header_is_named(door: Door) -> None:
    """Every write there is, commands and referrals too, refuses it in one way."""
    named = {"case_id": uuid4(), "sequence": 1, "name": "x", "code": "x"}
    for each in (one for one in operations() if one.method in ("post", "put")):
        path = re.sub(r"{(\w+)}", lambda found: str(named.get(found[1], uuid4())), each.path)
        for key in ("", "k" * 201):
            headers = door.headers("admin") | {"Idempotency-Key": key}
            answer = await door.client.request(each.method, path, json={}, headers=headers)
            told = answer.json()
            assert (answer.status_code, told["code"]) == (422, "invalid-body"), each.name
            faults = [one for one in told["problems"] if one["where"] == "Idempotency-Key"]
            assert [one["pointer"] for one in faults] == [""], each.name


@pytest.mark.parametrize("kind", ["command", "referral", "other write"])
async def test_given_any_kind_of_write_when_its_key_comes_again_then_the_client_sees_one_way(
    door: Door, kind: str
) -> None:
    """The same content is answered alike and done once; other content is refused, and the header named."""
    if kind == "command":
        path = f"/api/v1/cases/{await door.referred()}/commands"
        body, other = {"kind": "accept-referral"}, {"kind": "accept-referral", "note": "Other"}
    elif kind == "referral":
        await door.admitted()
        path, body, other = "/api/v1/referrals", {"person": PERSON}, {"person": PERSON, "ward": "7A"}
    else:
        path, body, other = HOMES, HOME, HOME | {"reference": "M-2"}
    first, again = [await door.post(path, body, "coordinator", **KEY) for _ in range(2)]
    assert first.status_code in (200, 201, 202), first.text
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    refused = await door.post(path, other, "coordinator", **KEY)
    told = refused.json()
    assert (refused.status_code, told["code"], told["where"]) == (
        422, "duplicate-key-other-body", "Idempotency-Key",
    )  # fmt: skip
    assert [each["pointer"] for each in told["problems"]] == [""]
