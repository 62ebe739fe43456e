"""A request that speaks of abuse or danger: its words wait in the annex for who wrote them and for the safety
advisers, and go to the case once it is open.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.store.requests_with_part import settle_requests
from tests.api.conftest import NOW, Door
from tests.api.fhir.posting import FHIR, PATIENT, request
from tests.api.referral_requests.test_service import EDITH, decided
from tests.api.safety.scene import get, post, user_id
from tests.api.signing_in import form_token, sign_in

WORDS = "Her son threatens her"
LISTED = "/api/v1/safety/referrals"
SAID = [{"about_danger": True}, {"reasons": ["safety", "adaptation"]}]


async def asked(door: Door, **said: Any) -> str:
    """A request about danger by a stranger; its id."""
    body = {"person": EDITH, "note": WORDS, **(said or {"about_danger": True})}
    sent = await door.post("/api/v1/referrals", body, "coordinator", "STRANGER")
    assert sent.status_code == 202, sent.text
    return str(sent.json()["command_id"])


async def adviser(door: Door, org: str, role: str = "coordinator") -> str:
    """Somebody whom the administrator of an organisation names for safety."""
    subject = f"adviser-of-{org}"
    assert (await get(door, "/api/v1/safety", subject, org)).status_code == 200
    body = {"user_id": await user_id(door, subject), "kind": "adviser"}
    named = await door.post("/api/v1/safety/advisers", body, "admin", org)
    assert named.status_code == 201, named.text
    return subject


async def listed(door: Door, subject: str, org: str) -> list[dict[str, Any]]:
    answer = await get(door, LISTED, subject, org)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["referrals"]
    return found


async def everywhere(owner: AsyncEngine) -> list[str]:
    """The tables that hold the words."""
    names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    found = []
    async with transaction(owner) as session:
        for name in (await session.scalars(text(names))).all():
            held = text(f'SELECT count(*) FROM "{name}" AS t WHERE t::text ILIKE :words')
            if await session.scalar(held, {"words": f"%{WORDS}%"}):
                found.append(name)
    return found


@pytest.mark.parametrize("said", SAID)
async def test_given_a_request_about_danger_when_read_then_only_who_wrote_it_finds_a_sign_of_it(
    door: Door, owner: AsyncEngine, said: dict[str, object]
) -> None:
    await door.admitted()
    request_id = await asked(door, **said)
    for role, organisation, subject, reads in (
        ("coordinator", "STRANGER", None, True),
        ("coordinator", "STRANGER", "a-colleague", False),
        ("coordinator", "HOUSING", None, False),
        ("discharge-team", "TRUST", None, False),
    ):
        own = {"Authorization": f"Bearer {door.token(role, organisation, *([subject] if subject else []))}"}
        box = "sent" if organisation == "STRANGER" else "waiting"
        paths = [f"/api/v1/referral-requests?box={box}", f"/api/v1/referral-requests/{request_id}"]
        for path in paths:
            answer = await door.client.get(path, headers=own)
            assert answer.status_code == 200, answer.text
            assert (WORDS in answer.text) is reads, (organisation, subject, path)
        one = (await door.client.get(paths[1], headers=own)).json()
        assert ("safety" in (one["said"]["reasons"] or [])) is (reads and "reasons" in said)
        if organisation == "STRANGER":
            fhir = await door.client.get(f"/fhir/R4/ServiceRequest/{request_id}", headers=own)
            assert fhir.status_code == 200, fhir.text
            assert WORDS not in fhir.text
            assert ('"safety"' in fhir.text) is (reads and "reasons" in said)
        sign_in(door, role, organisation)
        page = await door.client.get(f"/referral-requests/{request_id}")
        assert page.status_code == 200
        assert WORDS not in page.text
        assert "ithheld" not in page.text
    assert await everywhere(owner) == ["safety_notes"]


async def test_given_a_request_that_waits_then_the_advisers_of_sender_and_reviewers_read_it_and_nobody_else(
    door: Door, owner: AsyncEngine
) -> None:
    await door.admitted()
    request_id = await asked(door)
    readers = [(await adviser(door, org), org) for org in ("STRANGER", "HOUSING", "TRUST")]
    for subject, org in readers:
        [found] = await listed(door, subject, org)
        assert (found["state"], found["may_end"], found["words"]) == ("waiting", False, {"note": WORDS})
        assert (found["family_name"], found["birth_date"]) == ("Ashdown", "1941-05-02")
        assert found["due_at"] is not None
        ended = await post(door, f"{LISTED}/{request_id}/end", {"reason": "Rang her"}, subject, org)
        assert ended.status_code == 404, "it may still become a case"
    landlord = await adviser(door, "LANDLORD")
    assert await listed(door, landlord, "LANDLORD") == []
    for org in ("STRANGER", "HOUSING", "TRUST"):
        assert await listed(door, "somebody-else", org) == []
    assert await everywhere(owner) == ["safety_notes"]


async def test_given_a_request_about_danger_when_accepted_then_its_words_are_in_the_annex_of_the_case(
    door: Door, owner: AsyncEngine
) -> None:
    await door.admitted()
    reader = await adviser(door, "HOUSING")
    request_id = await asked(door)
    [meant] = (await get(door, f"/api/v1/referral-requests/{request_id}", "x", "HOUSING")).json()[
        "candidates"
    ]
    person = meant["person_id"]
    taken = await decided(door, request_id, decision="take-on", person=person, basis="consent")
    assert taken.status_code in (200, 202), taken.text
    assert [each["state"] for each in await listed(door, reader, "HOUSING")] == ["taken-on"]
    await door.settle()

    case_id = (await get(door, f"/api/v1/referral-requests/{request_id}", "x", "HOUSING")).json()["case_id"]
    assert await listed(door, reader, "HOUSING") == []
    annex = (await get(door, f"/api/v1/cases/{case_id}/safety", reader, "HOUSING")).json()
    assert [each["words"] for each in annex["entries"]] == [{"note": WORDS}]
    assert {each["clock"] for each in annex["annex"]["due"]} == {"ask-alone", "call", "decide"}
    writer = (await door.get(f"/api/v1/cases/{case_id}/safety", "coordinator", "STRANGER")).json()
    assert [each["words"] for each in writer["entries"]] == [{"note": WORDS}]
    assert (await get(door, f"/api/v1/cases/{case_id}/safety", "clerk", "HOUSING")).json()["entries"] == []
    own = (await door.get(f"/api/v1/referral-requests/{request_id}", "coordinator", "STRANGER")).json()
    assert own["said"]["note"] is None, "it is in the case now"
    assert await everywhere(owner) == ["safety_notes"]


async def test_given_a_request_about_danger_when_the_stay_comes_then_it_goes_on_with_its_words(
    door: Door,
) -> None:
    body = {"person": EDITH, "note": WORDS, "reasons": ["safety"]}
    sent = (await door.post("/api/v1/referrals", body)).json()
    await door.admitted()
    async with transaction(door.worker) as session:
        assert await settle_requests(session, NOW) == 1
    await door.settle()
    case_id = (await door.get(sent["status_url"])).json()["case_id"]
    entries = (await door.get(f"/api/v1/cases/{case_id}/safety")).json()["entries"]
    assert [each["words"] for each in entries] == [{"note": WORDS, "reason": "safety"}]


@pytest.mark.parametrize("decision", ["decline", "withdraw"])
async def test_given_a_request_that_opens_no_case_when_an_adviser_has_seen_to_it_then_its_words_are_erased(
    door: Door, owner: AsyncEngine, decision: str
) -> None:
    await door.admitted()
    reader = await adviser(door, "HOUSING")
    request_id = await asked(door)
    who = ("coordinator", "HOUSING") if decision == "decline" else ("coordinator", "STRANGER")
    body = {"decision": decision, **({"reason": "other-area", "words": ""} if decision == "decline" else {})}
    answered = await door.post(f"/api/v1/referral-requests/{request_id}/decision", body, *who)
    assert answered.status_code == 200, answered.text
    [found] = await listed(door, reader, "HOUSING")
    assert found["may_end"]

    path = f"{LISTED}/{found['entry_id']}/end"
    assert (await post(door, path, {"reason": "Rang her"}, "somebody-else", "HOUSING")).status_code == 404
    assert (await post(door, path, {"reason": "x"}, reader, "HOUSING")).status_code == 422
    ended = await post(door, path, {"reason": "Rang her practice"}, reader, "HOUSING")
    assert (ended.status_code, ended.json()["referrals"]) == (200, [])
    assert await everywhere(owner) == []
    async with transaction(owner) as session:
        trace = text(
            "SELECT erased_reason, users.subject FROM safety_events JOIN users ON users.id = erased_by"
        )
        assert [tuple(row) for row in await session.execute(trace)] == [("Rang her practice", reader)]
        looks = text("SELECT count(*) FROM safety_looks WHERE what = 'referral without a case'")
        assert await session.scalar(looks)


async def test_given_a_refused_referral_about_danger_then_the_advisers_of_who_sent_it_find_its_words(
    door: Door,
) -> None:
    await door.admitted()
    reader, service = await adviser(door, "TRUST"), await adviser(door, "HOUSING")
    body = {"person": EDITH, "note": WORDS, "reasons": ["safety"]}
    await door.post("/api/v1/referrals", body)
    assert await listed(door, reader, "TRUST") == [], "its case may open yet"
    async with transaction(door.worker) as session:
        await session.execute(text("UPDATE commands SET state = 'refused' WHERE kind = 'refer'"))
    for subject, org in ((reader, "TRUST"), (service, "HOUSING")):
        [found] = await listed(door, subject, org)
        assert (found["state"], found["family_name"]) == ("refused", "Ashdown")
        assert found["words"] == {"note": WORDS, "reason": "safety"}
    assert await listed(door, "somebody-else", "TRUST") == []


async def test_given_the_page_of_safety_then_an_adviser_sees_to_it_there_and_is_told_what_is_missing(
    door: Door,
) -> None:
    await door.admitted()
    request_id = await asked(door)
    sign_in(door, "coordinator", "HOUSING")
    assert WORDS not in (await door.client.get("/safety")).text
    body = {"user_id": await user_id(door, "page-coordinator-HOUSING"), "kind": "adviser"}
    assert (await door.post("/api/v1/safety/advisers", body, "admin", "HOUSING")).status_code == 201
    page = (await door.client.get("/safety")).text
    assert WORDS in page
    assert "The request waits for acceptance" in page
    assert "Seen to, erase the words" not in page

    said = {"decision": "decline", "reason": "other-area", "words": ""}
    await door.post(f"/api/v1/referral-requests/{request_id}/decision", said, "coordinator", "HOUSING")
    session = sign_in(door, "coordinator", "HOUSING")
    assert "Seen to, erase the words" in (await door.client.get("/safety")).text
    sent = {"form_token": form_token(door, session), "key": "k", "reason": " "}
    refused = await door.client.post(f"/safety/referrals/{request_id}/end", data=sent)
    assert (refused.status_code, "Say why, in 3 to 200 characters" in refused.text) == (422, True)
    done = await door.client.post(f"/safety/referrals/{request_id}/end", data=sent | {"reason": "Rang her"})
    assert done.headers["location"] == "/safety?done=ended"
    page = (await door.client.get("/safety?done=ended")).text
    assert "The words are erased" in page
    assert WORDS not in page


async def test_given_a_request_about_danger_by_fhir_then_its_raw_message_is_covered_for_every_role(
    door: Door,
) -> None:
    await door.admitted()
    code = {"system": "https://homeward.example/fhir/CodeSystem/housing-barrier", "code": "safety"}
    person = {**PATIENT, "name": [{"family": "Ashdown", "given": ["Edith"]}], "birthDate": "1941-05-02"}
    body = request(person, reasonCode=[{"coding": [code]}], note=[{"text": WORDS}])
    token = door.token("coordinator", "STRANGER")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": FHIR}
    sent = await door.client.post("/fhir/R4/ServiceRequest", json=body, headers=headers)
    assert sent.status_code in (200, 201, 202), sent.text
    async with transaction(door.worker) as session:
        message = await session.scalar(text("SELECT id FROM inbox ORDER BY sequence DESC LIMIT 1"))
    for role in ("operator", "admin"):
        for path in (f"/api/v1/messages/{message}", f"/api/v1/messages/{message}/raw"):
            shown = await door.get(path, role, "STRANGER")
            assert shown.status_code == 200, shown.text
            assert WORDS not in shown.text
            assert "withheld" in shown.text
            assert '"safety"' not in shown.text
        found = await door.get("/api/v1/messages?words=threatens", role, "STRANGER")
        assert found.json()["messages"] == []
