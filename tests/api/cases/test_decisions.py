"""Who decides, what the person chose, and who was told of the stay: by page and interface, and for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from discharge.store.engine import transaction
from discharge.store.tables import CaseRow, OutboxRow, PartnerRow, Person
from tests.api.conftest import Door, Looking
from tests.api.signing_in import sign_in


async def tell(
    door: Door, case_id: UUID, kind: str, by: str = "coordinator", **fields: Any
) -> dict[str, Any]:
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", {"kind": kind, **fields}, by)
    if answer.status_code != 202:
        return dict(answer.json())
    await door.settle()
    status: dict[str, Any] = (await door.get(answer.json()["status_url"], by)).json()
    return status


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case with a housing lead and a landlord who takes part with consent."""
    case_id = await door.referred()
    await tell(door, case_id, "accept-referral")
    await tell(door, case_id, "record-sharing-basis", basis="consent")
    joined = await tell(
        door, case_id, "add-participant", organisation_id=str(door.places.landlord), role="landlord"
    )
    assert joined["state"] == "accepted", joined
    return case_id


async def detail(door: Door, case_id: UUID, role: str = "coordinator", org: str | None = None) -> Any:
    return (await door.get(f"/api/v1/cases/{case_id}", role, org)).json()


async def test_given_what_was_recorded_of_who_decides_and_of_choice_then_page_and_interface_say_it(
    door: Door, case_id: UUID
) -> None:
    home = {"decision": "where-to-live"}
    lacks = {**home, "capacity": "lacks", "assessor": "social-worker", "method": "two-stage"}
    for kind, fields in (
        ("record-capacity", lacks),
        ("record-advocate", {**home, "advocate": "imca", "instructed": False}),
        ("record-wish", {"wish": "own-home"}),
        ("record-choice-step", {"step": "letter-1", "given_by": "discharge-team"}),
        ("record-self-funding", {"self_funder": "yes", "arranger": "family"}),
        ("record-liberty", {"state": "in-doubt"}),
    ):
        status = await tell(door, case_id, kind, **fields)
        assert status["state"] == "accepted", status
    found = await detail(door, case_id)
    assert found["advocate_needed"] == ["where-to-live"]
    assert found["case"]["capacity"]["where-to-live"]["capacity"] == "lacks"
    assert found["case"]["choice"]["letter-1/1"]["response_due_on"] is not None
    early = await tell(
        door, case_id, "record-best-interests", **home, decider="meeting", least_restrictive="yes"
    )
    assert early["problem"]["code"] == "advocate-needed"

    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    decides = page.split('id="decisions"')[1].split("<h2")[0]
    assert "Lacks capacity" in decides
    assert "An independent mental capacity advocate" in decides
    chosen = page.split('id="choices"')[1].split("<h2")[0]
    for said in ("At home", "Letter 1", "answer due by", "Pays for their own care"):
        assert said in chosen, said
    for form in ("record-capacity", "record-best-interests", "record-advocate", "answer-choice-step"):
        asked = await door.client.get(f"/cases/{case_id}/do/{form}")
        assert asked.status_code == 200, form


async def test_given_a_landlord_then_who_decides_is_not_for_them_and_the_notice_to_them_is(
    door: Door, case_id: UUID
) -> None:
    await tell(door, case_id, "record-capacity", decision="money", capacity="presumed")
    await in_a_bed(door, case_id)
    await told(door, case_id)
    seen = await detail(door, case_id, "coordinator", "LANDLORD")
    assert "capacity" not in seen["case"]
    assert [each["news"] for each in seen["case"]["stay_notices"].values()] == ["admitted"]
    assert (seen["advocate_needed"], seen["stay_to_tell"]) == (None, None)
    sign_in(door, "coordinator", "LANDLORD")
    page = await door.client.get(f"/cases/{case_id}")
    assert page.status_code == 200
    assert 'id="decisions"' not in page.text
    assert "Record an answer" in page.text


async def in_a_bed(door: Door, case_id: UUID) -> None:
    """The stay joins the case, where it has not by itself."""
    found = await detail(door, case_id)
    assert found["case"]["spells"], found["case"]


async def told(door: Door, case_id: UUID) -> dict[str, Any]:
    landlord = str(door.places.landlord)
    return await tell(door, case_id, "tell-of-stay", organisation_id=landlord, news="admitted")


async def test_given_an_admission_then_telling_the_landlord_is_suggested_and_is_shown_once_it_was_done(
    door: Door, case_id: UUID
) -> None:
    await in_a_bed(door, case_id)
    async with transaction(door.worker) as session:
        session.add(PartnerRow(organisation_id=door.places.landlord, endpoint="http://x", kind="fhir"))
    found = await detail(door, case_id)
    landlord = str(door.places.landlord)
    assert found["stay_to_tell"] == [{"organisation_id": landlord, "news": "admitted", "by_message": True}]
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text.split('id="stay-notices"')[1]
    assert f"/cases/{case_id}/do/tell-of-stay?organisation_id={landlord}&amp;news=admitted" in page
    assert RING not in page

    assert (await told(door, case_id))["state"] == "accepted"
    assert (await told(door, case_id))["state"] == "accepted"
    async with transaction(door.worker) as session:
        rows = (await session.scalars(select(OutboxRow).where(OutboxRow.kind == "stay-notice"))).all()
    assert [(row.needs_basis, row.payload["news"]) for row in rows] == [(True, "admitted")]
    assert "ASHDOWN" not in str(rows[0].payload).upper()
    after = (await door.client.get(f"/cases/{case_id}")).text.split('id="stay-notices"')[1]
    assert "came into hospital" in after
    assert "Nothing was sent" not in after

    read = {"organisation_id": landlord, "news": "admitted", "acted": True}
    assert (await tell(door, case_id, "answer-stay-notice", **read))["state"] == "accepted"
    async with transaction(door.worker) as session:
        [row] = (await session.scalars(select(OutboxRow).where(OutboxRow.kind == "stay-notice"))).all()
    assert row.accepted_at is not None
    assert row.acted_at is not None


