"""A referral request is accepted, declined or withdrawn: by whom, and what follows."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from discharge.store.engine import transaction
from discharge.store.tables import (
    Person,
    ReferralRequestRow,
    ReferralReviewerRow,
)
from tests.api.conftest import Door
from tests.api.referral_requests.test_service import decided, held, referred_by, waiting


async def test_given_a_request_when_taken_on_then_the_senders_part_begins_with_a_basis(door: Door) -> None:
    case_id = await door.referred()
    sent = await referred_by(door, org="LANDLORD")
    [candidate] = (await door.get(sent["status_url"], "coordinator", "HOUSING")).json()["candidates"]
    taken = await decided(
        door, sent["command_id"], decision="take-on", person=candidate["person_id"], basis="consent"
    )
    assert taken.status_code == 202
    await door.settle()

    own = (await door.get(sent["status_url"], "coordinator", "LANDLORD")).json()
    assert (own["state"], own["case_id"]) == ("taken-on", str(case_id))
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator", "LANDLORD")).json()
    parts = {each["organisation_id"]: each for each in case["case"]["participants"]}
    mine = parts[str(door.places.landlord)]
    assert (mine["role"], mine["basis"]) == ("landlord", "taken-on/consent")
    assert "sharing" not in case["case"], "it is not the landlord's to see"
    lead = (await door.get(f"/api/v1/cases/{case_id}", "coordinator", "HOUSING")).json()
    assert lead["case"]["sharing"] is None


@pytest.mark.parametrize(("lies_elsewhere", "role"), [(False, "trust"), (True, "community-referrer")])
async def test_given_a_trusts_request_when_taken_on_then_it_is_the_persons_own_unless_another_has_them(
    door: Door, lies_elsewhere: bool, role: str
) -> None:
    sent = await referred_by(door)
    if lies_elsewhere:
        await door.admitted(family_name="Ashdowne")
    file = (await door.get(sent["status_url"], "coordinator", "HOUSING")).json()
    person = file["candidates"][0]["person_id"] if file["candidates"] else "new"
    taken = await decided(door, sent["command_id"], decision="take-on", person=person, basis="consent")
    await door.settle()

    case = (await door.get(f"/api/v1/cases/{taken.json()['case_id']}", "coordinator")).json()
    roles = {each["organisation_id"]: each["role"] for each in case["case"]["participants"]}
    assert roles[str(door.places.stranger)] == role


async def test_given_somebody_nobody_knows_when_taken_on_then_a_case_opens_for_a_new_person(
    door: Door,
) -> None:
    sent = await referred_by(door)
    answer = await decided(door, sent["command_id"], decision="take-on", person="new", basis="consent")
    await door.settle()

    case = (await door.get(f"/api/v1/cases/{answer.json()['case_id']}", "coordinator", "STRANGER")).json()
    assert case["person"]["family_name"] == "Ashdown"
    assert case["case"]["referral"]["organisation_id"] == str(door.places.stranger)
    again = await decided(door, sent["command_id"], decision="take-on", person="new", basis="consent")
    assert (again.status_code, again.json()["code"]) == (409, "already-done")


async def test_given_a_number_of_somebody_else_when_taken_on_as_new_then_the_number_stays_with_them(
    door: Door,
) -> None:
    person_id = await door.admitted()
    sent = await referred_by(door, family_name="Brook", given_name="Tom", birth_date="1988-12-24")
    await decided(door, sent["command_id"], decision="take-on", person="new", basis="consent")

    async with transaction(door.worker) as session:
        rows = (await session.execute(select(Person.id, Person.nhs_number))).all()
    assert {row.nhs_number for row in rows if row.id != person_id} == {None}
    assert len(rows) == 2


async def test_given_the_very_person_who_came_meanwhile_when_taken_on_as_new_then_nobody_is_made_twice(
    door: Door,
) -> None:
    sent = await referred_by(door)
    await door.admitted()
    taken = await decided(door, sent["command_id"], decision="take-on", person="new", basis="consent")

    assert (taken.status_code, taken.json()["code"]) == (409, "patient-mismatch")
    assert (await held(door))["persons"] == 1


async def test_given_a_request_when_declined_then_the_sender_reads_the_reason(door: Door) -> None:
    sent = await referred_by(door)
    missing = await decided(door, sent["command_id"], decision="decline")
    assert missing.json()["code"] == "return-reason-needed"
    await decided(door, sent["command_id"], decision="decline", reason="other-area", words="Ask Larkshire.")

    own = (await door.get(sent["status_url"], "coordinator", "STRANGER")).json()
    assert (own["state"], own["answer"]["code"], own["answer"]["words"]) == (
        "declined",
        "other-area",
        "Ask Larkshire.",
    )
    assert await waiting(door) == []


async def test_given_somebody_who_is_not_asked_when_they_decide_then_it_is_as_if_it_did_not_exist(
    door: Door,
) -> None:
    sent = await referred_by(door)
    body = {"decision": "take-on", "person": "new", "basis": "consent"}
    for org in ("STRANGER", "LANDLORD"):
        answer = await decided(door, sent["command_id"], org=org, **body)
        assert answer.status_code == 404
    assert (await held(door))["commands"] == 0


async def test_given_its_own_request_when_the_sender_withdraws_it_then_nobody_can_take_it_on(
    door: Door,
) -> None:
    sent = await referred_by(door)
    assert (await decided(door, sent["command_id"], org="STRANGER", decision="withdraw")).status_code == 200
    taken = await decided(door, sent["command_id"], decision="take-on", person="new", basis="consent")

    assert taken.json()["code"] == "already-done"


async def test_given_a_sender_when_it_writes_past_the_application_then_postgresql_keeps_the_answer(
    door: Door,
) -> None:
    await referred_by(door)
    engine = door.app.state.services.engine
    own = {"organisation_id": door.places.stranger}
    async with transaction(engine, **own) as session:
        assert (await session.scalars(select(ReferralReviewerRow))).all() == []
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(engine, **own) as session:
            await session.execute(
                update(ReferralRequestRow).values(state="taken-on", answered_by=door.places.stranger)
            )
    async with transaction(engine, organisation_id=door.places.landlord) as session:
        assert (await session.scalars(select(ReferralRequestRow))).all() == []
