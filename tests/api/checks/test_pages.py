"""The check on its page: who is asked what, and what is kept of a check that is partly done."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from tests.api.conftest import Door
from tests.api.signing_in import hidden, sign_in
from tests.housing_checks.homes import FORM_1, answers
from tests.housing_checks.oxygen_form import IN_WORDS, oxygen_asked

LEFT_OUT = [item for item in FORM_1.items if item.of_the_building and item.code not in FORM_1.having_a_home]


async def test_given_somebody_without_a_home_when_their_check_is_made_then_its_building_is_not_asked_about(
    door: Door,
) -> None:
    case_id = await door.referred(homeless="yes")
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/all"
    page = await door.client.get(path)
    assert "Not asked while the person has no home" in page.text
    assert "Does the heating work?" not in page.text
    assert "Is there a confirmed address" in page.text

    asked = {item.code: "no" for item in FORM_1.items if item not in LEFT_OUT}
    looked_over = await door.client.post(path, data=hidden(page.text) | asked)
    assert looked_over.status_code == 200, looked_over.text
    done = await door.client.post(f"{path}/hand-in", data=hidden(looked_over.text))
    assert done.status_code == 303, done.text
    await door.settle()
    gate = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["gate"]
    assert gate["heating"]["value"] == "unknown"
    assert gate["safe-address"]["value"] == "no"


async def test_given_items_that_other_answers_leave_out_when_the_check_is_made_then_the_page_says_so(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/all"
    with oxygen_asked(since="2026-03-01"):
        page = await door.client.get(path)
        assert "Not asked because of other answers: Nobody smokes" in page.text

        said = hidden(page.text) | answers() | {"oxygen": "yes"}
        opened = await door.client.post(path, data=said)
        assert opened.status_code == 422
        assert "Enter a day: What of the oxygen?" in opened.text
        more = {"smokes": "not-applicable", "door": "74", "alarm-instead": "unknown", "known-oxygen": "told"}
        looked_over = await door.client.post(path, data=said | more)
        assert looked_over.status_code == 200, looked_over.text
        assert "Not asked because of other answers: Where the cylinder stands" in looked_over.text
        assert "Does not apply" in looked_over.text
        assert "74 cm" in looked_over.text
        done = await door.client.post(f"{path}/hand-in", data=hidden(looked_over.text))
        assert done.status_code == 303, done.text
        await door.settle()
        case = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]
        assert (case["check"]["answers"]["smokes"], "smokes" in case["gate"]) == ("not-applicable", False)
        assert (case["gate"]["door"]["value"], case["gate"]["alarm"]["value"]) == ("no", "unknown")
        assert case["check"]["details"]["oxygen"]["evidence"] == "told"


async def test_given_a_check_partly_done_when_it_is_saved_then_it_is_kept_and_shown_to_whoever_goes_on(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/all"
    page = await door.client.get(path)
    nothing = await door.client.post(f"{path}/save", data=hidden(page.text))
    assert (nothing.status_code, "Answer at least one question" in nothing.text) == (422, True)
    saved = await door.client.post(f"{path}/save", data=hidden(page.text) | {"heating": "no", "keys": "yes"})
    assert saved.status_code == 303, saved.text
    await door.settle()
    again = await door.client.get(path)
    assert again.text.count("checked") == 2
    case = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]
    assert (case["gate"], case["check"]["answers"]) == ({}, {"heating": "no", "keys": "yes"})


async def test_given_forms_when_a_program_asks_then_it_is_told_what_is_asked_and_when(door: Door) -> None:
    with oxygen_asked(since="2026-03-01"):
        listed = (await door.get("/api/v1/check-forms")).json()["forms"]
        form = (await door.get("/api/v1/check-forms/home-check-1+oxygen")).json()
        unknown = await door.get("/api/v1/check-forms/home-check-0")
    assert [each["code"] for each in listed] == ["home-check-1", "home-check-2", "home-check-1+oxygen"]
    items = {item["code"]: item for item in form["items"]}
    [smokes] = items["smokes"]["asked_when_all"]
    assert (smokes["item"], smokes["fact"], smokes["operator"], smokes["answer"]) == (
        "oxygen",
        None,
        "=",
        "yes",
    )
    second = {
        each["code"]: each for each in (await door.get("/api/v1/check-forms/home-check-2")).json()["items"]
    }
    [by_oxygen] = second["oxygen-installed"]["asked_when_all"]
    assert (by_oxygen["item"], by_oxygen["fact"], by_oxygen["answer"]) == (None, "oxygen", "yes")
    assert by_oxygen["words"] == "the person needs this: Oxygen at home"
    heating = second["heating"]
    assert (heating["owner"], heating["same_as"], heating["safety"]) == ("coordinator", "heating", False)
    assert (heating["due_after"], heating["due_before_needed"]) == ("1 day", "1 day")
    assert second["safety-confirmed"]["safety"]
    assert {item["severity"] for item in items.values()} >= {"stop", "red"}
    assert (items["door"]["unit"], items["door"]["least"], items["alarm"]["holds_for"]) == (
        "cm",
        40,
        "3 months",
    )
    assert {answer["code"]: answer["counts_as"] for answer in items["cylinder"]["answers"]} == {
        "cupboard": "no", "open": "yes", "unknown": "unknown",
    }  # fmt: skip
    assert unknown.status_code == 404


async def test_given_answers_in_words_when_others_read_the_check_then_each_reads_what_they_may(
    door: Door, owner: AsyncEngine
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check/all"
    more = {"oxygen": "yes", "smokes": "yes", "door": "80", "alarm": "2026-02-20", "cylinder": "written"}
    with oxygen_asked(since="2026-03-01", rows=IN_WORDS):
        page = await door.client.get(path)
        said = hidden(page.text) | answers() | more
        opened = await door.client.post(path, data=said)
        assert opened.status_code == 422
        assert "Write an answer, or choose not known" in opened.text
        said |= {"note-cylinder": "Behind the sofa", "note-record": "Number 42"}
        dangerous = await door.client.post(path, data=said | {"danger-record": "1"})
        assert dangerous.status_code == 422
        assert "Write what is about abuse or danger under Safety" in dangerous.text
        looked_over = await door.client.post(path, data=said)
        assert looked_over.status_code == 200, looked_over.text
        assert "Behind the sofa" in looked_over.text
        saved = await door.client.post(f"{path}/save", data=hidden(looked_over.text))
        assert saved.status_code == 303, saved.text
        await door.settle()
        assert await _words(door, case_id, "HOUSING") == ["Behind the sofa", "Number 42"]
        assert await _words(door, case_id, "TRUST") == ["Behind the sofa", "Number 42"]
        again = await door.client.get(path)
        assert "Number 42" in again.text
        done = await door.client.post(f"{path}/hand-in", data=hidden(looked_over.text))
        assert done.status_code == 303, done.text
        await door.settle()
        events = (await door.get(f"/api/v1/cases/{case_id}/timeline")).json()["events"]
        assert [each["event"]["item"] for each in events if each["kind"] == "item-answered"].count(
            "record"
        ) == 1
        async with transaction(owner) as session:
            await session.execute(text("DELETE FROM notes WHERE item = 'cylinder'"))
        assert await _words(door, case_id, "HOUSING") == ["masked", "Number 42"]


async def _words(door: Door, case_id: UUID, org: str) -> list[str]:
    """What an organisation reads of the answers in words, over FHIR."""
    found = await door.get(
        f"/fhir/R4/QuestionnaireResponse?based-on=ServiceRequest/{case_id}", "coordinator", org
    )
    [entry] = found.json()["entry"]
    items = {item["linkId"]: item for part in entry["resource"]["item"] for item in part["item"]}
    answered = (items[code]["answer"][0] for code in ("cylinder", "record"))
    return [each.get("valueString") or each["_valueString"]["extension"][0]["valueCode"] for each in answered]
