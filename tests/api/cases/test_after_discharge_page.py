"""A home found cold on arrival: on the page of the case, and among the figures of the report."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.api.bed_days.test_pages import figure
from tests.api.conftest import ALL_THE_SAME, Door, Looking
from tests.api.signing_in import sign_in


async def found_without_heating(door: Door) -> UUID:
    """Home on the first of March; called on the second."""
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral", effective_on="2026-02-27")
    left = {"effective_on": "2026-03-01", "destination": "19", **ALL_THE_SAME}
    await door.asked(case_id, "confirm-discharge", "discharge-team", **left)
    found = {"follow_up": "24-hours", "outcome": "needs-help", "problems": ["no-heating"]}
    status = await door.asked(case_id, "record-contact", **found)
    assert status["state"] == "accepted", status
    return case_id


async def test_given_a_cold_home_when_the_case_is_opened_then_it_says_that_the_discharge_failed(
    door: Door,
) -> None:
    case_id = await found_without_heating(door)
    sign_in(door, "coordinator")
    page = await door.client.get(f"/cases/{case_id}")

    assert "Left Sun 1 Mar, failed discharge by our own definition" in page.text
    assert "The home could not be entered, or lacked heat" in page.text
    assert (await door.get(f"/api/v1/cases/{case_id}")).json()["discharges"][0]["failed"] == ["arrival"]


async def test_given_contacts_owed_when_the_case_is_opened_then_the_first_one_due_comes_first(
    door: Door,
) -> None:
    case_id = await found_without_heating(door)
    sign_in(door, "coordinator")
    table = (await door.client.get(f"/cases/{case_id}")).text.split('id="contacts"')[1]

    said = (
        "Call within 24 hours",
        "Visit or call within 72 hours",
        "Contact at 7 days",
        "Contact at 14 days",
    )
    places = [table.index(words) for words in said]
    assert places == sorted(places)


async def test_given_a_cold_home_when_the_report_is_opened_then_it_is_counted_and_the_person_is_behind_it(
    door: Door,
) -> None:
    case_id = await found_without_heating(door)
    sign_in(door, "trust-monitor")
    page = await door.client.get("/reports/bed-days")
    assert figure(page.text, "Failed discharges") == "1 person"
    assert figure(page.text, "Readmitted") == "0 people"

    people = (await door.client.get("/reports/bed-days?of=failed")).text.split('id="people"')[1]
    assert f"/cases/{case_id}" in people
    nobody = (await door.client.get("/reports/bed-days?of=back-0-2")).text
    assert "Nobody." in nobody


@pytest.mark.browser
async def test_given_a_failed_discharge_when_seen_in_a_browser_then_axe_finds_nothing(
    door: Door, looking: Looking
) -> None:
    case_id = await found_without_heating(door)
    sign_in(door, "coordinator")
    for path in (f"/cases/{case_id}", "/reports/bed-days?of=failed"):
        seen = await looking.look(path)
        assert (seen.faults, seen.console) == ([], []), path
