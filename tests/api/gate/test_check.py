"""The check of a case as it stands, and what stands between somebody and home, for programs and people."""

from __future__ import annotations

import html
from typing import Any
from uuid import UUID

from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import AuditRead
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.api.test_attack import Scene, scene  # noqa: F401
from tests.fhir_adapters.hl7v2.conftest import intake  # noqa: F401 - a feed of the trust
from tests.housing_checks.homes import FORM_1

COLD = dict.fromkeys(FORM_1.codes, "yes") | {"heating": "no", "toilet": "unknown"}


async def cold(door: Door) -> UUID:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "complete-check", form=FORM_1.code, answers=COLD, evidence={"heating": "seen"})
    return case_id


async def read(door: Door, case_id: UUID, role: str = "discharge-team", org: str | None = None) -> Any:
    answer = await door.get(f"/api/v1/cases/{case_id}/check", role, org)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_given_a_check_when_it_is_asked_for_then_answers_blockers_and_the_sentence_come(
    door: Door,
) -> None:
    case_id = await cold(door)
    await door.asked(case_id, "set-needed-by", needed_by="2026-03-06")
    found = await read(door, case_id)
    assert (found["form"], found["completed_on"], found["ready"]) == ("home-check-1", "2026-03-02", False)
    items = {each["item"]: each for each in found["items"]}
    assert set(items) == set(FORM_1.codes)
    heating = items["heating"]
    assert (heating["stands"], heating["gated"], heating["expired"]) == ("no", True, False)
    answer = heating["answer"]
    assert (answer["value"], answer["evidence"], answer["answered_on"]) == ("no", "seen", "2026-03-02")
    assert answer["by_name"] == "Test coordinator"
    toilet, cold_home = found["blockers"]
    assert (toilet["code"], toilet["why"], toilet["owner_role"]) == ("toilet", "unknown", "coordinator")
    assert (cold_home["code"], cold_home["why"], cold_home["due_on"]) == ("heating", "no", "2026-03-06")
    assert cold_home["next_action"].startswith("Start basics at home: heating, water, power, food, keys and")
    assert found["what_stands_between"].startswith("Cannot go home yet: toilet, not known (housing and")


async def test_given_the_case_page_then_it_says_the_same_sentence_owners_days_and_next_actions(
    door: Door,
) -> None:
    case_id = await cold(door)
    await door.asked(case_id, "start-strand", strand_kind="equipment", item="commode", required=False)
    sentence = (await read(door, case_id))["what_stands_between"]
    sign_in(door, "coordinator")
    page = html.unescape((await door.client.get(f"/cases/{case_id}")).text)
    part = page.split("What stands between Edith Ashdown and home")[1].split("<h2")[0]
    assert sentence in part
    for words in ("Heating: no", "Housing and health coordinator", "Start basics at home: heating, water"):
        assert words in part, words
    first = (await read(door, case_id))["blockers"][0]
    following = page.split("Next: ")[1].split("<")[0]
    assert f": {first['next_action']} (Housing and health coordinator" in following
    assert "no date yet" in part
    assert "Under way, and does not block" in part
    assert "Commode: not done" in part


async def test_given_a_check_under_way_then_page_interface_and_worklist_say_what_is_known_to_block(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "save-answers", form=FORM_1.code, answers={"heating": "no", "water": "yes"})
    found = await read(door, case_id)
    assert [(each["kind"], each["code"]) for each in found["blockers"]] == [
        ("check", "check"),
        ("item", "heating"),
    ]
    assert all(each["due_on"] for each in found["blockers"][:1])
    assert (found["ready"], found["beside"]) == (False, [])
    assert "already known: heating: no (" in found["what_stands_between"]
    sign_in(door, "coordinator")
    page = html.unescape((await door.client.get(f"/cases/{case_id}")).text)
    part = page.split("What stands between Edith Ashdown and home")[1].split("<h2")[0]
    assert found["what_stands_between"] in part
    assert "Heating: no" in part
    assert "Does not block" not in part
    assert "already known: heating: no (" in html.unescape((await door.client.get("/worklist")).text)


async def test_given_a_mitigation_then_it_is_on_its_item_and_the_sentence_says_until_when(door: Door) -> None:
    case_id = await cold(door)
    await door.asked(case_id, "confirm-item", item="toilet", value="yes")
    named = {"kind": "name-mitigation", "item": "heating", "mitigation": "temporary-heating"}
    body = named | {"role": "landlord", "until_on": "2026-03-08"}
    await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    await door.settle()
    found = await read(door, case_id)
    assert (found["ready"], found["blockers"]) == (True, [])
    item = next(each for each in found["items"] if each["item"] == "heating")
    assert (item["stands"], item["mitigation"]["until_on"]) == ("no", "2026-03-08")
    assert [each["kind"] for each in found["beside"]] == ["mitigation"]
    assert "(the landlord, until Sun 8 Mar)" in found["what_stands_between"]


async def test_given_no_check_yet_then_that_blocks_and_no_item_is_told(door: Door) -> None:
    case_id = await door.referred()
    found = await read(door, case_id)
    assert (found["form"], found["items"]) == (None, [])
    assert [each["why"] for each in found["blockers"]] == ["not-checked"]


async def test_given_a_look_at_the_check_then_it_is_audited(door: Door) -> None:
    case_id = await cold(door)
    await read(door, case_id)
    async with transaction(door.worker) as session:
        looks = await session.scalars(select(AuditRead).where(AuditRead.what == "home check by interface"))
        assert [each.case_ids for each in looks] == [[case_id]]


async def test_given_a_part_in_the_case_alone_then_only_their_own_work_is_told(scene: Scene) -> None:  # noqa: F811
    for org in ("LANDLORD", "SUPPLIER"):
        found = await read(scene.door, scene.case_id, "coordinator", org)
        told = [found[name] for name in ("form", "started_on", "completed_on", "ready", "items", "beside")]
        assert told == [None] * 6, org
        assert {each["kind"] for each in found["blockers"]} <= {"strand"}, org
        assert "our open work: " in found["what_stands_between"], org
    lead = await read(scene.door, scene.case_id, "coordinator")
    assert lead["ready"] is not None
