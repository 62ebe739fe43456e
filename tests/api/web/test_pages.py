"""Pages as a browser without scripts sees them: signed in by a session, forms with their token."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from tests.api.conftest import Door
from tests.api.signing_in import hidden, sign_in


async def test_given_nobody_signed_in_when_a_page_is_opened_then_sign_in_is_offered(door: Door) -> None:
    answer = await door.client.get("/worklist?view=ready")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?then=%2Fworklist%3Fview%3Dready"
    page = await door.client.get(answer.headers["location"])
    assert "Sign in" in page.text


async def test_given_a_case_when_the_worklist_is_opened_then_it_says_why_the_person_is_here(
    door: Door,
) -> None:
    person = {"nhs_number": "9990000018", "family_name": "Ashdown", "given_name": "Edith"}
    body = {"person": person | {"birth_date": "1941-05-02"}}
    await door.post("/api/v1/referrals", body, "coordinator")
    await door.settle()
    sign_in(door, "coordinator")
    page = await door.client.get("/worklist")

    assert page.status_code == 200
    assert "ASHDOWN, Edith" in page.text
    assert "the referral waits for the hospital stay it belongs to" in page.text
    assert "999\u00a0000\u00a00018" in page.text


async def test_given_a_session_when_it_was_not_used_for_an_hour_then_it_has_ended(door: Door) -> None:
    sign_in(door, "discharge-team")
    assert (await door.client.get("/worklist")).status_code == 200
    door.clock.now += timedelta(hours=13)
    assert (await door.client.get("/worklist")).status_code == 303


async def test_given_a_case_when_its_page_is_opened_then_every_part_is_there(door: Door) -> None:
    case_id = await door.referred()
    sign_in(door, "coordinator")
    page = await door.client.get(f"/cases/{case_id}")

    assert page.status_code == 200
    for words in ("Why is this person still here?", "What happened", "Who takes part", "Referred by Trust"):
        assert words in page.text
    assert f"/cases/{case_id}/do/accept-referral" in page.text
    assert f"/cases/{case_id}/do/confirm-discharge" not in page.text


async def test_given_the_form_of_a_command_when_sent_twice_then_it_is_asked_once(door: Door) -> None:
    case_id = await door.referred()
    sign_in(door, "coordinator")
    page = await door.client.get(f"/cases/{case_id}/do/accept-referral")
    fields = hidden(page.text) | date_of("effective_on", "2", "3", "2026")
    for _ in range(2):
        answer = await door.client.post(f"/cases/{case_id}/do/accept-referral", data=fields)
        assert answer.status_code == 303

    assert answer.headers["location"].startswith("/requests/")
    assert await door.settle() == 1
    after = await door.client.get(f"/cases/{case_id}")
    assert "Referral accepted" in after.text


def date_of(name: str, day: str, month: str, year: str) -> dict[str, str]:
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


async def test_given_a_form_without_its_token_when_sent_then_nothing_changes(door: Door) -> None:
    case_id = await door.referred()
    sign_in(door, "coordinator")
    fields = date_of("effective_on", "2", "3", "2026") | {"form_token": "somebody else's"}
    answer = await door.client.post(f"/cases/{case_id}/do/accept-referral", data=fields)

    assert answer.status_code == 403
    assert "This page was open too long" in answer.text
    assert await door.settle() == 0


async def test_given_an_impossible_date_when_a_form_is_sent_then_it_comes_back_with_the_error(
    door: Door,
) -> None:
    case_id = await door.referred()
    sign_in(door, "coordinator")
    page = await door.client.get(f"/cases/{case_id}/do/accept-referral")
    fields = hidden(page.text) | date_of("effective_on", "31", "2", "2026")
    answer = await door.client.post(f"/cases/{case_id}/do/accept-referral", data=fields)

    assert answer.status_code == 422
    assert "<title>Error: Accept the referral" in answer.text
    assert 'href="#effective_on-day"' in answer.text
    assert 'value="31"' in answer.text


async def test_given_a_person_in_a_bed_when_referred_by_page_then_the_case_opens(door: Door) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "withdraw-referral", "discharge-team", reason="no-longer-needed")
    person_id = (await door.get(f"/api/v1/cases/{case_id}")).json()["person"]["person_id"]
    sign_in(door, "discharge-team")
    found = await door.client.get("/referrals/new?text=999 000 0018")
    assert f"/referrals/new/{person_id}" in found.text

    page = await door.client.get(f"/referrals/new/{person_id}")
    fields = hidden(page.text) | {
        "reasons": "home-unsuitable",
        "lives_alone": "yes",
        "homeless": "no",
    }
    answer = await door.client.post(f"/referrals/new/{person_id}", data=fields)
    assert answer.status_code == 303
    await door.settle()
    opened = UUID(
        (await door.get(answer.headers["location"].replace("/requests", "/api/v1/commands"))).json()[
            "case_id"
        ]
    )
    detail = (await door.get(f"/api/v1/cases/{opened}")).json()
    assert detail["case"]["referral"]["reasons"] == ["home-unsuitable"]


async def test_given_the_check_when_all_is_answered_then_it_can_be_looked_over_and_handed_in(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    page = await door.client.get(f"/cases/{case_id}/check/all")
    items = dict.fromkeys(re.findall(r'name="note-([a-z-]+)"', page.text), "yes")
    assert len(items) == 17

    missing = await door.client.post(f"/cases/{case_id}/check/all", data=hidden(page.text))
    assert missing.status_code == 422
    assert missing.text.count("Answer yes, no or not known") >= 17

    answers = hidden(page.text) | items | {"heating": "unknown", "note-heating": "Meter not seen"}
    over = await door.client.post(f"/cases/{case_id}/check/all", data=answers)
    assert "Meter not seen" in over.text

    handed = await door.client.post(f"/cases/{case_id}/check/all/hand-in", data=hidden(over.text))
    assert handed.status_code == 303, handed.text
    await door.settle()
    case = await door.client.get(f"/cases/{case_id}")
    assert "Heating: not known yet" in case.text
    assert "Meter not seen" in case.text


async def test_given_a_case_when_somebody_looks_then_the_look_is_listed(door: Door) -> None:
    case_id = await door.referred()
    sign_in(door, "discharge-team")
    await door.client.get(f"/cases/{case_id}")
    page = await door.client.get(f"/cases/{case_id}/who-looked")

    assert "Test discharge-team, Trust" in page.text
    assert "Case page" in page.text


async def test_given_every_page_when_answered_then_it_carries_the_strict_policy(door: Door) -> None:
    sign_in(door, "discharge-team")
    page = await door.client.get("/worklist")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert " style=" not in page.text
    assert "<script>" not in page.text
