from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from discharge.store.engine import transaction
from discharge.store.tables import CommandRow
from tests.api.conftest import Door, Looking
from tests.api.signing_in import hidden, sign_in

TITLE = "Accept the referral"


async def asked(door: Door) -> tuple[UUID, str]:
    """Ask from a page while nobody answers: the case, and where to see what becomes of it."""
    case_id = await door.referred()
    early = {"kind": "accept-referral"}
    assert (await door.post(f"/api/v1/cases/{case_id}/commands", early, "coordinator")).status_code == 202
    sign_in(door, "coordinator")
    page = await door.client.get(f"/cases/{case_id}/do/accept-referral")
    day = {"effective_on-day": "2", "effective_on-month": "3", "effective_on-year": "2026"}
    answer = await door.client.post(f"/cases/{case_id}/do/accept-referral", data=hidden(page.text) | day)
    assert answer.status_code == 303, answer.text
    return case_id, answer.headers["location"]


async def refused_late(door: Door) -> tuple[UUID, str]:
    """Somebody else was quicker, and the answer came a minute after the page had said "taken"."""
    case_id, status = await asked(door)
    await door.settle()
    async with transaction(door.worker) as session:
        earlier = {"created_at": CommandRow.created_at - timedelta(minutes=1)}
        await session.execute(update(CommandRow).where(CommandRow.state == "refused").values(earlier))
    return case_id, status


async def test_given_a_request_that_waits_when_its_page_is_opened_then_it_says_so(door: Door) -> None:
    _, status = await asked(door)
    page = await door.client.get(status)

    assert "Taken" in page.text
    assert "You need not send it again" in page.text
    assert f'href="{status}"' in (await door.client.get("/requests")).text


async def test_given_a_request_refused_later_when_listed_then_it_says_why_until_it_was_seen(
    door: Door,
) -> None:
    case_id, status = await refused_late(door)
    page = await door.client.get("/requests")

    part = page.text.split("Accepted, not done yet")[0]
    assert TITLE in part
    assert "Code: stage-not-allowed" in part
    assert f"/cases/{case_id}" in part
    assert "It was refused" in (await door.client.get(status)).text

    seen = await door.client.post(f"{status}/seen", data=hidden(part))
    assert (seen.status_code, seen.headers["location"]) == (303, "/requests")
    assert TITLE not in (await door.client.get("/requests")).text


async def test_given_a_form_of_another_site_when_a_refusal_is_marked_as_seen_then_it_stays(
    door: Door,
) -> None:
    _, status = await refused_late(door)

    assert (await door.client.post(f"{status}/seen", data={"form_token": "guessed"})).status_code == 403
    assert TITLE in (await door.client.get("/requests")).text


async def test_given_somebody_elsewhere_when_requests_are_opened_then_they_see_none_of_others(
    door: Door,
) -> None:
    _, status = await refused_late(door)
    door.client.cookies.clear()
    sign_in(door, "coordinator", "STRANGER")

    assert TITLE not in (await door.client.get("/requests")).text
    assert (await door.client.get(status)).status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_requests_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, looking: Looking, narrow: bool
) -> None:
    _, waiting = await asked(door)
    before = await looking.look(waiting, narrow=narrow)
    await door.settle()
    async with transaction(door.worker) as session:
        earlier = {"created_at": CommandRow.created_at - timedelta(minutes=1)}
        await session.execute(update(CommandRow).where(CommandRow.state == "refused").values(earlier))

    for seen in (
        before,
        await looking.look(waiting, narrow=narrow),
        await looking.look("/requests", narrow=narrow),
    ):
        assert (seen.faults, seen.console) == ([], [])


async def test_given_a_save_refused_later_when_opened_then_its_text_and_what_others_changed_are_there(
    door: Door,
) -> None:
    case_id = await door.referred()
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/do/set-needed-by"
    fields = hidden((await door.client.get(path)).text)
    earlier = {"kind": "set-needed-by", "needed_by": "2026-03-20"}
    await door.post(f"/api/v1/cases/{case_id}/commands", earlier, "discharge-team")
    day = {"needed_by-day": "25", "needed_by-month": "3", "needed_by-year": "2026"}
    sent = await door.client.post(path, data=fields | day | {"note": "The lift comes on the 24th"})
    await door.settle()
    page = await door.client.get(sent.headers["location"])
    assert "Code: case-changed" in page.text
    assert "The lift comes on the 24th" in page.text
    href = f"/cases/{case_id}?seen={fields['seen_version']}"
    assert href in page.text
    case = (await door.client.get(href)).text
    assert "20 March 2026" in case.partition('id="meanwhile">')[2].partition("</section>")[0]
