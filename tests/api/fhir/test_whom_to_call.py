"""Whom to call by a FHIR referral: known once its case accepts it, beside what the hospital says."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from discharge.cases.commands import ANSWER, ENVELOPE
from discharge.clocks import CaseClock
from discharge.errors import Refused
from discharge.store.engine import make_sessions, transaction
from discharge.store.tables import CommandRow, Person, PersonContact, ReferralRequestRow
from fhir_adapters.fhir.whom_to_call import MOST
from fhir_adapters.hl7v2.store.merges import MergeCause
from fhir_adapters.hl7v2.store.person_merge import part, unite
from fhir_adapters.store.referral_contacts import ReferralContactsRow
from fhir_adapters.store.requests_with_part import settle_requests
from fhir_adapters.store.tables import FactRow, InboxRow
from housing_checks.pathway import DECIDERS
from tests.api.conftest import NOW, Door
from tests.api.fhir.posting import RESTRICTED, bundle, entry, post, request
from tests.api.referral_requests.test_service import decided
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample
from workflows.activities.case_record import apply
from workflows.ports import Apply
from workflows.store import askers

HOME, MOBILE, RUTH = "0113 496 0001", "07700 900123", "07700 900222"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
EDITH: dict[str, Any] = {
    "name": [{"family": "Ashdown", "given": ["Edith"]}],
    "birthDate": "1941-05-02",
}
REACHED: dict[str, Any] = EDITH | {
    "telecom": [{"system": "phone", "value": HOME}],
    "contact": [
        {
            "name": {"given": ["Ruth"], "family": "Ashdown"},
            "relationship": [{"text": "Daughter"}],
            "telecom": [{"system": "phone", "value": RUTH}],
        }
    ],
    "generalPractitioner": [
        {"identifier": {"system": ODS, "value": "B86001"}, "display": "Elm Surgery"},
        {"display": "Dr Andy Chivers"},
    ],
}
ALL = {
    ("phone", HOME, ""),
    ("next-of-kin", RUTH, "Ruth Ashdown"),
    ("gp-practice", "B86001", "Elm Surgery"),
    ("gp", "", "Dr Andy Chivers"),
}


async def answered(door: Door) -> list[str]:
    """Have the worker decide and record what waits; what became of each."""
    async with transaction(door.worker) as session:
        rows = await session.scalars(select(CommandRow).where(CommandRow.state == "taken"))
        waiting = [ENVELOPE.read(row.envelope) for row in rows]
    asked = (
        Apply(case_id=each.case_id, command_id=each.command_id, case_time=door.clock.now) for each in waiting
    )
    return [
        (await apply(make_sessions(door.worker), CaseClock.real(), each)).applied.outcome for each in asked
    ]


async def refer(door: Door, number: str = "1", organisation: str = "TRUST", **patient: Any) -> Any:
    """Refer by FHIR under a number of the sender's, and have it answered."""
    numbered = [{"system": "https://trust.example/referral", "value": number}]
    body = request(patient=patient or REACHED, identifier=numbered)
    headers = {"Content-Type": "application/fhir+json"}
    answer = await door.post("/fhir/R4/ServiceRequest", body, "system", organisation, **headers)
    assert answer.status_code in (200, 201, 202), answer.text
    await answered(door)
    return answer


async def held(door: Door) -> set[tuple[str, str, str]]:
    """Whom to call, as it is written down."""
    async with transaction(door.worker) as session:
        return {(row.kind, row.value, row.name or "") for row in await session.scalars(select(PersonContact))}


async def rows(door: Door, table: type[Any]) -> list[Any]:
    async with transaction(door.worker) as session:
        return list(await session.scalars(select(table)))


async def case_of(door: Door) -> UUID:
    async with transaction(door.worker) as session:
        found = await session.scalar(select(CommandRow.case_id).where(CommandRow.kind == "refer"))
    assert found is not None
    return found


async def listed(door: Door, role: str = "discharge-team") -> list[dict[str, Any]]:
    answer = await door.get(f"/api/v1/cases/{await case_of(door)}/contact-details", role)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["contacts"]
    return found


# Taken, and when


async def test_given_a_referral_when_its_case_accepts_it_then_everybody_to_call_is_listed_with_who_said_so(
    door: Door,
) -> None:
    await door.admitted()
    await made_only(door)
    assert await held(door) == set()
    assert len(await rows(door, ReferralContactsRow)) == 1

    await answered(door)

    assert await held(door) == ALL
    assert await rows(door, ReferralContactsRow) == []
    said = {each["said"]["value"]: each["said"] for each in await listed(door) if each["said"]}
    assert (said[RUTH]["relationship"], said[RUTH]["said_on"]) == ("Daughter", NOW.date().isoformat())
    assert {each["referred_by"] for each in said.values() if each["kind"] != "ward"} == {"Trust"}


