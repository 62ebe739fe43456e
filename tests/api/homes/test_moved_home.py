"""Somebody is let another home: it is their address everywhere, the one before is history, and what was
ordered for it is put before a person.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from discharge.store.engine import transaction
from discharge.store.tables import Person, PersonAddress
from housing_checks.store import holds
from tests.api.conftest import Door
from tests.api.homes.test_routes import SEARCH, added
from tests.api.signing_in import sign_in

OLD = "1 Old Street"


@pytest.fixture(autouse=True)
def registered() -> None:
    holds.register()


async def moved(door: Door) -> UUID:
    """A stairlift was ordered for the old home; then another one was offered, accepted and let."""
    home = await added(door)
    case_id = await door.referred()
    async with transaction(door.worker) as session:
        person_id = await person_of(door, case_id)
        session.add(PersonAddress(person_id=person_id, lines=f"{OLD}\nHarrow Vale", postcode="ZZ99 1AA"))
    await door.asked(case_id, "accept-referral")
    order = {"strand_kind": "adaptation", "item": "straight-stairlift"}
    await door.asked(case_id, "start-strand", **order)
    await door.asked(case_id, "start-strand", strand_kind="rehousing", item="rehousing:1-bed-step-free")
    await done(door, case_id, "offer-property", property_id=home["property_id"], respond_by="2030-03-04")
    offer = (await coded(door, case_id))["strands"][SEARCH]["offers"][0]["offer_id"]
    await done(door, case_id, "answer-offer", offer_id=offer, answer="accepted")
    await done(door, case_id, "let-property")
    return case_id


async def person_of(door: Door, case_id: UUID) -> UUID:
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    return UUID(case["person"]["person_id"])


async def done(door: Door, case_id: UUID, kind: str, **fields: Any) -> None:
    status = await door.asked(case_id, kind, strand=SEARCH, **fields)
    assert status["state"] == "accepted", status


async def coded(door: Door, case_id: UUID) -> dict[str, Any]:
    case: dict[str, Any] = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]
    return case


async def test_given_a_let_then_the_new_home_is_the_address_and_the_old_one_history_wherever_it_is_read(
    door: Door,
) -> None:
    case_id = await moved(door)
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    person = case["person"]
    assert person["address"]["lines"] == ["14 Larch Walk", "Harrow Vale"]
    assert [(each["lines"][0], each["until_on"]) for each in person["homes_before"]] == [(OLD, "2026-03-02")]
    patient = (await door.get(f"/fhir/R4/Patient/{person['person_id']}", "coordinator")).json()
    assert "14 Larch Walk" in str(patient["address"])

    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    assert "14 Larch Walk, Harrow Vale, ZZ99 3VZ (since 2 March 2026)" in page
    assert "1 Old Street, Harrow Vale, ZZ99 1AA (until 2 March 2026)" in page
    for words in ("Home offered: ", "Offer accepted: ", "Tenancy signed on 2 March 2026: "):
        assert f"{words}14 Larch Walk" in page


async def test_given_a_let_then_work_for_the_home_before_has_its_buttons_an_alert_and_its_words(
    door: Door,
) -> None:
    case_id = await moved(door)
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    assert "Nothing is cancelled automatically" in page
    assert f"/cases/{case_id}/do/cancel-strand?strand=adaptation/1&amp;reason=moving" in page
    assert f"/cases/{case_id}/do/redirect-strand?strand=adaptation/1" in page
    assert "Straight stairlift was ordered for the previous home" in page
    form = await door.client.get(f"/cases/{case_id}/do/cancel-strand?strand=adaptation/1&reason=moving")
    assert 'value="moving" checked' in form.text or 'value="moving" selected' in form.text
    await door.asked(case_id, "redirect-strand", strand="adaptation/1")
    after = (await door.client.get(f"/cases/{case_id}")).text
    assert "Nothing is cancelled automatically" not in after
    assert "to be done at the new home" in after


async def test_given_a_let_to_somebody_in_hiding_then_no_page_names_either_home(door: Door) -> None:
    case_id = await moved(door)
    person_id = UUID(
        (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["person"]["person_id"]
    )
    async with transaction(door.worker) as session:
        await session.execute(update(Person).where(Person.id == person_id).values(hidden_by_feed=True))
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).text
    assert "Home offered: a home whose address is withheld" in page
    for text in (page, case):
        assert "Larch Walk" not in text
        assert OLD not in text
