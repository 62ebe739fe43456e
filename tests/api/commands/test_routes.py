"""Referrals and commands through the JSON interface, with the case engine away: taken, done later, told."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.api.conftest import Door

PERSON = {
    "nhs_number": "9990000018",
    "family_name": "Ashdown",
    "given_name": "Edith",
    "birth_date": "1941-05-02",
}


async def test_given_temporal_away_when_a_person_is_referred_then_it_is_taken_and_done_later(
    door: Door,
) -> None:
    await door.admitted()
    answer = await door.post("/api/v1/referrals", {"person": PERSON, "ward": "6B"})

    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-location"] == answer.json()["status_url"]
    before = await door.get(answer.json()["status_url"])
    assert before.json()["state"] == "taken"

    assert await door.settle() == 1
    after = await door.get(answer.json()["status_url"])
    assert after.json()["state"] == "accepted"
    case = await door.get(f"/api/v1/cases/{answer.json()['case_id']}")
    assert case.json()["stage"] == "referred"
    assert case.json()["person"]["family_name"] == "Ashdown"


async def test_given_the_same_key_and_body_when_sent_again_then_it_is_one_command(door: Door) -> None:
    await door.admitted()
    key = {"Idempotency-Key": "ward-6b-1"}
    first = await door.post("/api/v1/referrals", {"person": PERSON}, **key)
    again = await door.post("/api/v1/referrals", {"person": PERSON}, **key)

    assert again.json()["command_id"] == first.json()["command_id"]
    assert await door.settle() == 1


async def test_given_the_same_key_when_the_body_differs_then_it_is_refused(door: Door) -> None:
    await door.admitted()
    key = {"Idempotency-Key": "ward-6b-1"}
    await door.post("/api/v1/referrals", {"person": PERSON}, **key)
    other = await door.post("/api/v1/referrals", {"person": PERSON, "ward": "7A"}, **key)

    assert other.status_code == 422
    assert other.json()["code"] == "duplicate-key-other-body"


async def test_given_two_clients_when_both_use_one_key_then_each_has_its_own_command(door: Door) -> None:
    await door.admitted()
    key = {"Idempotency-Key": "1"}
    first = await door.post("/api/v1/referrals", {"person": PERSON}, "discharge-team", **key)
    second = await door.post("/api/v1/referrals", {"person": PERSON}, "system", **key)

    assert first.json()["command_id"] != second.json()["command_id"]


async def test_given_an_open_case_when_the_person_is_referred_again_then_it_is_the_same_case(
    door: Door,
) -> None:
    case_id = await door.referred()
    again = await door.post("/api/v1/referrals", {"person": {"nhs_number": "999 000 0018"}})

    assert UUID(again.json()["case_id"]) == case_id


async def test_given_a_refusal_when_the_command_is_settled_then_its_status_says_why(door: Door) -> None:
    case_id = await door.referred()
    status = await door.asked(case_id, "return-referral", reason="no-such-reason")

    assert status["state"] == "refused"
    assert status["problem"]["code"] == "code-not-in-value-set"


async def test_given_a_command_when_it_misses_a_field_then_the_field_is_named(door: Door) -> None:
    case_id = await door.referred()
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", {"kind": "close-case"}, "coordinator")

    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["where"]) == ("invalid-body", "outcome")


async def test_given_a_command_of_the_system_itself_when_asked_from_outside_then_there_is_no_such_kind(
    door: Door,
) -> None:
    case_id = await door.referred()
    for role in ("coordinator", "system", "admin"):
        answer = await door.post(f"/api/v1/cases/{case_id}/commands", {"kind": "strike-clock"}, role)
        told = answer.json()
        assert (answer.status_code, told["code"], told["where"]) == (422, "invalid-body", "kind")


async def test_given_many_faults_in_one_command_when_asked_then_all_are_told_at_once_and_no_value(
    door: Door,
) -> None:
    case_id = await door.referred()
    body = {
        "kind": "complete-check",
        "answers": {"heating": "Not Really"},
        "seen_version": -1,
        "secret": "Ash Way",
    }
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")

    assert answer.status_code == 422
    told = {each["where"]: each["code"] for each in answer.json()["problems"]}
    assert told == {
        "form": "missing",
        "answers.heating": "string_pattern_mismatch",
        "seen_version": "greater_than_equal",
        "secret": "extra_forbidden",
    }
    assert all(each["reason"] for each in answer.json()["problems"])
    assert "Not Really" not in answer.text
    assert "Ash Way" not in answer.text


async def test_given_a_case_that_does_not_exist_when_asked_then_it_is_not_found(door: Door) -> None:
    body = {"kind": "accept-referral"}
    answer = await door.post(f"/api/v1/cases/{uuid4()}/commands", body, "coordinator")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


async def test_given_an_unknown_person_without_details_when_referred_then_they_are_asked_for(
    door: Door,
) -> None:
    answer = await door.post("/api/v1/referrals", {"person": {"nhs_number": "9990000018"}})

    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown-patient"


async def test_given_a_wrong_check_digit_when_referred_then_the_number_is_refused(door: Door) -> None:
    person = PERSON | {"nhs_number": "9990000019"}
    answer = await door.post("/api/v1/referrals", {"person": person})

    assert (answer.status_code, answer.json()["where"]) == (422, "person.nhs_number")


async def test_given_details_that_disagree_when_referred_then_nobody_is_joined(door: Door) -> None:
    await door.referred()
    person = PERSON | {"birth_date": "1950-01-01"}
    answer = await door.post("/api/v1/referrals", {"person": person})

    assert (answer.status_code, answer.json()["code"]) == (409, "patient-mismatch")


async def test_given_notes_when_a_check_is_completed_then_they_are_kept_beside_its_items(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    status = await door.asked(case_id, "start-check", form="home-check-1", note="Daughter has the keys")

    assert status["state"] == "accepted"


async def test_given_faults_of_form_and_codes_of_no_list_when_asked_then_all_are_told_with_pointers(
    door: Door,
) -> None:
    case_id = await door.referred()
    body = {"kind": "amend-referral", "tenure": "Socal", "needs": ["hoist", "No Such"], "seen_version": "x"}
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")

    told = {each["pointer"]: (each["code"], each["reason"]) for each in answer.json()["problems"]}
    assert answer.json()["code"] == "invalid-body"
    assert {place: code for place, (code, _) in told.items()} == {
        "#/seen_version": "int_parsing",
        "#/tenure": "code-not-in-value-set",
        "#/needs/1": "code-not-in-value-set",
    }
    assert told["#/tenure"][1].endswith("(tenures; nearest: social)")
    assert "No Such" not in answer.text


async def test_given_several_rules_that_refuse_when_asked_then_each_is_told_with_its_pointer(
    door: Door,
) -> None:
    case_id = await door.referred()
    status = await door.asked(
        case_id, "amend-referral", tenure="Socal", pathway="9", effective_on="2031-01-01"
    )
    assert [(each["pointer"], each["code"]) for each in status["problem"]["problems"]] == [
        ("#/effective_on", "date-in-future"),
        ("#/pathway", "code-not-in-value-set"),
        ("#/tenure", "code-not-in-value-set"),
    ]


async def test_given_a_referral_with_several_faults_when_sent_then_all_are_told_with_pointers(
    door: Door,
) -> None:
    person = PERSON | {"nhs_number": "9990000019"}
    body = {"person": person, "tenure": "x", "reasons": ["y"], "referred_on": "2031-01-01"}
    answer = await door.post("/api/v1/referrals", body)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["problems"]] == [
        "#/person/nhs_number",
        "#/reasons/0",
        "#/tenure",
        "#/referred_on",
    ]


async def test_given_a_refusal_about_the_case_when_told_then_it_points_at_no_field(door: Door) -> None:
    case_id = await door.referred()
    status = await door.asked(case_id, "close-case", outcome="home-made-ready")
    assert status["problem"]["code"] == "stage-not-allowed"
    assert [each["pointer"] for each in status["problem"]["problems"]] == [""]
