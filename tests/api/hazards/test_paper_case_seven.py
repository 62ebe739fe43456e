"""Black mould in the bedroom of a couple's flat, reported to us today, told through the interface.

He, 88, leaves hospital; she, 86, has dementia and he cares for her. Their landlord is a housing association.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import OutboxRow, PartnerRow
from tests.api.conftest import Door
from tests.housing_checks.homes import FORM_1, answers

WHY = "He is 88, sleeps in that room and has COPD."
MOULD = {
    "hazard_code": "damp-mould",
    "room": "bedroom",
    "severity": "significant",
    "known_by": "told",
    "nation": "england",
    "note": WHY,
}
BASIS = {"basis": "consent"}


async def the_couple(door: Door, *, basis: bool = True) -> UUID:
    """A case of a social tenant whose home was checked and is ready but for the bedroom."""
    case_id = await door.referred(tenure="social", lives_alone="no")
    await door.asked(case_id, "accept-referral")
    if basis:
        await door.asked(case_id, "record-sharing-basis", **BASIS)
    await door.asked(case_id, "complete-check", form=FORM_1.code, answers=answers())
    return case_id


async def accepted(door: Door, case_id: UUID, kind: str, **fields: Any) -> None:
    done = await door.asked(case_id, kind, **fields)
    assert done["state"] == "accepted", done


async def hazards(door: Door, case_id: UUID, role: str = "coordinator", org: str | None = None) -> Any:
    answer = await door.get(f"/api/v1/cases/{case_id}/hazards", role, org)
    assert answer.status_code == 200, answer.text
    return answer.json()


def running(hazard: Any) -> dict[str, str]:
    return {each["duty"]: each["due_at"] for each in hazard["due"] if each["due_at"] and not each["done_on"]}


async def test_given_the_son_reports_mould_today_then_the_landlords_clock_counts_from_the_day_it_was_told(
    door: Door,
) -> None:
    case_id = await the_couple(door)
    await accepted(door, case_id, "record-hazard", **MOULD)
    (mould,) = (await hazards(door, case_id))["hazards"]
    assert mould["words"] == "Damp and mould growth in the bedroom"
    assert (mould["path"], mould["tenure"], mould["scheme"]) == ("social-landlord", "social", "2006")
    assert set(running(mould)) == {"hazard-tell-landlord"}
    landlord = str(door.places.landlord)
    told = {"hazard": "hazard/1", "told_by": "family", "channel": "phone", "landlord_id": landlord}
    door.clock.now += timedelta(days=2)
    await accepted(
        door, case_id, "record-landlord-told", effective_on="2026-03-02", told_time="09:30", **told
    )
    (mould,) = (await hazards(door, case_id))["hazards"]
    assert mould["told"]["told_at"] == "2026-03-02T09:30:00Z"
    assert running(mould) == {"awaab-investigate": "2026-03-17T00:00:00Z"}, (
        "from the day told, not from today"
    )


async def test_given_it_may_harm_this_man_today_then_it_blocks_24_hours_count_and_another_room_lets_him_go(
    door: Door,
) -> None:
    case_id = await the_couple(door)
    await accepted(door, case_id, "record-hazard", **{**MOULD, "severity": "emergency"})
    told = {"hazard": "hazard/1", "told_by": "coordinator", "channel": "phone"}
    await accepted(door, case_id, "record-landlord-told", landlord_id=str(door.places.landlord), **told)
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    assert "no-emergency-hazard" in [each["code"] for each in case["blocking"]]
    (mould,) = (await hazards(door, case_id))["hazards"]
    assert mould["blocks"]
    due = datetime.fromisoformat(running(mould)["awaab-emergency"])
    assert due == door.clock.now + timedelta(hours=24)
    room = {"item": "no-emergency-hazard", "mitigation": "room-closed-off", "role": "family-carer"}
    room |= {"note": "Their son."}
    await door.post(f"/api/v1/cases/{case_id}/commands", {"kind": "name-mitigation", **room}, "coordinator")
    await door.settle()
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    assert (case["blocking"], case["stage"]) == ([], "ready")
    alerts = {each["rule"] for each in case["case"]["alerts"].values() if each["cleared_at"] is None}
    assert "open-emergency-hazard" in alerts, "another room does not make it safe"


async def test_given_the_investigation_ended_then_two_clocks_of_the_landlord_run_side_by_side(
    door: Door,
) -> None:
    case_id = await the_couple(door)
    await accepted(door, case_id, "record-hazard", **MOULD)
    told = {"hazard": "hazard/1", "told_by": "family", "channel": "phone"}
    await accepted(door, case_id, "record-landlord-told", **told)
    await accepted(door, case_id, "move-hazard", hazard="hazard/1", step="investigated")
    (mould,) = (await hazards(door, case_id))["hazards"]
    due = running(mould)
    assert due["awaab-summary"] == "2026-03-06T00:00:00Z"
    assert due["awaab-make-safe"] == "2026-03-10T00:00:00Z"


async def test_given_a_landlord_that_was_told_then_it_sees_and_answers_its_own_hazard_alone(
    door: Door,
) -> None:
    case_id = await the_couple(door)
    await accepted(door, case_id, "record-hazard", **MOULD)
    await accepted(door, case_id, "record-hazard", **{**MOULD, "room": "kitchen"})
    assert (await door.get(f"/api/v1/cases/{case_id}/hazards", "coordinator", "LANDLORD")).status_code == 404
    told = {"hazard": "hazard/1", "told_by": "coordinator", "channel": "phone"}
    await accepted(door, case_id, "record-landlord-told", landlord_id=str(door.places.landlord), **told)
    seen = await hazards(door, case_id, "coordinator", "LANDLORD")
    assert [each["hazard"] for each in seen["hazards"]] == ["hazard/1"]
    assert seen["not_yet"] is None
    assert WHY not in str(seen)
    path = f"/api/v1/cases/{case_id}/commands"
    for hazard, state in (("hazard/1", "accepted"), ("hazard/2", "refused")):
        body = {"kind": "move-hazard", "hazard": hazard, "step": "investigated"}
        answer = await door.post(path, body, "coordinator", "LANDLORD")
        await door.settle()
        if answer.status_code == 202:
            status = (await door.get(answer.json()["status_url"], "coordinator", "LANDLORD")).json()
            assert status["state"] == state, status
        else:
            assert (state, answer.json()["code"]) == ("refused", "part-not-allowed")
    assert "investigated" in (await hazards(door, case_id))["hazards"][0]["steps"]


async def test_given_consent_then_the_landlord_is_sent_the_hazard_and_without_it_the_case_says_who_asks(
    door: Door,
) -> None:
    case_id = await the_couple(door, basis=False)
    await accepted(door, case_id, "record-hazard", **MOULD)
    assert "asks the person first" in (await hazards(door, case_id))["not_yet"]
    async with transaction(door.worker) as session:
        session.add(PartnerRow(organisation_id=door.places.landlord, endpoint="http://x", kind="fhir"))
    landlord = str(door.places.landlord)
    told = {"hazard": "hazard/1", "told_by": "family", "channel": "phone", "landlord_id": landlord}
    await accepted(door, case_id, "record-landlord-told", **told)
    assert await states(door, case_id) == ["held"]
    await accepted(door, case_id, "record-sharing-basis", **BASIS)
    assert await states(door, case_id) == ["pending"]
    assert (await hazards(door, case_id))["not_yet"] is None


async def states(door: Door, case_id: UUID) -> list[str]:
    async with transaction(door.worker) as session:
        rows = select(OutboxRow.state).where(OutboxRow.case_id == case_id, OutboxRow.kind == "hazard")
        return list(await session.scalars(rows))
