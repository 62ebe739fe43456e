from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from discharge.reference.policy import put_in_force
from discharge.store.engine import transaction
from discharge.store.tables import AlertRow, AuditRead
from tests.api.conftest import Door, Looking
from tests.api.signing_in import sign_in
from tests.fixtures.site_rows import site_change


async def waiting_ten_days(door: Door) -> UUID:
    """Ready since 20 February, and it is 2 March: a wait of ten days is an alert of the ward's."""
    case_id = await door.referred()
    await door.asked(
        case_id, "set-criteria-to-reside", "discharge-team", met=False, effective_on="2026-02-20"
    )
    return case_id


async def alerts_of(door: Door, rule: str) -> list[AlertRow]:
    async with transaction(door.worker) as session:
        return list(await session.scalars(select(AlertRow).where(AlertRow.rule == rule)))


async def test_given_a_long_wait_when_the_alerts_are_opened_then_fact_threshold_source_and_owner_are_there(
    door: Door,
) -> None:
    case_id = await waiting_ten_days(door)
    sign_in(door, "discharge-team")
    page = await door.client.get("/alerts")

    assert page.status_code == 200
    row = next(row for row in page.text.split("<tr") if "Ready to leave and still waiting" in row)
    for words in (
        "Watch",
        "ASHDOWN, Edith",
        "has been ready to leave since ",
        "Threshold: 7 days or more",
        "Source: NHS England discharge ready date bands",
        "Integrated discharge team",
        "Not escalated",
        f"/cases/{case_id}",
    ):
        assert words in row, words


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("level=AMBER", True),
        ("level=RED", False),
        ("owner=discharge-team", True),
        ("owner=coordinator", False),
        ("only=waiting", True),
    ],
)
async def test_given_a_filter_when_the_alerts_are_opened_then_only_those_are_listed(
    door: Door, query: str, there: bool
) -> None:
    await waiting_ten_days(door)
    sign_in(door, "discharge-team")
    page = await door.client.get(f"/alerts?{query}")

    assert ("Ready to leave and still waiting" in page.text) is there


async def test_given_an_alert_when_it_is_taken_on_then_the_page_says_by_whom_and_its_button_is_gone(
    door: Door,
) -> None:
    await waiting_ten_days(door)
    sign_in(door, "discharge-team")
    page = await door.client.get("/alerts?level=AMBER")
    alert = (await alerts_of(door, "long-delay"))[0]
    part = page.text.split(f'action="/alerts/{alert.id}/acknowledge"')[1].split("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', part))
    answers = [await door.client.post(f"/alerts/{alert.id}/acknowledge", data=fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert answers[0].headers["location"].startswith("/requests/")
    assert await door.settle() == 1
    after = await door.client.get("/alerts?level=AMBER")
    assert "Accepted by Test discharge-team" in after.text
    assert f'action="/alerts/{alert.id}/acknowledge"' not in after.text
    assert "Ready to leave and still waiting" not in (await door.client.get("/alerts?only=waiting")).text


async def test_given_a_form_of_another_site_when_an_alert_is_taken_on_then_nothing_is_asked(
    door: Door,
) -> None:
    case_id = await waiting_ten_days(door)
    sign_in(door, "discharge-team")
    alert = (await alerts_of(door, "long-delay"))[0]
    answer = await door.client.post(
        f"/alerts/{alert.id}/acknowledge", data={"case_id": str(case_id), "form_token": "guessed"}
    )

    assert answer.status_code == 403
    assert await door.settle() == 0


async def test_given_somebody_who_only_watches_when_the_alerts_are_opened_then_there_is_no_button(
    door: Door,
) -> None:
    await waiting_ten_days(door)
    sign_in(door, "trust-monitor")
    page = await door.client.get("/alerts")

    assert "Ready to leave and still waiting" in page.text
    assert "/acknowledge" not in page.text
    door.client.cookies.clear()
    sign_in(door, "operator")
    assert (await door.client.get("/alerts")).status_code == 403


async def test_given_a_stranger_when_the_alerts_are_opened_then_nobody_of_others_is_there(door: Door) -> None:
    await waiting_ten_days(door)
    sign_in(door, "discharge-team", "STRANGER")
    page = await door.client.get("/alerts")

    assert "There are no alerts." in page.text
    assert "ASHDOWN" not in page.text


async def test_given_the_alerts_when_opened_then_one_look_holds_their_cases(door: Door) -> None:
    case_id = await waiting_ten_days(door)
    sign_in(door, "discharge-team")
    await door.client.get("/alerts")

    async with transaction(door.worker) as session:
        looks = list(await session.scalars(select(AuditRead).where(AuditRead.what == "alerts")))
    assert [(look.role, look.case_ids) for look in looks] == [("discharge-team", [case_id])]


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_alerts_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, looking: Looking, narrow: bool
) -> None:
    await waiting_ten_days(door)
    sign_in(door, "discharge-team")

    for path in ("/alerts", "/alerts?level=STOP&owner=trust-monitor"):
        seen = await looking.look(path, narrow=narrow)
        assert seen.faults == []
        assert seen.console == []


async def test_given_a_site_that_calls_a_level_otherwise_when_alerts_are_listed_then_its_word_is_shown(
    door: Door,
) -> None:
    changed = {"STOP": {"label": "Not today", "meaning": "Ask the ward first."}}
    put_in_force([site_change("alert-levels", date(2026, 1, 1), **changed)])
    try:
        sign_in(door, "coordinator")
        shown = (await door.client.get("/alerts")).text
    finally:
        put_in_force(())
    assert "Not today" in shown
    assert "Ask the ward first." in shown
