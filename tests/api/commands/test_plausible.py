"""Dates that cannot be right, and codes of no list, are refused by their field at every door."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.commands.test_routes import PERSON
from tests.api.conftest import Door
from tests.api.homes.test_routes import FLAT, HOMES

DATED = [
    ({"kind": "start-strand", "strand_kind": "equipment", "item": "bed", "due_on": "2999-01-01"}, "due_on"),
    ({"kind": "add-note", "note": "x", "effective_on": "1899-12-31"}, "effective_on"),
    ({"kind": "set-needed-by", "needed_by": "2206-03-12"}, "needed_by"),
    ({"kind": "record-delay-reason", "reason_kind": "local", "code": "x", "owner_role": "x",
      "to_on": "1926-03-12"}, "to_on"),
]  # fmt: skip


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(each["code"], each["pointer"]) for each in answer.json()["problems"]]


@pytest.mark.parametrize(("body", "field"), DATED, ids=[field for _, field in DATED])
async def test_given_a_date_that_cannot_be_right_when_a_command_is_sent_then_its_field_is_named(
    door: Door, body: dict[str, Any], field: str
) -> None:
    case_id = await door.referred()
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    assert (answer.status_code, faults(answer)) == (422, [("date-implausible", f"#/{field}")])
    assert await door.settle() == 0


async def test_given_a_date_and_codes_that_cannot_be_when_a_command_is_sent_then_all_are_said(
    door: Door,
) -> None:
    case_id = await door.referred()
    body = {"kind": "add-note", "note": "x", "effective_on": "2999-01-01",
            "confirm": ["no-needs-with-needs", "whatever"]}  # fmt: skip
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    assert answer.status_code == 422
    assert faults(answer) == [
        ("date-implausible", "#/effective_on"),
        ("code-not-in-value-set", "#/confirm/1"),
    ]


@pytest.mark.parametrize("which", ["first", "second"])
async def test_given_dates_that_cannot_be_right_when_somebody_is_referred_then_each_field_is_named(
    door: Door, which: str
) -> None:
    """Also of a second referral, of which only what is new is taken."""
    await (door.referred() if which == "second" else door.admitted())
    body = {"person": PERSON | {"birth_date": "1041-05-02"}, "ready_on": "1899-01-01",
            "expected_discharge_on": "2206-03-12"}  # fmt: skip
    answer = await door.post("/api/v1/referrals", body)
    assert answer.status_code == 422, answer.text
    assert sorted(faults(answer)) == [
        ("date-implausible", f"#/{field}")
        for field in ("expected_discharge_on", "person/birth_date", "ready_on")
    ]


async def test_given_a_home_that_is_ready_in_a_thousand_years_when_added_then_the_day_is_refused(
    door: Door,
) -> None:
    body = FLAT | {"ready_on": "2999-01-01", "landlord_id": str(door.places.landlord)}
    answer = await door.post(HOMES, body, "coordinator")
    assert (answer.status_code, faults(answer)) == (422, [("date-implausible", "#/ready_on")])
