"""The nation of a hazard's home: from the address by its postcode, and a typed one wins."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import Person, PersonAddress
from tests.api.conftest import Door
from tests.api.hazards.test_paper_case_seven import MOULD, accepted, hazards, the_couple
from tests.api.signing_in import sign_in

UNTYPED = {name: value for name, value in MOULD.items() if name != "nation"}


async def at_home(door: Door, worker: AsyncEngine, postcode: str | None) -> UUID:
    case_id = await the_couple(door)
    person = await door.admitted()
    async with transaction(worker) as session:
        home = PersonAddress(id=uuid4(), person_id=person, lines="1 Invented Row", postcode=postcode)
        session.add(home)
    return case_id


async def recorded(door: Door, case_id: UUID, **more: Any) -> tuple[str, str, str]:
    await accepted(door, case_id, "record-hazard", **{**UNTYPED, **more})
    (hazard,) = (await hazards(door, case_id))["hazards"]
    return hazard["nation"], hazard["nation_known_by"], hazard["path"]


@pytest.mark.parametrize(
    ("postcode", "nation", "known_by", "path"),
    [
        ("SW1A 1AA", "england", "address", "social-landlord"),
        ("CF10 1EP", "wales", "address", "social-landlord-wales"),
        ("SY23 3AA", "unknown", "nobody", "social-landlord-nation-unknown"),
        (None, "unknown", "nobody", "social-landlord-nation-unknown"),
    ],
)
async def test_given_an_address_then_the_nation_is_that_of_its_postcode_or_not_known(
    door: Door, worker: AsyncEngine, postcode: str | None, nation: str, known_by: str, path: str
) -> None:
    case_id = await at_home(door, worker, postcode)
    assert await recorded(door, case_id) == (nation, known_by, path)
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}/hazards")).text
    assert {"address": "(by the postcode)", "nobody": "nation not known"}[known_by] in page


async def test_given_a_nation_that_was_typed_then_it_wins(door: Door, worker: AsyncEngine) -> None:
    case_id = await at_home(door, worker, "CF10 1EP")
    assert await recorded(door, case_id, nation="england") == ("england", "said", "social-landlord")


async def test_given_a_hidden_person_then_no_address_is_read(door: Door, worker: AsyncEngine) -> None:
    case_id = await at_home(door, worker, "CF10 1EP")
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    assert (await recorded(door, case_id))[1] == "nobody"


async def test_given_a_client_that_says_what_the_address_tells_then_it_is_refused(door: Door) -> None:
    case_id = await the_couple(door)
    body = {"kind": "record-hazard", **UNTYPED, "address_nation": "wales"}
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body, "coordinator")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        pytest.param("SW1A 1AA", "CF10 1EP", "wales", id="another-nation"),
        pytest.param(None, "SW1A 1AA", "england", id="known-at-last"),
        pytest.param("SW1A 1AA", "M1 1AA", None, id="the-same-nation"),
        pytest.param("SW1A 1AA", None, None, id="known-no-more"),
    ],
)
async def test_given_an_address_corrected_after_the_hazard_then_page_and_interface_ask_for_the_nation(
    door: Door, worker: AsyncEngine, first: str | None, then: str | None, told: str | None
) -> None:
    case_id = await at_home(door, worker, first)
    await recorded(door, case_id)
    async with transaction(worker) as session:
        await session.execute(update(PersonAddress).values(postcode=then))
    (hazard,) = (await hazards(door, case_id))["hazards"]
    assert hazard["address_nation"] == told
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}/hazards")).text
    assert ("Check the nation" in page) == (told is not None)


async def test_given_a_nation_that_was_typed_when_the_address_changes_then_nobody_is_asked(
    door: Door, worker: AsyncEngine
) -> None:
    case_id = await at_home(door, worker, "CF10 1EP")
    await recorded(door, case_id, nation="england")
    (hazard,) = (await hazards(door, case_id))["hazards"]
    assert hazard["address_nation"] is None
