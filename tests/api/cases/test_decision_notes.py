"""Notes about what somebody wishes or answered, and about who decides, are for the team of their case."""

from __future__ import annotations

import html
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import DECLARED
from discharge.store.engine import transaction
from discharge.store.migrations import downgrade, migrate
from discharge.store.tables import NoteRow, Organisation, PartnerRow
from discharge.store.tables.persons import ORDINARY, OWN_WORDS
from housing_checks.checks.own_words import NOTES_READ_BY_TEAM
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fixtures.postgres import Database

WISH, CAPACITY, ORDINARY_NOTE = "She will not go back to him", "Her sister Ruth decides", "Rang the ward"
LACKS = {"decision": "where-to-live", "capacity": "lacks", "assessor": "social-worker", "method": "two-stage"}


@pytest.fixture
async def case_id(door: Door, owner: AsyncEngine) -> UUID:
    council = uuid4()
    async with transaction(owner) as session:
        session.add(Organisation(id=council, code="COUNCIL", name="Council", kind="council"))
        session.add(PartnerRow(organisation_id=council, endpoint="http://x", kind="council"))
    made = await door.referred()
    joins = {"kind": "add-participant", "organisation_id": str(council), "role": "council"}
    for first in ({"kind": "accept-referral"}, {"kind": "record-sharing-basis", "basis": "consent"}, joins):
        await door.post(f"/api/v1/cases/{made}/commands", first, "coordinator")
        await door.settle()
    notes: tuple[tuple[str, dict[str, str]], ...] = (
        ("record-wish", {"wish": "own-home", "note": WISH}),
        ("record-capacity", {**LACKS, "note": CAPACITY}),
        ("add-note", {"note": ORDINARY_NOTE}),
    )
    for kind, said in notes:
        status = await door.asked(made, kind, **said)
        assert status["state"] == "accepted", status
    return made


async def read(door: Door, case_id: UUID, org: str, role: str) -> tuple[str, str]:
    """What somebody reads of it by interface and on the page."""
    told = (await door.get(f"/api/v1/cases/{case_id}/timeline", role, org)).text
    sign_in(door, role, org)
    return told, html.unescape((await door.client.get(f"/cases/{case_id}")).text)


@pytest.mark.parametrize(("org", "role"), [("TRUST", "discharge-team"), ("HOUSING", "coordinator")])
async def test_given_the_team_of_the_case_then_it_reads_the_notes(
    door: Door, case_id: UUID, org: str, role: str
) -> None:
    for shown in await read(door, case_id, org, role):
        assert all(words in shown for words in (WISH, CAPACITY, ORDINARY_NOTE))
        assert NOTES_READ_BY_TEAM not in shown


@pytest.mark.parametrize(("org", "role"), [("TRUST", "trust-monitor"), ("COUNCIL", "coordinator")])
async def test_given_whoever_else_follows_the_case_then_they_read_who_does(
    door: Door, case_id: UUID, org: str, role: str
) -> None:
    for shown in await read(door, case_id, org, role):
        assert ORDINARY_NOTE in shown
        assert NOTES_READ_BY_TEAM in shown
        assert WISH not in shown
        assert CAPACITY not in shown


async def test_given_a_form_about_a_wish_then_it_says_who_reads_the_note(door: Door, case_id: UUID) -> None:
    sign_in(door, "coordinator")
    team = "Those who work on the case for the trust, the housing service and the organisation that referred"
    for form, own in (("record-wish", True), ("record-capacity", True), ("add-delay-reason", False)):
        page = (await door.client.get(f"/cases/{case_id}/do/{form}")).text
        assert (team in page) is own, form


def test_given_the_commands_then_those_about_wishes_and_who_decides_are_for_the_team() -> None:
    own = {kind for kind, said in DECLARED.items() if said.own_words}
    decides = {f"record-{each}" for each in ("capacity", "best-interests", "advocate", "representative")}
    assert own == decides | {"record-liberty", "record-wish", "answer-choice-step"}


async def test_given_notes_of_before_when_the_schema_is_raised_then_they_are_for_the_team(
    door: Door, case_id: UUID, owner: AsyncEngine, database: Database
) -> None:
    async def kept() -> dict[str, str]:
        async with transaction(owner) as session:
            rows = await session.execute(select(NoteRow.text, NoteRow.sensitivity).where(NoteRow.text != ""))
            return {row.text: row.sensitivity for row in rows}

    downgrade(database.owner_url, "0077-1")
    assert await kept() == dict.fromkeys((WISH, CAPACITY, ORDINARY_NOTE), ORDINARY)
    migrate(database.owner_url)
    assert await kept() == {WISH: OWN_WORDS, CAPACITY: OWN_WORDS, ORDINARY_NOTE: ORDINARY}
