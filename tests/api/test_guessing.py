"""Nobody learns from an answer whose a number is, or when somebody was born: every try answers alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from discharge.store.engine import transaction
from discharge.store.tables import (
    CaseRow,
    Person,
    PersonIdentifier,
    ReferralReviewerRow,
    Spell,
)
from fhir_adapters.store import referral_requests
from tests.api.conftest import NOW, Door
from tests.api.fhir.posting import FHIR, NHS, RESTRICTED
from tests.api.fhir.test_referral_requests import FORMS, sent
from tests.api.fhir.test_referral_requests import told as fhir_told
from tests.api.hidings.labels import labelled
from tests.api.referral_requests.test_service import EDITH, decided, referred_by, shape, waiting

OWN_PATIENT = "9990000042"
OTHERS = {"open": "9990000018", "no case": "9990000026", "hidden": "9990000034", "closed": "9990000069"}
NOBODY = "9990000077"
OWN_NUMBER = {"authority": "S-MRN", "value": "S1"}
ASKED = {"family_name": "Ashdown", "given_name": "Edith", "birth_date": "1941-05-02"}


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referral_requests, "MOST_OF_PERSON_A_DAY", 10_000)
    monkeypatch.setattr(referral_requests, "MOST_BY_CLIENT_AN_HOUR", 10_000)


@pytest.fixture
async def people(door: Door) -> None:
    """Alike in name and birth date, and of each kind that there is; one is the stranger's own patient."""
    await door.referred(person=ASKED | {"nhs_number": OTHERS["open"]})
    closed = await door.referred(person=ASKED | {"nhs_number": OTHERS["closed"]})
    for kind in ("no case", "hidden"):
        await door.admitted(OTHERS[kind])
    own = await door.admitted(OWN_PATIENT, "STRANGER")
    async with transaction(door.worker) as session:
        hidden = Person.nhs_number == OTHERS["hidden"]
        await session.execute(update(Person).where(hidden).values(location_hidden=True))
        ended = {"closed_on": NOW.date(), "outcome": "home"}
        await session.execute(update(CaseRow).where(CaseRow.id == closed).values(**ended))
        number = {"organisation_id": door.places.stranger, **OWN_NUMBER}
        session.add(PersonIdentifier(person_id=own, **number))


