"""A number that somebody said is not safe to ring is marked for all who see it, also where they may not read
who said so: and the mark tells no more.
"""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import ARRAY, Text, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.permissions import allowed
from discharge.store.engine import transaction
from discharge.store.tables import ContactEntry, DuplicatePair, Person, PersonContact, User
from discharge.store.tables.persons import NEXT_OF_KIN
from discharge.telephones import name_key, plain_number, same_name
from tests.api.conftest import Door
from tests.api.contact_details.test_contact_details import (
    HOME,
    RUTH,
    correct,
    listed,
    of_number,
    path,
    person_of,
    says,
)
from tests.api.hidden_scene import shown_scene
from tests.api.safety.test_everywhere import ASKERS
from tests.api.signing_in import sign_in
from tests.api.test_hidden_everywhere import ask, paths
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fixtures.cases import open_case

ASK = "Ask the housing coordinator before ringing"
WARNED = {
    "role": "other",
    "name": "Harry Withheld",
    "phone": "+44 113 496 0001",
    "safe_to_ring": "no",
    "source": "person",
    "said_by": "Edith on her own",
    "restricted": True,
}


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case with a housing lead, of which the trust's messages give a telephone and a next of kin."""
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await says(door, case_id)
    return case_id


async def warned(door: Door, case_id: UUID, **said: object) -> None:
    """The coordinator records, for the housing lead alone, that a number is not safe to ring."""
    answer = await door.post(path(case_id), WARNED | said, "coordinator")
    assert answer.status_code == 201, answer.text


async def test_given_a_restricted_warning_when_the_ward_reads_then_its_number_is_marked_and_no_more_is_told(
    door: Door, case_id: UUID
) -> None:
    before = {each["contact_id"] for each in await listed(door, case_id, "discharge-team")}
    await warned(door, case_id)
    contact = next(each for each in await listed(door, case_id, "discharge-team") if each["phone"] == HOME)
    assert (contact["mark"], contact["safe_to_ring"], contact["dial"]) == ("ask-first", "no", None)
    assert contact["said"]["mark"] == "ask-first"
    assert {each["contact_id"] for each in await listed(door, case_id, "discharge-team")} == before
    sign_in(door, "discharge-team")
    for address in (f"/cases/{case_id}", f"/cases/{case_id}/contact-details"):
        page = (await door.client.get(address)).text
        assert page.count(ASK) == 1
        assert "tel:01134960001" not in page
        assert "tel:07700900222" in page
        for secret in ("Harry", "Edith on her own", "Restricted"):
            assert secret not in page, address
    given = (await door.get(f"/api/v1/cases/{case_id}")).json()["person"]["contacts"]
    assert [each["value"] for each in given] == [RUTH]


async def test_given_a_restricted_warning_when_its_recorder_reads_then_they_see_why(
    door: Door, case_id: UUID
) -> None:
    await warned(door, case_id)
    found = {each["phone"]: each for each in await listed(door, case_id, "coordinator")}
    assert {number: each["mark"] for number, each in found.items()} == {
        HOME: "not-safe",
        WARNED["phone"]: "not-safe",
        RUTH: None,
    }


async def test_given_a_restricted_warning_about_a_next_of_kin_then_their_other_numbers_are_marked_too(
    door: Door, case_id: UUID
) -> None:
    await warned(door, case_id, role="next-of-kin", name="Ruth Ashdown", phone="07700 900888")
    found = {each["phone"]: each["mark"] for each in await listed(door, case_id, "discharge-team")}
    assert found == {HOME: None, RUTH: "ask-first"}


async def test_given_a_warning_that_is_taken_back_then_the_number_may_be_rung_again(
    door: Door, case_id: UUID
) -> None:
    await warned(door, case_id)
    theirs = await of_number(door, case_id, str(WARNED["phone"]))
    await correct(door, case_id, theirs, safe_to_ring="yes", name=WARNED["name"])
    found = {each["phone"]: each["mark"] for each in await listed(door, case_id, "discharge-team")}
    assert found == {HOME: None, RUTH: None}


async def test_given_a_number_that_another_contact_says_is_not_safe_then_no_version_or_message_shows_it_bare(
    door: Door, case_id: UUID
) -> None:
    await correct(door, case_id, await of_number(door, case_id, HOME), phone="0113 496 0002")
    await says(door, case_id, phone="0113 496 0003")
    await warned(door, case_id, phone="0113 496 0003")
    await warned(door, case_id, phone=HOME, name="Harry Again")
    contact = next(
        each for each in await listed(door, case_id, "discharge-team") if each["phone"] == "0113 496 0002"
    )
    assert contact["mark"] is None
    assert [each["mark"] for each in contact["otherwise"]] == ["ask-first"]
    assert [(each["message_said"], each["mark"]) for each in contact["versions"]] == [(HOME, "ask-first")]
    sign_in(door, "discharge-team")
    page = (await door.client.get(f"/cases/{case_id}/contact-details")).text
    assert page.count(ASK) == 2