async def made_only(door: Door) -> None:
    answer = await post(door, request(patient=REACHED))
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize("way", ["sent-again", "heard-twice"])
async def test_given_the_same_referral_twice_then_it_is_known_once(door: Door, way: str) -> None:
    await door.admitted()
    await refer(door)
    before = {row.id for row in await rows(door, PersonContact)}
    if way == "heard-twice":
        [command] = await rows(door, CommandRow)
        async with transaction(door.worker) as session:
            await askers.hear(session, ANSWER.read(command.answer))
    else:
        await refer(door)
    assert {row.id for row in await rows(door, PersonContact)} == before
    assert len([row for row in await rows(door, FactRow) if row.kind == "contacts-referred"]) == 1


async def test_given_a_case_that_refuses_when_it_answers_then_nothing_of_it_stays(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_: object) -> list[Any]:
        raise Refused("not-found")

    await door.admitted()
    await made_only(door)
    monkeypatch.setitem(DECIDERS, "refer", no)  # type: ignore[arg-type]
    assert await answered(door) == ["refused"]
    assert await held(door) == set()
    assert await rows(door, ReferralContactsRow) == []


# Who else speaks of them


async def test_given_what_the_hospital_says_when_it_refers_then_both_stand_and_what_repeats_stands_once(
    door: Door, intake: Intake
) -> None:
    kin = {"NK1": {1: "1", 2: "ASHDOWN^RUTH", 3: "CHD", 5: "07700900222"}, "PID": {13: "01134960001"}}
    await intake.take(Sample(more=kin).raw())
    more = [{"system": "phone", "value": HOME}, {"system": "phone", "value": MOBILE}]
    holder = copy.deepcopy(REACHED["contact"])
    holder[0]["relationship"] = [{"text": "Key holder"}]
    await refer(door, **REACHED | {"telecom": more, "contact": [*REACHED["contact"], *holder]})

    shown = {
        (row.kind, row.value, row.organisation_id is not None) for row in await rows(door, PersonContact)
    }
    assert shown == {
        ("phone", "01134960001", False),
        ("mobile", MOBILE, True),
        ("next-of-kin", "07700900222", False),
        ("next-of-kin", RUTH, True),  # as key-holder
        ("gp-practice", "B86001", True),
        ("gp", "", True),
    }


async def test_given_numbers_that_differ_by_their_extension_then_each_is_shown(door: Door) -> None:
    await door.admitted()
    numbers = ("0113 496 0001 ext 12", "0113 496 0001 ext 34", "0113 496 0001")
    telecoms = [{"system": "phone", "value": each} for each in numbers]
    await refer(door, **EDITH | {"telecom": telecoms})
    assert {value for _, value, _ in await held(door)} == set(numbers[:2])


async def test_given_thousands_of_contacts_when_referred_then_as_many_as_are_taken_are_known_at_once(
    door: Door,
) -> None:
    await door.admitted()
    many = [
        {"name": {"text": f"Ruth {n}"}, "telecom": [{"system": "phone", "value": f"07700 9{n:05}"}]}
        for n in range(3_000)
    ]
    await refer(door, **EDITH | {"contact": many})
    assert len(await held(door)) == MOST


async def test_given_a_referral_when_the_hospital_speaks_afterwards_then_nothing_of_it_is_lost(
    door: Door, intake: Intake
) -> None:
    await intake.take(Sample().raw())
    await refer(door)
    later = Sample(trigger="A08", message_id="M2", sent="20260304090000", more={"PID": {13: "01134960077"}})
    await intake.take(later.raw())

    assert await held(door) == ALL | {("phone", "01134960077", "")}


async def test_given_one_message_after_another_of_a_batch_then_what_referrals_said_stands(
    door: Door, intake: Intake
) -> None:
    """A batch of messages works on what it loaded before."""
    await intake.take(Sample().raw())
    await refer(door)
    others = [Sample(trigger="A08", message_id=f"M{n}", sent=f"202603040900{n:02}") for n in range(2, 6)]
    await intake.take(*(each.raw() for each in others))

    assert await held(door) >= ALL


