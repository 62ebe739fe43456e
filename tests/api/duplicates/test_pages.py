"""Records that may be one person: side by side for who may, decided once, with nothing hidden shown."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, update

from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, AuditWrite, DuplicatePair, IdentityDecision, Person, PersonMerge
from fhir_adapters.hl7v2.store.identity_decisions import decide_next
from tests.api.conftest import Door, Looking
from tests.api.signing_in import hidden, sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample

JOAN = Sample()
TWIN = JOAN.but(message_id="M2", nhs="", local="H200", visit="V2")
MERGED = JOAN.but(trigger="A40", message_id="M3", sent="20260305090000", more={"MRG": {1: "H200^^^RXH^MR"}})
STREET = "1 ACACIA AVENUE"
REASON = "Both bracelets checked on the ward"


@pytest.fixture
async def pair_id(intake: Intake) -> UUID:
    await intake.take(JOAN.raw(), TWIN.raw())
    [pair] = await intake.rows(DuplicatePair)
    return pair.id


async def carried_out(door: Door) -> None:
    while await decide_next(door.worker, CaseClock.real()):
        pass


async def pressed(door: Door, path: str, **fields: str) -> tuple[int, str]:
    """Send a form of a page; the status of the answer and its text or where it leads."""
    html = (await door.client.get(path)).text
    answer = await door.client.post(path, data={**hidden(html), **fields})
    return answer.status_code, answer.headers.get("location", answer.text)


async def test_given_a_pair_when_an_operator_compares_then_both_are_side_by_side_and_the_look_is_noted(
    door: Door, pair_id: UUID
) -> None:
    sign_in(door, "operator")

    listed = (await door.client.get("/duplicates")).text
    page = (await door.client.get(f"/duplicates/{pair_id}")).text

    assert f"/duplicates/{pair_id}" in listed
    assert "The same family name, birth date and postcode under different hospital numbers" in page
    assert "H100 (RXH)" in page
    assert "H200 (RXH)" in page
    assert STREET in page
    async with transaction(door.worker) as session:
        looks = (await session.scalars(select(AuditRead))).all()
    assert {look.what: len(look.person_ids) for look in looks} == {
        "records that may be one person": 2,
        "two records side by side": 2,
    }


async def test_given_a_hidden_location_then_neither_page_nor_interface_tells_where(
    door: Door, intake: Intake, pair_id: UUID
) -> None:
    await intake.take(TWIN.but(trigger="A31", message_id="M9", more={"ZU8": {4: "2"}}).raw())
    async with transaction(door.worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    sign_in(door, "operator")

    page = (await door.client.get(f"/duplicates/{pair_id}")).text
    told = (await door.get(f"/api/v1/duplicates/{pair_id}", "operator")).json()

    assert "Withheld: the location is hidden" in page
    for text in (page, str(told)):
        assert STREET not in text
        assert "LS1 1AA" not in text
        assert "07700900123" not in text
        assert "postcode under" not in text
        assert "same-name-birth-date-postcode" not in text
    assert "postcode" not in told["evidence"]
    listed = (await door.get("/api/v1/duplicates", "operator")).json()["duplicates"]
    assert [each["rules"] for each in listed] == [["same-full-name-birth-date"]]
    assert told["left"]["location_hidden"] is True


async def test_given_the_same_then_it_is_taken_once_carried_out_and_shown_with_who_and_why(
    door: Door, intake: Intake, pair_id: UUID
) -> None:
    sign_in(door, "operator")
    fields = {"decision": "same", "reason": REASON, "key": "k1"}

    status, where = await pressed(door, f"/duplicates/{pair_id}", **fields)
    await pressed(door, f"/duplicates/{pair_id}", **fields)
    waiting = (await door.client.get(where)).text
    await carried_out(door)
    done = (await door.client.get(where)).text

    assert (status, where) == (303, f"/duplicates/{pair_id}")
    assert "is safely stored and is being carried out" in waiting
    assert REASON in done
    assert "Test operator" in done
    assert "Carried out" in done
    assert len(await intake.rows(IdentityDecision)) == 1
    assert len([row for row in await intake.rows(Person) if row.merged_into is None]) == 1
    [write] = await intake.rows(AuditWrite)
    assert (write.action, write.subject) == ("identity same", f"pair {pair_id}")


async def test_given_not_the_same_by_interface_then_it_is_remembered(
    door: Door, intake: Intake, pair_id: UUID
) -> None:
    body = {"decision": "not-same", "reason": REASON}

    answer = await door.post(f"/api/v1/duplicates/{pair_id}/decision", body, "operator")
    await carried_out(door)

    assert (answer.status_code, answer.json()["state"]) == (202, "taken")
    assert (await door.get("/api/v1/duplicates", "operator")).json() == {
        "duplicates": [],
        "left_out": {},
        "next": None,
    }
    [decided] = (await door.get("/api/v1/duplicates?state=decided", "operator")).json()["duplicates"]
    assert decided["state"] == "not-same"
    shown = (await door.get(f"/api/v1/duplicates/{pair_id}", "operator")).json()
    assert [(each["state"], each["reason"]) for each in shown["decisions"]] == [("done", REASON)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": REASON}, "Choose whether they are the same person"),
        ({"decision": "merge", "reason": REASON}, "Choose whether they are the same person"),
        ({"decision": "same", "reason": " "}, "Enter how you know"),
        ({"decision": "same", "reason": "x" * 501}, "Use 500 characters or fewer for the reason"),
    ],
)
async def test_given_half_a_decision_then_the_page_says_what_is_missing_and_nothing_is_taken(
    door: Door, intake: Intake, pair_id: UUID, fields: dict[str, str], words: str
) -> None:
    sign_in(door, "operator")

    status, text = await pressed(door, f"/duplicates/{pair_id}", **fields)

    assert status == 422
    assert words in text
    assert await intake.rows(IdentityDecision) == []


async def test_given_a_merge_then_an_operator_undoes_it_with_a_reason(door: Door, intake: Intake) -> None:
    await intake.take(JOAN.raw(), TWIN.raw(), MERGED.raw())
    [merge] = await intake.rows(PersonMerge)
    sign_in(door, "operator")
    listed = (await door.client.get("/duplicates?view=merges")).text
    page = (await door.client.get(f"/merges/{merge.id}")).text

    status, where = await pressed(door, f"/merges/{merge.id}", reason=REASON, key="k2")
    await carried_out(door)

    assert f"/merges/{merge.id}" in listed
    assert "1 hospital number, 1 stay" in page
    assert (status, where) == (303, f"/merges/{merge.id}")
    assert REASON in (await door.client.get(where)).text
    assert len([row for row in await intake.rows(Person) if row.merged_into is None]) == 2


async def test_given_a_stranger_then_neither_pair_nor_merge_is_there(
    door: Door, intake: Intake, pair_id: UUID
) -> None:
    await intake.take(MERGED.raw())
    [merge] = await intake.rows(PersonMerge)

    for path in (f"/api/v1/duplicates/{pair_id}", "/api/v1/duplicates", "/api/v1/merges"):
        answer = await door.get(path, "operator", "STRANGER")
        assert "ASHDOWN" not in answer.text
    body = {"decision": "same", "reason": REASON}
    for path, sent in (
        (f"duplicates/{pair_id}/decision", body),
        (f"merges/{merge.id}/undo", {"reason": REASON}),
    ):
        assert (await door.post(f"/api/v1/{path}", sent, "operator", "STRANGER")).status_code == 404
    assert await intake.rows(IdentityDecision) == []


async def test_given_a_coordinator_then_only_pairs_of_their_own_cases_are_there(
    door: Door, pair_id: UUID
) -> None:
    assert (await door.get("/api/v1/duplicates", "coordinator")).json() == {
        "duplicates": [],
        "left_out": {},
        "next": None,
    }
    assert (await door.get(f"/api/v1/duplicates/{pair_id}", "coordinator")).status_code == 404


async def test_given_a_record_of_another_organisation_then_it_is_not_shown_and_cannot_be_merged(
    door: Door, intake: Intake, pair_id: UUID
) -> None:
    async with transaction(door.worker) as session:
        stranger = Person(family_name="SECRET", nhs_number="9990000034")
        session.add(stranger)
        await session.flush()
        left, right = sorted((stranger.id, (await intake.rows(Person))[0].id))
        pair = DuplicatePair(
            organisation_id=intake.organisation_id,
            left_id=left,
            right_id=right,
            rules=["nhs-number-contradicted"],
            evidence={"nhs-number": "same", "birth-date": "differs"},
        )
        session.add(pair)
        await session.flush()
    sign_in(door, "operator")

    page = (await door.client.get(f"/duplicates/{pair.id}")).text
    body = {"decision": "same", "reason": REASON}
    refused = await door.post(f"/api/v1/duplicates/{pair.id}/decision", body, "operator")

    assert "SECRET" not in page
    assert "Differs" not in page
    assert "is a record of another organisation and is not shown here" in page
    assert refused.status_code == 403


@pytest.mark.browser
@pytest.mark.slow
async def test_given_the_pages_of_who_is_who_when_looked_at_by_axe_then_it_finds_nothing(
    door: Door, intake: Intake, pair_id: UUID, looking: Looking
) -> None:
    other = JOAN.but(message_id="O1", nhs="9990000026", local="H300", visit="V3", family="CEDAR")
    merge = other.but(trigger="A40", message_id="O2", more={"MRG": {1: "H301^^^RXH^MR"}})
    await intake.take(other.raw(), merge.raw(), JOAN.but(message_id="O3", family="ZZZTEST", local="T1").raw())
    [row] = await intake.rows(PersonMerge)
    sign_in(door, "operator")

    for path in (
        "/duplicates",
        "/duplicates?view=decided",
        "/duplicates?view=merges",
        "/duplicates?view=tests",
        f"/duplicates/{pair_id}",
        f"/merges/{row.id}",
    ):
        for narrow in (False, True):
            seen = await looking.look(path, narrow=narrow)
            assert (seen.faults, seen.console) == ([], []), path


async def test_given_a_former_nhs_number_then_a_search_and_a_referral_still_find_the_person(
    door: Door, intake: Intake
) -> None:
    newer = {"PID": {32: "NSTS01"}}
    later = JOAN.but(trigger="A31", message_id="N1", sent="20260304090000", nhs="9990000026", more=newer)
    await intake.take(JOAN.raw(), later.raw())
    [person] = await intake.rows(Person)
    sign_in(door, "discharge-team")

    found = (await door.client.get("/referrals/new?text=999 000 0018")).text
    body = {"person": {"nhs_number": "9990000018", "family_name": "Ashdown", "birth_date": "1941-05-02"}}
    answer = await door.post("/api/v1/referrals", body)

    assert f"/referrals/new/{person.id}" in found
    assert answer.status_code == 202, answer.text
    assert [row.id for row in await intake.rows(Person)] == [person.id]


async def test_given_records_left_out_then_the_list_and_the_interface_say_how_many_and_why(
    door: Door, intake: Intake
) -> None:
    alike = (JOAN.but(message_id=f"M{n}", nhs="", local=f"H{n}", visit=f"V{n}").raw() for n in range(13))
    await intake.take(*alike)
    sign_in(door, "operator")

    page = (await door.client.get("/duplicates")).text
    told = (await door.get("/api/v1/duplicates", "operator")).json()

    assert "13 records share a family name and a birth date with more than 10 others" in page
    assert told["left_out"] == {"common-values": 13}
