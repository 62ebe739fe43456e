"""The pages of hazards: recorded, followed and closed by a person at 1280 and at 320 pixels."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.api.conftest import Door, Looking
from tests.api.hazards.test_paper_case_seven import MOULD, accepted, the_couple
from tests.api.signing_in import form_token, sign_in


async def with_mould(door: Door) -> UUID:
    case_id = await the_couple(door)
    await accepted(door, case_id, "record-hazard", **MOULD)
    return case_id


async def test_given_a_hazard_then_case_and_page_say_what_is_due_whose_move_it_is_and_the_source(
    door: Door,
) -> None:
    case_id = await with_mould(door)
    sign_in(door, "coordinator")
    case = (await door.client.get(f"/cases/{case_id}")).text
    assert "Damp and mould growth in the bedroom" in case
    assert f"/cases/{case_id}/hazards#hazard-1" in case
    page = (await door.client.get(f"/cases/{case_id}/hazards")).text
    assert "Awaab&#39;s Law covers damp and mould" in page
    assert "The landlord investigates: Not counting yet" in page
    assert "Source: SI 2025/1042, phase 1 (damp and mould)" in page


async def test_given_the_form_then_what_is_typed_stays_where_the_words_of_the_severity_are_missing(
    door: Door,
) -> None:
    case_id = await the_couple(door)
    session = sign_in(door, "coordinator")
    typed = {name: value for name, value in MOULD.items() if name != "note"}
    typed |= {"tenure": "social", "nation": "england"}
    today = {"effective_on-day": "2", "effective_on-month": "3", "effective_on-year": "2026"}
    path = f"/cases/{case_id}/do/record-hazard"
    sent = await door.client.post(path, data={**typed, **today, "form_token": form_token(door, session)})
    if sent.status_code == 303:
        await door.settle()
        sent = await door.client.get(sent.headers["location"])
    assert "A note on the case is needed" in sent.text


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
async def test_given_a_browser_then_the_page_is_accessible_and_its_console_silent(
    door: Door, looking: Looking, narrow: bool
) -> None:
    case_id = await with_mould(door)
    sign_in(door, "coordinator")
    seen = await looking.look(f"/cases/{case_id}/hazards", narrow=narrow)
    assert (seen.faults, seen.console) == ([], [])


@pytest.mark.parametrize(
    ("on", "scheme", "hazards", "uncertain"), [("2026-06-22", "2006", 29, 0), ("2026-06-23", "2026", 21, 5)]
)
async def test_given_a_day_then_the_scheme_of_that_day_is_told_with_what_is_uncertain(
    door: Door, on: str, scheme: str, hazards: int, uncertain: int
) -> None:
    told = (await door.get(f"/api/v1/hazard-schemes?on={on}")).json()
    assert (told["scheme"], len(told["hazards"])) == (scheme, hazards)
    assert sum(each["uncertain"] for each in told["hazards"]) == uncertain
