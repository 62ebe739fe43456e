"""The annex by interface: the questions for everybody, the annex for people named on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.safety.scene import (
    ADVISER,
    NURSE,
    WORDS,
    acted,
    advised,
    answers,
    disclosed,
    get,
    post,
    user_id,
)


async def test_given_a_disclosure_then_the_adviser_reads_it_and_the_nurse_her_own_words(door: Door) -> None:
    case_id = await door.referred()
    await advised(door)
    said = await disclosed(door, case_id)
    assert said["annex"] is None
    assert [each["words"] for each in said["entries"]] == [{"disclosure": WORDS}]
    assert said["safety"] == {
        "confirmed": False,
        "ask": "Test discharge-team",
        "words": "Safety: not confirmed, ask Test discharge-team",
    }
    read = (await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)).json()
    annex = read["annex"]
    assert (annex["disclosed"], annex["asked_alone"]) == ("yes", False)
    assert {each["clock"] for each in annex["due"]} == {"ask-alone", "call", "decide"}
    assert {each["scope"] for each in annex["named"]} == {"all", "own"}
    assert len(annex["looks"]) == 2
    colleague = (await get(door, f"/api/v1/cases/{case_id}/safety", "a-colleague")).json()
    assert (colleague["entries"], colleague["annex"]) == ([], None)


async def test_given_the_days_work_of_an_adviser_then_each_step_is_recorded_and_what_is_due_follows(
    door: Door,
) -> None:
    case_id = await door.referred()
    await advised(door)
    await disclosed(door, case_id)
    today = "2026-03-02"
    steps: tuple[tuple[dict[str, Any], dict[str, str], set[str]], ...] = (
        (answers(asked="alone"), {}, {"call", "decide"}),
        (
            {
                "kind": "contact-tried",
                "attempt": {"method": "on-the-ward", "reached": "yes", "at": "2026-03-02T09:30:00Z"},
            },
            {"note": "Wants to keep her tenancy"},
            set(),
        ),
        (
            {
                "kind": "marac-decided",
                "referral": {"basis": "judgement", "consent": "refused", "decided_on": today, "score": 3},
            },
            {"reason": "He has threatened to kill her"},
            {"marac"},
        ),
        ({"kind": "marac-sent", "sent_on": today}, {}, set()),
        (
            {"kind": "safeguarding-raised", "concern": {"basis": "reasonable-cause", "raised_on": today}},
            {},
            {"safeguarding"},
        ),
        ({"kind": "safeguarding-answered", "outcome": "enquiry", "answered_on": today}, {}, set()),
        ({"kind": "adviser-named", "named_on": today}, {"note": "An IDVA of Refuge"}, set()),
        (
            {
                "kind": "plan-agreed",
                "plan": {"choice": "move", "measures": ["move", "tenancy-kept"], "planned_on": today},
            },
            {},
            set(),
        ),
        ({"kind": "review-set", "review_on": "2026-03-09"}, {}, {"review"}),
        ({"kind": "safety-confirmed"}, {"reason": "She is in a refuge"}, {"review", "second-look"}),
        ({"kind": "annex-ended", "ended_on": today}, {"reason": "Has moved"}, set()),
    )
    for event, words, due in steps:
        answer = await acted(door, case_id, event, **words)
        assert answer.status_code == 201, answer.text
        assert {each["clock"] for each in answer.json()["annex"]["due"]} == due, event["kind"]
    assert len(answer.json()["entries"]) == len(steps) + 1
    assert answer.json()["safety"]["words"] == "Safety: confirmed"


async def test_given_somebody_not_named_when_they_record_more_than_answers_then_it_is_not_found(
    door: Door,
) -> None:
    case_id = await door.referred()
    await advised(door)
    confirm = {"kind": "safety-confirmed"}
    before = await acted(door, case_id, confirm, subject=NURSE, reason="Looks fine")
    await disclosed(door, case_id)
    after = await acted(door, case_id, confirm, subject=NURSE, reason="Looks fine")
    assert before.status_code == after.status_code == 404
    assert before.json()["code"] == after.json()["code"] == "not-found"
    for path, body in (
        ("named", {"user_id": await user_id(door, NURSE), "reason": "Wants to read it"}),
        (f"named/{await user_id(door, ADVISER)}/end", {"reason": "Wants it gone"}),
    ):
        answer = await post(door, f"/api/v1/cases/{case_id}/safety/{path}", body, NURSE)
        assert answer.status_code == 404


async def test_given_the_line_when_confirmed_then_case_and_worklist_say_so_to_everybody(door: Door) -> None:
    case_id = await door.referred()
    await advised(door)
    await disclosed(door, case_id)
    for expected in ("Safety: not confirmed, ask Test discharge-team", "Safety: confirmed"):
        detail = (await get(door, f"/api/v1/cases/{case_id}", "a-colleague")).json()
        [line] = (await get(door, "/api/v1/cases", "a-colleague")).json()["cases"]
        assert detail["safety"]["words"] == line["safety"]["words"] == expected
        answer = await acted(door, case_id, {"kind": "safety-confirmed"}, reason="Spoke with her alone")
        assert answer.status_code == 201
    other = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    assert other["safety"] == {
        "confirmed": True,
        "ask": "your safeguarding lead",
        "words": "Safety: confirmed",
    }


async def test_given_a_key_then_it_is_recorded_once_and_other_words_under_it_are_refused(door: Door) -> None:
    case_id = await door.referred()
    await advised(door)
    path, key = f"/api/v1/cases/{case_id}/safety", {"Idempotency-Key": "one"}
    for _ in range(2):
        first = await post(door, path, {"event": answers()}, NURSE, **key)
        assert (first.status_code, len(first.json()["entries"])) == (201, 1)
    other = await post(door, path, {"event": answers(disclosed="no")}, NURSE, **key)
    assert (other.status_code, other.json()["code"]) == (422, "duplicate-key-other-body")


async def test_given_a_named_person_then_they_name_and_remove_others_of_the_case(door: Door) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await advised(door)
    await disclosed(door, case_id)
    named = f"/api/v1/cases/{case_id}/safety/named"
    coordinator = await user_id(door, "coordinator-HOUSING")
    body = {"user_id": coordinator, "reason": "Keeps her tenancy"}
    for _ in range(2):
        assert (await post(door, named, body, ADVISER)).status_code == 201
    read = (await door.get(f"/api/v1/cases/{case_id}/safety", "coordinator")).json()
    assert read["annex"]["disclosed"] == "yes"
    gone = await post(door, f"{named}/{coordinator}/end", {"reason": "Has left"}, ADVISER)
    assert gone.status_code == 200
    read = (await door.get(f"/api/v1/cases/{case_id}/safety", "coordinator")).json()
    assert read["annex"] is None
    last = await post(door, f"{named}/{await user_id(door, ADVISER)}/end", {"reason": "Goes"}, ADVISER)
    assert (last.status_code, last.json()["code"]) == (409, "last-named-person")
    nobody = await post(door, named, body | {"user_id": str(case_id)}, ADVISER)
    assert (nobody.status_code, nobody.json()["where"]) == (422, "user_id")


async def test_given_what_is_due_then_named_people_alone_see_it(door: Door) -> None:
    case_id = await door.referred()
    await advised(door)
    await disclosed(door, case_id)
    mine = (await get(door, "/api/v1/safety", ADVISER)).json()["due"]
    assert {(each["case_id"], each["clock"]) for each in mine} == {
        (str(case_id), clock) for clock in ("ask-alone", "call", "decide")
    }
    for subject in (NURSE, "a-colleague"):
        assert (await get(door, "/api/v1/safety", subject)).json() == {"due": [], "next": None}


async def test_given_the_list_of_advisers_then_an_administrator_names_and_ends(door: Door) -> None:
    await advised(door)
    path = "/api/v1/safety/advisers"
    listed = (await door.get(path, "admin", "TRUST")).json()
    assert listed["ask"] == "Test discharge-team"
    [one] = listed["advisers"]
    ended = await door.post(f"{path}/{one['appointment_id']}/end", {}, "admin", "TRUST")
    assert ended.json() == {"advisers": [], "ask": "your safeguarding lead", "next": None}
    assert (await door.get(path, "admin", "HOUSING")).json()["advisers"] == []


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (answers(asked_on="2026-03-03"), "asked_on"),
        (answers(contact_method="pigeon"), "contact_method"),
    ],
)
async def test_given_answers_that_cannot_be_then_the_fault_is_told_by_its_field(
    door: Door, event: dict[str, Any], where: str
) -> None:
    case_id = await door.referred()
    await advised(door)
    answer = await post(door, f"/api/v1/cases/{case_id}/safety", {"event": event}, NURSE)
    assert answer.status_code == 422
    assert where in answer.text
