"""Whom to call about a case: listed, corrected, ended, by page and by interface; and who may."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, AuditWrite, CaseRow, ContactEntry, Person, PersonContact, User
from discharge.store.tables.persons import NEXT_OF_KIN
from tests.api.conftest import Door, Looking
from tests.api.signing_in import form_token, hidden, sign_in

HOME, RUTH = "0113 496 0001", "07700 900222"
NEW = {
    "role": "key-holder",
    "name": "Paul Ashdown",
    "phone": "07700 900333",
    "source": "family",
    "said_by": "his sister",
    "hours": "after 17:00",
}


def path(case_id: UUID, *more: str) -> str:
    return "/".join((f"/api/v1/cases/{case_id}/contact-details", *more))


async def person_of(door: Door, case_id: UUID) -> UUID:
    async with transaction(door.worker) as session:
        found = await session.scalar(select(CaseRow.person_id).where(CaseRow.id == case_id))
    assert found is not None
    return found


async def says(door: Door, case_id: UUID, **values: str) -> None:
    """What the trust's messages say from now on: a telephone and a next of kin."""
    person_id = await person_of(door, case_id)
    async with transaction(door.worker) as session:
        await session.execute(text("DELETE FROM person_contacts"))
        kinds = {"phone": HOME, NEXT_OF_KIN: RUTH} | values
        for kind, value in kinds.items():
            name = "Ashdown, Ruth" if kind == NEXT_OF_KIN else None
            session.add(PersonContact(person_id=person_id, kind=kind, value=value, name=name))


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case with a housing lead, whose person has a telephone and a next of kin by the trust's messages."""
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await says(door, case_id)
    return case_id


async def listed(door: Door, case_id: UUID, role: str = "coordinator") -> list[dict[str, Any]]:
    answer = await door.get(path(case_id), role)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["contacts"]
    return found


async def of_number(door: Door, case_id: UUID, number: str) -> dict[str, Any]:
    return next(each for each in await listed(door, case_id) if each["phone"] == number)


async def correct(
    door: Door, case_id: UUID, contact: dict[str, Any], role: str = "coordinator", **said: Any
) -> httpx.Response:
    body = {"role": contact["role"], "phone": contact["phone"], "source": "person"} | said
    return await door.post(path(case_id, contact["contact_id"], "correct"), body, role)


async def test_given_what_the_trust_sent_when_listed_then_it_says_who_is_missing_and_the_look_is_audited(
    door: Door, case_id: UUID
) -> None:
    found = (await door.get(path(case_id), "coordinator")).json()
    assert [(each["role"], each["phone"], each["dial"]) for each in found["contacts"]] == [
        ("person", HOME, "01134960001"),
        ("next-of-kin", RUTH, "07700900222"),
    ]
    assert "key-holder" in found["missing"]
    async with transaction(door.worker) as session:
        looks = await session.scalars(select(AuditRead).where(AuditRead.what == "who to call"))
        assert [each.case_ids for each in looks] == [[case_id]]


async def test_given_a_correction_when_the_trust_sends_another_number_then_both_are_told_and_none_is_lost(
    door: Door, case_id: UUID
) -> None:
    before = await of_number(door, case_id, HOME)
    assert (await correct(door, case_id, before, phone="0113 496 0002", said_by="Edith")).status_code == 200
    await says(door, case_id)
    after = await of_number(door, case_id, "0113 496 0002")
    assert (after["contact_id"], after["otherwise"]) == (before["contact_id"], [])

    await says(door, case_id, phone="0113 496 0003")
    contradicted = await of_number(door, case_id, "0113 496 0002")
    assert [each["value"] for each in contradicted["otherwise"]] == ["0113 496 0003"]
    assert contradicted["versions"][0]["message_said"] == HOME
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text.split('id="whom-to-call"')[1]
    assert "messages say otherwise" in page
    assert "0113 496 0003" in page
    assert 'href="tel:01134960002"' in page

    await correct(door, case_id, contradicted, phone="0113 496 0002", safe_to_ring="yes")
    settled = await of_number(door, case_id, "0113 496 0002")
    assert settled["otherwise"] == []
    assert [each["number"] for each in settled["versions"]] == [2, 1]


