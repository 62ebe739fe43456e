"""The check by domain and by item: each answer is saved by itself, and nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from tests.api.changes.test_two_people import answer_at_once
from tests.api.conftest import Door
from tests.api.signing_in import form_token, sign_in
from tests.api.web.sign_in.test_kept_forms import IDLE, place_of
from tests.housing_checks.homes import FORM_1

DOMAIN = "getting-in-and-moving-inside"
STEPS = "steps-stairs"


@pytest.fixture
async def case_id(door: Door, monkeypatch: pytest.MonkeyPatch) -> UUID:
    case_id = await door.referred(needs=["hoist"], tenure="owner", pathway="1")
    await door.asked(case_id, "accept-referral")
    answer_at_once(door, monkeypatch)
    return case_id


def fields(html: str, action: str) -> dict[str, str]:
    """What a browser sends of the form that goes to an address, as it stands."""
    form = next(each for each in html.split("<form")[1:] if f'action="{action}"' in each).partition(
        "</form>"
    )[0]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for tag in re.findall(r"<input [^>]*>", form):
        kind, name, value = (_of(tag, each) for each in ("type", "name", "value"))
        if kind in ("text", "date") or (kind in ("radio", "checkbox") and re.search(r"\bchecked\b", tag)):
            sent[name] = value
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\bselected\b', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def _of(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


async def opened(door: Door, address: str, action: str | None = None) -> dict[str, str]:
    page = await door.client.get(address)
    assert page.status_code == 200, page.text
    return fields(page.text, action or urlsplit(address).path)


async def saved(
    door: Door, case_id: UUID, item: str, role: str = "coordinator", **said: Any
) -> httpx.Response:
    """An answer that somebody gave on the page of its item."""
    sign_in(door, role)
    address = f"/cases/{case_id}/check/items/{item}"
    answer = await door.client.post(address, data=await opened(door, address) | said)
    assert answer.status_code == 303, answer.text
    return answer


async def item_of(door: Door, case_id: UUID, item: str) -> Any:
    return (await door.get(f"/api/v1/cases/{case_id}/check/items/{item}", "coordinator")).json()


async def test_given_the_check_when_it_is_opened_then_each_domain_says_how_far_it_is_and_who_is_on_it(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}/check")).text
    assert "Nobody has begun this check" in page
    assert "Complete the check" not in page
    await saved(door, case_id, STEPS, **{STEPS: "no"})
    page = (await door.client.get(f"/cases/{case_id}/check")).text
    assert "1 of" in page
    assert "1 answered, 1 no. Answered by Test coordinator" in page


@pytest.mark.parametrize("role", ["coordinator", "discharge-team", "trust-monitor"])
async def test_given_the_list_of_domains_then_each_link_is_shown_to_those_whose_page_opens(
    door: Door, case_id: UUID, role: str
) -> None:
    sign_in(door, role)
    page = (await door.client.get(f"/cases/{case_id}/check")).text
    for path in ("check/proposed", "check/all", "safety"):
        opens = (await door.client.get(f"/cases/{case_id}/{path}")).status_code == 200
        assert (f'href="/cases/{case_id}/{path}"' in page) is opens, path


async def test_given_an_answer_with_everything_when_it_is_saved_then_all_of_it_is_there_and_the_next_opens(
    door: Door, case_id: UUID
) -> None:
    told = {
        "heating": "no",
        "known-heating": "told",
        "told-heating": "daughter",
        "name-heating": "Ruth Ashdown",
        "on-heating": "2026-03-01",
        "note-heating": "Boiler is broken",
        "owner-heating": "landlord",
        "due-heating": "2026-03-05",
        "through": "phone",
        "then": "next",
    }
    answer = await saved(door, case_id, "heating", role="discharge-team", **told)
    onward = answer.headers["location"]
    assert "/check/items/" in onward
    assert "/items/heating" not in onward
    assert "through=phone" in onward
    assert "Ruth" not in onward
    heating = await item_of(door, case_id, "heating")
    said = heating["answer"]
    assert (said["told_by"], said["told_by_name"], said["said_on"]) == (
        "daughter",
        "Ruth Ashdown",
        "2026-03-01",
    )
    assert (said["owner_role"], said["due_on"], said["through"]) == ("landlord", "2026-03-05", "phone")
    page = (await door.client.get(f"/cases/{case_id}/check/items/heating")).text
    assert "Boiler is broken" in page
    assert "told by: Daughter, by phone (Ruth Ashdown)".lower() in page.lower()


async def test_given_a_domain_when_some_of_it_is_answered_then_only_that_is_recorded(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/domains/{DOMAIN}"
    form = await opened(door, f"{address}?through=visit")
    more = {STEPS: "no", "room-to-move": "yes", "known-room-to-move": "measured", "then": "next"}
    answer = await door.client.post(address, data=form | more)
    assert answer.status_code == 303, answer.text
    assert "saved=2" in answer.headers["location"]
    check = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["check"]
    assert check["answers"] == {STEPS: "no", "room-to-move": "yes"}
    assert check["details"]["room-to-move"]["evidence"] == "measured"
    assert {each["through"] for each in check["details"].values()} == {"visit"}
    again = await door.client.post(address, data=await opened(door, address))
    assert "saved=0" in again.headers["location"]


async def test_given_somebody_who_tells_all_of_a_page_when_said_once_then_each_answer_says_so(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/domains/{DOMAIN}"
    more = {STEPS: "no", "room-to-move": "yes", "known-room-to-move": "measured", "told_by": "daughter"}
    form = await opened(door, address) | more | {"told_by_name": "Ruth Ashdown", "through": "phone"}
    answer = await door.client.post(address, data=form)
    assert answer.status_code == 303, answer.text
    assert "Ruth" not in answer.headers["location"]
    assert "told_by=daughter" in answer.headers["location"]
    steps, room = [(await item_of(door, case_id, each))["answer"] for each in (STEPS, "room-to-move")]
    said = [(each["evidence"], each["told_by"], each["told_by_name"]) for each in (steps, room)]
    assert said == [("told", "daughter", "Ruth Ashdown"), ("measured", None, None)]
    assert (steps["through"], room["through"]) == ("phone", "phone")


async def test_given_a_name_and_nobody_chosen_when_a_page_is_saved_then_it_comes_back_with_the_name(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/domains/{DOMAIN}"
    form = await opened(door, address) | {STEPS: "no", "told_by_name": "Ruth Ashdown"}
    answer = await door.client.post(address, data=form)
    assert answer.status_code == 422
    assert answer.text.count("Choose who tells you, or clear the name") >= 1
    assert 'value="Ruth Ashdown"' in answer.text
    assert (await item_of(door, case_id, STEPS))["answer"] is None


async def test_given_one_wrong_answer_of_a_domain_when_saved_then_the_others_are_kept_and_it_comes_back(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/domains/{DOMAIN}"
    wrong = {STEPS: "no", "note-room-to-move": "Narrow hall", "on-room-to-move": "yesterday"}
    answer = await door.client.post(address, data=await opened(door, address) | wrong)
    assert answer.status_code == 422
    assert "Narrow hall" in answer.text
    assert "Enter a real date: Room to move" in answer.text
    check = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["check"]
    assert check["answers"] == {STEPS: "no"}


async def test_given_two_browsers_on_one_domain_when_both_save_then_nothing_is_lost(
    door: Door, case_id: UUID
) -> None:
    address = f"/cases/{case_id}/check/domains/{DOMAIN}"
    sign_in(door, "coordinator")
    mine = await opened(door, address)
    sign_in(door, "discharge-team")
    theirs = await opened(door, address)
    first = await door.client.post(address, data=theirs | {STEPS: "yes", "adaptation-in-place": "yes"})
    assert first.status_code == 303, first.text
    session = sign_in(door, "coordinator")
    mine |= {
        "form_token": form_token(door, session),
        STEPS: "no",
        "room-to-move": "no",
        f"note-{STEPS}": "Steep",
    }
    met = await door.client.post(address, data=mine)
    assert met.status_code == 409, met.text
    assert "Changed since you opened this page" in met.text
    assert "Steep" in met.text
    again = fields(met.text, address) | {f"note-{STEPS}": "Steep"}
    assert again[STEPS] == "no"
    done = await door.client.post(address, data=again)
    assert done.status_code == 303, done.text
    steps = await item_of(door, case_id, STEPS)
    assert (steps["disputed"], steps["counts_as"]) == (True, "no")
    assert [each["value"] for each in steps["statements"]] == ["yes", "no"]
    assert [note["text"] for note in steps["notes"]] == ["Steep"]
    check = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["check"]
    assert check["answers"] == {STEPS: "no", "adaptation-in-place": "yes", "room-to-move": "no"}


async def test_given_people_who_differ_when_one_settles_it_on_the_page_then_it_says_why(
    door: Door, case_id: UUID
) -> None:
    await saved(door, case_id, "heating", role="discharge-team", heating="yes")
    await saved(door, case_id, "heating", heating="no")
    address = f"/cases/{case_id}/check/items/heating"
    page = (await door.client.get(address)).text
    assert page.count("People say different things") == 1
    assert "Test discharge-team" in page
    assert "Test coordinator" in page
    form = fields(page, f"{address}/settle")
    unsaid = await door.client.post(f"{address}/settle", data=form | {"settled": "yes"})
    assert unsaid.status_code == 422
    assert "say why" in unsaid.text
    done = await door.client.post(
        f"{address}/settle", data=form | {"settled": "yes", "reason": "looked-again"}
    )
    assert done.status_code == 303, done.text
    page = (await door.client.get(address)).text
    assert "People say different things" not in page.partition('id="history"')[0]
    assert "settled, yes (somebody looked again)" in page


async def test_given_a_script_when_it_sends_an_answer_then_it_is_told_when_it_was_saved_and_what_stands(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/items/heating"
    form = await opened(door, address)
    accept = {"Accept": "application/json"}
    done = await door.client.post(address, data=form | {"heating": "yes"}, headers=accept)
    assert done.json()["saved"] == "Saved 09:30"
    left = {"shown-heating": done.json()["shown"], "seen-heating": str(done.json()["version"])}
    domain = f"/cases/{case_id}/check/domains/warmth-and-services"
    slug = next(title for title, items in FORM_1.domains if any(each.code == "heating" for each in items))
    domain = f"/cases/{case_id}/check/domains/{re.sub('[^a-z0-9]+', '-', slug.lower())}"
    whole = await opened(door, domain)
    nothing = await door.client.post(domain, data=whole | {"heating": "yes"} | left)
    assert "saved=0" in nothing.headers["location"]
    wrong = await door.client.post(address, data=form | {"heating": "perhaps"}, headers=accept)
    assert (wrong.status_code, len(wrong.json()["faults"])) == (422, 1)


async def test_given_a_session_that_ended_when_an_item_is_sent_then_what_was_typed_is_there_again(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    address = f"/cases/{case_id}/check/items/heating"
    typed = {
        "heating": "no",
        "note-heating": "Boiler is broken",
        "told-heating": "son",
        "known-heating": "told",
    }
    token = form_token(door, session)
    door.clock.now += IDLE
    late = await door.client.post(address, data=typed | {"form_token": token, "key": str(uuid4())})
    place = place_of(late)
    assert urlsplit(place).path == address
    sign_in(door, "coordinator")
    page = (await door.client.get(place)).text
    assert "Boiler is broken" in page
    assert fields(page, address)["told-heating"] == "son"
    assert fields(page, address)["heating"] == "no"


async def test_given_everything_answered_in_parts_when_it_is_completed_then_nothing_is_asked_again(
    door: Door, case_id: UUID
) -> None:
    await saved(door, case_id, "heating", role="discharge-team", heating="yes")
    sign_in(door, "coordinator")
    check = f"/cases/{case_id}/check"
    early = await door.client.post(
        f"{check}/complete", data=fields((await door.client.get(check)).text, f"{check}/complete")
    )
    assert early.status_code == 422
    assert "Still open" in early.text
    for title, items in FORM_1.domains:
        address = f"{check}/domains/{re.sub('[^a-z0-9]+', '-', title.lower())}"
        said = {each.code: "yes" for each in items if each.code != "heating"}
        answer = await door.client.post(address, data=await opened(door, address) | said)
        assert answer.status_code == 303, answer.text
    page = (await door.client.get(check)).text
    done = await door.client.post(f"{check}/complete", data=fields(page, f"{check}/complete"))
    assert done.headers["location"].endswith("saved=complete"), done.text
    case = (await door.get(f"/api/v1/cases/{case_id}")).json()
    assert case["stage"] == "ready"
    assert case["case"]["check"]["details"]["heating"]["role"] == "discharge-team"


async def test_given_somebody_on_the_phone_when_they_look_for_an_item_then_its_words_find_it(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    check = f"/cases/{case_id}/check"
    found = (await door.client.get(check, params={"find": "HEAT work", "through": "phone"})).text
    assert f'href="{check}/items/heating?through=phone"' in found
    nothing = (await door.client.get(check, params={"find": "unicorn"})).text
    assert "No item has these words" in nothing


async def test_given_somebody_who_only_follows_the_case_when_they_open_an_item_then_they_read_it_only(
    door: Door, case_id: UUID
) -> None:
    await saved(door, case_id, "heating", heating="no")
    sign_in(door, "trust-monitor")
    page = await door.client.get(f"/cases/{case_id}/check/items/heating")
    assert page.status_code == 200
    assert "Test coordinator" in page.text
    assert 'name="heating"' not in page.text
    door.clock.now += timedelta(seconds=1)