async def test_given_the_same_sender_when_it_refers_again_then_its_own_list_is_replaced_and_the_rest_stands(
    door: Door,
) -> None:
    await door.admitted()
    await refer(door)
    await refer(door, "2", **EDITH | {"telecom": [{"system": "phone", "value": MOBILE}]})
    assert await held(door) == (ALL - {("phone", HOME, "")}) | {("mobile", MOBILE, "")}

    await refer(door, "3", **EDITH | {"telecom": [{"system": "phone", "value": MOBILE, "use": "old"}]})
    assert await held(door) == ALL - {("phone", HOME, "")}

    await refer(door, "4", **REACHED)
    assert await held(door) == ALL


async def test_given_another_organisation_with_a_part_when_it_refers_then_what_the_first_said_stands(
    door: Door,
) -> None:
    await door.admitted()
    await refer(door)
    await door.admitted(organisation="STRANGER")
    await refer(door, "2", "STRANGER", **EDITH | {"telecom": [{"system": "phone", "value": MOBILE}]})

    assert await held(door) == ALL | {("mobile", MOBILE, "")}


async def test_given_a_batch_that_refers_two_people_then_each_has_their_own_contacts(door: Door) -> None:
    edith = await door.admitted()
    paul = await door.admitted("9990000026", family_name="Brook", given_name="Paul")
    number = [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}]
    his = {
        "identifier": number,
        "name": [{"family": "Brook", "given": ["Paul"]}],
        "birthDate": "1941-05-02",
        "telecom": [{"system": "phone", "value": MOBILE}],
    }
    answer = await post(
        door,
        bundle("batch", entry(request(patient=REACHED)), entry(request(patient=his, identifier=None))),
        "",
    )
    assert answer.status_code == 200, answer.text
    assert await answered(door) == ["applied", "applied"]

    assert await values_of(door, edith) == {HOME, RUTH, "B86001", ""}
    assert await values_of(door, paul) == {MOBILE}


# Strangers


@pytest.mark.parametrize("form", ["single", "batch"])
async def test_given_a_stranger_when_it_refers_then_nothing_is_known_until_its_request_is_taken_on(
    door: Door, form: str
) -> None:
    await door.admitted()
    body = request(patient=REACHED)
    headers = {"Content-Type": "application/fhir+json"}
    whole = body if form == "single" else bundle("batch", entry(body))
    path = "/fhir/R4/ServiceRequest" if form == "single" else "/fhir/R4"
    for _ in range(2):
        answer = await door.post(path, whole, "system", "STRANGER", **headers)
        assert answer.status_code in (200, 201), answer.text
    [row] = await rows(door, ReferralRequestRow)
    assert await held(door) == set()
    assert RUTH not in str(row.said)

    shown = (await door.get(f"/api/v1/referral-requests/{row.id}", "coordinator", "HOUSING")).json()
    person = shown["candidates"][0]["person_id"]
    took = await decided(door, str(row.id), decision="take-on", person=person, basis="consent")
    assert took.status_code == 202, took.text
    door.clock.now += timedelta(days=2)
    await answered(door)

    assert await held(door) == ALL
    assert {each.said_on for each in await rows(door, PersonContact)} == {NOW.date()}


async def test_given_a_request_when_its_case_refuses_that_it_is_taken_on_then_it_waits_with_its_contacts(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_: object) -> list[Any]:
        raise Refused("not-found")

    await refer(door, organisation="STRANGER")
    [row] = await rows(door, ReferralRequestRow)
    await decided(door, str(row.id), decision="take-on", person="new", basis="consent")
    monkeypatch.setitem(DECIDERS, "refer", no)  # type: ignore[arg-type]
    assert await answered(door) == ["refused"]
    assert len(await rows(door, ReferralContactsRow)) == 1
    monkeypatch.undo()
    [made] = await rows(door, Person)
    await decided(door, str(row.id), decision="take-on", person=str(made.id), basis="consent")
    assert await answered(door) == ["applied"]
    assert await held(door) == ALL


async def test_given_a_request_when_the_stay_arrives_then_its_contacts_come_with_it(door: Door) -> None:
    await refer(door)
    assert await held(door) == set()
    await door.admitted()
    async with transaction(door.worker) as session:
        assert await settle_requests(session, door.clock.now) == 1
    await answered(door)

    assert await held(door) == ALL


# Who may know


async def test_given_somebody_hidden_when_they_are_referred_then_no_number_is_shown_to_anybody(
    door: Door,
) -> None:
    await door.admitted()
    body = request(patient=REACHED, meta=RESTRICTED)
    await post(door, body)
    await answered(door)
    found = await door.get(f"/api/v1/cases/{await case_of(door)}/contact-details", "discharge-team")

    assert await held(door) == ALL
    assert found.json()["withheld"] is True
    for number in (HOME, RUTH, "B86001"):
        assert number not in found.text


