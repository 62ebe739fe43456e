"""A key belongs to what a client sent: the same request again is the same request, also on the next day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from discharge.store.engine import transaction
from discharge.store.tables import CommandRow
from tests.api.conftest import Door
from tests.api.fhir.posting import FHIR, request
from tests.api.signing_in import form_token, sign_in

LATE = datetime(2026, 3, 2, 23, 59, 50, tzinfo=UTC)
KEY = {"Idempotency-Key": "one-of-mine"}
PERSON = {
    "nhs_number": "9990000018",
    "family_name": "Ashdown",
    "given_name": "Edith",
    "birth_date": "1941-05-02",
}


async def commands_of(door: Door) -> int:
    async with transaction(door.worker) as session:
        return await session.scalar(select(func.count()).select_from(CommandRow)) or 0


@pytest.fixture
async def case_id(door: Door) -> Any:
    return await door.referred()


@pytest.fixture
def before_midnight(door: Door) -> None:
    door.clock.now = LATE


async def test_given_a_command_without_its_day_when_sent_again_after_midnight_then_it_is_the_same(
    door: Door, case_id: Any, before_midnight: None
) -> None:
    path, body = f"/api/v1/cases/{case_id}/commands", {"kind": "accept-referral"}
    first = await door.post(path, body, "coordinator", **KEY)
    door.clock.now += timedelta(seconds=20)
    again = await door.post(path, body, "coordinator", **KEY)
    assert (first.status_code, again.status_code) == (202, 202), again.text
    assert again.json()["command_id"] == first.json()["command_id"]
    other = await door.post(path, body | {"effective_on": "2026-03-02"}, "coordinator", **KEY)
    assert (other.status_code, other.json()["code"]) == (422, "duplicate-key-other-body")


async def test_given_a_referral_without_its_day_when_sent_again_after_midnight_then_it_is_the_same(
    door: Door, before_midnight: None
) -> None:
    await door.admitted()
    first = await door.post("/api/v1/referrals", {"person": PERSON}, **KEY)
    door.clock.now += timedelta(seconds=20)
    again = await door.post("/api/v1/referrals", {"person": PERSON}, **KEY)
    assert again.status_code == first.status_code == 202, again.text
    assert again.json()["command_id"] == first.json()["command_id"]


@pytest.mark.parametrize("key", [KEY, {}], ids=["by its key", "by its number"])
async def test_given_a_fhir_referral_without_its_day_when_sent_again_after_midnight_then_it_is_the_same(
    door: Door, inpatients: None, before_midnight: None, key: dict[str, str]
) -> None:
    sent = request(authoredOn=None)

    async def post() -> httpx.Response:
        headers = door.headers("system", "TRUST", **key) | {"Content-Type": FHIR}
        return await door.client.post("/fhir/R4/ServiceRequest", json=sent, headers=headers)

    first = await post()
    assert first.status_code == 202, first.text
    door.clock.now += timedelta(seconds=20)
    again = await post()
    assert again.status_code in (200, 202), again.text
    assert again.headers["Content-Location"] == first.headers["Content-Location"]
    assert await commands_of(door) == 1


async def test_given_a_form_of_yesterday_when_sent_again_after_midnight_then_it_is_the_same(
    door: Door, case_id: Any, before_midnight: None
) -> None:
    session = sign_in(door, "coordinator")
    typed = {"form_token": form_token(door, session), "key": "k-1", "note": "Rang, no answer"}
    path = f"/cases/{case_id}/do/add-note"
    first = await door.client.post(path, data=typed)
    door.clock.now += timedelta(seconds=20)
    again = await door.client.post(path, data=typed)
    assert again.status_code == first.status_code == 303, again.text
    assert again.headers["location"] == first.headers["location"]
