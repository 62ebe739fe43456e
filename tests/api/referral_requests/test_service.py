"""A referral is a request, not a key: whoever has no part for a person learns nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import ENVELOPE
from discharge.store.engine import transaction
from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import (
    AuditWrite,
    CaseParticipantRow,
    CaseRow,
    CaseSpellRow,
    CommandRow,
    OutboxRow,
    Person,
    PersonNhsNumber,
    ReferralRequestRow,
    Spell,
)
from fhir_adapters.hl7v2.store.cases import join_trusts
from fhir_adapters.store import referral_requests
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.referral_requests import MOST_OF_PERSON_A_DAY
from fhir_adapters.store.requests_with_part import settle_requests
from fhir_adapters.store.tables import AlarmRow
from tests.api.conftest import NOW, Door
from tests.fixtures.cases import carried_out

EDITH = {
    "nhs_number": "9990000018",
    "family_name": "Ashdown",
    "given_name": "Edith",
    "birth_date": "1941-05-02",
}
NOBODYS = "9990000026"
OF_REQUESTS = AlarmRow.kind.startswith("request-")
STRANGERS = [("coordinator", "STRANGER"), ("discharge-team", "STRANGER"), ("coordinator", "LANDLORD")]
FHIR_NHS = "https://fhir.nhs.uk/Id/nhs-number"


async def referred_by(
    door: Door, role: str = "coordinator", org: str = "STRANGER", **person: Any
) -> dict[str, Any]:
    answer = await door.post("/api/v1/referrals", {"person": EDITH | person}, role, org)
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def waiting(door: Door, role: str = "coordinator", org: str = "HOUSING") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await door.get("/api/v1/referral-requests", role, org)).json()["requests"]
    return found


async def decided(
    door: Door, request_id: str, role: str = "coordinator", org: str = "HOUSING", **body: str
) -> Any:
    return await door.post(f"/api/v1/referral-requests/{request_id}/decision", body, role, org)


async def held(door: Door) -> dict[str, int]:
    """How many people, cases and participants are on record."""
    async with transaction(door.worker) as session:
        tables = (Person, CaseRow, CaseParticipantRow, CommandRow)
        return {
            table.__tablename__: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


def shape(body: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from request to request."""
    return {name: value for name, value in body.items() if name not in ("command_id", "status_url")}


VARIANTS: list[dict[str, Any]] = [
    {},
    {"birth_date": "1950-01-01"},
    {"family_name": "Brook"},
    {"family_name": "Ashdowne"},
    {"nhs_number": NOBODYS},
    {"family_name": "Brook", "given_name": "Tom", "birth_date": "1988-12-24"},
]


@pytest.mark.parametrize(("role", "org"), STRANGERS)
async def test_given_a_stranger_when_it_refers_then_the_answer_is_the_same_whatever_is_held(
    door: Door, role: str, org: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referral_requests, "MOST_OF_PERSON_A_DAY", 100)
    unknown = await referred_by(door, role, org)
    await door.admitted()
    no_case = await referred_by(door, role, org)
    await door.referred()
    before = await held(door)
    answers = [await referred_by(door, role, org, **more) for more in VARIANTS[1:]]

    assert [shape(each) for each in (no_case, *answers)] == [shape(unknown)] * len(VARIANTS)
    assert unknown["outcome"] == "requested"
    assert unknown["case_id"] is None
    assert await held(door) == before


