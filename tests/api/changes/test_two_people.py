"""Two people, one case: what was typed is kept, what others changed is shown, nothing is overwritten unseen.

Temporal is away here: each command is decided and recorded at once, as the case's workflow would.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from discharge.cases.commands import Answer, Envelope
from tests.api.conftest import Door
from tests.api.signing_in import hidden, sign_in
from tests.api.web.sign_in.test_kept_forms import place_of, sent_too_late
from tests.api.web.test_pages import date_of
from tests.fixtures.cases import carried_out
from tests.housing_checks.homes import FORM_1

SEEN = {item.code: "yes" for item in FORM_1.items} | {"heating": "no", "food": "unknown", "keys": "no"}
TODAY = date_of("effective_on", "2", "3", "2026")
TEMPLATES = Path(__file__).parents[3] / "api"
CHANGED = "Changed since you opened this page"


@pytest.fixture
async def case_id(door: Door) -> UUID:
    case_id = await door.referred(needs=["hoist"], tenure="owner", pathway="1")
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "complete-check", form=FORM_1.code, answers=SEEN)
    return case_id


def answer_at_once(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer every command while its asker waits."""

    async def answer(_client: Any, _clock: Any, envelope: Envelope, _within: Any) -> Answer:
        return (await carried_out(door.worker, envelope, door.clock.now)).answer

    monkeypatch.setattr("api.commands.execution.execute_command", answer)


@pytest.fixture(autouse=True)
def at_once(door: Door, case_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_at_once(door, monkeypatch)


async def does(
    door: Door, case_id: UUID, kind: str, role: str = "discharge-team", **said: Any
) -> httpx.Response:
    return await door.post(f"/api/v1/cases/{case_id}/commands", {"kind": kind, **said}, role)


async def version_of(door: Door, case_id: UUID) -> int:
    return int((await door.get(f"/api/v1/cases/{case_id}")).json()["version"])


async def gate_of(door: Door, case_id: UUID) -> dict[str, str]:
    case = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]
    return {code: item["value"] for code, item in case["gate"].items()}


async def opened(door: Door, path: str) -> dict[str, str]:
    """What a form carries that a coordinator has opened and not sent."""
    sign_in(door, "coordinator")
    page = await door.client.get(path)
    assert page.status_code == 200, page.text
    return hidden(page.text)


def said(page: httpx.Response) -> str:
    """The words of the section on what others changed."""
    section = page.text.partition('id="changed-since">')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


async def test_given_the_same_item_when_a_program_saves_second_then_it_is_told_what_changed(
    door: Door, case_id: UUID
) -> None:
    seen = await version_of(door, case_id)
    await does(door, case_id, "confirm-item", item="heating", value="yes", evidence="seen")
    answer = await does(
        door, case_id, "confirm-item", "coordinator", item="heating", value="unknown", seen_version=seen
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["reason"]) == (409, "case-changed", "item:heating")
    assert problem["version"] == await version_of(door, case_id)
    row = problem["changes"][0]
    assert (row["what"], row["from"], row["to"]) == ("Heating", "No", "Yes")
    assert row["by"].startswith("Test discharge-team, ")
    assert row["when"] == "2 March 2026, 09:30"
    assert row["refused_for"]
    assert (await gate_of(door, case_id))["heating"] == "yes"


async def test_given_another_item_when_a_program_saves_second_then_it_is_taken_and_told_of_the_first(
    door: Door, case_id: UUID
) -> None:
    seen = await version_of(door, case_id)
    await does(door, case_id, "confirm-item", item="heating", value="yes", evidence="seen")
    answer = await does(
        door, case_id, "confirm-item", "coordinator", item="food", value="yes", seen_version=seen
    )
    assert answer.status_code == 200, answer.text
    changes = answer.json()["changes"]
    assert ("Heating", "No", "Yes") in [(row["what"], row["from"], row["to"]) for row in changes]
    assert all(row["what"] != "Food for 48 hours" for row in changes)


