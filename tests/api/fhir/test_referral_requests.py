"""By FHIR, too, a referral is a request: single, in a transaction or in a batch, and by a condition."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fhir_adapters.store import referral_requests
from tests.api.conftest import Door
from tests.api.referral_requests.test_service import NOBODYS, decided, held

NHS = "https://fhir.nhs.uk/Id/nhs-number"
OWN = "https://other.example/referrals"
JSON = {"Content-Type": "application/fhir+json"}
OUR_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def patient(nhs: str = "9990000018", family: str = "Ashdown", born: str = "1941-05-02") -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": NHS, "value": nhs}],
        "name": [{"family": family, "given": ["Edith"]}],
        "birthDate": born,
    }


def single(number: int, **person: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "contained": [patient(**person)],
        "subject": {"reference": "#p"},
        "identifier": [{"system": OWN, "value": str(number)}],
    }


def transaction(number: int, **person: str) -> dict[str, Any]:
    request = single(number, **person)
    del request["contained"]
    request["subject"] = {"reference": "urn:uuid:0d1f"}
    entries = [
        {
            "fullUrl": "urn:uuid:0d1f",
            "resource": patient(**person),
            "request": {"method": "POST", "url": "Patient"},
        },
        {"resource": request, "request": {"method": "POST", "url": "ServiceRequest"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def batch(number: int, **person: str) -> dict[str, Any]:
    entry = {"resource": single(number, **person), "request": {"method": "POST", "url": "ServiceRequest"}}
    return {"resourceType": "Bundle", "type": "batch", "entry": [entry]}


FORMS = {
    "single": (single, "/fhir/R4/ServiceRequest"),
    "transaction": (transaction, "/fhir/R4"),
    "batch": (batch, "/fhir/R4"),
}


async def sent(door: Door, form: str, number: int, org: str = "STRANGER", **person: str) -> Any:
    write, path = FORMS[form]
    return await door.post(path, write(number, **person), "system", org, **JSON)


def told(answer: Any, person: dict[str, str]) -> tuple[int, str]:
    """An answer without ids and without what was sent."""
    text = OUR_ID.sub("ID", answer.text)
    for said in person.values():
        text = text.replace(said, "SAID")
    return answer.status_code, re.sub(r'"value": "\d+"', '"value": "N"', text)


@pytest.mark.parametrize("form", FORMS)
async def test_given_a_stranger_when_it_posts_then_known_and_unknown_are_answered_alike(
    door: Door, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referral_requests, "MOST_OF_PERSON_A_DAY", 100)
    whole = {"nhs": "9990000018", "family": "Ashdown", "born": "1941-05-02"}
    answers = [told(await sent(door, form, 1, **whole), whole)]
    await door.referred()
    before = await held(door)
    variants = [
        whole,
        whole | {"born": "1950-01-01"},
        whole | {"family": "Brook"},
        whole | {"nhs": NOBODYS},
    ]
    for number, person in enumerate(variants, 2):
        answers.append(told(await sent(door, form, number, **person), person))

    assert len(set(answers)) == 1
    assert answers[0][0] in (200, 201)
    assert await held(door) == before


async def test_given_one_number_when_other_content_is_sent_under_it_then_it_is_a_conflict(door: Door) -> None:
    first = await sent(door, "single", 1)
    again = await sent(door, "single", 1)
    other = await sent(door, "single", 1, born="1950-01-01")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert other.status_code == 409
    await decided(door, first.json()["id"], decision="decline", reason="other-area")
    assert (await sent(door, "single", 1, born="1950-01-01")).status_code == 201


async def test_given_a_condition_when_the_senders_own_request_fits_then_it_answers(door: Door) -> None:
    first = await sent(door, "single", 1)
    condition = {"If-None-Exist": f"identifier={OWN}|1"}
    body = single(1, born="1950-01-01")
    again = await door.post("/fhir/R4/ServiceRequest", body, "system", "STRANGER", **JSON, **condition)
    elsewhere = await door.post("/fhir/R4/ServiceRequest", body, "system", "LANDLORD", **JSON, **condition)

    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert elsewhere.status_code == 201
    assert elsewhere.json()["id"] != first.json()["id"]


async def test_given_requests_when_searched_then_each_sender_finds_its_own_as_sent(door: Door) -> None:
    for number in range(3):
        await sent(door, "single", number, born=f"1941-05-0{number + 1}")
    search = f"/fhir/R4/ServiceRequest?subject:identifier={NHS}|9990000018&_count=2"
    found = (await door.get(search, "system", "STRANGER")).json()
    second = (await door.get(f"{search}&_offset=2", "system", "STRANGER")).json()

    assert (found["total"], len(found["entry"]), len(second["entry"])) == (3, 2, 1)
    assert (await door.get(search, "system", "LANDLORD")).json()["total"] == 0
    tasks = await door.get(
        f"/fhir/R4/Task?focus=ServiceRequest/{found['entry'][0]['resource']['id']}", "system", "STRANGER"
    )
    assert [each["resource"]["status"] for each in tasks.json()["entry"]] == ["requested"]


async def test_given_more_requests_than_a_page_when_searched_by_status_then_each_is_on_one_page(
    door: Door,
) -> None:
    made = [(await sent(door, "single", n, born=f"1941-05-0{n + 1}")).json()["id"] for n in range(5)]
    await decided(door, made[2], decision="decline", reason="other-area")
    pages, address = [], "/fhir/R4/ServiceRequest?status=active&_count=3"
    while address:
        page = (await door.get(address, "system", "STRANGER")).json()
        pages.append([entry["resource"]["id"] for entry in page.get("entry", [])])
        assert page["total"] == 4
        links = {link["relation"]: link["url"] for link in page["link"]}
        address = links.get("next", "").partition("/fhir/R4/")[2]
        address = f"/fhir/R4/{address}" if address else ""
    assert pages == [[made[4], made[3], made[1]], [made[0]]], "the newest first, none twice"
    revoked = (await door.get("/fhir/R4/ServiceRequest?status=revoked", "system", "STRANGER")).json()
    assert [entry["resource"]["id"] for entry in revoked["entry"]] == [made[2]]
    rejected = (await door.get("/fhir/R4/Task?status=rejected", "system", "STRANGER")).json()
    assert rejected["total"] == 1


async def test_given_a_declined_request_when_its_task_is_read_then_it_says_why(door: Door) -> None:
    made = (await sent(door, "single", 1)).json()
    await decided(door, made["id"], decision="decline", reason="other-area", words="Ask Larkshire")
    task = (await door.get(f"/fhir/R4/Task/{made['id']}", "system", "STRANGER")).json()
    request = (await door.get(f"/fhir/R4/ServiceRequest/{made['id']}", "system", "STRANGER")).json()

    assert (task["status"], request["status"]) == ("rejected", "revoked")
    assert task["statusReason"]["text"] == "Home is in another area. Ask Larkshire"
