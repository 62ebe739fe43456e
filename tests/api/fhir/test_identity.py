"""Which referral is which: the sender's own number, a key, and a condition that is a search."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from discharge.clocks import london_date
from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, CommandRow
from fhir_adapters.fhir.modifiers import walk
from tests.api.conftest import Door
from tests.api.fhir.posting import NHS, OTHER, PATIENT, found, made, post, request, told

pytestmark = pytest.mark.usefixtures("inpatients")


async def test_given_a_number_of_a_referral_when_another_person_is_sent_under_it_then_it_is_a_conflict(
    door: Door,
) -> None:
    await made(door, request())
    answer = await post(door, request(patient=OTHER))

    assert told(answer) == (409, "referral-number-used", "ServiceRequest.identifier")
    assert "another person" in answer.text
    assert "Testperson" not in answer.text
    assert [each["identifier"][0]["value"] for each in await found(door, "ServiceRequest")] == ["DUP-1"]


async def test_given_a_used_number_when_somebody_unknown_is_sent_under_it_then_it_is_a_conflict_too(
    door: Door,
) -> None:
    await made(door, request())
    unknown = {**OTHER, "identifier": [{"system": NHS, "value": "9990000042"}]}
    answer = await post(door, request(patient=unknown))

    assert told(answer) == (409, "referral-number-used", "ServiceRequest.identifier")


async def test_given_a_number_of_a_referral_when_other_content_is_sent_under_it_then_it_is_a_conflict(
    door: Door,
) -> None:
    await made(door, request())
    answer = await post(door, request(note=[{"text": "Ground floor only."}]))

    assert told(answer) == (409, "referral-number-used", "ServiceRequest.identifier")
    assert "other content" in answer.text
    assert await door.settle() == 0


async def test_given_a_used_number_when_another_person_comes_with_a_key_of_its_own_then_it_is_a_conflict(
    door: Door,
) -> None:
    await made(door, request(), **{"Idempotency-Key": "one"})
    answer = await post(door, request(patient=OTHER), **{"Idempotency-Key": "two"})

    assert told(answer)[:2] == (409, "referral-number-used")


async def test_given_a_referral_when_the_same_is_sent_again_then_what_it_made_answers(door: Door) -> None:
    first = await made(door, request())
    again = await post(door, request())

    assert (first.status_code, again.status_code) == (202, 200)
    numbers = [each["value"] for each in again.json()["identifier"]]
    assert numbers == ["DUP-1", again.json()["id"]]


async def test_given_a_referral_that_its_case_refused_when_it_is_corrected_then_its_number_is_free(
    door: Door,
) -> None:
    today = door.clock.now
    door.clock.now = today + timedelta(days=1)  # the door's clock is ahead of the case's
    assert (await post(door, request(authoredOn=london_date(door.clock.now).isoformat()))).status_code == 202
    door.clock.now = today
    await door.settle()
    async with transaction(door.worker) as session:
        assert [row.state for row in await session.scalars(select(CommandRow))] == ["refused"]
    await made(door, request())

    assert len(await found(door, "ServiceRequest?identifier=DUP-1")) == 1


@pytest.mark.parametrize("condition", ["identifier=https://trust.example/referral|DUP-1", "identifier=DUP-1"])
async def test_given_if_none_exist_when_it_finds_one_then_that_answers_whatever_is_posted(
    door: Door, condition: str
) -> None:
    await made(door, request())
    answer = await post(door, request(patient=OTHER, identifier=None), **{"If-None-Exist": condition})

    assert answer.status_code == 200
    assert answer.json()["identifier"][0]["value"] == "DUP-1"
    assert await door.settle() == 0


async def test_given_if_none_exist_when_it_finds_none_then_the_referral_is_made(door: Door) -> None:
    await made(door, request())
    number = [{"system": "https://trust.example/referral", "value": "NEW-1"}]
    asked = request(patient=OTHER, identifier=number)
    await made(door, asked, **{"If-None-Exist": "identifier=https://trust.example/referral|NEW-1"})

    assert len(await found(door, "ServiceRequest")) == 2


async def test_given_if_none_exist_when_it_finds_several_then_nothing_is_made_and_it_is_said(
    door: Door,
) -> None:
    await made(door, request())
    await made(door, request(patient=OTHER, identifier=None))
    answer = await post(door, request(identifier=None), **{"If-None-Exist": "status=active"})

    assert told(answer)[:2] == (412, "condition-matches-many")


async def test_given_if_none_exist_when_a_part_of_it_is_not_looked_at_then_it_is_refused(door: Door) -> None:
    answer = await post(door, request(), **{"If-None-Exist": "identifier:not=x"})

    assert told(answer) == (400, "search-parameter", "identifier:not")


async def test_given_if_none_exist_when_the_referral_still_waits_then_its_command_answers(door: Door) -> None:
    first = await post(door, request())
    condition = {"If-None-Exist": "identifier=https://trust.example/referral|DUP-1"}
    again = await post(door, request(identifier=None), **condition)

    assert again.status_code == 202
    assert again.headers["content-location"] == first.headers["content-location"]


async def test_given_several_numbers_of_a_sender_when_read_then_each_comes_back_beside_ours(
    door: Door,
) -> None:
    numbers = [
        {"system": "https://trust.example/referral", "value": "DUP-1"},
        {"system": "https://trust.example/order", "value": "O-9"},
        {"value": "plain", "use": "secondary"},
        {"system": "https://trust.example/referral", "value": "gone", "use": "old"},
    ]
    mrn = {"system": "https://trust.example/mrn", "value": "M-1"}
    await made(door, request({"identifier": [*PATIENT["identifier"], mrn]}, identifier=numbers))
    [referral] = await found(door, "ServiceRequest?identifier=https://trust.example/order|O-9")
    person = f"/fhir/R4/{referral['subject']['reference']}"
    own, housing = (await door.get(person, "system")).json(), (await door.get(person, "coordinator")).json()

    assert referral["identifier"][:3] == [*numbers[:2], {"value": "plain"}]
    assert own["identifier"][1:] == [mrn]
    assert len(housing["identifier"]) == 1


async def test_given_what_is_read_when_it_refers_to_anything_of_ours_then_the_address_leads_there(
    door: Door,
) -> None:
    await made(door, request())
    [referral], [task] = await found(door, "ServiceRequest"), await found(door, "Task")
    references = [
        node["reference"]
        for resource in (referral, task)
        for _, node in walk(resource, "")
        if "reference" in node and not node["reference"].startswith("#")
    ]

    assert {each.partition("/")[0] for each in references} == {"Encounter", "Patient", "ServiceRequest"}
    for reference in references:
        assert (await door.get(f"/fhir/R4/{reference}", "system")).status_code == 200


async def noted(door: Door) -> dict[UUID, AuditRead]:
    """Every look that was noted so far."""
    async with transaction(door.worker) as session:
        return {row.id: row for row in await session.scalars(select(AuditRead))}


async def test_given_each_kind_of_resource_when_read_or_searched_then_who_looked_at_whom_is_noted(
    door: Door,
) -> None:
    await made(door, request())
    [referral] = await found(door, "ServiceRequest")
    person = UUID(referral["subject"]["reference"].removeprefix("Patient/"))
    case, looks = UUID(referral["id"]), {}
    for what, path in {
        "Patient": f"Patient/{person}",
        "Encounter": referral["encounter"]["reference"],
        "ServiceRequest": f"ServiceRequest/{case}",
        "Task": f"Task/{case}",
        "search for ServiceRequest": f"ServiceRequest?patient={person}",
        "search for Task": f"Task?focus={case}",
    }.items():
        before = await noted(door)
        assert (await door.get(f"/fhir/R4/{path}", "coordinator")).status_code == 200
        [look] = [each for key, each in (await noted(door)).items() if key not in before]
        looks[what] = look.what
        assert (look.role, look.person_ids) == ("coordinator", [person]), what
        assert look.case_ids == ([] if what in ("Patient", "Encounter") else [case]), what

    assert looks == {what: what for what in looks}