async def test_given_the_same_said_by_both_when_saved_then_neither_is_refused(
    door: Door, case_id: UUID
) -> None:
    seen = await version_of(door, case_id)
    for role in ("discharge-team", "coordinator"):
        answer = await does(
            door,
            case_id,
            "confirm-item",
            role,
            item="heating",
            value="yes",
            evidence="seen",
            seen_version=seen,
        )
        assert answer.status_code == 200, answer.text


async def test_given_the_same_thing_changed_when_a_form_is_sent_then_it_comes_back_and_may_be_saved_again(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/set-needed-by"
    fields = await opened(door, path)
    await does(door, case_id, "set-needed-by", needed_by="2026-03-20")
    typed = fields | date_of("needed_by", "25", "3", "2026") | {"note": "The lift comes on the 24th"}
    refused = await door.client.post(path, data=typed)

    assert refused.status_code == 409
    assert "<title>Error: " in refused.text
    assert "Home needed by : now 20 March 2026 ; before: No date Test discharge-team, Trust" in said(refused)
    assert "The lift comes on the 24th" in refused.text
    assert 'value="25"' in refused.text

    again = hidden(refused.text)
    assert again["seen_version"] == str(await version_of(door, case_id))
    saved = await door.client.post(path, data=typed | again)
    assert saved.status_code == 303
    assert saved.headers["location"] == f"/cases/{case_id}?done=set-needed-by"


async def test_given_something_else_changed_when_a_form_is_sent_then_it_is_saved_and_the_case_says_what(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/set-needed-by"
    fields = await opened(door, path)
    await does(door, case_id, "confirm-item", item="heating", value="yes", evidence="seen")
    saved = await door.client.post(path, data=fields | date_of("needed_by", "25", "3", "2026"))
    assert saved.headers["location"] == f"/cases/{case_id}?done=set-needed-by&seen={fields['seen_version']}"
    page = await door.client.get(saved.headers["location"])
    section = page.text.partition('id="meanwhile">')[2].partition("</section>")[0]
    assert "Heating" in section
    assert "Test discharge-team" in section
    assert "Home needed by" not in section


async def test_given_a_mistake_in_a_form_when_it_comes_back_then_it_is_still_held_to_what_was_seen(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/set-needed-by"
    fields = await opened(door, path)
    await does(door, case_id, "set-needed-by", needed_by="2026-03-20")
    wrong = await door.client.post(path, data=fields | date_of("needed_by", "31", "2", "2026"))
    assert wrong.status_code == 422
    again = hidden(wrong.text)
    assert again["seen_version"] == fields["seen_version"]
    refused = await door.client.post(path, data=again | date_of("needed_by", "25", "3", "2026"))
    assert refused.status_code == 409
    assert CHANGED in refused.text


async def test_given_a_form_kept_over_a_sign_in_when_sent_then_it_is_held_to_what_was_seen(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/set-needed-by"
    seen = str(await version_of(door, case_id))
    typed = {"seen_version": seen} | date_of("needed_by", "25", "3", "2026")
    place = place_of(await sent_too_late(door, path, typed))
    await does(door, case_id, "set-needed-by", needed_by="2026-03-20")
    sign_in(door, "coordinator")
    assert hidden((await door.client.get(place)).text)["seen_version"] == seen


def answers(page: httpx.Response) -> dict[str, str]:
    """Which answers of the check stand chosen on its page."""
    inputs = re.findall(r'<input[^>]+type="radio"[^>]*>', page.text)
    chosen = [each for each in inputs if " checked" in each]
    found = [(re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]+)"', each)) for each in chosen]
    return {name[1]: value[1] for name, value in found if name and value}


async def test_given_two_checks_opened_when_they_differ_in_other_items_then_both_are_kept(
    door: Door, case_id: UUID
) -> None:
    fields = await opened(door, f"/cases/{case_id}/check/all")
    theirs = SEEN | {"heating": "yes"}
    seen = dict.fromkeys(("heating", "keys"), "seen")
    await does(door, case_id, "complete-check", "system", form=FORM_1.code, answers=theirs, evidence=seen)
    mine = fields | SEEN | {"food": "yes"}
    looked_over = await door.client.post(f"/cases/{case_id}/check/all", data=mine)
    assert hidden(looked_over.text)["seen_version"] == fields["seen_version"]
    saved = await door.client.post(
        f"/cases/{case_id}/check/all/hand-in", data=mine | hidden(looked_over.text)
    )
    assert saved.status_code == 303, saved.text
    gate = await gate_of(door, case_id)
    assert (gate["heating"], gate["food"], gate["keys"]) == ("yes", "yes", "no")
    assert "&seen=" in saved.headers["location"]


async def test_given_two_checks_opened_when_they_differ_in_one_item_then_the_second_sees_it_first(
    door: Door, case_id: UUID
) -> None:
    fields = await opened(door, f"/cases/{case_id}/check/all")
    theirs = SEEN | {"heating": "yes", "keys": "yes"}
    seen = dict.fromkeys(("heating", "keys"), "seen")
    await does(door, case_id, "complete-check", "system", form=FORM_1.code, answers=theirs, evidence=seen)
    mine = fields | SEEN | {"keys": "unknown", "note-keys": "The neighbour has them, perhaps"}
    refused = await door.client.post(f"/cases/{case_id}/check/all/hand-in", data=mine)

    assert refused.status_code == 409
    assert "Keys : now Yes ; before: No" in said(refused)
    assert "The neighbour has them, perhaps" in refused.text
    shown = answers(refused)
    assert (shown["keys"], shown["heating"], shown["food"]) == ("unknown", "yes", "unknown")
    assert len(shown) == len(SEEN)

    again = mine | shown | hidden(refused.text)
    saved = await door.client.post(f"/cases/{case_id}/check/all/hand-in", data=again)
    assert saved.status_code == 303, saved.text
    gate = await gate_of(door, case_id)
    assert (gate["heating"], gate["keys"]) == ("yes", "unknown")


async def test_given_two_corrections_of_a_referral_when_in_other_fields_then_both_are_kept(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/amend-referral"
    fields = await opened(door, path)
    await does(door, case_id, "amend-referral", pathway="2")
    as_seen = {"reasons": "home-unsuitable", "needs": "hoist", "lives_alone": "unknown", "pathway": "1"}
    saved = await door.client.post(path, data=fields | as_seen | {"tenure": "private"} | TODAY)
    assert saved.status_code == 303, saved.text
    referral = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["referral"]
    assert (referral["pathway"], referral["tenure"]) == ("2", "private")


async def test_given_two_corrections_of_one_field_when_refused_then_what_was_left_follows_the_other(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/amend-referral"
    fields = await opened(door, path)
    await does(door, case_id, "amend-referral", pathway="2", tenure="social")
    as_seen = {"reasons": "home-unsuitable", "needs": "hoist", "lives_alone": "unknown", "pathway": "1"}
    refused = await door.client.post(path, data=fields | as_seen | {"tenure": "private"} | TODAY)
    assert refused.status_code == 409
    chosen = re.findall(r'name="(tenure|pathway)"[^>]*value="([^"]+)"[^>]*checked', refused.text)
    options = re.findall(r'<option value="([^"]+)"[^>]*selected', refused.text)
    assert "private" in [value for _, value in chosen] + options
    assert ("pathway", "2") in chosen


async def test_given_the_case_was_closed_when_something_is_saved_then_what_happened_is_told_with_the_refusal(
    door: Door, case_id: UUID
) -> None:
    seen = await version_of(door, case_id)
    await does(door, case_id, "withdraw-referral", reason="no-longer-needed")
    answer = await does(
        door, case_id, "confirm-item", "coordinator", item="heating", value="yes", seen_version=seen
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "stage-not-allowed")
    assert "The case" in [row["what"] for row in problem["changes"]]


async def test_given_somebody_saved_on_a_later_day_when_an_older_answer_is_saved_then_that_is_told_beside_it(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/confirm-item"
    fields = await opened(door, path)
    door.clock.now += timedelta(days=1)
    await does(door, case_id, "confirm-item", item="heating", value="yes", evidence="seen")
    sign_in(door, "coordinator")
    fields |= {"form_token": hidden((await door.client.get(path)).text)["form_token"]}
    kept = await door.client.post(path, data=fields | TODAY | {"item": "heating", "value": "unknown"})
    assert kept.headers["location"].endswith(f"&seen={fields['seen_version']}"), kept.text
    assert "a newer answer stands" in (await door.client.get(kept.headers["location"])).text
    assert (await gate_of(door, case_id))["heating"] == "yes"


async def test_given_a_number_that_no_version_can_be_when_a_form_is_sent_then_it_is_refused(
    door: Door, case_id: UUID
) -> None:
    path = f"/cases/{case_id}/do/set-needed-by"
    fields = await opened(door, path)
    for seen in ("9" * 30, "-1", "x", "999999"):
        typed = fields | date_of("needed_by", "25", "3", "2026") | {"seen_version": seen, "key": seen}
        refused = await door.client.post(path, data=typed)
        assert refused.status_code == 422, refused.text
        assert "This version of the case does not exist" in refused.text


def test_given_every_form_about_a_case_then_it_carries_the_version_that_was_seen() -> None:
    about_a_case = ('action="/cases/', 'action="/alerts/')
    forms = [
        (template.name, form.partition("</form>")[0])
        for template in sorted(TEMPLATES.glob("*/templates/*.html"))
        for form in template.read_text().split('<form method="post" ')[1:]
        if form.startswith(about_a_case)
    ]
    assert len(forms) >= 5
    for name, form in forms:
        if any(f'name="kind" value="{kind}"' in form for kind in OF_THE_ANNEX) and name == "safety.html":
            continue
        assert "form_head(" in form or 'name="seen_version"' in form, name


OF_THE_ANNEX = ("name-person", "remove-person")
"""Who reads the annex is no part of the case: no version of it may say that there is an annex, so a version
that was seen says nothing of the list. Naming and removing somebody twice is the same as once.
"""


@pytest.mark.parametrize("beyond", [1, 500, 10**12])
async def test_given_a_version_that_the_case_has_not_reached_when_sent_then_it_is_refused_at_every_door(
    door: Door, case_id: UUID, beyond: int
) -> None:
    """Whoever says so would never hear that somebody else changed the same thing."""
    seen = await version_of(door, case_id)
    await does(door, case_id, "confirm-item", item="heating", value="unknown")
    now = await version_of(door, case_id)
    said = {"item": "heating", "value": "yes"}
    refused = await does(door, case_id, "confirm-item", "coordinator", seen_version=now + beyond, **said)
    assert refused.status_code == 422, refused.text
    assert "no-such-version" in refused.text
    assert "Read the case again" in refused.text
    fields = await opened(door, f"/cases/{case_id}/do/set-needed-by")
    typed = date_of("needed_by", "25", "3", "2026")
    wrong = fields | typed | {"seen_version": str(now + beyond)}
    page = await door.client.post(f"/cases/{case_id}/do/set-needed-by", data=wrong)
    assert page.status_code == 422, page.text
    assert "This version of the case does not exist" in page.text
    assert await version_of(door, case_id) == now, "nothing was changed"
    late = await does(door, case_id, "confirm-item", "coordinator", seen_version=seen, **said)
    assert late.status_code == 409, late.text
    taken = await does(door, case_id, "confirm-item", "coordinator", seen_version=now, **said)
    assert taken.status_code == 200, taken.text
