"""The pages of safety in words: the same questions for everybody, the annex below them for named people."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.api.conftest import Door, Looking
from tests.api.safety.scene import ROLE, WORDS, disclosed, get, user_id
from tests.api.signing_in import form_token, sign_in

ANSWERS = {
    "kind": "questions-answered",
    "asked": "not-alone",
    "asked_on-day": "2",
    "asked_on-month": "3",
    "asked_on-year": "2026",
    "disclosed": "yes",
    "perpetrator_at_address": "yes",
    "safe_tonight": "no",
    "disclosure": WORDS,
}


async def appoint(door: Door, role: str = ROLE) -> None:
    """Name whoever signs in to the trust's pages in a role for safety, as its administrator does."""
    sign_in(door, role, "TRUST")
    session = sign_in(door, "admin", "TRUST")
    page = (await door.client.get("/safety/advisers")).text
    assert "Nobody is named" in page
    chosen = await user_id(door, f"page-{role}-TRUST")
    assert f'value="{chosen}"' in page
    sent = {"form_token": form_token(door, session), "key": "a", "user_id": chosen, "kind": "adviser"}
    answer = await door.client.post("/safety/advisers", data=sent)
    assert answer.status_code == 303, answer.text


async def send(door: Door, case_id: UUID, role: str, org: str = "TRUST", **said: str) -> tuple[int, str]:
    session = sign_in(door, role, org)
    sent = {"form_token": form_token(door, session), "key": "k", **said}
    answer = await door.client.post(f"/cases/{case_id}/safety", data=sent)
    return answer.status_code, answer.text


async def test_given_an_adviser_when_a_nurse_answers_then_the_adviser_reads_it_acts_and_confirms(
    door: Door,
) -> None:
    case_id = await door.referred()
    await appoint(door)
    sign_in(door, ROLE, "TRUST")
    case = (await door.client.get(f"/cases/{case_id}")).text
    assert "not confirmed, ask Test discharge-team" in case
    assert "Safety: not confirmed, ask Test discharge-team" in (await door.client.get("/worklist")).text

    assert (await send(door, case_id, "coordinator", **ANSWERS))[0] == 303
    own = (await door.client.get(f"/cases/{case_id}/safety")).text
    assert "What you recorded" in own
    assert WORDS in own
    assert "Who can read this" not in own
    assert "Nothing is due" in (await door.client.get("/safety")).text

    sign_in(door, ROLE, "TRUST")
    due = (await door.client.get("/safety")).text
    assert "Call, in a way that is safe" in due
    annex = (await door.client.get(f"/cases/{case_id}/safety")).text
    assert WORDS in annex
    assert "Who can read this" in annex
    assert "Show 1 look" in annex or "looks" in annex
    confirm = {"kind": "safety-confirmed"}
    status, page = await send(door, case_id, ROLE, **confirm)
    assert (status, "not asked alone" in page) == (422, True)
    assert (await send(door, case_id, ROLE, **confirm, reason="Spoke with her"))[0] == 303
    assert ">confirmed" in (await door.client.get(f"/cases/{case_id}")).text


@pytest.mark.parametrize("kind", ["safety-confirmed", "marac-decided", "name-person", "remove-person"])
async def test_given_somebody_not_named_when_they_send_a_form_of_named_people_then_it_is_not_found(
    door: Door, kind: str
) -> None:
    case_id = await door.referred()
    said = {"kind": kind, "user_id": str(case_id), "reason": "Wants to know"}
    assert (await send(door, case_id, "coordinator", **said))[0] == 404
    assert (await door.client.get(f"/cases/{case_id}/safety?form={kind}")).status_code == 404


async def test_given_nobody_is_named_then_the_page_says_so_and_keeps_the_answers_for_whoever_is(
    door: Door,
) -> None:
    case_id = await door.referred()
    sign_in(door, "coordinator", "TRUST")
    assert "has named nobody" in (await door.client.get(f"/cases/{case_id}/safety")).text
    assert (await send(door, case_id, "coordinator", **ANSWERS))[0] == 303
    await appoint(door)
    sign_in(door, ROLE, "TRUST")
    assert WORDS in (await door.client.get(f"/cases/{case_id}/safety")).text


async def test_given_nobody_is_named_then_page_and_answer_say_at_once_who_reads_it_and_whom_to_ring(
    door: Door,
) -> None:
    case_id = await door.referred()
    unread = "Nobody but you reads your answers until your organisation names somebody for safety"
    told = ("Ring your safeguarding lead now", "ask your administrator to name somebody")
    sign_in(door, "coordinator", "TRUST")
    page = (await door.client.get(f"/cases/{case_id}/safety")).text
    assert all(words in page for words in (unread, *told))
    answer = await disclosed(door, case_id)
    assert all(words in answer["who_reads"] for words in (unread, *told))
    note = (await door.client.get(f"/cases/{case_id}/do/add-note")).text
    assert "nobody but you reads it" in note

    await appoint(door)
    sign_in(door, "coordinator", "TRUST")
    for path in (f"/cases/{case_id}/safety", f"/cases/{case_id}/do/add-note"):
        page = (await door.client.get(path)).text
        assert "obody but you reads" not in page
    answer = await disclosed(door, case_id, subject="another-nurse")
    assert answer["who_reads"] == "Test discharge-team reads your answers."


async def test_given_an_adviser_of_the_trust_alone_when_the_housing_service_writes_then_it_is_told_who_reads(
    door: Door,
) -> None:
    case_id = await door.referred()
    await appoint(door)
    found = await get(door, f"/api/v1/cases/{case_id}/safety", "coordinator", "HOUSING")
    assert (
        found.json()["who_reads"]
        == "People named for safety by the trust or the housing service read your answers."
    )
    sign_in(door, "coordinator", "HOUSING")
    page = (await door.client.get(f"/cases/{case_id}/safety")).text
    assert "by the trust or the housing service read your answers" in page
    assert "Tell somebody now" not in page


async def test_given_answers_left_out_when_sent_then_each_is_named_and_what_was_typed_is_there_again(
    door: Door,
) -> None:
    case_id = await door.referred()
    status, page = await send(door, case_id, "coordinator", kind="questions-answered", disclosure=WORDS)
    assert status == 422
    assert page.count("There is a problem") == 1
    assert WORDS in page


async def test_given_the_pages_of_safety_when_axe_looks_then_it_finds_nothing_wide_or_narrow(
    door: Door, looking: Looking
) -> None:
    case_id = await door.referred()
    await appoint(door)
    assert (await send(door, case_id, ROLE, **ANSWERS))[0] == 303
    for narrow in (False, True):
        for path in (f"/cases/{case_id}/safety", f"/cases/{case_id}/safety?form=plan-agreed", "/safety"):
            seen = await looking.look(path, narrow=narrow)
            assert (seen.faults, seen.console) == ([], []), path
    sign_in(door, "admin", "TRUST")
    seen = await looking.look("/safety/advisers")
    assert (seen.faults, seen.console) == ([], [])
