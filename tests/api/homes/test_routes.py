"""Homes on the list, through the interface: added, changed, withdrawn; and what others are told of a hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import AuditWrite
from housing_checks.store import holds
from tests.api.conftest import Door

HOMES = "/api/v1/properties"
FLAT = {
    "reference": "M-014",
    "address": "14 Larch Walk, Harrow Vale",
    "postcode": "zz99 3vz",
    "ready_on": "2026-03-02",
    "attributes": {"property_type": "flat", "bedrooms": 1, "access_class": "D", "rent_pence": 9000},
}
STEEP = FLAT | {"reference": "M-031", "attributes": FLAT["attributes"] | {"floor": 2, "steps": 3}}  # type: ignore[operator]
SEARCH = "rehousing/1"
LATER = "2030-03-04"
"""PostgreSQL has no clock of ours in these tests: what holds a home today must do so on any day."""


@pytest.fixture(autouse=True)
def registered() -> None:
    holds.register()


async def added(door: Door, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await door.post(
        HOMES, (body or FLAT) | {"landlord_id": str(door.places.landlord)}, "coordinator"
    )
    assert answer.status_code == 201, answer.text
    home: dict[str, Any] = answer.json()
    return home


async def audited(door: Door) -> list[tuple[str, dict[str, Any] | None]]:
    async with transaction(door.worker) as session:
        rows = await session.scalars(select(AuditWrite).where(AuditWrite.action.startswith("property")))
        return [(row.action, row.detail) for row in rows.all() if row.user_id is not None]


async def searching(door: Door, item: str = "rehousing:1-bed-step-free", **person: Any) -> UUID:
    case_id = await door.referred(**person)
    await door.asked(case_id, "accept-referral")
    kind = "rehousing"
    await door.asked(case_id, "start-strand", strand_kind=kind, item=item)
    return case_id


async def test_given_a_home_when_added_and_changed_then_it_is_on_the_list_and_who_did_it_is_kept(
    door: Door,
) -> None:
    home = await added(door)
    assert (home["state"], home["postcode"], home["landlord"]) == ("free", "ZZ99 3VZ", "Landlord")
    path = f"{HOMES}/{home['property_id']}"
    body = FLAT | {"attributes": FLAT["attributes"] | {"rent_pence": 9500}}  # type: ignore[operator]
    answer = await door.client.put(path, json=body, headers=door.headers("coordinator"))
    assert answer.json()["attributes"]["rent_pence"] == 9500
    same = await door.client.put(path, json=body, headers=door.headers("coordinator"))
    assert same.status_code == 200
    assert await audited(door) == [("property add", None), ("property change", {"changed": ["rent_pence"]})]


async def test_given_more_homes_than_a_page_then_each_page_begins_where_the_one_before_ended(
    door: Door,
) -> None:
    for number in range(5):
        await added(door, FLAT | {"reference": f"M-{number}", "ready_on": f"2026-03-0{5 - number}"})
    withdrawn = await added(door, FLAT | {"reference": "M-gone", "ready_on": "2026-03-02"})
    withdrawal = {"because": "let-elsewhere"}
    done = await door.post(f"{HOMES}/{withdrawn['property_id']}/withdrawal", withdrawal, "coordinator")
    assert done.status_code == 200, done.text
    for asked, pages in (
        ("", [["M-4", "M-3", "M-gone"], ["M-2", "M-1", "M-0"]]),
        ("free=true&", [["M-4", "M-3", "M-2"], ["M-1", "M-0"]]),
    ):
        found, after = [], ""
        while after is not None:
            page = (await door.get(f"{HOMES}?{asked}size=3&after={after}", "coordinator")).json()
            found.append([home["reference"] for home in page["properties"]])
            after = page["next"]
        assert found == pages


async def test_given_a_home_when_another_changed_it_since_then_the_change_is_refused(door: Door) -> None:
    home = await added(door)
    path, headers = f"{HOMES}/{home['property_id']}", door.headers("coordinator")
    seen = FLAT | {"seen_at": home["changed_at"]}
    first = await door.client.put(path, json=seen | {"address": "14A Larch Walk"}, headers=headers)
    assert first.status_code == 200
    second = await door.client.put(path, json=seen | {"address": "41 Larch Walk"}, headers=headers)
    assert (second.status_code, second.json()["code"]) == (409, "property-changed")


@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"reference": ""}, "invalid-body", "reference"),
        (
            {"attributes": {"property_type": "castle", "bedrooms": 1}},
            "invalid-body",
            "attributes.property_type",
        ),
        (
            {"attributes": {"property_type": "flat", "bedrooms": 1, "pool": True}},
            "invalid-body",
            "attributes.pool",
        ),
        (
            {"attributes": {"property_type": "flat", "bedrooms": 1, "status": "let"}},
            "invalid-body",
            "attributes.status",
        ),
        ({"ready_on": "soon"}, "invalid-body", "ready_on"),
    ],
)
async def test_given_a_home_that_cannot_be_then_the_field_is_named(
    door: Door, changes: dict[str, Any], code: str, where: str
) -> None:
    body = FLAT | {"landlord_id": str(door.places.landlord)} | changes
    answer = await door.post(HOMES, body, "coordinator")
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["where"]) == (code, where)


async def test_given_a_home_with_several_faults_then_all_are_told_with_pointers(door: Door) -> None:
    attributes = {"property_type": "castle", "bedrooms": -1, "property_id": str(uuid4())}
    body = FLAT | {"reference": "", "attributes": attributes}
    told = (await door.post(HOMES, body, "coordinator")).json()["problems"]
    assert [each["pointer"] for each in told] == [
        "#/reference", "#/attributes/property_type", "#/attributes/bedrooms",
    ]  # fmt: skip
    assert "flat" in told[1]["reason"]


async def test_given_a_reference_that_is_on_the_list_then_it_is_no_second_home(door: Door) -> None:
    await added(door)
    other = await added(door, STEEP)
    answer = await door.post(HOMES, FLAT | {"landlord_id": str(door.places.landlord)}, "coordinator")
    assert (answer.status_code, answer.json()["code"]) == (409, "property-known")
    renamed = await door.client.put(
        f"{HOMES}/{other['property_id']}", json=FLAT, headers=door.headers("coordinator")
    )
    assert (renamed.status_code, renamed.json()["code"]) == (409, "property-known")


async def test_given_somebody_elses_home_then_a_stranger_neither_adds_changes_nor_withdraws_it(
    door: Door,
) -> None:
    home = await added(door)
    path, stranger = f"{HOMES}/{home['property_id']}", door.headers("coordinator", "STRANGER")
    body = FLAT | {"landlord_id": str(door.places.landlord), "reference": "M-9"}
    tries = (
        await door.client.post(HOMES, json=body, headers=stranger),
        await door.client.put(path, json=FLAT, headers=stranger),
        await door.client.post(f"{path}/withdrawal", json={"because": "sold"}, headers=stranger),
    )
    assert [each.status_code for each in tries] == [403, 403, 403]


async def test_given_a_home_that_does_not_fit_then_offering_it_is_asked_about_and_needs_a_reason(
    door: Door,
) -> None:
    home, case_id = await added(door, STEEP), await searching(door)
    offer = {"kind": "offer-property", "strand": SEARCH, "property_id": home["property_id"]}
    path = f"/api/v1/cases/{case_id}/commands"
    asked = await door.post(path, offer, "coordinator")
    assert (asked.status_code, asked.json()["confirm"]) == (409, ["home-does-not-fit"])
    assert "upstairs without a lift; steps on the way in" in asked.json()["questions"][0]["question"]

    confirmed = offer | {"confirm": ["home-does-not-fit"]}
    assert (await door.post(path, confirmed, "coordinator")).json()["code"] == "reason-needed"
    answer = await door.post(path, confirmed | {"reason": "a lift comes in May"}, "coordinator")
    assert answer.status_code == 202
    await door.settle()
    [made] = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]["strands"][SEARCH][
        "offers"
    ]
    assert made["despite"] == ["level-reached", "step-free"]


async def test_given_a_home_offered_to_one_person_then_it_is_held_and_refused_for_another(
    door: Door,
) -> None:
    home, first = await added(door), await searching(door)
    offer = {"strand": SEARCH, "property_id": home["property_id"], "respond_by": LATER}
    await door.asked(first, "offer-property", **offer)
    listed = (await door.get(f"{HOMES}/{home['property_id']}", "coordinator")).json()
    assert (listed["state"], listed["held_until"]) == ("offered", LATER)
    assert (await door.get(f"{HOMES}?free=true", "coordinator")).json()["properties"] == []

    person = {
        "nhs_number": "9990000026",
        "family_name": "Birch",
        "given_name": "Ann",
        "birth_date": "1950-01-01",
    }
    second = await searching(door, person=person)
    status = await door.asked(second, "offer-property", strand=SEARCH, property_id=home["property_id"])
    assert status["state"] == "refused"
    assert status["problem"]["code"] == "property-held"
    assert status["problem"]["reason"] == f"until {LATER}"


async def test_given_an_offer_when_its_home_is_withdrawn_then_the_answer_says_for_how_it_was_held(
    door: Door,
) -> None:
    home, case_id = await added(door), await searching(door)
    await door.asked(case_id, "offer-property", strand=SEARCH, property_id=home["property_id"])
    path = f"{HOMES}/{home['property_id']}"
    unknown = await door.post(f"{path}/withdrawal", {"because": "bored"}, "coordinator")
    assert unknown.json()["code"] == "code-not-in-value-set"
    answer = await door.post(f"{path}/withdrawal", {"because": "sold"}, "coordinator")
    assert (answer.status_code, answer.json()["was"], answer.json()["state"]) == (200, "offered", "withdrawn")
    again = await door.post(f"{path}/withdrawal", {"because": "sold"}, "coordinator")
    assert (again.status_code, again.json()["code"]) == (409, "already-done")
    nobody = await door.post(f"{HOMES}/{uuid4()}/withdrawal", {"because": "sold"}, "coordinator")
    assert nobody.status_code == 404


async def test_given_a_landlord_that_there_is_not_when_a_home_is_added_then_the_field_is_named(
    door: Door,
) -> None:
    answer = await door.post(HOMES, FLAT | {"landlord_id": str(uuid4())}, "coordinator")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-body")
    assert answer.json()["problems"][0]["pointer"] == "#/landlord_id"