async def test_given_a_warning_on_another_case_of_the_person_then_the_number_is_marked_on_this_one(
    door: Door, case_id: UUID
) -> None:
    """A case of a record that was merged into theirs."""
    person_id = await person_of(door, case_id)
    async with transaction(door.worker) as session:
        twin = Person(id=uuid4(), family_name="Ashdown", given_name="Edith", merged_into=person_id)
        session.add(twin)
    other = await open_case(door.worker, twin.id, door.places.stranger)
    async with transaction(door.worker) as session:
        row = {"id": uuid4(), "case_id": other.case_id, "contact_id": uuid4(), "number": 1, "role": "other"}
        row |= {"entry": "recorded", "source": "tried", "organisation_id": door.places.stranger}
        session.add(ContactEntry(**row, said_on=door.clock.now.date(), phone=HOME, safe_to_ring="no"))
    found = {each["phone"]: each["mark"] for each in await listed(door, case_id, "discharge-team")}
    assert found == {HOME: "ask-first", RUTH: None}


async def test_given_a_restricted_warning_when_everybody_asks_for_everything_then_the_number_is_never_bare(
    door: Door, intake: Intake, owner: AsyncEngine
) -> None:
    scene = await shown_scene(door, intake, owner)
    number, kin = "01134960000", "0113 999 8887"
    for phone in (number, kin):
        await warned(door, scene.case_id, phone=phone, name=f"Harry {phone}")
    known = {name: values[:1] for name, values in scene.known.items()}
    person_id = await person_of(door, scene.case_id)
    async with transaction(owner) as session:
        of_person = or_(DuplicatePair.left_id == person_id, DuplicatePair.right_id == person_id)
        known["pair_id"] = [str(await session.scalar(select(DuplicatePair.id).where(of_person).limit(1)))]
    pair = (await door.get(f"/api/v1/duplicates/{known['pair_id'][0]}", "operator")).json()
    assert all(number in pair[side]["phones_not_safe"] for side in ("left", "right")), "said of either record"
    shown, bare, told = set(), set(), set()
    for party, role in ASKERS:
        sign_in(door, role, party)
        for address, action in paths(known):
            page = role == "system" and not address.startswith(("/api", "/fhir"))
            if page or "/do/" in address or (action and not allowed(role, action)) or is_raw(address):
                continue
            body = (await ask(door, party, role, address)).text
            if any(each in body for each in (number, kin)):
                shown.add((party, role, address))
                if not any(mark in body for mark in (ASK, "Do not ring", '"ask-first"', '"not-safe"', SAFE)):
                    bare.add((party, role, address))
            if "Harry" in body and party != "HOUSING":
                told.add((party, role, address))
    assert (bare, told) == (set(), set())
    wall = f"/cases/{scene.case_id}/contact-details"
    assert {("TRUST", "discharge-team", wall), ("COUNCIL", "coordinator", wall)} <= shown
    assert not {party for party, _, _ in shown} & {"LANDLORD", "SUPPLIER", "OTHER-TRUST", "STRANGER"}


SAFE = '"phones_not_safe":["'


def is_raw(address: str) -> bool:
    """What shows messages as they came, byte for byte, to those who mend them."""
    return address.removeprefix("/api/v1").startswith(("/messages", "/message-edits", "/edits", "/replays"))


async def test_given_two_records_side_by_side_then_a_number_that_is_not_safe_is_marked(
    door: Door, case_id: UUID
) -> None:
    await warned(door, case_id)
    person_id = await person_of(door, case_id)
    async with transaction(door.worker) as session:
        twin = Person(id=uuid4(), family_name="Ashdown", given_name="Edith")
        session.add(twin)
        await session.flush()
        left, right = sorted((person_id, twin.id))
        row = {"id": uuid4(), "organisation_id": door.places.trust, "left_id": left, "right_id": right}
        session.add(DuplicatePair(**row, rules=["name-birth-date"], evidence={}))
        pair_id = row["id"]
    both = (await door.get(f"/api/v1/duplicates/{pair_id}", "operator")).json()
    side = both["left" if left == person_id else "right"]
    assert (side["phones"], side["phones_not_safe"]) == ([HOME], [HOME])
    sign_in(door, "operator")
    assert f"{HOME}. {ASK}" in (await door.client.get(f"/duplicates/{pair_id}")).text