async def test_given_a_number_that_is_not_safe_to_ring_then_it_is_a_warning_and_no_link_anywhere(
    door: Door, case_id: UUID
) -> None:
    contact = await of_number(door, case_id, HOME)
    await correct(door, case_id, contact, safe_to_ring="no", reason="Somebody else answers")
    after = await of_number(door, case_id, HOME)
    assert (after["safe_to_ring"], after["dial"]) == ("no", None)
    sign_in(door, "discharge-team")
    for address in (f"/cases/{case_id}", f"/cases/{case_id}/contact-details"):
        page = (await door.client.get(address)).text
        assert "Do not ring" in page
        assert "tel:01134960001" not in page
        assert "tel:07700900222" in page
    for role in ("discharge-team", "coordinator", "system"):
        case = await door.get(f"/api/v1/cases/{case_id}", role)
        assert case.status_code == 200, case.text
        assert HOME not in case.text, role
        assert [each["value"] for each in case.json()["person"]["contacts"]] == [RUTH]


async def test_given_the_same_contact_twice_then_there_is_one_and_one_key_does_one_thing(
    door: Door, case_id: UUID
) -> None:
    for _ in range(2):
        answer = await door.post(path(case_id), NEW, "coordinator", **{"Idempotency-Key": "k1"})
        assert answer.status_code == 201, answer.text
    await door.post(path(case_id), NEW, "discharge-team")
    assert [each["role"] for each in await listed(door, case_id)].count("key-holder") == 1

    contact = await of_number(door, case_id, NEW["phone"])
    said = {**NEW, "seen_number": 1}
    again = await door.post(path(case_id, contact["contact_id"], "correct"), said, "coordinator")
    assert [len(each["versions"]) for each in again.json()["contacts"] if each["role"] == "key-holder"] == [1]


async def test_given_somebody_who_saw_an_older_version_when_they_correct_or_end_it_then_they_are_told(
    door: Door, case_id: UUID
) -> None:
    contact = await of_number(door, case_id, HOME)
    await correct(door, case_id, contact, phone="0113 496 0002")
    for answer in (
        await correct(door, case_id, contact, phone="0113 496 0004", seen_number=0),
        await door.post(
            path(case_id, contact["contact_id"], "end"), {"reason": "old", "seen_number": 0}, "coordinator"
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "contact-changed")
    assert (await of_number(door, case_id, "0113 496 0002"))["ended"] is False


async def test_given_a_contact_that_ended_when_it_is_ended_again_then_nothing_more_is_recorded(
    door: Door, case_id: UUID
) -> None:
    contact = await of_number(door, case_id, RUTH)
    for _ in range(2):
        ended = await door.post(
            path(case_id, contact["contact_id"], "end"), {"reason": "moved away"}, "coordinator"
        )
        assert ended.status_code == 200, ended.text
    after = await of_number(door, case_id, RUTH)
    assert (after["ended"], after["dial"], len(after["versions"])) == (True, None, 1)
    await correct(door, case_id, after, name="Ruth Ashdown", phone=RUTH)
    assert (await of_number(door, case_id, RUTH))["ended"] is False


async def test_given_a_restricted_contact_then_it_is_for_who_recorded_it_and_the_housing_lead(
    door: Door, case_id: UUID
) -> None:
    await door.post(path(case_id), NEW | {"restricted": True}, "coordinator")
    assert NEW["phone"] in [each["phone"] for each in await listed(door, case_id, "coordinator")]
    assert NEW["phone"] not in [each["phone"] for each in await listed(door, case_id, "discharge-team")]
    await door.post(path(case_id), NEW | {"phone": "07700 900555", "restricted": True}, "discharge-team")
    assert "07700 900555" in [each["phone"] for each in await listed(door, case_id, "coordinator")]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"role": "vicar"}, "role"),
        ({"source": "message"}, "source"),
        ({"phone": "ask the ward"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"phone": "", "name": ""}, "phone"),
        ({"said_on": "2099-01-01"}, "said_on"),
        ({"safe_to_ring": "maybe"}, "safe_to_ring"),
    ],
)
async def test_given_what_does_not_fit_when_added_then_it_is_refused_and_says_where(
    door: Door, case_id: UUID, said: dict[str, str], where: str
) -> None:
    answer = await door.post(path(case_id), NEW | said, "coordinator")
    assert answer.status_code == 422, answer.text
    assert where in answer.text
    assert len(await listed(door, case_id)) == 2


