"""What contradicts itself is asked about at the doors, and saved once somebody confirms it with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.api.conftest import Door
from tests.api.form_faults import told
from tests.api.signing_in import hidden, sign_in
from tests.api.web.test_pages import date_of
from tests.housing_checks.homes import FORM_1

PAST = {"kind": "set-needed-by", "needed_by": "2026-01-05"}
CODE = "needed-by-past"


async def accepted(door: Door) -> UUID:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    return case_id


async def post(door: Door, case_id: UUID, body: dict[str, Any], **headers: str) -> Any:
    return await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator", **headers)


async def test_given_a_contradiction_then_the_interface_asks_and_says_how_to_confirm(door: Door) -> None:
    case_id = await accepted(door)
    answer = await post(door, case_id, PAST)

    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["confirm"]) == ("contradiction", [CODE])
    assert problem["questions"][0]["code"] == CODE
    assert problem["questions"][0]["question"].endswith("Is the day right?")
    assert await door.settle() == 0


async def test_given_a_contradiction_when_confirmed_without_a_reason_then_one_is_asked_for(
    door: Door,
) -> None:
    case_id = await accepted(door)
    answer = await post(door, case_id, PAST | {"confirm": [CODE]})

    assert (answer.status_code, answer.json()["code"]) == (422, "reason-needed")
    assert await door.settle() == 0


async def test_given_a_contradiction_when_confirmed_with_a_reason_then_it_is_saved(door: Door) -> None:
    case_id = await accepted(door)
    body = PAST | {"confirm": [CODE], "reason": "the tenancy began then"}
    answer = await post(door, case_id, body, **{"Idempotency-Key": "k1"})
    assert answer.status_code == 202
    await door.settle()

    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    assert case["case"]["needed_by"] == "2026-01-05"
    again = await post(door, case_id, body, **{"Idempotency-Key": "k1"})
    assert again.json()["command_id"] == answer.json()["command_id"]


async def test_given_another_contradiction_is_confirmed_then_this_one_is_asked_about(door: Door) -> None:
    case_id = await accepted(door)
    answer = await post(door, case_id, PAST | {"confirm": ["closed-with-contacts-owed"], "reason": "so"})
    assert answer.json()["confirm"] == [CODE]


async def test_given_a_contradiction_on_a_page_then_the_form_comes_back_with_the_question_and_the_text(
    door: Door,
) -> None:
    case_id = await accepted(door)
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/do/set-needed-by"
    page = await door.client.get(path)
    fields = hidden(page.text) | date_of("needed_by", "5", "1", "2026") | {"note": "as agreed"}
    asked = await door.client.post(path, data=fields)

    assert asked.status_code == 409
    assert "<title>Error: Set the day the home is needed by" in asked.text
    assert asked.text.count("has passed already. Is the day right?") >= 2
    assert f'href="#confirm-{CODE}"' in asked.text
    assert 'value="2026"' in asked.text
    assert "as agreed" in asked.text

    fields = hidden(asked.text) | date_of("needed_by", "5", "1", "2026") | {"confirm": CODE, "note": ""}
    unexplained = await door.client.post(path, data=fields)
    assert "Say in the note why it is right" in unexplained.text
    fields |= {"note": "The tenancy began then"}
    done = await door.client.post(path, data=fields)
    assert done.status_code == 303
    await door.settle()
    assert "The tenancy began then" in (await door.client.get(f"/cases/{case_id}")).text


async def test_given_a_check_that_contradicts_the_record_then_it_is_asked_about_before_it_is_handed_in(
    door: Door,
) -> None:
    case_id = await accepted(door)
    await door.asked(case_id, "flag-homelessness", flag="yes")
    sign_in(door, "coordinator")
    form = await door.client.get(f"/cases/{case_id}/check/all")
    codes = set(_items(form.text))
    answers = dict.fromkeys(codes, "yes")
    over = await door.client.post(f"/cases/{case_id}/check/all", data=hidden(form.text) | answers)
    path = f"/cases/{case_id}/check/all/hand-in"
    asked = await door.client.post(path, data=hidden(over.text) | answers)
    assert asked.status_code == 409
    assert "recorded as homeless" in asked.text
    fields = hidden(asked.text) | answers
    confirmed = fields | {"confirm": "homeless-with-safe-address", "note": "A friend took them in"}
    assert (await door.client.post(path, data=confirmed)).status_code == 303


async def test_given_one_answer_that_contradicts_the_record_when_saved_then_only_that_is_asked_about(
    door: Door,
) -> None:
    case_id = await accepted(door)
    await door.asked(case_id, "flag-homelessness", flag="yes")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/all"
    sent = hidden((await door.client.get(path)).text) | {"safe-address": "yes"}
    asked = await door.client.post(f"{path}/save", data=sent)
    assert asked.status_code == 409
    assert told(asked.text).keys() == {"confirm-homeless-with-safe-address"}


def _items(html: str) -> list[str]:
    return [code for code in FORM_1.codes if f'name="{code}"' in html]


async def test_given_a_referral_that_contradicts_itself_then_it_is_asked_about_at_every_door(
    door: Door,
) -> None:
    first = await door.referred()
    person_id = (await door.get(f"/api/v1/cases/{first}", "coordinator")).json()["person"]["person_id"]
    await door.asked(first, "withdraw-referral", "discharge-team", reason="no-longer-needed")
    body = {"person": {"person_id": person_id}, "needs": ["none", "hoist"]}
    asked = await door.post("/api/v1/referrals", body)
    assert (asked.status_code, asked.json()["confirm"]) == (409, ["no-needs-with-needs"])
    confirmed = body | {"confirm": ["no-needs-with-needs"], "note": "The hoist is for the carer's lift"}
    assert (await door.post("/api/v1/referrals", body | {"confirm": ["no-needs-with-needs"]})).json()[
        "code"
    ] == "reason-needed"
    assert (await door.post("/api/v1/referrals", confirmed)).status_code in (200, 201, 202)


async def test_given_a_referral_on_a_page_that_contradicts_itself_then_the_form_asks(door: Door) -> None:
    first = await door.referred()
    person_id = (await door.get(f"/api/v1/cases/{first}", "coordinator")).json()["person"]["person_id"]
    await door.asked(first, "withdraw-referral", "discharge-team", reason="no-longer-needed")
    sign_in(door, "discharge-team")
    path = f"/referrals/new/{person_id}"
    page = await door.client.get(path)
    fields: dict[str, Any] = hidden(page.text) | {
        "reasons": ["home-unsuitable"],
        "needs": ["none", "hoist"],
        "lives_alone": "yes",
        "homeless": "no",
        "note": "Please look soon",
    }
    asked = await door.client.post(path, data=fields)
    assert asked.status_code == 409
    assert "Does the person need that?" in asked.text
    assert "Please look soon" in asked.text
