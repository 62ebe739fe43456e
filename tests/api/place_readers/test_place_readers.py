"""The ward of a hidden person is for the trust and the people whom it names, by page and by interface."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

from discharge.clocks import london_date
from discharge.store.engine import transaction
from discharge.store.tables import AuditWrite, CaseParticipantRow, User
from tests.api.conftest import Door
from tests.api.signing_in import form_token, sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample

WARD = "WARD-SIX"
HIDE = {"ZU8": {4: "2"}}


@pytest.fixture
async def case_id(door: Door, intake: Intake) -> UUID:  # noqa: F811
    """The case of a hidden person who lies in a bed of the trust, with a housing lead."""
    door.clock.now = datetime.now(UTC)  # PostgreSQL ends a name by its own day
    await intake.take(Sample(more={"PV1": {3: f"RXH^{WARD}^B1^RXH01"}, **HIDE}).raw())
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    return case_id


def day(days: int) -> str:
    """A day, so many from today."""
    return london_date(datetime.now(UTC) + timedelta(days=days)).isoformat()


async def user_id(door: Door, subject: str) -> str:
    async with transaction(door.worker) as session:
        return str(await session.scalar(select(User.id).where(User.subject == subject)))


async def name(
    door: Door, case_id: UUID, role: str = "discharge-team", org: str = "", **said: Any
) -> httpx.Response:
    body = {
        "user_id": await user_id(door, "coordinator-HOUSING"),
        "until_on": day(3),
        "reason": "Visits her",
    }
    return await door.post(f"/api/v1/cases/{case_id}/place-readers", body | said, role, org or None)


async def ward_seen(door: Door, case_id: UUID, subject: str | None = None) -> set[str]:
    """Where a coordinator of the housing service reads the ward."""
    headers = {"Authorization": f"Bearer {door.token('coordinator', 'HOUSING', subject)}"}
    found = set()
    for path in (
        f"/api/v1/cases/{case_id}",
        f"/api/v1/cases/{case_id}/timeline",
        "/api/v1/cases",
        f"/api/v1/cases?ward={WARD}",
    ):
        answer = await door.client.get(path, headers=headers)
        assert answer.status_code == 200, path
        if WARD in answer.text.upper():
            found.add(path.removeprefix("/api/v1/cases"))
    return found


async def test_given_a_hidden_person_when_the_trust_names_somebody_then_only_they_see_the_ward(
    door: Door, case_id: UUID
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    assert await ward_seen(door, case_id) == set()
    answer = await name(door, case_id)
    assert answer.status_code == 201, answer.text

    assert len(await ward_seen(door, case_id)) == 4
    assert await ward_seen(door, case_id, "a-colleague") == set()
    detail = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()
    assert detail["ward_withheld"] is None
    [reader] = answer.json()["readers"]
    assert (reader["in_force"], reader["until_on"], reader["reason"]) == (True, day(3), "Visits her")
    async with transaction(door.worker) as session:
        written = await session.scalars(select(AuditWrite).where(AuditWrite.action.contains("the ward")))
        [row] = written.all()
    assert row.case_id == case_id
    assert row.organisation_id == door.places.trust


async def test_given_a_name_when_it_is_taken_away_then_the_ward_is_withheld_and_both_are_listed(
    door: Door, case_id: UUID
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    [reader] = (await name(door, case_id)).json()["readers"]
    path = f"/api/v1/cases/{case_id}/place-readers/{reader['reader_id']}/end"
    first, again = await door.post(path, {}), await door.post(path, {})

    assert (first.status_code, again.status_code) == (200, 200)
    assert await ward_seen(door, case_id) == set()
    [listed] = again.json()["readers"]
    assert listed["in_force"] is False
    assert listed["ended_at"] is not None


async def test_given_a_name_when_the_stay_ends_or_the_day_passes_then_it_has_ended(
    door: Door,
    intake: Intake,  # noqa: F811
    case_id: UUID,
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    await name(door, case_id)
    gone = Sample(
        "A03",
        "M9",
        sent="20260302120000",
        more={"PV1": {3: f"RXH^{WARD}^B1^RXH01", 45: "20260302110000"}, **HIDE},
    )
    await intake.take(gone.raw())

    listed = (await door.get(f"/api/v1/cases/{case_id}/place-readers")).json()
    assert [each["in_force"] for each in listed["readers"]] == [False]
    assert await ward_seen(door, case_id) == set()


async def test_given_the_same_name_twice_when_named_then_there_is_one_and_other_words_take_its_place(
    door: Door, case_id: UUID
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    await name(door, case_id)
    await name(door, case_id)
    listed = (await name(door, case_id, until_on=day(4))).json()["readers"]

    assert [(each["until_on"], each["in_force"]) for each in listed] == [
        (day(4), True),
        (day(3), False),
    ]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"until_on": day(-1)}, "until_on"),
        ({"until_on": day(30)}, "until_on"),
        ({"reason": "   "}, "reason"),
        ({"user_id": "00000000-0000-4000-8000-000000000001"}, "user_id"),
    ],
)
async def test_given_what_does_not_fit_when_named_then_it_is_refused_and_says_where(
    door: Door, case_id: UUID, said: dict[str, str], where: str
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    answer = await name(door, case_id, **said)

    assert (answer.status_code, answer.json()["where"]) == (422, where)
    assert await ward_seen(door, case_id) == set()


ATTACKERS = [
    ("discharge-team", "STRANGER", 404),
    ("discharge-team", "HOUSING", 403),
    ("coordinator", "HOUSING", 403),
    ("coordinator", "TRUST", 403),
    ("operator", "TRUST", 403),
    ("system", "TRUST", 403),
]


@pytest.mark.parametrize(("role", "org", "status"), ATTACKERS)
async def test_given_anybody_but_the_trusts_own_team_when_they_name_then_they_are_refused(
    door: Door, case_id: UUID, role: str, org: str, status: int
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    answer = await name(door, case_id, role, org)
    listed = await door.get(f"/api/v1/cases/{case_id}/place-readers", role, org)

    assert (answer.status_code, listed.status_code) == (status, status)
    assert await ward_seen(door, case_id) == set()


async def test_given_a_named_person_when_they_name_a_colleague_then_they_are_refused(
    door: Door, case_id: UUID
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    await door.get("/api/v1/cases", "discharge-team", "HOUSING")
    await name(door, case_id, user_id=await user_id(door, "discharge-team-HOUSING"))
    colleague = await user_id(door, "coordinator-HOUSING")
    answer = await name(door, case_id, "discharge-team", "HOUSING", user_id=colleague)
    assert (answer.status_code, answer.json()["code"]) == (403, "part-not-allowed")


async def test_given_a_trust_whose_part_has_passed_on_when_it_names_then_it_is_refused(
    door: Door, case_id: UUID
) -> None:
    """A trust that referred, and in whose bed the person no longer lies."""
    await door.get("/api/v1/cases", "coordinator")
    async with transaction(door.worker) as session:
        moved = text(
            "UPDATE cases SET snapshot = jsonb_set(snapshot, '{spells,0,organisation_id}', "
            "to_jsonb(CAST(:other AS text)))"
        )
        await session.execute(moved, {"other": str(door.places.stranger)})
        await session.execute(
            text("UPDATE case_participants SET relation = 'referrer' WHERE organisation_id = :who"),
            {"who": door.places.trust},
        )
        kept = await session.scalars(select(CaseParticipantRow.relation))
        assert "responsible-trust" not in set(kept)
    answer = await name(door, case_id)
    assert (answer.status_code, answer.json()["code"]) == (403, "part-not-allowed")


async def test_given_somebody_who_is_not_hidden_when_named_then_it_says_that_nobody_need_be(
    door: Door,
    intake: Intake,  # noqa: F811
) -> None:
    await intake.take(Sample(more={"PV1": {3: f"RXH^{WARD}^B1^RXH01"}}).raw())
    case_id = await door.referred()
    await door.get("/api/v1/cases", "coordinator")
    answer = await name(door, case_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "place-not-hidden")


async def test_given_the_page_when_somebody_is_named_there_then_they_are_listed_and_can_be_taken_away(
    door: Door, case_id: UUID
) -> None:
    await door.get("/api/v1/cases", "coordinator")
    session = sign_in(door, "discharge-team")
    path = f"/cases/{case_id}/place-readers"
    assert path in (await door.client.get(f"/cases/{case_id}")).text
    empty = await door.client.post(path, data={"form_token": form_token(door, session)})
    assert empty.status_code == 422
    assert "Choose an answer: Who may see the ward?" in empty.text

    until = dict(zip(("until_on-year", "until_on-month", "until_on-day"), day(3).split("-"), strict=True))
    said = {"user_id": await user_id(door, "coordinator-HOUSING"), "reason": "Visits her", **until}
    far = await door.client.post(
        path, data=said | {"until_on-year": "2099", "reason": "zz", "form_token": form_token(door, session)}
    )
    assert "Choose a day from today to 28 days from now" in far.text
    assert "Say why in at least 3 characters" in far.text
    assert "zz" in far.text
    done = await door.client.post(path, data=said | {"form_token": form_token(door, session)})
    assert done.headers["location"] == f"{path}?done=named"
    page = (await door.client.get(f"{path}?done=named")).text
    assert "Test coordinator, Housing" in page
    assert "May see the ward" in page
    assert len(await ward_seen(door, case_id)) == 4

    [end] = [part.split('"')[0] for part in page.split('action="')[1:] if part.split('"')[0].endswith("/end")]
    await door.client.post(end, data={"form_token": form_token(door, session)})
    assert "Taken away by" in (await door.client.get(path)).text
    assert await ward_seen(door, case_id) == set()
