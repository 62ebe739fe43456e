"""What is taken along of a check, and answers that come back, asked as a device asks."""

from __future__ import annotations

import html
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.web.sign_in.sessions import Session
from discharge.cases.events import ParticipantJoined
from discharge.cases.model import Participant
from discharge.codes.casework import ANSWER_WAYS, TOLD_BY
from tests.api.conftest import Door
from tests.api.offline_checks.conftest import read
from tests.api.signing_in import form_token, sign_in
from tests.fixtures.cases import loaded, recorded, request
from tests.housing_checks.form_two import FORM_2, form_two_in_force
from tests.housing_checks.homes import FORM_1


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """An accepted case whose check has begun: nobody knows of the heating."""
    made = await door.referred()
    await door.asked(made, "accept-referral")
    await door.asked(made, "save-answers", form="home-check-1", answers={"heating": "unknown"})
    return made


async def taken(door: Door, case_id: UUID) -> dict[str, Any]:
    answer = await door.client.get(f"/cases/{case_id}/check/offline/content")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def sends(door: Door, session: Session, case_id: UUID, **fields: Any) -> httpx.Response:
    said = {
        "form_token": form_token(door, session),
        "key": str(uuid4()),
        "form": "home-check-1",
        "item": "heating",
        "value": "no",
        "seen_at": "2026-03-02T09:00:00.000Z",
        "seconds_ago": "60",
        "seen_version": "0",
    }
    return await door.client.post(f"/cases/{case_id}/check/offline/answers", data=said | fields)


