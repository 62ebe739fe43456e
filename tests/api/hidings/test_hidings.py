"""A hiding that another organisation asks for holds at once; the trust hears of it, and keeps or lifts it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import AuditWrite, Person
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow, HiddenNumberRow, InboxRow
from tests.api.conftest import Door
from tests.api.fhir.posting import bundle, entry
from tests.api.hidings.labels import NUMBER, actions, address_of, answered, labelled, listed, post
from tests.api.signing_in import form_token, sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample


async def test_given_a_strangers_label_when_posted_then_it_hides_at_once_and_trust_and_housing_lead_hear_who(
    door: Door, case_id: UUID
) -> None:
    assert await address_of(door, case_id) is None
    for role, org, answers in (("discharge-team", "TRUST", True), ("coordinator", "HOUSING", False)):
        [one] = await listed(door, role, org)
        assert (one["asked_by"], one["may_answer"], one["answer"]) == ("Stranger", answers, None)
        assert one["case_id"] == str(case_id)
        sign_in(door, role, org)
        assert "Hidden because Stranger asked for it" in (await door.client.get(f"/cases/{case_id}")).text
        assert "Asked for by Stranger" in (await door.client.get("/hidings")).text


async def test_given_a_strangers_label_when_alarms_are_looked_for_then_each_who_hears_has_one_that_names_it(
    door: Door, case_id: UUID
) -> None:
    async def raised() -> dict[UUID, str]:
        await look_for_alarms(door.worker)
        async with transaction(door.worker) as session:
            rows = await session.scalars(select(AlarmRow).where(AlarmRow.cleared_at.is_(None)))
            return {row.organisation_id: row.fact for row in rows if row.kind == "hidden-by-others"}

    told = await raised()
    assert set(told) == {door.places.trust, door.places.housing}
    assert all("1. Asked for by Stranger." in fact for fact in told.values())
    sign_in(door, "operator")
    assert "Asked for by Stranger" in (await door.client.get("/messages/alarms")).text
    sign_in(door, "operator", "STRANGER")
    assert "Asked for by" not in (await door.client.get("/messages/alarms")).text
    await answered(door, "kept")
    assert await raised() == {}


async def test_given_a_strangers_label_when_the_trust_lifts_it_then_the_person_is_shown_and_it_is_audited(
    door: Door, case_id: UUID
) -> None:
    answer = await answered(door, "lifted")
    assert answer.status_code == 200, answer.text

    assert await address_of(door, case_id) is not None
    [one] = await listed(door)
    assert (one["answer"], one["reason"], one["still_hidden"]) == ("lifted", "Rang them: a mistake", False)
    assert await actions(door) == ["hiding lifted"]
    assert (await answered(door, "lifted")).status_code == 200
    assert await actions(door) == ["hiding lifted"]
    await answered(door, "kept")
    assert await address_of(door, case_id) is None
    await answered(door, "lifted")
    assert await address_of(door, case_id) is not None


async def test_given_what_the_trusts_feed_hides_when_a_label_is_lifted_then_the_person_stays_hidden(
    door: Door,
    intake: Intake,  # noqa: F811
    case_id: UUID,
) -> None:
    """ZU8-4 is the NHS flag; no answer to a label touches it."""
    await intake.take(Sample("A31", "M2", sent="20260303090000", more={"ZU8": {4: "2"}}).raw())
    assert (await answered(door, "lifted")).status_code == 200

    assert await address_of(door, case_id) is None
    [one] = await listed(door)
    assert (one["answer"], one["still_hidden"]) == ("lifted", True)


async def test_given_two_who_ask_when_one_is_lifted_then_the_other_goes_on_hiding(
    door: Door, case_id: UUID
) -> None:
    await post(door, labelled(), "LANDLORD")
    assert {each["asked_by"] for each in await listed(door)} == {"Stranger", "Landlord"}
    await answered(door, "lifted")
    assert await address_of(door, case_id) is None


ATTACKERS = [
    ("discharge-team", "STRANGER", 404),
    ("discharge-team", "LANDLORD", 404),
    ("discharge-team", "HOUSING", 403),
    ("coordinator", "TRUST", 403),
    ("system", "TRUST", 403),
    ("operator", "TRUST", 403),
]


@pytest.mark.parametrize(("role", "org", "status"), ATTACKERS)
async def test_given_anybody_but_the_trusts_team_when_they_lift_then_it_goes_on_hiding(
    door: Door, case_id: UUID, role: str, org: str, status: int
) -> None:
    assert (await answered(door, "lifted", role, org)).status_code == status
    assert await address_of(door, case_id) is None


@pytest.mark.parametrize("org", ["STRANGER", "HOUSING", "LANDLORD"])
async def test_given_anybody_but_the_trust_when_they_lift_by_sql_then_postgresql_refuses(
    door: Door, api: AsyncEngine, case_id: UUID, org: str
) -> None:
    await listed(door, "discharge-team", org)
    forged = text(
        "INSERT INTO hiding_answers (id, inbox_id, person_id, organisation_id, user_id, role, answer, reason)"
        " SELECT gen_random_uuid(), :inbox, :person, homeward_organisation(), homeward_user(), 'x',"
        " 'lifted', 'r'"
    )
    async with transaction(door.worker) as session:
        inbox_id = await session.scalar(select(HiddenNumberRow.inbox_id).limit(1))
        person_id = await session.scalar(select(Person.id).where(Person.nhs_number == NUMBER))
        user = text("SELECT id, organisation_id FROM users WHERE subject = :who")
        who = (await session.execute(user, {"who": f"discharge-team-{org}"})).one()
    with pytest.raises(Exception, match="row-level security"):
        async with transaction(api, organisation_id=who.organisation_id, user_id=who.id) as session:
            await session.execute(forged, {"inbox": inbox_id, "person": person_id})


async def test_given_a_sender_when_it_takes_its_hiding_back_then_nothing_of_what_is_held_is_told(
    door: Door, case_id: UUID
) -> None:
    await post(door, labelled("9990000042", "R-2"))
    both = (await door.get("/api/v1/hidings", "system", "STRANGER")).json()
    assert both["hidings"] == []
    assert sorted(each["numbers"] for each in both["asked_by_you"]) == [[NUMBER], ["9990000042"]]
    assert {frozenset(each) for each in both["asked_by_you"]} == {
        frozenset({"message_id", "numbers", "hidden_at"})
    }
    for each in both["asked_by_you"]:
        path = f"/api/v1/hidings/{each['message_id']}/withdrawal"
        assert (await door.post(path, {"reason": "A mistake"}, "system", "TRUST")).status_code == 404
        done = await door.post(path, {"reason": "A mistake"}, "system", "STRANGER")
        assert done.status_code == 200, done.text
        assert (await door.post(path, {"reason": "A mistake"}, "system", "STRANGER")).status_code == 404

    assert await address_of(door, case_id) is not None
    assert await listed(door) == []
    assert await actions(door) == ["hiding withdrawn", "hiding withdrawn"]


async def test_given_a_trust_that_the_person_left_when_another_has_them_then_only_that_one_answers(
    door: Door, case_id: UUID
) -> None:
    async with transaction(door.worker) as session:
        moved = text(
            "UPDATE case_participants SET relation = 'referrer' WHERE organisation_id = :trust",
        )
        await session.execute(moved, {"trust": door.places.trust})
        now = text("UPDATE spells SET organisation_id = :other")
        await session.execute(now, {"other": door.places.landlord})
    assert [each["may_answer"] for each in await listed(door, "discharge-team", "LANDLORD")] == [True]
    assert await listed(door) == []
    assert [each["may_answer"] for each in await listed(door, "coordinator", "HOUSING")] == [False]


@pytest.mark.parametrize("held", ["in a bed", "only told of", "unknown"])
async def test_given_somebody_without_a_case_when_a_stranger_hides_them_then_their_trust_hears(
    door: Door,
    intake: Intake,  # noqa: F811
    held: str,
) -> None:
    if held != "unknown":
        visit = {"in a bed": "V1", "only told of": ""}[held]
        await intake.take(Sample("A01" if visit else "A28", visit=visit).raw())
    answer = await post(door, labelled())
    assert answer.status_code == 201, answer.text
    assert [each["may_answer"] for each in await listed(door)] == ([] if held == "unknown" else [True])
    if held == "unknown":
        await intake.take(Sample().raw())
        assert [each["may_answer"] for each in await listed(door)] == [True]
    async with transaction(door.worker) as session:
        assert list(await session.scalars(select(Person.location_hidden))) == [True]


def many(numbers: Iterable[int], first: int = 0) -> list[dict[str, Any]]:
    return [labelled(checked(number), f"R-{first + number}") for number in numbers]


def checked(number: int) -> str:
    """A number of the test range with its check digit."""
    while True:
        nine = f"999{number:06d}"
        digit = 11 - sum(int(each) * weight for each, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
        if digit != 10:
            return f"{nine}{0 if digit == 11 else digit}"
        number += 100_000


async def hidden_count(door: Door) -> int:
    async with transaction(door.worker) as session:
        return len(set(await session.scalars(select(HiddenNumberRow.value))))


async def test_given_a_stranger_when_it_hides_more_than_twenty_in_a_day_then_the_next_is_refused_and_kept(
    door: Door, owner: AsyncEngine
) -> None:
    statuses = [(await post(door, body)).status_code for body in many(range(100, 120))]
    assert statuses == [201] * 20
    refused = await post(door, labelled(checked(130), "R-999"))

    assert refused.status_code == 409
    assert "too-many-hidings" in refused.text
    assert await hidden_count(door) == 20
    async with transaction(door.worker) as session:
        kept = await session.scalars(select(InboxRow.code).where(InboxRow.state == "rejected"))
        assert kept.all() == ["too-many-hidings"]
        noted = select(AuditWrite.detail).where(AuditWrite.action == "referral refused")
        assert (await session.scalars(noted)).all() == [{"code": "too-many-hidings"}]
    async with transaction(owner) as session:
        await session.execute(text("UPDATE hidden_numbers SET hidden_at = hidden_at - interval '25 hours'"))
    assert (await post(door, labelled(checked(131), "R-1000"))).status_code == 201


async def test_given_a_stranger_when_one_batch_hides_more_than_twenty_then_it_hides_nobody(
    door: Door,
) -> None:
    batch = bundle("batch", *(entry(body) for body in many(range(100, 121))))
    refused = await post(door, batch, path="")

    assert refused.status_code == 409
    assert json.loads(refused.text)["resourceType"] == "OperationOutcome"
    assert await hidden_count(door) == 0


async def test_given_a_trust_when_it_hides_its_own_patients_then_there_is_no_such_limit(door: Door) -> None:
    for number in range(100, 122):
        await door.admitted(
            checked(number), birth_date="1941-05-02", family_name="Ashdown", given_name="Joan"
        )
    statuses = [(await post(door, body, "TRUST")).status_code for body in many(range(100, 122))]
    assert set(statuses) <= {201, 202}
    assert await hidden_count(door) == 22


async def test_given_the_page_when_the_trust_answers_without_a_reason_then_what_was_chosen_stays(
    door: Door, case_id: UUID
) -> None:
    session = sign_in(door, "discharge-team")
    page = (await door.client.get("/hidings")).text
    [path] = [part.split('"')[0] for part in page.split('action="')[1:] if part.startswith("/hidings/")]
    person_id = page.split('name="person_id" value="')[1].split('"')[0]
    said = {"form_token": form_token(door, session), "person_id": person_id}
    for given, words in (
        ({}, "Choose whether the person stays hidden"),
        ({"answer": "lifted"}, "Say why in 3 to 500"),
    ):
        wrong = await door.client.post(path, data=said | given)
        assert wrong.status_code == 422
        assert words in wrong.text
    assert 'value="lifted" checked' in " ".join(wrong.text.split())
    done = await door.client.post(path, data=said | {"answer": "lifted", "reason": "Rang them"})
    assert done.headers["location"] == "/hidings?done=lifted"
    assert "Rang them" in (await door.client.get("/hidings")).text
    assert await address_of(door, case_id) is not None
