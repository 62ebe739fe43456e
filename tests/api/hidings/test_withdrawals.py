"""A hiding that its sender takes back: what the trust keeps stands until the trust ends it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text

from discharge.store.engine import transaction
from fhir_adapters.hl7v2.facts import Identifier, PersonReported
from fhir_adapters.hl7v2.store.early_hiding import lift
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow
from tests.api.conftest import Door
from tests.api.hidings.labels import NUMBER, actions, address_of, answered, labelled, listed, post
from tests.api.hidings.test_hidings import many
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust


async def withdrawn(door: Door, org: str = "STRANGER") -> list[int]:
    """Take back all that an organisation asked for: the status of each answer."""
    asked = (await door.get("/api/v1/hidings", "system", org)).json()["asked_by_you"]
    paths = [f"/api/v1/hidings/{each['message_id']}/withdrawal" for each in asked]
    done = [await door.post(path, {"reason": "A mistake"}, "system", org) for path in paths]
    again = [await door.post(path, {"reason": "A mistake"}, "system", org) for path in paths]
    assert [each.status_code for each in again] == [404] * len(paths)
    assert all(each.json()["hidings"] == [] for each in done)
    assert (await door.get("/api/v1/hidings", "system", org)).json()["asked_by_you"] == []
    return [each.status_code for each in done]


async def test_given_a_hiding_that_the_trust_keeps_when_its_sender_takes_it_back_then_only_the_trust_ends_it(
    door: Door, case_id: UUID
) -> None:
    await answered(door, "kept")
    assert await withdrawn(door) == [200]

    assert await address_of(door, case_id) is None
    [one] = await listed(door)
    assert (one["answer"], one["still_hidden"], one["may_answer"]) == ("kept", True, True)
    assert one["withdrawn_at"] is not None
    assert await actions(door) == ["hiding kept", "hiding withdrawn"]
    sign_in(door, "discharge-team")
    assert "Stranger withdrew it" in (await door.client.get("/hidings")).text
    assert (
        "Stranger withdrew a request that the trust kept" in (await door.client.get(f"/cases/{case_id}")).text
    )
    assert (await answered(door, "lifted")).status_code == 200
    assert await address_of(door, case_id) is not None
    assert "withdrew a request that the trust kept" not in (await door.client.get(f"/cases/{case_id}")).text


async def test_given_a_kept_hiding_taken_back_when_alarms_are_looked_for_then_the_trust_is_asked_anew(
    door: Door, case_id: UUID
) -> None:
    async def raised() -> list[str]:
        await look_for_alarms(door.worker)
        async with transaction(door.worker) as session:
            rows = await session.scalars(select(AlarmRow).where(AlarmRow.cleared_at.is_(None)))
            return [row.fact for row in rows if row.kind == "hidden-by-others"]

    await answered(door, "kept")
    assert await raised() == []
    await withdrawn(door)
    facts = await raised()
    assert len(facts) == 2
    assert all("Withdrawn by Stranger after it was kept: still hidden." in fact for fact in facts)
    assert (await answered(door, "kept")).status_code == 200, "the same answer, given anew"
    assert await raised() == []
    assert await address_of(door, case_id) is None


@pytest.mark.parametrize("before", [(), ("lifted",), ("kept", "lifted")])
async def test_given_what_the_trust_does_not_keep_when_its_sender_takes_it_back_then_it_is_gone(
    door: Door, case_id: UUID, before: tuple[str, ...]
) -> None:
    for said in before:
        await answered(door, said)
    assert await withdrawn(door) == [200]
    assert await address_of(door, case_id) is not None
    assert await listed(door) == []


async def test_given_a_kept_hiding_when_its_sender_asks_again_and_takes_all_back_then_the_kept_one_stands(
    door: Door, case_id: UUID
) -> None:
    await answered(door, "kept")
    await post(door, labelled(name="R-2"))
    assert [each["answer"] for each in await listed(door)] == [None, "kept"]
    assert await withdrawn(door) == [200, 200]
    assert await address_of(door, case_id) is None
    assert [each["answer"] for each in await listed(door)] == ["kept"]
    await post(door, labelled(name="R-3"))
    assert {each["answer"] for each in await listed(door)} == {None, "kept"}
    assert await withdrawn(door) == [200]
    assert await address_of(door, case_id) is None


async def test_given_a_kept_hiding_when_taken_back_then_the_senders_daily_number_tells_nothing_of_it(
    door: Door, case_id: UUID
) -> None:
    await answered(door, "kept")
    await withdrawn(door)
    statuses = [(await post(door, body)).status_code for body in many(range(100, 120))]
    assert statuses == [201] * 20


async def test_given_a_sender_that_now_answers_for_the_person_when_it_takes_back_what_was_kept_then_it_ends(
    door: Door, case_id: UUID
) -> None:
    await answered(door, "kept")
    async with transaction(door.worker) as session:
        moved = text(
            "UPDATE case_participants SET organisation_id = :stranger"
            " WHERE organisation_id = :trust AND relation = 'responsible-trust'"
        )
        await session.execute(moved, {"stranger": door.places.stranger, "trust": door.places.trust})
    assert await withdrawn(door) == [200]
    assert await address_of(door, case_id) is not None


@pytest.mark.parametrize(("said", "hidden"), [("kept", True), ("", False)])
async def test_given_a_label_when_a_feed_of_its_sender_lifts_it_then_what_the_trust_keeps_stands(
    door: Door, case_id: UUID, said: str, hidden: bool
) -> None:
    if said:
        await answered(door, said)
    lifts = PersonReported(
        identifiers=(Identifier(kind="nhs", value=NUMBER),), hidden=False, stated_at=datetime.now(UTC)
    )
    async with transaction(door.worker) as session:
        await lift(session, door.places.stranger, lifts)
    assert (await address_of(door, case_id) is None) is hidden
    assert [each["withdrawn_at"] is not None for each in await listed(door)] == [True] * hidden
