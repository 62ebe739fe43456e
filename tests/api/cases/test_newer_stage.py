"""A stage that only a newer build has: the case is shown by its code, beside the others, and not changed."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import commands as cmd
from discharge.cases.model import Case, Stage
from discharge.errors import HomewardError
from discharge.stored import NEWER
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fixtures.cases import NOW, carried_out, request
from tests.fixtures.postgres import Database

IN_ORBIT = """
UPDATE cases SET stage = 'in-orbit', snapshot = snapshot || '{"schema": 99, "stage": "in-orbit"}'
WHERE id = %s
"""
SAID = "Recorded by a newer version of Homeward (In orbit)"
OTHER = {"nhs_number": "9990000026", "family_name": "Bell", "given_name": "Ann", "birth_date": "1950-01-01"}


@pytest.fixture
async def newer(door: Door, database: Database) -> UUID:
    """One case that a newer build left in a stage of its own; another one beside it."""
    case_id = await door.referred()
    await door.referred(person=OTHER)
    with database.server.superuser(database.name) as connection:
        connection.execute(IN_ORBIT, (case_id,))
    return case_id


@pytest.mark.parametrize("path", ["/worklist", "/cases/{}", "/cases/{}/told", "/cases/{}/who-looked"])
async def test_given_a_newer_stage_when_a_page_is_opened_then_it_says_so(
    door: Door, newer: UUID, path: str
) -> None:
    sign_in(door, "discharge-team")
    page = await door.client.get(path.format(newer))
    assert page.status_code == 200
    assert "ASHDOWN" in page.text
    if path in ("/worklist", "/cases/{}"):
        assert SAID in page.text
    if path == "/worklist":
        assert "BELL" in page.text
        assert "All open (2)" in page.text


async def test_given_a_newer_stage_when_read_by_interface_then_it_is_given_by_its_code_beside_the_others(
    door: Door, newer: UUID
) -> None:
    listed = (await door.get("/api/v1/cases")).json()
    assert sorted(each["stage"] for each in listed["cases"]) == ["in-orbit", "referred"]
    assert (listed["total"], listed["counts"]["open"], listed["counts"]["referred"]) == (2, 2, 1)
    one = (await door.get(f"/api/v1/cases/{newer}")).json()
    assert one["stage"] == "in-orbit"
    waiting = (await door.get("/api/v1/referrals")).json()["referrals"]
    assert [each["person"]["family_name"] for each in waiting] == ["Bell"]


@pytest.mark.parametrize(("kind", "status"), [("ServiceRequest", "unknown"), ("Task", "in-progress")])
async def test_given_a_newer_stage_when_read_by_fhir_then_its_status_is_not_guessed_and_it_is_found_by_it(
    door: Door, newer: UUID, kind: str, status: str
) -> None:
    one = await door.get(f"/fhir/R4/{kind}/{newer}", "system")
    assert (one.status_code, one.json()["status"]) == (200, status)
    found = (await door.get(f"/fhir/R4/{kind}?status={status}", "system")).json()
    assert [each["resource"]["id"] for each in found["entry"]] == [str(newer)]
    everybody = (await door.get(f"/fhir/R4/{kind}", "system")).json()
    assert everybody["total"] == 2


async def test_given_a_newer_stage_when_something_is_asked_of_it_then_this_build_decides_nothing(
    door: Door, newer: UUID, worker: AsyncEngine
) -> None:
    given = request(Case(case_id=newer), door.places.housing, command=cmd.AcceptReferral())
    with pytest.raises(HomewardError) as error:
        await carried_out(worker, given.envelope, NOW)
    assert error.value.code == NEWER
    sign_in(door, "coordinator")
    form = await door.client.get(f"/cases/{newer}/do/add-note")
    assert form.status_code == 503
    assert "A newer version of Homeward recorded this" in form.text


def test_given_codes_of_newer_builds_then_the_stages_of_this_one_are_as_they_were() -> None:
    with pytest.raises(ValueError, match="in-orbit"):
        Stage("in-orbit")
