"""One item of a check at the JSON door: answered by several people, once under each key, and read by whom it
concerns.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.changes.test_two_people import answer_at_once
from tests.api.conftest import Door
from tests.housing_checks.homes import FORM_1

CALL = {"value": "no", "evidence": "told", "told_by": "daughter", "through": "phone"}


@pytest.fixture
async def case_id(door: Door, monkeypatch: pytest.MonkeyPatch) -> UUID:
    case_id = await door.referred(needs=["hoist"], tenure="owner", pathway="1")
    await door.asked(case_id, "accept-referral")
    answer_at_once(door, monkeypatch)
    return case_id


def path(case_id: UUID, item: str = "heating") -> str:
    return f"/api/v1/cases/{case_id}/check/items/{item}"


async def put(
    door: Door, address: str, role: str = "discharge-team", key: str | None = None, **said: Any
) -> httpx.Response:
    more = {"Idempotency-Key": key} if key else {}
    return await door.client.put(address, json=said, headers=door.headers(role, **more))


async def item_of(door: Door, case_id: UUID, item: str = "heating", role: str = "coordinator") -> Any:
    answer = await door.get(path(case_id, item), role)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_given_a_phone_call_before_any_check_when_the_ward_writes_it_down_then_the_check_has_begun(
    door: Door, case_id: UUID
) -> None:
    name = "Ruth Ashdown"
    saved = await put(door, path(case_id), told_by_name=name, note="Cold since Monday", **CALL)
    assert (saved.status_code, saved.json()["outcome"]) == (200, "accepted"), saved.text
    assert saved.json()["events"][:2] == ["check-started", "item-answered"]
    heating = await item_of(door, case_id)
    answer = heating["answer"]
    assert (answer["value"], answer["told_by"], answer["through"]) == ("no", "daughter", "phone")
    assert (answer["told_by_name"], answer["role"]) == (name, "discharge-team")
    assert [note["text"] for note in heating["notes"]] == ["Cold since Monday"]
    assert heating["form_item"]["question"] == FORM_1.item("heating").question
    timeline = (await door.get(f"/api/v1/cases/{case_id}/timeline")).text
    assert timeline.count(name) == 1


async def test_given_one_key_when_an_answer_is_sent_again_then_it_is_recorded_once(
    door: Door, case_id: UUID
) -> None:
    first = await put(door, path(case_id), key="k-1", **CALL)
    again = await put(door, path(case_id), key="k-1", **CALL)
    assert again.json()["command_id"] == first.json()["command_id"]
    assert [each["kind"] for each in (await item_of(door, case_id))["history"]] == ["item-answered"]
    other = await put(door, path(case_id, "water"), key="k-1", **CALL)
    assert other.json()["code"] == "duplicate-key-other-body"


async def test_given_two_who_saw_the_same_when_both_answer_then_the_second_sees_the_first_and_nothing_is_lost(
    door: Door, case_id: UUID
) -> None:
    seen = (await door.get(path(case_id).rpartition("/")[0], "coordinator")).json()["version"]
    await put(door, path(case_id), **CALL)
    said = {"value": "yes", "evidence": "told", "told_by": "landlord", "through": "phone"}
    met = await put(door, path(case_id), "coordinator", seen_version=seen, **said)
    assert (met.status_code, met.json()["code"]) == (409, "case-changed")
    other = await put(door, path(case_id, "water"), "coordinator", seen_version=seen, value="yes")
    assert other.status_code == 200, other.text
    now = (await item_of(door, case_id))["version"]
    meant = await put(door, path(case_id), "coordinator", seen_version=now, **said)
    assert "answer-disputed" in meant.json()["events"]
    heating = await item_of(door, case_id)
    assert (heating["disputed"], heating["counts_as"], heating["answer"]["value"]) == (True, "no", "no")
    assert [each["told_by"] for each in heating["statements"]] == ["daughter", "landlord"]
    assert "TRUST" not in heating["statements"][1]["who"]


async def test_given_a_dispute_when_it_is_settled_then_it_names_who_and_why_and_the_history_stays(
    door: Door, case_id: UUID
) -> None:
    await put(door, path(case_id), **CALL)
    await put(door, path(case_id), "coordinator", value="yes", evidence="told", told_by="landlord")
    settle = {"kind": "settle-answer", "item": "heating", "value": "yes", "reason": "looked-again"}
    commands = f"/api/v1/cases/{case_id}/commands"
    by_system = await door.post(commands, settle, "system")
    assert by_system.json()["code"] == "role-not-allowed"
    assert (await door.post(commands, settle, "coordinator")).status_code == 200
    heating = await item_of(door, case_id)
    assert (heating["disputed"], heating["statements"], heating["answer"]["told_by"]) == (
        False,
        [],
        "landlord",
    )
    kinds = [each["kind"] for each in heating["history"]]
    assert kinds == ["answer-settled", "answer-disputed", "item-answered", "item-answered"]
    assert "Somebody looked again".lower() in heating["history"][0]["words"]


async def test_given_an_older_call_when_it_is_written_down_late_then_it_is_in_the_history_only(
    door: Door, case_id: UUID
) -> None:
    await put(door, path(case_id), "coordinator", value="yes", evidence="seen", said_on="2026-03-02")
    late = await put(door, path(case_id), said_on="2026-03-01", **CALL)
    assert late.status_code == 200, late.text
    heating = await item_of(door, case_id)
    assert (heating["answer"]["value"], heating["disputed"]) == ("yes", False)
    assert [(each["stands"], each["statement"]["value"]) for each in heating["history"]] == [
        (False, "no"),
        (True, "yes"),
    ]


async def test_given_a_note_about_danger_when_others_read_the_item_then_neither_note_nor_name_is_there(
    door: Door, case_id: UUID
) -> None:
    said = CALL | {"told_by_name": "Ruth Ashdown", "note": "He turned it off", "about_danger": True}
    await put(door, path(case_id), "coordinator", **said)
    for role in ("coordinator", "discharge-team"):
        read = await item_of(door, case_id, role=role)
        assert (read["answer"]["told_by_name"], read["notes"]) == (None, []), role
    own = (await door.get(f"/api/v1/cases/{case_id}/safety", "coordinator")).json()["entries"]
    assert [each["words"] for each in own] == [{"heating": "He turned it off", "told-by": "Ruth Ashdown"}]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [({"told_by": "cat"}, "told_by"), ({"value": "perhaps"}, "value"), ({"through": "pigeon"}, "through")],
)
async def test_given_a_code_that_is_in_no_list_when_an_item_is_answered_then_its_place_is_named(
    door: Door, case_id: UUID, wrong: dict[str, str], where: str
) -> None:
    refused = await put(door, path(case_id), **(CALL | wrong))
    assert refused.status_code == 422, refused.text
    assert where in refused.text


async def test_given_an_item_that_the_form_does_not_have_then_it_is_neither_read_nor_answered(
    door: Door, case_id: UUID
) -> None:
    assert (await door.get(path(case_id, "garden"))).status_code == 404
    assert (await put(door, path(case_id, "garden"), **CALL)).json()["code"] == "no-such-item"