async def test_given_a_check_when_it_is_taken_along_then_nothing_in_it_names_the_person(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    answer = await door.client.get(f"/cases/{case_id}/check/offline/content")
    assert answer.headers["cache-control"] == "no-store"
    assert not [each for each in ("Ashdown", "Edith", "9990000018", "1941") if each in answer.text]
    found = answer.json()
    assert (found["who"], found["withheld"], found["answers"]["heating"]["value"]) == ("E.A.", 1, "unknown")
    assert "safe-address" not in answer.text
    looks = (await door.get(f"/api/v1/cases/{case_id}/who-looked", "coordinator")).json()["looks"]
    assert "home check, taken along on a device" in [each["what"] for each in looks]


async def test_given_the_kept_page_and_its_worker_when_anybody_asks_then_they_are_about_nobody(
    door: Door,
) -> None:
    door.client.cookies.clear()
    shell, worker = await door.client.get("/offline"), await door.client.get("/offline-worker.js")
    assert (shell.status_code, worker.status_code) == (200, 200)
    assert 'data-owner=""' in shell.text
    assert "Sign out" not in shell.text
    assert worker.headers["content-type"].startswith("text/javascript")
    assert (await door.client.get("/offline/session")).status_code == 303


async def test_given_people_then_their_devices_know_them_apart_and_by_no_name(door: Door) -> None:
    found = []
    for where in (None, "HOUSING", None):
        sign_in(door, "coordinator", where)
        found.append((await door.client.get("/offline/session")).json()["owner"])
    assert found[0] == found[2] != found[1]
    assert len(found[0]) == 32


async def test_given_an_answer_sent_twice_under_its_key_then_it_is_recorded_once(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    version = (await taken(door, case_id))["version"]
    key = str(uuid4())
    more = {"seen_version": str(version), "evidence": "seen", "note": "Boiler is off", "key": key}
    first = await sends(door, session, case_id, **more)
    assert (first.status_code, first.json()["outcome"]) == (202, "taken")
    await door.settle()
    again = await sends(door, session, case_id, **more, seconds_ago="3600")
    assert (again.status_code, again.json()["outcome"]) == (200, "accepted")
    assert await door.settle() == 0
    case = await read(door, case_id)
    assert case["check"]["answers"]["heating"] == "no"
    assert (await taken(door, case_id))["version"] == again.json()["version"]
    assert case["check"]["details"]["heating"]["evidence"] == "seen"
    other = await sends(door, session, case_id, **{**more, "value": "yes"})
    assert (other.status_code, other.json()["outcome"]) == (422, "refused")


async def test_given_an_answer_seen_the_day_before_then_it_counts_from_that_day(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    await sends(door, session, case_id, item="food", value="yes", seconds_ago="3600")
    await door.settle()
    before = await sends(door, session, case_id, item="water", value="yes", seconds_ago=str(10 * 3600))
    assert before.status_code == 202
    await door.settle()
    details = (await read(door, case_id))["check"]["details"]
    assert details["food"]["answered_on"] == "2026-03-02"
    assert details["water"]["answered_on"] == "2026-03-01"


async def test_given_somebody_answered_meanwhile_when_an_answer_comes_then_both_are_shown(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    version = (await taken(door, case_id))["version"]
    await door.asked(case_id, "confirm-item", item="heating", value="yes")
    key = str(uuid4())
    await sends(door, session, case_id, key=key, seen_version=str(version))
    await door.settle()
    told = await sends(door, session, case_id, key=key, seen_version=str(version))
    assert (told.status_code, told.json()["outcome"]) == (409, "conflict")
    theirs = told.json()["theirs"]
    assert (theirs["value"], theirs["words"], theirs["day"]) == ("yes", "Yes", "2 March 2026")
    assert theirs["who"].startswith("Test coordinator")
    mine = await sends(door, session, case_id, seen_version=str(theirs["version"]))
    assert mine.status_code == 202
    await door.settle()
    assert (await read(door, case_id))["check"]["answers"]["heating"] == "no"


async def moved(door: Door, item: str) -> tuple[Session, UUID, dict[str, Any]]:
    """A check that was taken along, and a person who goes to another home since; then an answer comes."""
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    said = {"destination": "own-home", "heating": "yes"}
    await door.asked(case_id, "save-answers", form=FORM_2.code, answers=said)
    session = sign_in(door, "coordinator")
    version = (await taken(door, case_id))["version"]
    await door.asked(case_id, "confirm-item", item="destination", value="other-home")
    session = sign_in(door, "coordinator")
    fields = {"form": FORM_2.code, "item": item, "value": "yes", "seen_version": str(version)}
    return session, case_id, fields


@pytest.mark.parametrize("item", ["heating", "water"])
async def test_given_the_person_goes_elsewhere_meanwhile_when_an_answer_comes_then_that_is_said(
    door: Door, item: str
) -> None:
    with form_two_in_force():
        session, case_id, fields = await moved(door, item)
        told = await sends(door, session, case_id, **fields)
        assert (told.status_code, told.json()["outcome"]) == (409, "conflict")
        theirs = told.json()["theirs"]
        assert theirs["moved"] == FORM_2.item("destination").words("other-home")
        assert item not in (await read(door, case_id))["check"]["answers"]
        mine = await sends(door, session, case_id, **{**fields, "seen_version": str(theirs["version"])})
        assert mine.status_code == 202
        await door.settle()
        assert (await read(door, case_id))["check"]["answers"][item] == "yes"


async def test_given_the_person_goes_elsewhere_when_an_answer_about_no_building_comes_then_it_is_taken(
    door: Door,
) -> None:
    with form_two_in_force():
        session, case_id, fields = await moved(door, "food")
        assert not FORM_2.item("food").of_the_building
        assert (await sends(door, session, case_id, **fields)).status_code == 202


async def test_given_an_item_of_safety_when_a_device_answers_it_then_it_is_refused(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    assert "safe-address" in FORM_1.codes
    answer = await sends(door, session, case_id, item="safe-address", value="yes")
    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused")
    assert await door.settle() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "x"},
        {"seconds_ago": "-1"},
        {"seconds_ago": str(32 * 24 * 3600)},
        {"seen_version": "x"},
        {"note": "x" * 2001},
        {"more": "x"},
        {"value": "perhaps"},
        {"item": "nothing"},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_given_an_answer_that_is_not_one_when_it_comes_then_it_is_refused_and_nothing_taken(
    door: Door, case_id: UUID, fields: dict[str, str]
) -> None:
    session = sign_in(door, "coordinator")
    answer = await sends(door, session, case_id, **fields)
    if "value" in fields:
        await door.settle()
        answer = await sends(door, session, case_id, **fields, key=str(uuid4()))
        await door.settle()
        assert (await read(door, case_id))["check"]["answers"]["heating"] == "unknown"
        return
    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused"), answer.text
    assert await door.settle() == 0


async def test_given_a_form_of_somebody_else_when_it_comes_then_nothing_is_taken(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    answer = await sends(door, session, case_id, form_token="0" * 64)
    assert answer.status_code == 403
    sign_in(door, "coordinator", "STRANGER")
    for path in ("", "/content"):
        assert (await door.client.get(f"/cases/{case_id}/check/offline{path}")).status_code == 404
    assert await door.settle() == 0


async def test_given_unsent_answers_that_stay_when_somebody_signs_out_then_only_the_session_ends(
    door: Door,
) -> None:
    for more, wiped in (({}, '"cache", "storage"'), ({"keep_unsent": "1"}, '"cache"')):
        session = sign_in(door, "coordinator")
        out = await door.client.post("/sign-out", data={"form_token": form_token(door, session), **more})
        assert (out.status_code, out.headers["clear-site-data"]) == (303, wiped)
        assert (await door.client.get("/offline/session")).status_code == 303


async def test_given_a_question_that_another_answer_left_out_then_it_says_whose_and_is_kept_as_a_note(
    door: Door,
) -> None:
    with form_two_in_force():
        case_id = await door.referred()
        await door.asked(case_id, "accept-referral")
        await door.asked(case_id, "save-answers", form=FORM_2.code, answers={"wishes": "unknown"})
        session = sign_in(door, "coordinator")
        version = (await taken(door, case_id))["version"]
        await door.asked(case_id, "confirm-item", "discharge-team", item="destination", value="no-home")
        seen = {"form": FORM_2.code, "seen_version": str(version), "note": "Radiators are cold"}
        key = str(uuid4())
        await sends(door, session, case_id, **seen, key=key)
        await door.settle()
        told = await sends(door, session, case_id, **seen, key=key)
        assert (told.status_code, told.json()["outcome"], told.json()["not_asked"]) == (422, "refused", True)
        assert told.json()["title"] == "This item is not asked here"
        words = told.json()["words"]
        assert words.startswith("Test discharge-team")
        assert "Where the person goes: " in words
        assert "keep it as a note on the case" in words
        await sends(door, session, case_id, **seen, as_note="true")
        await door.settle()
        page = (await door.client.get(f"/cases/{case_id}/check/items/heating")).text
        assert "another answer: <a href=" in page
        page = html.unescape((await door.client.get(f"/cases/{case_id}")).text)
        assert "Home check, not asked any more. Heating: No. Radiators are cold" in page


async def known(door: Door, case_id: UUID, item: str = "heating") -> dict[str, Any]:
    """How an answer is known, as the record holds it."""
    detail: dict[str, Any] = (await read(door, case_id))["check"]["details"][item]
    return {name: detail[name] for name in ("evidence", "told_by", "through")}


async def test_given_who_tells_and_how_was_said_once_then_each_answer_that_comes_back_says_it(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    content = await taken(door, case_id)
    assert ["phone", ANSWER_WAYS.label("phone")] in content["ways"]
    assert {"referral", "hazard"}.isdisjoint(code for code, _ in content["ways"]), "nobody answers so"
    assert ["daughter", TOLD_BY.label("daughter")] in content["tellers"]
    seen = str(content["version"])
    await sends(door, session, case_id, through="phone", told_by="daughter", seen_version=seen)
    await door.settle()
    assert await known(door, case_id) == {"evidence": "told", "told_by": "daughter", "through": "phone"}


async def test_given_an_answer_of_which_it_is_said_that_it_was_seen_then_nobody_told_it(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    seen = str((await taken(door, case_id))["version"])
    said = {"through": "visit", "told_by": "daughter", "evidence": "seen", "seen_version": seen}
    await sends(door, session, case_id, **said)
    await door.settle()
    assert await known(door, case_id) == {"evidence": "seen", "told_by": None, "through": "visit"}


async def test_given_a_case_without_a_check_then_the_answer_that_begins_it_says_who_told_it(
    door: Door,
) -> None:
    made = await door.referred()
    await door.asked(made, "accept-referral")
    session = sign_in(door, "coordinator")
    await sends(door, session, made, through="phone", told_by="daughter")
    await door.settle()
    assert await known(door, made) == {"evidence": "told", "told_by": "daughter", "through": "phone"}


async def test_given_a_code_that_is_in_no_list_then_the_answer_waits_for_the_person(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    seen = str((await taken(door, case_id))["version"])
    await sends(door, session, case_id, told_by="milkman", seen_version=seen)
    await door.settle()
    assert (await read(door, case_id))["check"]["answers"]["heating"] == "unknown"


async def asked_by(door: Door, case_id: UUID, role: str, organisation: str | None = None) -> list[int]:
    """With what somebody is answered who asks for the page, for what is kept of it, and who answers."""
    session = sign_in(door, role, organisation)
    paths = (f"/cases/{case_id}/check/offline", f"/cases/{case_id}/check/offline/content")
    found = [(await door.client.get(path)).status_code for path in paths]
    return [*found, (await sends(door, session, case_id)).status_code]


async def looks(door: Door, case_id: UUID) -> int:
    answer = await door.get(f"/api/v1/cases/{case_id}/who-looked", "coordinator")
    return sum("device" in each["what"] or "take it along" in each["what"] for each in answer.json()["looks"])


@pytest.mark.parametrize("role", ["trust-monitor", "discharge-team", "operator"])
async def test_given_a_role_that_answers_no_check_then_none_is_taken_along_or_answered_and_no_case_is_read(
    door: Door, case_id: UUID, role: str
) -> None:
    before = await looks(door, case_id)
    assert await asked_by(door, case_id, role) == [403] * 3
    assert await looks(door, case_id) == before


async def test_given_a_landlord_that_takes_part_then_no_check_is_taken_along_or_answered(
    door: Door, case_id: UUID
) -> None:
    assert await asked_by(door, case_id, "coordinator", "LANDLORD") == [404] * 3
    part = Participant(
        organisation_id=door.places.landlord, role="landlord", basis="consent", from_on=date(2026, 3, 2)
    )
    case = await loaded(door.worker, case_id)
    await recorded(door.worker, request(case, door.places.trust, ParticipantJoined(participant=part)))
    assert await asked_by(door, case_id, "coordinator", "LANDLORD") == [403] * 3


async def test_given_a_case_that_nobody_has_accepted_then_its_check_is_not_taken_along_yet(
    door: Door,
) -> None:
    made = await door.referred()
    assert await asked_by(door, made, "coordinator") == [409] * 3
