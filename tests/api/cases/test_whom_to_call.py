"""Who to call, notes, corrections of a referral, and a closed case that a new referral may open again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.store.engine import transaction
from discharge.store.tables import CaseRow, Person, PersonContact
from discharge.store.tables.persons import NEXT_OF_KIN, PRACTICE
from tests.api.conftest import Door
from tests.api.signing_in import sign_in

KIN = ("Ashdown, Ruth", "07700 900222")


async def _person(session: AsyncSession, case_id: UUID) -> UUID:
    found = await session.scalar(select(CaseRow.person_id).where(CaseRow.id == case_id))
    assert found is not None
    return found


async def known_to_the_trust(door: Door) -> UUID:
    """A case whose person has a telephone, a next of kin and a practice."""
    case_id = await door.referred()
    async with transaction(door.worker) as session:
        person_id = await _person(session, case_id)
        session.add_all(
            [
                PersonContact(person_id=person_id, kind="phone", value="0113 496 0001"),
                PersonContact(
                    person_id=person_id, kind=NEXT_OF_KIN, value=KIN[1], name=KIN[0], relationship_code="CHD"
                ),
                PersonContact(person_id=person_id, kind=PRACTICE, value="B86001"),
            ]
        )
    return case_id


async def test_given_what_the_trust_sent_when_the_case_is_opened_then_it_says_whom_to_call(
    door: Door,
) -> None:
    case_id = await known_to_the_trust(door)
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    part = page.split('id="whom-to-call"')[1].split("<h2")[0]
    for said in (
        "Telephone",
        "0113 496 0001",
        "Next of kin",
        KIN[0],
        KIN[1],
        "child",
        "GP practice",
        "B86001",
    ):
        assert said in part, said
    person = (await door.get(f"/api/v1/cases/{case_id}")).json()["person"]
    assert [each["kind"] for each in person["contacts"]] == ["phone", NEXT_OF_KIN, PRACTICE]


async def test_given_somebody_in_hiding_when_the_case_is_opened_then_no_number_is_shown(door: Door) -> None:
    case_id = await known_to_the_trust(door)
    async with transaction(door.worker) as session:
        person_id = await _person(session, case_id)
        await session.execute(update(Person).where(Person.id == person_id).values(hidden_by_feed=True))
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    assert "Withheld" in page.split('id="whom-to-call"')[1].split("<h2")[0]
    whole = page + (await door.get(f"/api/v1/cases/{case_id}")).text
    for hidden in ("0113 496 0001", *KIN, "B86001"):
        assert hidden not in whole, hidden


async def test_given_a_note_when_it_is_written_by_page_or_interface_then_it_stands_in_the_history(
    door: Door,
) -> None:
    case_id = await door.referred()
    status = await door.asked(case_id, "add-note", note="Ring after ten: she sleeps badly.")
    assert status["state"] == "accepted", status
    assert (await door.asked(case_id, "add-note"))["problem"]["code"] == "note-needed"
    sign_in(door, "coordinator")
    form = (await door.client.get(f"/cases/{case_id}/do/add-note")).text
    assert "What do you want to note?" in form
    page = (await door.client.get(f"/cases/{case_id}")).text
    assert "Ring after ten: she sleeps badly." in page.split('id="timeline"')[1]


async def test_given_a_referral_when_a_coordinator_corrects_it_then_what_was_said_is_filled_in_and_kept(
    door: Door,
) -> None:
    case_id = await door.referred(reasons=["adaptation"], needs=["hoist"], tenure="owner")
    sign_in(door, "coordinator")
    form = (await door.client.get(f"/cases/{case_id}/do/amend-referral")).text
    assert 'value="hoist" checked' in " ".join(form.split())
    for role in ("discharge-team", "coordinator"):
        status = await door.asked(case_id, "amend-referral", role, tenure="social", needs=["level-shower"])
        assert status["state"] == "accepted", status
    said = (await door.get(f"/api/v1/cases/{case_id}")).json()["case"]["referral"]
    assert (said["reasons"], said["needs"], said["tenure"]) == (["adaptation"], ["level-shower"], "social")
    assert "needs: level-access shower" in (await door.client.get(f"/cases/{case_id}")).text


async def test_given_a_closed_case_when_the_person_is_looked_for_then_opening_it_again_is_offered(
    door: Door,
) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "withdraw-referral", "discharge-team", reason="no-longer-needed")
    sign_in(door, "discharge-team")
    page = (await door.client.get("/referrals/new?text=Ashdown")).text
    assert "A case closed on" in page
    assert f"/cases/{case_id}/do/reopen-case?reason=referred-again" in page
    opened = await door.asked(case_id, "reopen-case", "discharge-team", reason="referred-again")
    assert opened["state"] == "accepted", opened
    assert "A case closed on" not in (await door.client.get("/referrals/new?text=Ashdown")).text