async def test_given_a_former_number_or_another_door_when_a_stranger_refers_then_it_learns_nothing(
    door: Door,
) -> None:
    person_id = await door.admitted()
    async with transaction(door.worker) as session:
        session.add(PersonNhsNumber(person_id=person_id, nhs_number=NOBODYS))
    resource = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "contained": [
            {
                "resourceType": "Patient",
                "id": "p",
                "identifier": [{"system": FHIR_NHS, "value": NOBODYS}],
                "name": [{"family": "Ashdown", "given": ["Edith"]}],
                "birthDate": "1941-05-02",
            }
        ],
        "subject": {"reference": "#p"},
        "identifier": [{"system": "https://other.example/id", "value": "7"}],
    }
    headers = {"Content-Type": "application/fhir+json"}
    answer = await door.post("/fhir/R4/ServiceRequest", resource, "system", "STRANGER", **headers)

    assert answer.status_code == 201
    sent = answer.json()
    assert (sent["status"], sent["subject"]["identifier"]["value"]) == ("active", NOBODYS)
    assert str(person_id) not in answer.text
    place = f"/fhir/R4/ServiceRequest/{sent['id']}"
    assert (await door.get(place, "system", "STRANGER")).json() == sent
    assert (await door.get(place, "system", "LANDLORD")).status_code == 404
    found = await door.get(
        "/fhir/R4/ServiceRequest?identifier=https://other.example/id|7", "system", "STRANGER"
    )
    assert found.json()["total"] == 1
    task = await door.get(f"/fhir/R4/Task/{sent['id']}", "system", "STRANGER")
    assert task.json()["status"] == "requested"
    again = await door.post("/fhir/R4/ServiceRequest", resource, "system", "STRANGER", **headers)
    assert again.json()["id"] == sent["id"]


async def test_given_a_request_when_read_by_its_sender_then_it_holds_what_was_sent_and_no_more(
    door: Door,
) -> None:
    await door.referred()
    sent = await referred_by(door, family_name="Ashdowne")
    own = (await door.get(sent["status_url"], "coordinator", "STRANGER")).json()

    assert own["said"]["person"]["family_name"] == "Ashdowne"
    assert (own["state"], own["case_id"], "candidates" in own) == ("waiting", None, False)
    assert own["owner"] == "Housing"
    command = await door.get(f"/api/v1/commands/{sent['command_id']}", "coordinator", "STRANGER")
    assert (command.json()["state"], command.json()["case_id"]) == ("waiting", None)
    assert (await door.get(sent["status_url"], "coordinator", "LANDLORD")).status_code == 404
    assert (await door.get("/api/v1/cases", "coordinator", "STRANGER")).json()["total"] == 0


async def test_given_a_spelling_variant_when_it_waits_then_housing_and_the_trust_see_whom_it_may_mean(
    door: Door,
) -> None:
    person_id = await door.admitted()
    sent = await referred_by(door, family_name="Ashdowne")

    for role, org in (("coordinator", "HOUSING"), ("discharge-team", "TRUST")):
        [line] = await waiting(door, role, org)
        assert line["request_id"] == sent["command_id"]
        file = (await door.get(sent["status_url"], role, org)).json()
        assert [each["person_id"] for each in file["candidates"]] == [str(person_id)]
        assert file["candidates"][0]["in_hospital"] == "Trust"
    assert await waiting(door, "coordinator", "LANDLORD") == []


async def test_given_the_same_referral_without_a_key_when_sent_twice_then_it_waits_once(door: Door) -> None:
    first, again = await referred_by(door), await referred_by(door)
    assert again["command_id"] == first["command_id"]
    assert len(await waiting(door)) == 1

    await decided(door, first["command_id"], decision="decline", reason="other-area")
    assert (await referred_by(door))["command_id"] != first["command_id"]


async def test_given_many_birth_dates_for_one_number_when_tried_then_the_door_closes_and_notes_it(
    door: Door,
) -> None:
    for day in range(1, MOST_OF_PERSON_A_DAY + 1):
        await referred_by(door, birth_date=f"1941-05-{day:02}")
    body = {"person": EDITH | {"birth_date": "1941-06-30"}}
    answer = await door.post("/api/v1/referrals", body, "coordinator", "STRANGER")

    assert (answer.status_code, answer.json()["code"]) == (409, "too-many-referrals")
    async with transaction(door.worker) as session:
        actions = [
            (row.action, row.detail)
            for row in await session.scalars(select(AuditWrite).order_by(AuditWrite.at))
        ]
    assert actions.count(("referral requested", None)) == MOST_OF_PERSON_A_DAY
    assert actions[-1] == ("referral refused", {"code": "too-many-referrals"})


