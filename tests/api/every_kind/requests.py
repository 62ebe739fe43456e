"""Kinds of fault in FHIR: how each request is answered, what is held and shown, and variants of our own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.api.conftest import Door, three_admitted
from tests.api.fhir.posting import (
    FHIR,
    OTHER,
    OURS,
    RESTRICTED,
    SERVICE,
    SNOMED,
    bundle,
    entry,
    nothing_taken,
    request,
    told,
)
from tests.api.signing_in import sign_in

Answers = list[httpx.Response]


@dataclass(frozen=True)
class Posted:
    """One kind: its files, where they are posted, what is right of the answers and of what is held, and
    variants of our own, each one body after the other; `inpatients` is whether the people are in beds.
    """

    name: str
    files: str
    right: Callable[[Door, Answers], Awaitable[None]]
    variants: tuple[tuple[bytes, ...], ...]
    path: str = "/fhir/R4/ServiceRequest"
    inpatients: bool = True


async def posted(door: Door, kind: Posted, bodies: tuple[bytes, ...]) -> Answers:
    """Post bodies one after the other, and have the work done."""
    if kind.inpatients:
        await three_admitted(door)
    answers: Answers = []
    for body in bodies:
        headers = door.headers("system") | {"Content-Type": FHIR}
        answers.append(await door.client.post(kind.path, content=body, headers=headers))
        await door.settle()
    return answers


def raw(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


async def case_shown(door: Door) -> str:
    """Everything that a coordinator is shown of the only case: by API, by FHIR, in lists and on its page."""
    [case] = (await door.get("/api/v1/cases", "coordinator")).json()["cases"]
    held = (await door.get(f"/fhir/R4/ServiceRequest/{case['case_id']}", "coordinator")).json()
    paths = (f"/api/v1/cases/{case['case_id']}", "/api/v1/cases", f"/fhir/R4/{held['subject']['reference']}")
    texts = [(await door.get(path, "coordinator")).text for path in paths]
    sign_in(door, "coordinator")
    pages = [await door.client.get(path) for path in (f"/cases/{case['case_id']}", "/cases")]
    return " ".join([*texts, *(page.text for page in pages if page.status_code == 200)])


async def hidden(door: Door, answers: Answers) -> None:
    assert answers[0].status_code == 202
    shown = await case_shown(door)
    assert "Testperson" in shown
    assert not any(home in shown for home in ("77 Secret Refuge", "ZZ99 7ZZ", "Invented Row"))


async def conflict(door: Door, answers: Answers) -> None:
    first, second = answers
    assert first.status_code == 202
    assert told(second)[:2] == (409, "referral-number-used")
    assert "Testperson" not in second.text
    assert len((await door.get("/api/v1/cases", "coordinator")).json()["cases"]) == 1


def refused(code: str, *words: str, status: int = 422) -> Callable[[Door, Answers], Awaitable[None]]:
    """Refused by this code, in these words, and nothing is taken."""

    async def right(door: Door, answers: Answers) -> None:
        for answer in answers:
            assert told(answer)[:2] == (status, code), answer.text
            assert all(word in answer.text for word in words), answer.text
        await nothing_taken(door)

    return right


async def new_home(door: Door, answers: Answers) -> None:
    assert answers[0].is_success, answers[0].text
    [asked] = (await door.get("/api/v1/referral-requests", "coordinator")).json()["requests"]
    sign_in(door, "coordinator")
    page = await door.client.get(f"/referral-requests/{asked['request_id']}")
    assert "New House" in page.text
    assert "Old House" not in page.text


def ended(**how: Any) -> dict[str, Any]:
    """Somebody nobody told of before, with the ended address first."""
    old = {"use": "home", "line": ["Old House"], "postalCode": "ZZ99 1AA", **how}
    new = {"use": "home", "line": ["New House"], "postalCode": "ZZ99 2AA"}
    return request(patient={"address": [old, new]})


def extension(name: str, **value: Any) -> dict[str, Any]:
    return request(extension=[{"url": f"{OURS}/StructureDefinition/{name}", **value}])


PERSON = "urn:uuid:6f6c1f0a-0000-4000-8000-000000000001"
WHOLE = (
    entry({name: value for name, value in request()["contained"][0].items() if name != "id"}, PERSON),
    entry(request(contained=None, subject={"reference": PERSON})),
)
FLAG = {"resourceType": "Flag", "status": "active", "code": {"text": "x"}, "subject": {"reference": PERSON}}
IMAGING = {"coding": [{"system": SNOMED, "code": "363679005"}]}
CT = {"coding": [{"system": SNOMED, "code": "169069000", "display": "CT of chest"}]}

REQUESTS = (
    Posted(
        "01",
        "01-",
        hidden,
        ((raw(request(patient={"meta": RESTRICTED})),), (raw(request(meta=RESTRICTED)),)),
    ),
    Posted(
        "03",
        "03",
        conflict,
        (
            (raw(request()), raw(request(patient=OTHER))),
            (raw(request()), raw(request(note=[{"text": "Ground floor only."}]))),
        ),
    ),
    Posted(
        "04",
        "04-",
        refused("not-kept"),
        (
            (raw(bundle("transaction", *WHOLE, entry(FLAG))),),
            (raw(bundle("transaction", *WHOLE, {"request": {"method": "DELETE", "url": "Patient/1"}})),),
        ),
        path="/fhir/R4",
    ),
    Posted(
        "05",
        "05-",
        refused("not-our-service", f"{SERVICE}|home-suitability"),
        ((raw(request(code=CT)),), (raw(request(category=[IMAGING])),)),
    ),
    Posted(
        "06",
        "06-",
        new_home,
        inpatients=False,
        variants=((raw(ended(period={"end": "2010-01-01"})),), (raw(ended(use="old")),)),
    ),
    Posted(
        "08",
        "08-",
        refused("invalid-body", "deceased"),
        (
            (raw(request(patient={"deceasedBoolean": True})),),
            (raw(request(patient={"deceasedDateTime": "2026-02-27"})),),
        ),
    ),
    Posted(
        "09",
        "09-",
        refused("invalid-body", "extension[0].url"),
        (
            (raw(extension("expected-discharge", valueDate="2026-12-20")),),
            (raw(extension("Tenure", valueCode="private-rent")),),
        ),
    ),
    Posted(
        "10",
        "10-",
        refused("not-utf8", "byte", status=400),
        ((b'{"a":"\xff"}',), (b'{"resourceType": "ServiceRequest", "note": "caf\xe9"}',)),
    ),
)