async def test_given_whoever_takes_no_part_when_they_ask_postgresql_then_no_number_is_said_to_be_unsafe(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    await warned(door, case_id)
    person_id, number = await person_of(door, case_id), "(0113) 496 0001"
    async with transaction(door.worker) as session:
        user_id = await session.scalar(select(User.id).where(User.subject == "coordinator-HOUSING"))

    async def unsafe(organisation_id: UUID) -> list[str]:
        texts = ARRAY(Text)
        asked = func.homeward_not_safe_to_ring(person_id, cast([number, RUTH], texts), cast([], texts))
        async with transaction(api, organisation_id=organisation_id, user_id=user_id) as session:
            return list(await session.scalars(select(asked)))

    places = door.places
    assert await unsafe(places.trust) == [number]
    assert await unsafe(places.housing) == [number]
    assert await unsafe(places.stranger) == []
    assert await unsafe(places.landlord) == []
    async with transaction(api, organisation_id=places.trust, user_id=user_id) as session:
        assert not (await session.scalars(select(ContactEntry.id))).all(), "the ward reads no such row"
    async with transaction(door.worker) as session:
        await session.execute(update(Person).where(Person.id == person_id).values(hidden_by_feed=True))
    assert await unsafe(places.trust) == []


NUMBERS = (
    "0113 496 0001",
    " 0113 496 0001 ",
    "+44 (0)113 496 0001",
    "(+44) 113 496 0001",
    "0044 113 4960001",
    "(0113) 496-0001 ext 5",
    "01134960001 Mon-Fri",
    "+353 1 234 5678",
    "+4 4113",
    "44 113 496 0001",
    "+44 0113 496 0001",
    "00440113 496 0001",
    "441134",
    "0113\u00a0496\u20110001",
    "0113\n496/0001",
    "\uff10113 496 0001",
    "\u202a0113\u200b 496\u2013 0001\ufeff",
    "TEL:0113 496 0001",
    "(mob) 0113 496 0001",
    "a word before it that goes on 0113 496 0001",
    "01632 960001 or 07700 900321",
    "Ask the WARD",
    "someone@example.nhs.uk",
    "12",
    "",
)
NAMES = (
    "Ashdown, Ruth",
    "Mr. Dr Ashdown",
    "Miss",
    "RUTH  ashdown",
    "Ruth Ann Ashdown",
    "Ruth Ruth",
    "O'Neill-Brown, Zoë",
    "Mrs. R. Ashdown 2",
    "",
    "  ",
)


async def test_given_numbers_and_names_as_people_write_them_then_postgresql_reads_them_as_the_rules_do(
    api: AsyncEngine,
) -> None:
    async with transaction(api) as session:
        numbers = {each: await session.scalar(select(func.homeward_plain_number(each))) for each in NUMBERS}
        names = {each: await session.scalar(select(func.homeward_name_key(each))) for each in NAMES}
    assert numbers == {each: plain_number(each) for each in NUMBERS}
    assert names == {each: name_key(each) for each in NAMES}


async def test_given_two_names_then_postgresql_says_as_the_rules_do_whether_they_may_be_one(
    api: AsyncEngine,
) -> None:
    pairs = [(one, other) for one in NAMES for other in NAMES]
    async with transaction(api) as session:
        found = [await session.scalar(select(func.homeward_same_name(*each))) for each in pairs]
    assert found == [same_name(*each) for each in pairs]
    assert 0 < sum(map(bool, found)) < len(found)


async def test_given_a_restricted_warning_about_a_name_when_a_message_writes_more_of_it_then_it_is_marked(
    door: Door, case_id: UUID
) -> None:
    said = {"role": "carer", "name": "Colin Bad", "source": "person", "phone": "07700 900666"}
    unsafe = said | {"safe_to_ring": "no", "restricted": True}
    kept = await door.post(path(case_id), unsafe, "coordinator")
    assert kept.status_code == 201, kept.text
    person_id = await person_of(door, case_id)
    async with transaction(door.worker) as session:
        for number, name in enumerate(("Mr Colin Bad", "Colin James Bad", "Colin Good")):
            row = {"kind": NEXT_OF_KIN, "value": f"07700 90067{number}", "name": name}
            session.add(PersonContact(person_id=person_id, **row))
    found = (await door.get(path(case_id), "discharge-team")).json()["contacts"]
    marks = {each["said"]["name"]: each["mark"] for each in found if each["said"] and each["said"]["name"]}
    assert marks["Mr Colin Bad"] == marks["Colin James Bad"] == "ask-first"
    assert marks["Colin Good"] is None