async def test_given_the_same_key_when_the_stay_has_come_meanwhile_then_it_is_still_that_request(
    door: Door,
) -> None:
    key = {"Idempotency-Key": "ward-1"}
    first = await door.post("/api/v1/referrals", {"person": EDITH}, **key)
    await door.admitted()
    again = await door.post("/api/v1/referrals", {"person": EDITH}, **key)
    other = await door.post("/api/v1/referrals", {"person": EDITH, "ward": "7A"}, **key)

    assert first.json()["command_id"] == again.json()["command_id"]
    assert other.json()["code"] == "duplicate-key-other-body"


async def test_given_a_referral_before_the_stay_when_the_stay_comes_then_it_goes_on_by_itself(
    door: Door,
) -> None:
    answer = await door.post("/api/v1/referrals", {"person": EDITH})
    assert answer.json()["outcome"] == "requested"
    await door.admitted()
    async with transaction(door.worker) as session:
        assert await settle_requests(session, NOW) == 1
        assert await settle_requests(session, NOW) == 0
    await door.settle()

    own = (await door.get(answer.json()["status_url"])).json()
    assert own["state"] == "taken-on"
    assert (await door.get(f"/api/v1/cases/{own['case_id']}")).status_code == 200


async def test_given_another_birth_date_when_the_stay_comes_then_a_person_still_decides(door: Door) -> None:
    await door.post("/api/v1/referrals", {"person": EDITH | {"birth_date": "1950-01-01"}})
    await door.admitted()
    async with transaction(door.worker) as session:
        assert await settle_requests(session, NOW) == 0


async def test_given_a_request_past_its_day_when_listed_then_it_is_overdue_and_first(door: Door) -> None:
    await referred_by(door)
    door.clock.now = NOW + timedelta(days=2)
    await referred_by(door, nhs_number=NOBODYS)

    assert [each["overdue"] for each in await waiting(door)] == [True, False]


async def test_given_an_overdue_request_when_alarms_are_looked_for_then_one_is_raised_until_it_is_answered(
    door: Door,
) -> None:
    async def raised() -> list[tuple[str, str, bool]]:
        await look_for_alarms(door.worker)
        async with transaction(door.worker) as session:
            rows = (await session.scalars(select(AlarmRow).where(OF_REQUESTS))).all()
        return [(row.kind, row.subject, row.cleared_at is None) for row in rows]

    sent = await referred_by(door)
    assert await raised() == [("request-overdue", "HOUSING", True)]
    await decided(door, sent["command_id"], decision="decline", reason="other-area")
    assert await raised() == [("request-overdue", "HOUSING", False)]


async def test_given_a_request_that_is_due_soon_when_alarms_are_looked_for_then_one_warns_until_it_is_overdue(
    door: Door, owner: AsyncEngine
) -> None:
    await referred_by(door)

    async def raised(left: timedelta) -> list[tuple[str, bool]]:
        async with transaction(owner) as session:
            case_time = (await session.execute(text("SELECT homeward_case_time()"))).scalar_one()
            await session.execute(update(ReferralRequestRow).values(due_at=case_time + left))
        await look_for_alarms(door.worker)
        async with transaction(door.worker) as session:
            rows = (
                await session.scalars(select(AlarmRow).where(OF_REQUESTS).order_by(AlarmRow.raised_at))
            ).all()
        return [(row.kind, row.cleared_at is None) for row in rows]

    assert await raised(timedelta(hours=4, minutes=1)) == []
    assert await raised(timedelta(hours=3, minutes=59)) == [("request-due-soon", True)]
    assert await raised(-timedelta(minutes=2)) == [("request-due-soon", False), ("request-overdue", True)]


async def test_given_the_housing_lead_when_it_refers_somebody_in_the_community_then_the_case_opens(
    door: Door,
) -> None:
    answer = await door.post("/api/v1/referrals", {"person": EDITH}, "coordinator", "HOUSING")
    await door.settle()
    case = (await door.get(f"/api/v1/cases/{answer.json()['case_id']}", "coordinator")).json()

    assert [each["role"] for each in case["case"]["participants"]] == ["housing-health"]