RING = "can be told by message: ring them"


async def test_given_a_scheme_without_an_address_then_the_page_says_before_that_somebody_has_to_ring(
    door: Door, case_id: UUID
) -> None:
    await in_a_bed(door, case_id)
    await tell(door, case_id, "end-participation", organisation_id=str(door.places.landlord))
    scheme = {"organisation_id": str(door.places.landlord), "role": "scheme"}
    door.clock.now += timedelta(days=1)
    joined = await tell(door, case_id, "add-participant", **scheme)
    assert joined["state"] == "accepted", joined
    [suggested] = (await detail(door, case_id))["stay_to_tell"]
    assert suggested["by_message"] is False
    contacts = (await door.get(f"/api/v1/cases/{case_id}/contact-details", "coordinator")).json()
    assert {"scheme", "landlord-officer", "social-worker"} & {*contacts["missing"]} == {"scheme"}
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text.split('id="stay-notices"')[1]
    assert RING in page
    assert f'href="/cases/{case_id}/contact-details"' in page.split(RING)[1]
    assert (await told(door, case_id))["state"] == "accepted"
    own = await detail(door, case_id, "coordinator", "LANDLORD")
    assert [each["news"] for each in own["case"]["stay_notices"].values()] == ["admitted"]
    added = {"role": "scheme", "name": "Meera Nair", "phone": "0113 496 0077", "source": "professional"}
    answer = await door.post(f"/api/v1/cases/{case_id}/contact-details", added, "coordinator")
    assert "scheme" not in answer.json()["missing"]


async def test_given_a_landlord_without_an_address_then_the_page_says_that_nothing_was_sent(
    door: Door, case_id: UUID
) -> None:
    await in_a_bed(door, case_id)
    await told(door, case_id)
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text.split('id="stay-notices"')[1]
    assert "Nothing was sent" in page


async def test_given_no_basis_then_the_page_says_who_has_to_ask_and_nobody_is_told(
    door: Door, case_id: UUID
) -> None:
    await in_a_bed(door, case_id)
    await tell(door, case_id, "record-sharing-basis", basis="agreement")
    found = await detail(door, case_id)
    assert found["stay_to_tell"] == []
    refused = await told(door, case_id)
    assert refused.get("code") or refused["problem"]["code"] in ("consent-missing", "not-a-landlord-here")


async def test_given_somebody_hidden_then_nobody_is_told_of_their_stay_nor_suggested(
    door: Door, case_id: UUID
) -> None:
    await in_a_bed(door, case_id)
    async with transaction(door.worker) as session:
        person = select(CaseRow.person_id).where(CaseRow.id == case_id)
        await session.execute(
            update(Person).where(Person.id == person.scalar_subquery()).values(hidden_by_feed=True)
        )
    found = await detail(door, case_id)
    assert found["stay_to_tell"] == []
    body = {"kind": "tell-of-stay", "organisation_id": str(door.places.landlord), "news": "admitted"}
    refused = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    assert (refused.status_code, refused.json()["code"]) == (409, "stay-withheld")
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text.split('id="stay-notices"')[1]
    assert "nobody is informed of the stay" in page


@pytest.mark.parametrize(
    ("role", "org", "status"),
    [("discharge-team", "STRANGER", 404), ("coordinator", "LANDLORD", 403), ("trust-monitor", "TRUST", 403)],
)
async def test_given_whoever_has_no_such_part_when_they_record_or_tell_then_they_are_refused(
    door: Door, case_id: UUID, role: str, org: str, status: int
) -> None:
    for body in (
        {"kind": "record-capacity", "decision": "money", "capacity": "presumed"},
        {"kind": "record-choice-step", "step": "letter-1", "given_by": "ward"},
        {"kind": "tell-of-stay", "organisation_id": str(door.places.landlord), "news": "admitted"},
    ):
        answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, role, org)
        assert answer.status_code == status, answer.text


async def test_given_a_phone_when_the_case_and_its_forms_are_opened_then_nothing_is_found_wrong(
    door: Door, case_id: UUID, looking: Looking
) -> None:
    await in_a_bed(door, case_id)
    await tell(door, case_id, "record-capacity", decision="money", capacity="presumed")
    await tell(door, case_id, "record-wish", wish="own-home")
    await told(door, case_id)
    sign_in(door, "coordinator")
    for path in ("", "/do/record-capacity", "/do/record-best-interests", "/do/answer-stay-notice"):
        seen = await looking.look(f"/cases/{case_id}{path}", narrow=True)
        assert (seen.faults, seen.console) == ([], []), path