def attempts(*numbers: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every number with each local number, birth date and name that could be tried with it."""
    local = ([], [OWN_NUMBER], [{"authority": "S-MRN", "value": "S2"}])
    births, names = ("1941-05-02", "1950-01-01"), ("Ashdown", "Brook")
    for number, identifiers, birth, name in product(numbers, local, births, names):
        said = {"identifiers": identifiers, "birth_date": birth, "family_name": name}
        yield number, ASKED | said | {"nhs_number": number}


async def test_given_one_patient_of_its_own_when_numbers_are_combined_then_nobody_elses_is_told_apart(
    door: Door, people: None
) -> None:
    answers: dict[str, list[Any]] = {}
    for number, person in attempts(NOBODY, *OTHERS.values()):
        answer = await door.post("/api/v1/referrals", {"person": person}, "coordinator", "STRANGER")
        answers.setdefault(number, []).append((answer.status_code, shape(answer.json())))

    assert {status for status, _ in answers[NOBODY]} == {202}
    assert [each for each in OTHERS.values() if answers[each] != answers[NOBODY]] == []


async def test_given_its_own_patient_when_a_trust_refers_by_both_numbers_then_it_is_a_referral(
    door: Door, people: None
) -> None:
    person = ASKED | {"nhs_number": OWN_PATIENT, "identifiers": [OWN_NUMBER]}
    answer = await door.post("/api/v1/referrals", {"person": person}, "coordinator", "STRANGER")
    assert answer.json()["outcome"] != "requested"

    wrong = person | {"birth_date": "1950-01-01"}
    refused = await door.post("/api/v1/referrals", {"person": wrong}, "coordinator", "STRANGER")
    assert refused.json()["code"] == "patient-mismatch", "it sees its own patient's birth date anyway"


async def test_given_no_part_at_all_when_anything_is_combined_then_the_answer_is_one_and_the_same(
    door: Door, people: None
) -> None:
    answers = []
    for _, person in attempts(NOBODY, OWN_PATIENT, *OTHERS.values()):
        answer = await door.post("/api/v1/referrals", {"person": person}, "coordinator", "LANDLORD")
        answers.append((answer.status_code, shape(answer.json())))

    assert answers == answers[:1] * len(answers)
    assert answers[0][1]["outcome"] == "requested"


@pytest.mark.parametrize("form", FORMS)
async def test_given_a_stranger_when_it_tries_numbers_by_fhir_then_the_answer_is_one_and_the_same(
    door: Door, people: None, form: str
) -> None:
    answers = set()
    tried = product((NOBODY, OWN_PATIENT, *OTHERS.values()), ("1941-05-02", "1950-01-01"))
    for place, (nhs, born) in enumerate(tried):
        person = {"nhs": nhs, "born": born}
        answers.add(fhir_told(await sent(door, form, 100 + place, "LANDLORD", **person), person))

    assert len(answers) == 1


@pytest.mark.parametrize("number", [NOBODY, OTHERS["open"], OTHERS["hidden"]])
async def test_given_a_number_alone_when_a_stranger_refers_or_asks_on_condition_then_nothing_is_found(
    door: Door, people: None, number: str
) -> None:
    alone = await door.post("/api/v1/referrals", {"person": {"nhs_number": number}}, "system", "LANDLORD")
    assert (alone.status_code, alone.json()["code"]) == (422, "unknown-patient")
    write, path = FORMS["single"]
    condition = {"If-None-Exist": f"subject:identifier={NHS}|{number}", "Content-Type": FHIR}
    answer = await door.post(path, write(1), "system", "LANDLORD", **condition)
    assert answer.status_code == 201


# Those who take part, but only do their own work, read neither number nor birth date: nor do they guess them.


@pytest.fixture
async def landlords(door: Door) -> UUID:
    """A case in which the landlord takes part; it opened with a number of the trust's."""
    case_id = await door.referred(external_id="TRUST-7")
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    part = {"kind": "add-participant", "organisation_id": str(door.places.landlord), "role": "landlord"}
    await door.post(f"/api/v1/cases/{case_id}/commands", part, "coordinator")
    await door.settle()
    return case_id


async def test_given_a_landlord_of_the_case_when_it_tries_numbers_and_dates_then_nothing_is_told_apart(
    door: Door, landlords: UUID
) -> None:
    answers = []
    for number, birth in product((EDITH["nhs_number"], NOBODY), (EDITH["birth_date"], "1950-01-01")):
        answers.append(await referred_by(door, org="LANDLORD", nhs_number=number, birth_date=birth))
    assert [shape(each) for each in answers] == [shape(answers[0])] * 4

    for number in (EDITH["nhs_number"], NOBODY):
        body = {"person": {"nhs_number": number}}
        alone = await door.post("/api/v1/referrals", body, "coordinator", "LANDLORD")
        assert (alone.status_code, alone.json()["code"]) == (422, "unknown-patient")


async def test_given_a_landlord_when_it_refers_its_tenant_by_our_id_then_it_is_told_no_more_than_it_sees(
    door: Door, landlords: UUID
) -> None:
    person_id = str(await door.admitted())
    answer = await door.post(
        "/api/v1/referrals", {"person": {"person_id": person_id}}, "coordinator", "LANDLORD"
    )
    assert answer.json()["outcome"] == "requested"
    read = await door.get(answer.json()["status_url"], "coordinator", "LANDLORD")
    assert read.json()["said"]["person"]["family_name"] == "Ashdown"
    assert EDITH["nhs_number"] not in read.text
    assert EDITH["birth_date"] not in read.text

    [line] = await waiting(door)
    file = (await door.get(f"/api/v1/referral-requests/{line['request_id']}", "coordinator")).json()
    assert [each["person_id"] for each in file["candidates"]] == [person_id], "who is meant"
    taken = await decided(door, line["request_id"], decision="take-on", person=person_id, basis="consent")
    assert taken.json()["case_id"] == str(landlords)


async def test_given_a_landlord_when_it_hides_its_tenant_by_our_id_then_it_reads_no_number(
    door: Door, landlords: UUID
) -> None:
    person_id = await door.admitted()
    resource = labelled(subject={"reference": f"Patient/{person_id}"}, meta=RESTRICTED, contained=[])
    sent = await door.post(
        "/fhir/R4/ServiceRequest", resource, "system", "LANDLORD", **{"Content-Type": FHIR}
    )
    assert sent.status_code == 201, sent.text
    async with transaction(door.worker) as session:
        assert await session.scalar(select(func.homeward_hidden(person_id))), "it hides all the same"

    asked = await door.get("/api/v1/hidings", "system", "LANDLORD")
    assert [each["numbers"] for each in asked.json()["asked_by_you"]] == [[]]
    assert EDITH["nhs_number"] not in asked.text


SEARCHES = (
    "ServiceRequest?identifier=TRUST-7",
    f"ServiceRequest?subject:identifier={NHS}|9990000018",
    f"ServiceRequest?subject.identifier={NHS}|9990000018",
    f"Task?patient={NHS}|9990000018",
    "ServiceRequest?status=revoked",
    "Task?status=cancelled",
)


async def test_given_a_landlord_when_it_searches_by_what_it_is_not_shown_then_nothing_matches(
    door: Door, landlords: UUID
) -> None:
    await door.asked(landlords, "withdraw-referral", reason="no-longer-needed")
    for search in SEARCHES:
        seen = (await door.get(f"/fhir/R4/{search}", "system", "TRUST")).json()
        assert (search, seen["total"]) == (search, 1)
        guessed = await door.get(f"/fhir/R4/{search}", "system", "LANDLORD")
        if guessed.status_code != 403:  # it finds the case neither by how it ended nor by how it did not
            assert (search, guessed.json()["total"]) == (search, 0)
    ended = (await door.get("/fhir/R4/ServiceRequest?status=completed", "system", "LANDLORD")).json()
    [every] = (await door.get("/fhir/R4/ServiceRequest", "system", "LANDLORD")).json()["entry"]
    assert ended["total"] == 0
    assert "status" not in every["resource"]


async def test_given_a_landlord_when_it_filters_the_worklist_by_what_it_is_not_shown_then_it_is_refused(
    door: Door, landlords: UUID
) -> None:
    await door.asked(landlords, "set-criteria-to-reside", "discharge-team", met=False)
    for only in ("waiting", "home-not-ready", "awaiting-spell"):
        answer = await door.get(f"/api/v1/cases?only={only}", "coordinator", "LANDLORD")
        assert (only, answer.status_code, answer.json()["code"]) == (only, 403, "filter-not-seen")
    assert (await door.get("/api/v1/cases?only=waiting", "coordinator")).json()["total"] == 1


async def test_given_a_trust_that_reviewed_a_request_when_the_stay_ends_then_it_reads_it_no_longer(
    door: Door,
) -> None:
    person_id = await door.admitted()
    request = await referred_by(door)
    assert len(await waiting(door, "discharge-team", "TRUST")) == 1
    async with transaction(door.worker) as session:
        stays = update(Spell).where(Spell.person_id == person_id)
        await session.execute(stays.values(status="discharged", discharged_at=NOW - timedelta(days=1)))

    assert await waiting(door, "discharge-team", "TRUST") == []
    assert (await door.get(request["status_url"], "discharge-team", "TRUST")).status_code == 404
    body = {"decision": "take-on", "person": str(person_id), "basis": "consent"}
    refused = await decided(door, request["command_id"], "discharge-team", "TRUST", **body)
    assert refused.status_code == 404
    assert len(await waiting(door)) == 1, "the housing service goes on"
    async with transaction(door.worker) as session:
        await session.execute(select(func.homeward_route_request(UUID(request["command_id"]))))
        reviewers = await session.scalars(select(ReferralReviewerRow.organisation_id))
        assert reviewers.all() == [door.places.housing]