async def test_given_a_wrong_birth_date_when_the_housing_lead_refers_then_it_waits_and_shows_nobody(
    door: Door,
) -> None:
    await door.admitted(family_name="Brook")
    body = {"person": EDITH | {"birth_date": "1950-01-01"}}
    answer = await door.post("/api/v1/referrals", body, "coordinator", "HOUSING")

    assert answer.json()["outcome"] == "requested"
    assert (await waiting(door)) == []
    assert len(await waiting(door, "discharge-team", "TRUST")) == 1


async def test_given_a_trust_with_the_patient_when_somebody_else_opened_the_case_then_it_is_never_locked_out(
    door: Door,
) -> None:
    opened = await door.post("/api/v1/referrals", {"person": EDITH}, "coordinator", "HOUSING")
    await door.settle()
    case_id = UUID(opened.json()["case_id"])
    assert (await door.get(f"/api/v1/cases/{case_id}")).status_code == 404
    await door.admitted()
    answer = await door.post("/api/v1/referrals", {"person": EDITH})
    assert UUID(answer.json()["case_id"]) == case_id
    await door.settle()

    assert (await door.get(f"/api/v1/cases/{case_id}")).status_code == 200
    ended = await door.asked(case_id, "end-participation", organisation_id=str(door.places.trust))
    assert ended["problem"]["code"] == "trust-has-the-patient"


async def test_given_a_case_that_left_its_trust_out_when_looked_for_then_the_trust_joins(door: Door) -> None:
    opened = await door.post("/api/v1/referrals", {"person": EDITH}, "coordinator", "HOUSING")
    await door.settle()
    case_id = UUID(opened.json()["case_id"])
    await door.admitted()
    async with transaction(door.worker) as session:
        spell_id = (await session.scalars(select(Spell.id))).one()
        session.add(CaseSpellRow(case_id=case_id, spell_id=spell_id))
    assert (await door.get(f"/api/v1/cases/{case_id}")).status_code == 404

    async with transaction(door.worker) as session:
        assert await join_trusts(session) == 1
        signals = await session.scalars(select(OutboxRow.payload).where(OutboxRow.channel == CASE_SIGNAL))
        envelopes = [ENVELOPE.read(payload) for payload in signals]
    for envelope in envelopes:
        await carried_out(door.worker, envelope, NOW)
    assert (await door.get(f"/api/v1/cases/{case_id}")).status_code == 200
    async with transaction(door.worker) as session:
        assert await join_trusts(session) == 0


async def test_given_text_that_no_list_holds_when_a_request_is_sent_then_it_is_refused_at_once(
    door: Door,
) -> None:
    body = {"person": EDITH, "reasons": ["castle"]}
    answer = await door.post("/api/v1/referrals", body, "coordinator", "STRANGER")

    assert (answer.status_code, answer.json()["code"]) == (422, "code-not-in-value-set")


async def test_given_a_hidden_person_when_housing_reads_a_request_then_it_is_not_told_where_they_are(
    door: Door,
) -> None:
    person_id = await door.admitted()
    async with transaction(door.worker) as session:
        await session.execute(update(Person).values(location_hidden=True))
    sent = await referred_by(door)
    [seen] = (await door.get(sent["status_url"], "coordinator", "HOUSING")).json()["candidates"]
    [own] = (await door.get(sent["status_url"], "discharge-team", "TRUST")).json()["candidates"]

    assert (seen["person_id"], seen["in_hospital"], own["in_hospital"]) == (str(person_id), None, "Trust")


async def test_given_names_when_compared_then_case_accents_and_punctuation_do_not_matter(door: Door) -> None:
    async with transaction(door.worker) as session:
        same = text("SELECT homeward_plain(:one) = homeward_plain(:other)")
        for one, other, expected in (
            ("O'BRIEN", "O Brien", True),
            ("Zoë-May", "ZOE MAY", True),
            ("Ashdown", "Ashdowne", False),
        ):
            assert await session.scalar(same, {"one": one, "other": other}) is expected
