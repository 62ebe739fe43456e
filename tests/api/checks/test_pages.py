"""The check on its page: who is asked what, and what is kept of a check that is partly done."""

from __future__ import annotations

from tests.api.conftest import Door
from tests.api.signing_in import hidden, sign_in
from tests.housing_checks.homes import FORM_1, answers
from tests.housing_checks.oxygen_form import oxygen_asked

LEFT_OUT = [item for item in FORM_1.items if item.of_the_building and item.code not in FORM_1.having_a_home]


async def test_given_somebody_without_a_home_when_their_check_is_made_then_its_building_is_not_asked_about(
    door: Door,
) -> None:
    case_id = await door.referred(homeless="yes")
    await door.asked(case_id, "accept-referral")
    sign_in(door, "coordinator")
    path = f"/cases/{case_id}/check"
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
    path = f"/cases/{case_id}/check"
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
    path = f"/cases/{case_id}/check"
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
    assert items["smokes"]["asked_when_all"] == [{"item": "oxygen", "operator": "=", "answer": "yes"}]
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
