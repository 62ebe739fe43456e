"""A list goes by what its reader sees: an order or a filter by anything else would tell it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from discharge.store.engine import transaction
from discharge.store.tables import CaseParticipantRow
from tests.api.conftest import Door
from tests.api.fhir.posting import NHS
from tests.api.signing_in import sign_in

OTHER = {"nhs_number": "9990000026", "family_name": "Birch", "given_name": "Tom", "birth_date": "1931-01-01"}

THIRD = {"nhs_number": "9990000034", "family_name": "Cole", "given_name": "May", "birth_date": "1950-02-03"}


async def with_order(door: Door, item: str, **said: Any) -> UUID:
    """A case with an order of the landlord's organisation, which supplies equipment here."""
    case_id = await door.referred(**said)
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    partner = str(door.places.landlord)
    done = await door.asked(case_id, "start-strand", strand_kind="equipment", item=item, partner_id=partner)
    assert done["state"] == "accepted", done
    return case_id


@pytest.fixture
async def two(door: Door) -> tuple[UUID, UUID]:
    """Two cases of one supplier: the order of the second is due first, the first person waits longest."""
    ids = await with_order(door, "hospital-bed"), await with_order(door, "commode", person=OTHER)
    due = [await due_on(door, each) for each in ids]
    late, early = (ids[due.index(max(due))], ids[due.index(min(due))])
    assert max(due) != min(due), "the items have lead times of their own"
    await door.asked(late, "set-criteria-to-reside", "discharge-team", met=False)
    await door.asked(
        late, "set-expected-discharge-date", "discharge-team", expected_discharge_on="2026-03-03"
    )
    return late, early


async def due_on(door: Door, case_id: UUID) -> str:
    strands = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]["strands"]
    return str(strands["equipment/1"]["due_on"])


async def listed(door: Door, org: str | None, query: str = "") -> tuple[list[str], int]:
    """The cases of a worklist in its order, and how many were not searched."""
    found = (await door.get(f"/api/v1/cases{query}", "coordinator", org)).json()
    return [each["case_id"] for each in found["cases"]], found["not_searched"]


async def test_given_a_supplier_when_they_list_their_cases_then_these_go_by_their_own_due_dates(
    door: Door, two: tuple[UUID, UUID]
) -> None:
    late, early = map(str, two)

    assert await listed(door, None) == ([late, early], 0), "the lead sees who waits"
    assert await listed(door, "LANDLORD") == ([early, late], 0)
    sign_in(door, "coordinator", "LANDLORD")
    page = (await door.client.get("/worklist")).text
    assert page.index(early) < page.index(late)
    assert "Ready to leave" not in page
    assert "Everybody" in page


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("only=waiting", "only"),
        ("only=alerts", "only"),
        ("only=home-not-ready", "only"),
        ("only=awaiting-spell", "only"),
        ("ward=6B", "ward"),
        ("text=9990000018", "text"),
    ],
)
async def test_given_a_supplier_when_they_filter_by_what_they_do_not_see_then_it_is_refused_and_says_why(
    door: Door, query: str, where: str
) -> None:
    await with_order(door, "commode")
    answer = await door.get(f"/api/v1/cases?{query}", "coordinator", "LANDLORD")
    sign_in(door, "coordinator", "LANDLORD")
    page = await door.client.get(f"/worklist?{query}")

    assert (answer.status_code, answer.json()["code"]) == (403, "filter-not-seen")
    assert answer.json()["where"] == where
    assert page.status_code == 403
    assert "part in its cases does not show this" in page.text


async def test_given_parts_of_two_kinds_when_filtered_then_it_says_how_many_were_not_searched(
    door: Door, two: tuple[UUID, UUID]
) -> None:
    late, early = map(str, two)
    third = await door.referred(person=THIRD)
    part = {"kind": "add-participant", "organisation_id": str(door.places.landlord), "role": "council"}
    await door.asked(third, "record-sharing-basis", basis="consent")
    await door.post(f"/api/v1/cases/{third}/commands", part, "coordinator")
    await door.settle()
    await door.asked(third, "set-criteria-to-reside", "discharge-team", met=False)

    assert await listed(door, "LANDLORD", "?only=waiting") == ([str(third)], 2)
    assert await listed(door, "LANDLORD") == ([str(third), early, late], 0), (
        "what is seen in full comes first"
    )
    sign_in(door, "coordinator", "LANDLORD")
    page = (await door.client.get("/worklist?only=waiting")).text
    assert "2 people not searched" in page


async def test_given_a_supplier_when_they_search_by_fhir_then_what_they_do_not_see_is_refused_or_told(
    door: Door,
) -> None:
    await with_order(door, "commode")
    for path in ("ServiceRequest?identifier=R-1", f"Task?patient:identifier={NHS}|9990000018"):
        refused = await door.get(f"/fhir/R4/{path}", "coordinator", "LANDLORD")
        assert refused.status_code == 403
        assert "filter-not-seen" in refused.text
    found = (await door.get("/fhir/R4/Task?status=accepted", "coordinator", "LANDLORD")).json()
    assert [each["search"]["mode"] for each in found["entry"]] == ["match", "outcome"]
    assert "searched-in-part" in str(found["entry"][-1])
    whole = (await door.get("/fhir/R4/Task?status=accepted", "coordinator", "HOUSING")).json()
    assert [each["search"]["mode"] for each in whole["entry"]] == ["match"]


async def test_given_a_part_that_ends_on_a_later_day_when_filtered_then_what_it_no_longer_sees_is_not_found(
    door: Door,
) -> None:
    part = {"kind": "add-participant", "organisation_id": str(door.places.landlord), "role": "council"}
    stays, ends = await door.referred(), await door.referred(person=OTHER)
    for each in (stays, ends):
        await door.asked(each, "record-sharing-basis", basis="consent")
        await door.post(f"/api/v1/cases/{each}/commands", part, "coordinator")
        await door.settle()
        await door.asked(each, "set-criteria-to-reside", "discharge-team", met=False)
    assert (await listed(door, "LANDLORD", "?only=waiting"))[1] == 0, "it sees who waits in each of them"

    ending = update(CaseParticipantRow).values(until_on=date(2100, 1, 1))
    own = CaseParticipantRow.case_id == ends, CaseParticipantRow.organisation_id == door.places.landlord
    async with transaction(door.worker) as session:
        await session.execute(ending.where(*own))

    assert await listed(door, "LANDLORD", "?only=waiting") == ([str(stays)], 1)
