"""A form sent after its session had ended: kept for whoever typed it, there again once they sign in."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from api.web.sign_in.sealed import Seal
from discharge.store.engine import transaction
from tests.api.bed_days.test_pages import waiting_ten_days
from tests.api.conftest import Door
from tests.api.signing_in import form_token, sign_in

IDLE = timedelta(hours=2)
REASON = {
    "reason_code": "local:repairs",
    "owner_role": "landlord",
    "note": "The landlord's plumber comes on Monday",
    "effective_on-day": "1",
    "effective_on-month": "March",
    "effective_on-year": "2026",
}


async def sent_too_late(
    door: Door, path: str, typed: dict[str, str], role: str = "coordinator"
) -> httpx.Response:
    session = sign_in(door, role)
    token = form_token(door, session)
    door.clock.now += IDLE
    return await door.client.post(path, data=typed | {"form_token": token, "key": str(uuid4())})


def place_of(answer: httpx.Response) -> str:
    """Where the kept form is found after signing in."""
    assert answer.status_code == 303, answer.text
    target = urlsplit(answer.headers["location"])
    assert (target.path, parse_qs(target.query)["kept"]) == ("/sign-in", ["yes"])
    return parse_qs(target.query)["then"][0]


async def test_given_a_session_that_ended_when_a_form_is_sent_then_signing_in_shows_it_filled(
    door: Door,
) -> None:
    case_id = await waiting_ten_days(door)
    path = f"/cases/{case_id}/do/record-delay-reason"
    place = place_of(await sent_too_late(door, path, REASON))
    assert urlsplit(place).path == path
    assert "The text that you typed is kept" in (await door.client.get("/sign-in?kept=yes")).text

    sign_in(door, "coordinator")
    page = await door.client.get(place)
    assert "You were signed out" in page.text
    assert "The landlord&#39;s plumber comes on Monday" in page.text
    assert 'value="March"' in page.text
    assert "There is a problem" not in page.text


async def test_given_a_check_sent_too_late_when_signed_in_again_then_answers_and_notes_are_there(
    door: Door,
) -> None:
    case_id = await waiting_ten_days(door)
    await door.asked(case_id, "accept-referral")
    typed = {"heating": "no", "note-heating": "Boiler is broken"}
    place = place_of(await sent_too_late(door, f"/cases/{case_id}/check/all/hand-in", typed))
    assert urlsplit(place).path == f"/cases/{case_id}/check/all"

    sign_in(door, "coordinator")
    assert "Boiler is broken" in (await door.client.get(place)).text


async def test_given_a_form_that_cannot_be_filled_again_when_sent_too_late_then_its_text_is_shown(
    door: Door,
) -> None:
    place = place_of(
        await sent_too_late(door, "/dead-letters/4", {"reason": "They corrected their list"}, "operator")
    )
    assert place.startswith("/kept-forms/")

    sign_in(door, "operator")
    assert "They corrected their list" in (await door.client.get(place)).text


@pytest.mark.parametrize(("role", "organisation"), [("discharge-team", "TRUST"), ("coordinator", "STRANGER")])
async def test_given_a_kept_form_when_somebody_else_signs_in_then_they_do_not_see_it(
    door: Door, role: str, organisation: str
) -> None:
    place = place_of(await sent_too_late(door, "/dead-letters/4", {"reason": "They corrected their list"}))
    sign_in(door, role, organisation)
    answer = await door.client.get(place)
    assert answer.status_code == 404
    assert "They corrected" not in answer.text


async def test_given_safety_answers_sent_too_late_then_the_record_cannot_read_them_and_their_writer_does(
    door: Door,
) -> None:
    case_id = await waiting_ten_days(door)
    path, words = f"/cases/{case_id}/safety", "I cannot go back to him"
    typed = {"kind": "questions-answered", "disclosed": "yes", "disclosure": words}
    place = place_of(await sent_too_late(door, path, typed, "discharge-team"))
    async with transaction(door.worker) as session:
        [row] = (await session.scalars(text("SELECT to_jsonb(kept_forms.*)::text FROM kept_forms"))).all()
    assert not [each for each in (words, "disclos", "safety", str(case_id)) if each in row]
    sign_in(door, "discharge-team")
    assert words in (await door.client.get(place)).text
    door.app.state.services.cookies.kept_forms = Seal("another secret", "kept-forms")
    assert words not in (await door.client.get(place)).text


async def test_given_a_form_of_another_site_when_sent_without_a_session_then_nothing_is_kept(
    door: Door,
) -> None:
    sign_in(door, "coordinator")
    door.clock.now += IDLE
    answer = await door.client.post("/dead-letters/4", data={"reason": "forged", "form_token": "guessed"})
    assert answer.status_code == 401


async def test_given_an_unknown_session_when_a_form_is_sent_then_nothing_is_kept_and_the_text_is_shown(
    door: Door,
) -> None:
    session = sign_in(door, "coordinator")
    cookies = door.app.state.services.cookies
    other = cookies.read("a session that never was")
    door.client.cookies.clear()
    door.client.cookies.set("homeward_session", other.session_id)
    assert session != other
    answer = await door.client.post(
        "/dead-letters/4", data={"reason": "kept?", "form_token": cookies.form_token(other)}
    )
    assert answer.status_code == 401
    assert "kept?" in answer.text


async def test_given_half_a_day_when_it_has_passed_then_a_kept_form_is_gone_with_the_next_one(
    door: Door,
) -> None:
    place = place_of(await sent_too_late(door, "/dead-letters/4", {"reason": "They corrected their list"}))
    door.clock.now += timedelta(hours=13)
    place_of(await sent_too_late(door, "/dead-letters/5", {"reason": "Another"}))
    sign_in(door, "coordinator")
    assert (await door.client.get(place)).status_code == 404
