"""A person's own words are read by the team of their case. Whoever else follows it is told who reads them."""

from __future__ import annotations

import html
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import NoteRow, Organisation, PartnerRow
from discharge.store.tables.persons import OWN_WORDS
from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.checks.own_words import READ_BY_TEAM, for_the_team
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.housing_checks.form_two import form_two_in_force

FEARS, TELL = "To be alone at night", "Not my husband"
SAID = {"fears": FEARS, "who-to-tell": TELL}
READS = (("TRUST", "discharge-team"), ("TRUST", "system"), ("HOUSING", "coordinator"))
TOLD_ONLY = (("TRUST", "trust-monitor"), ("COUNCIL", "coordinator"), ("COUNCIL", "system"))


@pytest.fixture
async def case_id(door: Door, second_form: None, owner: AsyncEngine) -> UUID:
    council = uuid4()
    async with transaction(owner) as session:
        session.add(Organisation(id=council, code="COUNCIL", name="Council", kind="council"))
        session.add(PartnerRow(organisation_id=council, endpoint="http://x", kind="council"))
    made = await door.referred()
    await door.asked(made, "accept-referral")
    await door.asked(made, "record-sharing-basis", basis="consent")
    joins = {"kind": "add-participant", "organisation_id": str(council), "role": "council"}
    await door.post(f"/api/v1/cases/{made}/commands", joins, "coordinator")
    await door.settle()
    for item, words in SAID.items():
        said = {"item": item, "value": "written", "item_notes": {item: words}, "told_by": "person"}
        status = await door.asked(made, "confirm-item", "discharge-team", **said)
        assert status["state"] == "accepted", status
    return made


def doors(case_id: UUID) -> tuple[str, ...]:
    case = f"/api/v1/cases/{case_id}"
    fhir = "/fhir/R4/QuestionnaireResponse"
    of_items = (f"{case}/check/items", *(f"{case}/check/items/{item}" for item in SAID))
    return (case, f"{case}/timeline", f"{case}/check", *of_items, f"{fhir}?based-on=ServiceRequest/{case_id}")


def pages(case_id: UUID) -> tuple[str, ...]:
    check = f"/cases/{case_id}/check"
    return (f"/cases/{case_id}", check, f"{check}/domains/the-person", *(f"{check}/items/{i}" for i in SAID))


async def read(door: Door, case_id: UUID, org: str, role: str) -> dict[str, str]:
    """What somebody is answered at every door."""
    answers = {path: (await door.get(path, role, org)).text for path in doors(case_id)}
    if role == "system":
        return answers
    sign_in(door, role, org)
    return answers | {path: html.unescape((await door.client.get(path)).text) for path in pages(case_id)}


@pytest.mark.parametrize(("org", "role"), READS)
async def test_given_the_team_of_the_case_then_it_reads_the_person_s_own_words(
    door: Door, case_id: UUID, org: str, role: str
) -> None:
    shown = await read(door, case_id, org, role)
    for words in SAID.values():
        assert any(words in each for each in shown.values())
    assert not any(READ_BY_TEAM in each for each in shown.values())


@pytest.mark.parametrize(("org", "role"), TOLD_ONLY)
async def test_given_whoever_else_follows_the_case_then_they_read_who_does_and_not_the_words(
    door: Door, case_id: UUID, org: str, role: str
) -> None:
    shown = await read(door, case_id, org, role)
    assert [path for path, said in shown.items() if FEARS in said or TELL in said] == []
    items = (await door.get(f"/api/v1/cases/{case_id}/check/items/fears", role, org)).json()
    assert (items["answer"]["text"], items["answer"]["withheld"], items["notes"]) == (None, READ_BY_TEAM, [])
    fhir = next(said for path, said in shown.items() if path.startswith("/fhir"))
    assert "masked" in fhir or (role == "trust-monitor" and "forbidden" in fhir)
    if role != "system":
        for path in pages(case_id):
            assert READ_BY_TEAM in shown[path], path


@pytest.mark.parametrize(("org", "role"), [*READS, *TOLD_ONLY])
async def test_given_a_council_that_joined_when_alerts_are_read_then_they_tell_that_and_no_words(
    door: Door, case_id: UUID, org: str, role: str
) -> None:
    alerts = await door.get("/api/v1/alerts", role, org)
    [told] = [each for each in alerts.json()["alerts"] if each["rule"] == "joined-after-who-may-know"]
    assert "the council, since" in told["fact"]
    assert (FEARS in alerts.text, TELL in alerts.text) == (False, False)


async def test_given_a_landlord_of_the_case_then_it_reads_no_alert(
    door: Door, case_id: UUID, owner: AsyncEngine
) -> None:
    landlord = uuid4()
    async with transaction(owner) as session:
        session.add(Organisation(id=landlord, code="MEADOW", name="Meadow Homes", kind="landlord"))
        session.add(PartnerRow(organisation_id=landlord, endpoint="http://x", kind="landlord"))
    joins = {"kind": "add-participant", "organisation_id": str(landlord), "role": "landlord"}
    await door.post(f"/api/v1/cases/{case_id}/commands", joins, "coordinator")
    await door.settle()
    shown = await read(door, case_id, "MEADOW", "coordinator")
    shown["alerts"] = (await door.get("/api/v1/alerts", "coordinator", "MEADOW")).text
    assert "the landlord, since" in (await door.get("/api/v1/alerts", "coordinator")).text
    for path, said in shown.items():
        assert "who may know (" not in said, path
        assert TELL not in said, path


async def test_given_a_council_that_writes_then_the_writer_reads_their_own_and_not_others_there(
    door: Door, case_id: UUID
) -> None:
    said = {
        "kind": "confirm-item",
        "item": "wishes",
        "value": "written",
        "item_notes": {"wishes": "A garden"},
    }
    path = f"/api/v1/cases/{case_id}/check/items/wishes"
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", said, "coordinator", "COUNCIL")
    assert answer.status_code in (200, 202), answer.text
    await door.settle()
    assert "A garden" in (await door.get(path, "coordinator", "COUNCIL")).text
    assert "A garden" not in (await door.get(path, "discharge-team", "COUNCIL")).text
    assert "A garden" in (await door.get(path, "discharge-team", "TRUST")).text


async def test_given_the_database_alone_then_it_shows_own_words_to_the_team_in_its_roles(
    door: Door, case_id: UUID, api: AsyncEngine, owner: AsyncEngine
) -> None:
    async def found(organisation: UUID, role: str) -> int:
        async with transaction(api, organisation_id=organisation, role=role) as session:
            rows = await session.execute(text("SELECT count(*) FROM notes WHERE sensitivity = 'own-words'"))
            return int(rows.scalar_one())

    async with transaction(owner) as session:
        kept = (
            await session.scalars(NoteRow.__table__.select().with_only_columns(NoteRow.sensitivity))
        ).all()
        council = (
            await session.execute(text("SELECT id FROM organisations WHERE code = 'COUNCIL'"))
        ).scalar_one()
    assert list(kept) == [OWN_WORDS, OWN_WORDS]
    trust = door.places.trust
    assert [await found(trust, role) for role in ("discharge-team", "coordinator", "system")] == [2, 2, 2]
    assert [await found(trust, role) for role in ("", "trust-monitor", "operator", "admin")] == [0, 0, 0, 0]
    assert await found(council, "coordinator") == 0


def test_given_the_form_then_its_items_in_the_person_s_words_are_for_the_team() -> None:
    with form_two_in_force():
        own = {row.code for row in CHECK_ITEMS.rows if row.own_words}
        assert for_the_team() == own == {"wishes", "goals", "fears", "who-to-tell"}
