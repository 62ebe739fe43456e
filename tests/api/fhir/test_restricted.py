"""Somebody whom a security label restricts is hidden at once, in everything that is held of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import Person
from fhir_adapters.store.tables import InboxRow
from tests.api.conftest import Door
from tests.api.fhir.posting import (
    CONFIDENTIALITY,
    NHS,
    OTHER,
    PATIENT,
    RESTRICTED,
    bundle,
    entry,
    found,
    made,
    post,
    request,
    told,
)
from tests.api.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("inpatients")

ADDRESS = "Invented Row"


async def shown(door: Door) -> str:
    """Everything that a coordinator is shown of the first case and its person."""
    [case] = [each["case_id"] for each in (await door.get("/api/v1/cases", "coordinator")).json()["cases"]]
    held = (await door.get(f"/fhir/R4/ServiceRequest/{case}", "coordinator")).json()
    places = (f"/fhir/R4/{held['subject']['reference']}", f"/api/v1/cases/{case}", "/api/v1/cases")
    return "".join([(await door.get(place, "coordinator")).text for place in places])


def labelled(code: str, system: str = CONFIDENTIALITY) -> dict[str, Any]:
    return {"security": [{"system": system, "code": code}]}


PERSON_URL = "urn:uuid:6f6c1f0a-0000-4000-8000-000000000001"
BESIDE = {name: value for name, value in PATIENT.items() if name != "id"}
ASKED = entry(request(contained=None, subject={"reference": PERSON_URL}))


@pytest.mark.parametrize(
    "body",
    [
        request(patient={"meta": RESTRICTED}),
        request(patient={"meta": labelled("V")}),
        request(patient={"meta": labelled("REDACTED")}),
        request(patient={"meta": labelled("SDV", "http://terminology.hl7.org/CodeSystem/v3-ActCode")}),
        request(meta=RESTRICTED),
        bundle("transaction", entry(BESIDE, PERSON_URL), ASKED) | {"meta": RESTRICTED},
        bundle("transaction", entry({**BESIDE, "meta": RESTRICTED}, PERSON_URL), ASKED),
        bundle("batch", entry(request())) | {"meta": RESTRICTED},
        bundle("batch", entry(request(patient={"meta": labelled("V")}))),
    ],
)
async def test_given_a_label_that_restricts_when_referred_then_the_address_is_nowhere_shown(
    door: Door, body: dict[str, Any]
) -> None:
    await made(door, body, "" if body["resourceType"] == "Bundle" else "ServiceRequest")
    assert ADDRESS not in await shown(door)


@pytest.mark.parametrize("code", ["U", "L", "M", "N"])
async def test_given_a_label_that_does_not_restrict_when_referred_then_the_address_is_shown(
    door: Door, code: str
) -> None:
    await made(door, request(patient={"meta": labelled(code)}))

    assert ADDRESS in await shown(door)


async def test_given_somebody_known_when_a_later_request_restricts_them_then_they_are_hidden_at_once(
    door: Door,
) -> None:
    await made(door, request())
    [held] = await found(door, "ServiceRequest")
    assert ADDRESS in await shown(door)
    again = request(contained=None, identifier=None, meta=RESTRICTED, subject=held["subject"])
    assert (await post(door, again)).status_code == 202

    assert ADDRESS not in await shown(door)


@pytest.mark.parametrize(
    "subject",
    [
        {"identifier": {"system": NHS, "value": "9990000018"}},
        {"reference": f"Patient?identifier={NHS}|9990000018"},
    ],
)
async def test_given_somebody_named_by_number_when_a_request_restricts_them_then_they_are_hidden(
    door: Door, subject: dict[str, Any]
) -> None:
    await made(door, request())
    await post(door, request(contained=None, identifier=None, meta=RESTRICTED, subject=subject))

    assert ADDRESS not in await shown(door)


async def test_given_a_request_that_is_refused_when_it_restricts_then_it_hides_all_the_same(
    door: Door,
) -> None:
    await made(door, request())
    answer = await post(door, request(patient={"meta": RESTRICTED}))

    assert told(answer)[:2] == (409, "referral-number-used")
    assert ADDRESS not in await shown(door)


async def test_given_one_of_two_restricted_when_sent_in_a_batch_then_only_that_one_is_hidden(
    door: Door,
) -> None:
    both = bundle(
        "batch", entry(request(patient={"meta": RESTRICTED})), entry(request(OTHER, identifier=None))
    )
    await made(door, both, "")
    async with transaction(door.worker) as session:
        people = await session.scalars(select(Person).order_by(Person.nhs_number))
        assert [person.location_hidden for person in people] == [True, False, False]


@pytest.mark.parametrize("where", ["patient", "request"])
async def test_given_data_labelled_as_test_when_posted_then_they_touch_nobody(door: Door, where: str) -> None:
    label = {"meta": labelled("HTEST", "http://terminology.hl7.org/CodeSystem/v3-ActReason")}
    answer = await post(door, request(patient=label) if where == "patient" else request(**label))

    assert told(answer)[:2] == (422, "processing-id-not-used")
    async with transaction(door.worker) as session:
        assert [row.state for row in await session.scalars(select(InboxRow))] == ["rejected"]


async def test_given_somebody_restricted_when_their_message_is_opened_then_its_whereabouts_are_withheld(
    door: Door,
) -> None:
    await made(door, request(patient={"meta": RESTRICTED}))
    async with transaction(door.worker) as session:
        [message] = (await session.scalars(select(InboxRow.id))).all()
    for role in ("operator", "admin"):
        for path in (f"/api/v1/messages/{message}", f"/api/v1/messages/{message}/raw"):
            answer = await door.get(path, role)
            assert ADDRESS not in answer.text


async def test_given_a_referral_by_json_when_it_would_hide_somebody_then_it_says_that_fhir_does(
    door: Door,
) -> None:
    person = {"nhs_number": "9990000018", "location_hidden": True}
    answer = await door.post("/api/v1/referrals", {"person": person})

    assert (answer.status_code, answer.json()["where"]) == (422, "person.location_hidden")


@pytest.mark.parametrize("hidden_by", ["itself", "an earlier message", "a later message"])
async def test_given_a_request_about_somebody_hidden_when_shown_then_only_its_sender_sees_where_they_are(
    door: Door, hidden_by: str
) -> None:
    unknown = {**OTHER, "identifier": [{"system": NHS, "value": "9990000042"}]}
    hides = {**unknown, "meta": RESTRICTED}
    if hidden_by == "an earlier message":
        await post(door, request(patient=hides, identifier=None, requester={"identifier": NOBODY}))
    answer = await post(door, request(patient=hides if hidden_by == "itself" else unknown))
    assert answer.status_code == 201, answer.text
    if hidden_by == "a later message":
        await post(door, request(patient=hides, identifier=None))
    listed = await door.get("/api/v1/referral-requests", "coordinator")
    one = await door.get(f"/api/v1/referral-requests/{answer.json()['id']}", "coordinator")
    sign_in(door, "coordinator")
    page = await door.client.get(f"/referral-requests/{answer.json()['id']}")

    assert [each.status_code for each in (listed, one, page)] == [200, 200, 200]
    for shown_to_others in (listed, one, page):
        assert "Person" in shown_to_others.text
        assert ADDRESS not in shown_to_others.text
        assert "ASH" not in shown_to_others.text
    assert "Withheld" in page.text
    own = await door.get(f"/api/v1/referral-requests/{answer.json()['id']}", "discharge-team")
    assert ADDRESS in own.text


NOBODY = {"system": "https://homeward.example/fhir/Id/organisation-code", "value": "NOBODY"}
