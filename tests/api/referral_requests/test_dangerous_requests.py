"""A request that speaks of abuse or danger: its words are for whoever sent it, and then for named people."""

from __future__ import annotations

import pytest

from tests.api.conftest import Door
from tests.api.referral_requests.test_service import EDITH
from tests.api.signing_in import sign_in

WORDS = "Her son threatens her"


@pytest.mark.parametrize("said", [{"about_danger": True}, {"reasons": ["safety", "adaptation"]}])
async def test_given_a_request_about_danger_when_others_than_the_sender_read_it_then_the_words_are_withheld(
    door: Door, said: dict[str, object]
) -> None:
    await door.admitted()
    body = {"person": EDITH, "note": WORDS, **said}
    sent = await door.post("/api/v1/referrals", body, "coordinator", "STRANGER")
    assert sent.status_code == 202, sent.text

    for role, organisation, reads in (
        ("coordinator", "STRANGER", True),
        ("coordinator", "HOUSING", False),
        ("discharge-team", "TRUST", False),
    ):
        box = "sent" if organisation == "STRANGER" else "waiting"
        listed = await door.get(f"/api/v1/referral-requests?box={box}", role, organisation)
        [found] = listed.json()["requests"]
        one = await door.get(f"/api/v1/referral-requests/{found['request_id']}", role, organisation)
        sign_in(door, role, organisation)
        page = await door.client.get(f"/referral-requests/{found['request_id']}")
        assert [WORDS in text for text in (listed.text, one.text, page.text)] == [reads] * 3, organisation
        assert ("safety" in one.json()["said"]["reasons"]) is (reads and "reasons" in said)
