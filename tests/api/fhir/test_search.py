"""FHIR searches: what is asked for is found, or refused by its name; a list is sorted and goes on."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from tests.api.conftest import Door
from tests.api.fhir.posting import NHS, OTHER, OURS, PATIENT, found, made, request, told

pytestmark = pytest.mark.usefixtures("inpatients")


@pytest.fixture
async def two(door: Door) -> tuple[str, str]:
    """Two referrals, of Integra Testperson and of Person Other; the second was withdrawn."""
    local = {"system": "https://trust.example/mrn", "value": "M-1"}
    await made(door, request(patient={"identifier": [*PATIENT["identifier"], local]}))
    more = [{"system": "https://trust.example/referral", "value": "DUP-2"}, {"value": "W,7"}]
    await made(door, request(patient=OTHER, identifier=more))
    [first] = await found(door, "ServiceRequest?identifier=DUP-1")
    [second] = await found(door, "ServiceRequest?identifier=DUP-2")
    withdrawn = {"reason": "no-longer-needed"}
    await door.asked(UUID(second["id"]), "withdraw-referral", "discharge-team", **withdrawn)
    return first["id"], second["id"]


async def test_given_two_referrals_when_searched_in_each_way_then_what_was_asked_for_is_found(
    door: Door, two: tuple[str, str]
) -> None:
    first, second = two
    [one] = await found(door, f"ServiceRequest?_id={first}")
    person = one["subject"]["reference"]
    here = "http://homeward.test/fhir/R4/"
    expected = {
        f"_id={first},{second}": {first, second},
        f"_id={first}&_id={second}": set(),
        f"_id={uuid4()},{second}": {second},
        f"subject={person}": {first},
        f"patient={person}": {first},
        f"patient={person.removeprefix('Patient/')}": {first},
        f"subject={here}{person}": {first},
        f"subject:Patient={person.removeprefix('Patient/')}": {first},
        f"patient.identifier={NHS}|9990000026": {second},
        f"subject:identifier={NHS}|9990000026": {second},
        f"patient={NHS}|9990000018,{NHS}|9990000026": {first, second},
        "patient:identifier=https://trust.example/mrn|M-1": {first},
        "patient:identifier=M-1": {first},
        "patient:identifier=https://trust.example/other|M-1": set(),
        "status=active": {first},
        "status=revoked": {second},
        "status=active,revoked": {first, second},
        "status=completed": set(),
        "identifier=https://trust.example/referral|DUP-1": {first},
        "identifier=DUP-1,DUP-2": {first, second},
        "identifier=https://trust.example/other|DUP-1": set(),
        "identifier=|W\\,7": {second},
        "identifier=W\\,7": {second},
        f"identifier={OURS}/Id/case|{first}": {first},
        f"identifier={first}": {first},
        "_lastUpdated=ge2020": {first, second},
        "_lastUpdated=lt2020-01-01": set(),
        "_lastUpdated=gt2020-01-01T10:00:00Z&status=active": {first},
        "": {first, second},
    }
    for query, ids in expected.items():
        escaped = quote(query, safe="=&:|,/")
        assert {each["id"] for each in await found(door, f"ServiceRequest?{escaped}")} == ids, query


async def test_given_tasks_when_searched_by_referral_and_status_then_both_conditions_hold(
    door: Door, two: tuple[str, str]
) -> None:
    first, second = two
    here = "http://homeward.test/fhir/R4/ServiceRequest/"
    expected = {
        f"focus=ServiceRequest/{first}": {first},
        f"focus={here}{first}&status=received": {first},
        f"focus={first}&status=completed": set(),
        f"focus:ServiceRequest={second}&status=cancelled": {second},
        f"patient:identifier={NHS}|9990000018": {first},
        "status=cancelled,received": {first, second},
    }
    for query, ids in expected.items():
        assert {each["id"] for each in await found(door, f"Task?{query}")} == ids, query


@pytest.mark.parametrize(
    ("search", "parameter"),
    [
        ("ServiceRequest?authored=2026-03-01", "authored"),
        ("ServiceRequest?status:not=active", "status:not"),
        ("ServiceRequest?_sort=-authored", "_sort"),
        ("ServiceRequest?_include=ServiceRequest:subject", "_include"),
        ("ServiceRequest?patient.name=Other", "patient.name"),
        ("ServiceRequest?_count=many", "_count"),
        ("ServiceRequest?_lastUpdated=yesterday", "_lastUpdated"),
        ("ServiceRequest?_lastUpdated=ap2026", "_lastUpdated"),
        ("ServiceRequest?identifier=", "identifier"),
        ("ServiceRequest?subject=https://other.example/fhir/Patient/1", "subject"),
        ("Task?owner=Organization/1", "owner"),
        ("Task?identifier=DUP-1", "identifier"),
        ("Task?focus=https://other.example/fhir/ServiceRequest/1", "focus"),
        ("DocumentReference?type=x", "type"),
        ("DocumentReference", "patient"),
    ],
)
async def test_given_a_search_that_cannot_be_done_when_asked_then_it_is_refused_by_name(
    door: Door, search: str, parameter: str
) -> None:
    answer = await door.get(f"/fhir/R4/{search}", "coordinator")

    assert told(answer) == (400, "search-parameter", parameter)


async def test_given_more_than_a_page_when_searched_then_it_is_sorted_counted_and_goes_on(door: Door) -> None:
    for day, patient in enumerate((None, OTHER, {"identifier": [{"system": NHS, "value": "9990000034"}]}), 1):
        await made(door, request(patient=patient, identifier=None, authoredOn=f"2026-02-0{day}"))
    place, pages = "/fhir/R4/ServiceRequest?_count=2&status=active", []
    while place:
        page = (await door.get(place, "system")).json()
        links = {each["relation"]: each["url"] for each in page["link"]}
        assert (page["total"], "status=active" in links["self"]) == (3, True)
        pages.append([each["resource"]["authoredOn"] for each in page["entry"]])
        place = links.get("next", "").removeprefix("http://homeward.test")

    assert pages == [["2026-02-03", "2026-02-02"], ["2026-02-01"]]
    counted = (await door.get("/fhir/R4/ServiceRequest?_count=0", "system")).json()
    assert (counted["total"], "entry" in counted) == (3, False)


async def test_given_referrals_that_wait_as_requests_when_searched_then_each_condition_holds_of_them_too(
    door: Door,
) -> None:
    local = {"system": "https://trust.example/mrn", "value": "M-7"}
    unknown = {"identifier": [{"system": NHS, "value": "9990000042"}, local]}
    await made(door, request(patient=unknown))
    assert len(await found(door, "Task")) == 1

    for fits in (
        "Task?status=requested",
        "Task?status=requested,completed&_lastUpdated=ge2026-03-02",
        "ServiceRequest?status=active",
        "ServiceRequest?identifier=DUP-1",
        "ServiceRequest?identifier=https://trust.example/referral|DUP-1",
        f"ServiceRequest?patient:identifier={NHS}|9990000042",
        "ServiceRequest?subject:identifier=https://trust.example/mrn|M-7",
        "ServiceRequest?subject:identifier=M-7",
    ):
        assert len(await found(door, fits)) == 1, fits
    for fits_not in (
        "Task?status=completed",
        "Task?_lastUpdated=lt2026-03-02",
        "ServiceRequest?identifier=DUP-9",
        "ServiceRequest?subject:identifier=https://trust.example/other|M-7",
        f"ServiceRequest?patient:identifier={NHS}|9990000018",
    ):
        assert await found(door, fits_not) == [], fits_not


async def test_given_a_number_of_a_case_when_postgresql_is_asked_for_it_then_only_who_takes_part_finds_it(
    door: Door, two: tuple[str, str], api: AsyncEngine
) -> None:
    first, second = (UUID(each) for each in two)
    asked = text("SELECT homeward_cases_numbered(CAST(:keys AS text[]))")

    async def find(organisation: UUID, *keys: str) -> set[UUID]:
        async with transaction(api, organisation_id=organisation) as session:
            return set(await session.scalars(asked, {"keys": list(keys)}))

    trust = door.places.trust
    assert await find(trust, "|DUP-1", "W,7", "|W,7") == {first, second}
    assert await find(trust, "https://trust.example/referral|DUP-2") == {second}
    assert await find(trust, "|DUP", "DUP-1", "|nothing") == set()
    assert await find(door.places.stranger, "|DUP-1", "W,7", "|W,7") == set()