ATTACKERS = [
    ("discharge-team", "STRANGER", 404, 404),
    ("coordinator", "LANDLORD", 403, 403),
    ("trust-monitor", "TRUST", 200, 403),
    ("operator", "TRUST", 403, 403),
    ("admin", "HOUSING", 403, 403),
]


@pytest.mark.parametrize(("role", "org", "reads", "writes"), ATTACKERS)
async def test_given_whoever_has_no_such_part_when_they_ask_or_write_then_they_are_refused(
    door: Door, case_id: UUID, role: str, org: str, reads: int, writes: int
) -> None:
    await door.asked(case_id, "record-sharing-basis", basis="consent")
    part = {"kind": "add-participant", "organisation_id": str(door.places.landlord), "role": "landlord"}
    await door.post(f"/api/v1/cases/{case_id}/commands", part, "coordinator")
    await door.settle()
    contact = await of_number(door, case_id, HOME)
    answers = [
        await door.post(path(case_id), NEW, role, org),
        await door.post(
            path(case_id, contact["contact_id"], "correct"), NEW | {"phone": "07700 900999"}, role, org
        ),
        await door.post(path(case_id, contact["contact_id"], "end"), {"reason": "test"}, role, org),
    ]
    assert {each.status_code for each in answers} == {writes}
    read = await door.get(path(case_id), role, org)
    assert read.status_code == reads
    assert all(HOME not in each.text for each in answers)
    assert [each["phone"] for each in await listed(door, case_id)] == [HOME, RUTH]


async def test_given_somebody_hidden_then_nothing_of_it_is_told_and_nothing_can_be_recorded(
    door: Door, case_id: UUID
) -> None:
    await door.post(path(case_id), NEW, "coordinator")
    contact = await of_number(door, case_id, NEW["phone"])
    person_id = await person_of(door, case_id)
    async with transaction(door.worker) as session:
        await session.execute(update(Person).where(Person.id == person_id).values(hidden_by_feed=True))
    sign_in(door, "coordinator")
    found = await door.get(path(case_id), "coordinator")
    pages = [
        await door.client.get(address)
        for address in (f"/cases/{case_id}", f"/cases/{case_id}/contact-details")
    ]
    for each in (found, *pages):
        for secret in (HOME, RUTH, NEW["phone"], "Paul Ashdown"):
            assert secret not in each.text
    assert found.json()["withheld"] is True
    assert "Test Trust" in (found.json()["ring"] or "") or found.json()["ring"]
    added = await door.post(path(case_id), NEW | {"phone": "07700 900777"}, "coordinator")
    assert (added.status_code, added.json()["code"]) == (409, "contacts-withheld")
    changed = await door.post(path(case_id, contact["contact_id"], "end"), {"reason": "test"}, "coordinator")
    assert changed.status_code in (404, 409)


async def test_given_somebody_hidden_or_a_stranger_then_postgresql_refuses_rows_and_shows_none(
    door: Door, case_id: UUID, api: AsyncEngine
) -> None:
    """Whatever the application does: raw rows, as a bug would send them."""
    await door.post(path(case_id), NEW, "coordinator")
    async with transaction(door.worker) as session:
        user_id = await session.scalar(select(User.id).where(User.subject == "coordinator-HOUSING"))
    assert user_id is not None
    housing, stranger = door.places.housing, door.places.stranger

    async def shown(organisation_id: UUID) -> int:
        async with transaction(api, organisation_id=organisation_id, user_id=user_id) as session:
            return len((await session.scalars(select(ContactEntry.id))).all())

    async def write(organisation_id: UUID) -> None:
        async with transaction(api, organisation_id=organisation_id, user_id=user_id) as session:
            row = {"id": uuid4(), "case_id": case_id, "contact_id": uuid4(), "number": 1, "entry": "recorded"}
            row |= {"role": "other", "source": "tried", "organisation_id": organisation_id}
            session.add(ContactEntry(**row, said_on=door.clock.now.date(), recorded_by=user_id))

    assert (await shown(housing), await shown(stranger)) == (1, 0)
    await write(housing)
    with pytest.raises(DBAPIError, match="row-level security"):
        await write(stranger)
    person_id = await person_of(door, case_id)
    async with transaction(door.worker) as session:
        await session.execute(update(Person).where(Person.id == person_id).values(hidden_by_feed=True))
    assert await shown(housing) == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        await write(housing)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(api, organisation_id=housing, user_id=user_id) as session:
            await session.execute(text("UPDATE contact_entries SET phone = '1'"))


