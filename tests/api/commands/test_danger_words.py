"""Whoever writes of danger with a command is told who reads it, and what is missing beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.api.conftest import Door
from tests.api.referral_requests.test_dangerous_requests import adviser
from tests.api.referral_requests.test_service import EDITH
from tests.api.safety.scene import NURSE, advised, post

WORDS = "He waits outside"
MOULD = {
    "kind": "record-hazard",
    "hazard_code": "damp-mould",
    "room": "bedroom",
    "severity": "significant",
} | {"known_by": "seen", "tenure": "social"}


async def sent(door: Door, case_id: UUID, **body: Any) -> dict[str, Any]:
    answer = await post(door, f"/api/v1/cases/{case_id}/commands", body, NURSE)
    return dict(answer.json())


async def test_given_a_note_about_danger_when_it_is_sent_then_the_answer_says_who_reads_it(
    door: Door,
) -> None:
    case_id = await door.referred()
    note = {"kind": "add-note", "note": WORDS}
    unread = (await sent(door, case_id, **note, about_danger=True))["who_reads"]
    assert unread.startswith("Nobody but you reads what you wrote about danger until your organisation names")
    await advised(door)
    assert (await sent(door, case_id, **note, about_danger=True))["who_reads"] == (
        "Test discharge-team reads what you wrote about danger."
    )
    other = {"kind": "flag-homelessness", "flag": "no", "note": WORDS, "about_danger": True}
    assert (await sent(door, case_id, **other))["who_reads"]
    assert (await sent(door, case_id, **note))["who_reads"] is None


async def test_given_danger_alone_where_a_note_is_needed_then_the_refusal_says_what_is_missing(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    refused = (await door.asked(case_id, **MOULD, note=WORDS, about_danger=True))["problem"]
    assert (refused["code"], refused["where"]) == ("note-needed", "note")
    assert refused["title"] == "A note on the case is needed"
    assert "A note about danger is not on it" in refused["detail"]


async def test_given_a_request_about_danger_when_it_is_sent_then_the_answer_says_who_reads_it(
    door: Door,
) -> None:
    body = {"person": EDITH, "note": WORDS, "about_danger": True}

    async def reads(**other: Any) -> str | None:
        sent = await door.post("/api/v1/referrals", {**body, **other}, "coordinator", "STRANGER")
        assert (sent.status_code, sent.json()["outcome"]) == (202, "requested"), sent.text
        told: str | None = sent.json()["who_reads"]
        return told

    assert (await reads() or "").startswith("Nobody but you reads what you wrote about danger until")
    await adviser(door, "HOUSING")
    theirs = "People named for safety by the trust or the housing service read what you wrote about danger."
    assert await reads() == theirs
    assert await reads(note=None, about_danger=False, reasons=["safety"]) == theirs
    await adviser(door, "STRANGER")
    assert (await reads() or "").endswith(" reads what you wrote about danger.")
    assert await reads() != theirs
    assert await reads(about_danger=False) is None


async def test_given_a_case_of_the_person_or_none_when_a_stranger_asks_then_who_reads_is_alike(
    door: Door,
) -> None:
    body = {"person": EDITH, "note": WORDS, "about_danger": True}
    nobody = await door.post("/api/v1/referrals", body, "coordinator", "STRANGER")
    await advised(door)
    await door.referred(person=EDITH)
    known = await door.post("/api/v1/referrals", body, "coordinator", "STRANGER")
    assert known.json()["who_reads"] == nobody.json()["who_reads"]
