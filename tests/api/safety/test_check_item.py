"""The check's item of safety follows the line of the case, and only the line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from housing_checks.store.safety_ended import tell_ended
from tests.api.conftest import Door
from tests.api.safety.scene import acted, advised, disclosed
from tests.housing_checks.form_two import form_two_in_force

ITEM = "safety-confirmed"


@pytest.fixture(autouse=True)
def second_form() -> Iterator[None]:
    with form_two_in_force():
        yield


async def item(door: Door, case_id: UUID) -> Any:
    detail = (await door.get(f"/api/v1/cases/{case_id}")).json()
    return detail["case"]["check"]["answers"].get(ITEM)


async def begun(door: Door) -> UUID:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "start-check", form="home-check-2")
    return case_id


async def test_given_nobody_confirmed_when_the_check_says_so_then_it_is_refused_alike_told_or_not(
    door: Door,
) -> None:
    case_id = await begun(door)
    await advised(door)
    body = {"kind": "confirm-item", "item": ITEM, "value": "confirmed", "evidence": "told"}
    answers = []
    for _ in range(2):
        sent = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
        answers.append((sent.status_code, sent.json()["code"], sent.json()["detail"]))
        await disclosed(door, case_id)
    assert answers[0] == answers[1]
    assert answers[0][:2] == (409, "safety-not-confirmed")


async def test_given_a_named_person_confirms_then_the_check_follows_until_somebody_answers_again(
    door: Door,
) -> None:
    case_id = await begun(door)
    await advised(door)
    await disclosed(door, case_id)
    await door.settle()
    assert await item(door, case_id) in (None, "unknown")
    assert (
        await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Spoke with her")
    ).status_code == 201
    await door.settle()
    assert await item(door, case_id) == "confirmed"
    await disclosed(door, case_id, asked="alone", disclosed="no")
    assert await ended(door) == 1
    assert await item(door, case_id) == "unknown"


async def ended(door: Door) -> int:
    """How many cases the sweep tells that their confirmation has ended."""
    now = await door.app.state.services.case_now()
    async with transaction(door.worker) as session:
        told = await tell_ended(session, now)
    await door.settle()
    return told


async def stands(door: Door, case_id: UUID) -> tuple[str, bool, str | None]:
    """The item as everybody reads it: its value, whether it is disputed, and why it was last said."""
    read = (await door.get(f"/api/v1/cases/{case_id}/check/items/{ITEM}")).json()
    events = (await door.get(f"/api/v1/cases/{case_id}/timeline")).json()["events"]
    last = next(each for each in events if each["event"].get("item") == ITEM)
    return read["answer"]["value"], read["disputed"], last["reason"]


async def test_given_a_confirmation_when_its_day_has_passed_then_the_item_blocks_again_and_says_no_more(
    door: Door, owner: AsyncEngine
) -> None:
    case_id = await begun(door)
    await advised(door)
    await disclosed(door, case_id, asked="alone")
    event = {"kind": "safety-confirmed", "until_on": "2099-01-01"}
    assert (await acted(door, case_id, event, reason="Spoke with her")).status_code == 201
    await door.settle()
    assert await ended(door) == 0
    assert await stands(door, case_id) == ("confirmed", False, None)
    async with transaction(owner) as session:
        await session.execute(text("UPDATE safety_confirmations SET until_on = '2020-01-01'"))
    assert await ended(door) == 1
    assert await stands(door, case_id) == ("unknown", False, "confirmation-ended")
    assert await ended(door) == 0
    assert (await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Safe")).status_code == 201
    await door.settle()
    assert await stands(door, case_id) == ("confirmed", False, None)


async def test_given_a_confirmation_that_waits_when_new_answers_come_then_the_item_does_not_stay_confirmed(
    door: Door,
) -> None:
    case_id = await begun(door)
    await advised(door)
    await disclosed(door, case_id, asked="alone")
    await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Spoke with her")
    await disclosed(door, case_id, asked="alone", disclosed="no")
    await door.settle()
    assert await item(door, case_id) == "confirmed", "the confirmation came last"
    assert await ended(door) == 1
    assert await stands(door, case_id) == ("unknown", False, "confirmation-ended")


async def test_given_new_answers_the_same_day_then_the_item_is_unknown_and_nobody_is_asked_to_settle_it(
    door: Door,
) -> None:
    case_id = await begun(door)
    await advised(door)
    await disclosed(door, case_id, asked="alone")
    await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Spoke with her")
    await door.settle()
    await disclosed(door, case_id, asked="alone", disclosed="no")
    assert await ended(door) == 1
    assert await stands(door, case_id) == ("unknown", False, "confirmation-ended")


async def test_given_answers_since_a_confirmation_when_the_item_is_settled_as_confirmed_then_it_is_refused(
    door: Door,
) -> None:
    case_id = await begun(door)
    await advised(door)
    await disclosed(door, case_id)
    await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Spoke with her")
    await door.settle()
    await disclosed(door, case_id, asked="alone", disclosed="no")
    assert await ended(door) == 1
    for body in (
        {"kind": "settle-answer", "item": ITEM, "value": "confirmed", "reason": "seen-since"},
        {"kind": "confirm-item", "item": ITEM, "value": "confirmed", "evidence": "told"},
    ):
        sent = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
        assert (sent.status_code, sent.json()["code"]) == (409, "safety-not-confirmed")
    assert await item(door, case_id) == "unknown"