async def test_given_changes_then_the_audit_names_codes_and_ids_and_no_name_or_number(
    door: Door, case_id: UUID
) -> None:
    await door.post(path(case_id), NEW, "coordinator")
    async with transaction(door.worker) as session:
        [row] = await session.scalars(select(AuditWrite).where(AuditWrite.action.like("contact %")))
        everything = "".join(
            str(each) for each in await session.scalars(text("SELECT payload::text FROM case_events"))
        )
    assert (row.case_id, row.action, row.detail["role"]) == (case_id, "contact recorded", "key-holder")
    for secret in (NEW["phone"], "Ashdown, Paul", "Paul"):
        assert secret not in str(row.detail) + str(row.subject) + everything


async def test_given_the_pages_when_somebody_adds_corrects_and_ends_there_then_each_is_seen(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "coordinator")
    token = {"form_token": form_token(door, session)}
    base = f"/cases/{case_id}/contact-details"
    empty = await door.client.post(f"{base}/new", data=token)
    assert empty.status_code == 422
    assert "Choose an answer: Who is it?" in empty.text
    nobody = {"role": "scheme", "source": "tried", "safe_to_ring": "unknown", "restricted": "no", **token}
    refused = await door.client.post(f"{base}/new", data=nobody | {"phone": "no number"})
    assert refused.status_code == 422
    assert "no number" in refused.text
    done = await door.client.post(f"{base}/new", data=nobody | {"phone": "0113 496 0077"})
    assert done.headers["location"] == f"{base}?done=added"
    assert "0113 496 0077" in (await door.client.get(f"{base}?done=added")).text

    contact = await of_number(door, case_id, "0113 496 0077")
    change = f"{base}/{contact['contact_id']}/change"
    form = (await door.client.get(change)).text
    assert 'value="0113 496 0077"' in form
    seen = {"seen_version": hidden(form)["seen_version"]}
    assert seen == {"seen_version": "1"}
    said = nobody | seen | {"phone": "0113 496 0078", "safe_to_ring": "no"}
    done = await door.client.post(change, data=said)
    assert done.headers["location"] == f"{base}?done=corrected"
    stale = await door.client.post(change, data=said | {"phone": "0113 496 0079"})
    assert stale.status_code == 422
    assert "Somebody else changed this contact" in stale.text
    assert "0113 496 0079" in stale.text

    end = f"{base}/{contact['contact_id']}/end"
    assert (await door.client.post(end, data=token)).status_code == 422
    done = await door.client.post(end, data={"reason": "Scheme closed", "seen_version": "2", **token})
    assert done.headers["location"] == f"{base}?done=ended"
    page = (await door.client.get(base)).text
    assert "Scheme closed" in page.split('id="ended"')[1]


async def test_given_a_phone_when_the_pages_are_opened_then_nothing_is_found_wrong(
    door: Door, case_id: UUID, looking: Looking
) -> None:
    await door.post(path(case_id), NEW | {"safe_to_ring": "no"}, "coordinator")
    contact = await of_number(door, case_id, NEW["phone"])
    sign_in(door, "coordinator")
    base = f"/cases/{case_id}/contact-details"
    for address in (base, f"{base}/new", f"{base}/{contact['contact_id']}/change", f"/cases/{case_id}"):
        seen = await looking.look(address, narrow=True)
        assert (seen.faults, seen.console) == ([], []), address