async def test_given_a_number_that_is_not_safe_when_a_referral_says_it_then_it_is_marked(door: Door) -> None:
    await door.admitted()
    await refer(door)
    case_id = await case_of(door)
    said = {"role": "other", "name": "Somebody", "phone": RUTH, "source": "family", "safe_to_ring": "no"}
    kept = await door.post(f"/api/v1/cases/{case_id}/contact-details", said, "discharge-team")
    assert kept.status_code == 201, kept.text
    of_ruth = next(each for each in await listed(door) if each["role"] == "next-of-kin")

    assert (of_ruth["mark"], of_ruth["dial"]) == ("not-safe", None)


async def test_given_what_staff_corrected_when_a_referral_says_otherwise_then_both_are_told_and_by_whom(
    door: Door,
) -> None:
    await door.admitted()
    await refer(door)
    ruth = next(each for each in await listed(door) if each["role"] == "next-of-kin")
    path = f"/api/v1/cases/{await case_of(door)}/contact-details/{ruth['contact_id']}/correct"
    said = {"role": "next-of-kin", "name": "Ruth Ashdown", "phone": "07700 900555", "source": "person"}
    assert (await door.post(path, said, "discharge-team")).status_code == 200
    new = copy.deepcopy(REACHED)
    new["contact"][0]["telecom"][0]["value"] = "07700 900666"
    await refer(door, "2", **new)

    ruth = next(each for each in await listed(door) if each["role"] == "next-of-kin")
    assert ruth["phone"] == "07700 900555"
    assert [(each["value"], each["referred_by"]) for each in ruth["otherwise"]] == [("07700 900666", "Trust")]


async def test_given_a_message_about_two_people_when_one_has_contacts_then_its_text_stays_closed(
    door: Door,
) -> None:
    """The other may be hidden: a fact about one says nothing of whom else the bundle is about."""
    await door.admitted()
    stranger = {"identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}]}
    second = request(patient={**EDITH, **stranger, "address": [{"line": ["7 Secret Row"]}]}, identifier=None)
    answer = await post(door, bundle("batch", entry(request(patient=REACHED)), entry(second)), "")
    assert answer.status_code == 200, answer.text
    await answered(door)
    [message] = await rows(door, InboxRow)
    shown = await door.get(f"/api/v1/messages/{message.id}", "operator")

    assert await held(door) == ALL
    assert shown.status_code == 200, shown.text
    assert "Secret Row" not in shown.text


# Two records that are one


async def test_given_two_records_when_they_are_one_then_whom_to_call_is_told_of_both_until_they_are_apart(
    door: Door,
) -> None:
    await door.admitted()
    await refer(door)
    [person] = await rows(door, Person)
    async with transaction(door.worker) as session:
        survivor = Person(id=uuid4(), family_name="Ashdown", given_name="Edith", birth_date=date(1941, 5, 2))
        session.add(survivor)
    cause = MergeCause(door.places.trust, "decision", uuid4(), NOW)
    async with transaction(door.worker) as session:
        link = await unite(session, cause, survivor.id, person.id)
    assert link is not None
    assert (
        await values_of(door, survivor.id) == await values_of(door, person.id) == {HOME, RUTH, "B86001", ""}
    )
    async with transaction(door.worker) as session:
        assert await part(session, cause, await session.merge(link))
    assert await values_of(door, survivor.id) == set()
    assert await values_of(door, person.id) == {HOME, RUTH, "B86001", ""}


async def test_given_a_record_that_became_anothers_when_its_case_answers_then_the_contacts_are_the_others(
    door: Door,
) -> None:
    await door.admitted()
    await made_only(door)
    [person] = await rows(door, Person)
    async with transaction(door.worker) as session:
        survivor = Person(id=uuid4(), family_name="Ashdown", given_name="Edith", birth_date=date(1941, 5, 2))
        session.add(survivor)
    async with transaction(door.worker) as session:
        await unite(session, MergeCause(door.places.trust, "decision", uuid4(), NOW), survivor.id, person.id)
    await answered(door)

    assert await values_of(door, survivor.id) == {HOME, RUTH, "B86001", ""}


async def values_of(door: Door, person_id: UUID) -> set[str]:
    return {row.value for row in await rows(door, PersonContact) if row.person_id == person_id}


async def test_given_a_referral_that_names_nobody_then_nothing_waits(door: Door) -> None:
    await door.admitted()
    await post(door, request(patient=EDITH))
    assert await rows(door, ReferralContactsRow) == []
