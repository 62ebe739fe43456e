"""Finding messages by ward, by words, by what is odd about them, and whom those concern that wait."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import AlertRow, AuditRead
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRuleRow
from tests.api.conftest import NOW, Door
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

HIS = Sample(message_id="HIS", nhs=OTHER_NHS, local="H200", visit="V2", location="RXH^OAK^OAK1-1^RXH01")


async def found(door: Door, **query: str) -> list[str]:
    answer = await door.client.get("/api/v1/messages", params=query, headers=door.headers("operator"))
    assert answer.status_code == 200, answer.text
    return [row["message_id"] for row in answer.json()["messages"]]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"ward": "elm"}, ["HERS"]),
        ({"ward": "OAK", "state": "interpreted"}, ["HIS"]),
        ({"words": "oak1-1"}, ["HIS"]),
        ({"words": "oak1-1", "state": "parked"}, []),
        ({"state": "needs-somebody"}, ["PARKED"]),
        ({"only": "again"}, ["HERS"]),
        ({"only": "with-care"}, []),
    ],
)
async def test_given_what_is_known_of_messages_when_looked_for_then_only_those_are_found(
    door: Door, intake: Intake, query: dict[str, str], ids: list[str]
) -> None:
    hers = Sample(message_id="HERS").raw()
    await intake.take(hers, HIS.raw(), Sample(message_id="PARKED", trigger="A40").raw(), hers)

    assert await found(door, **query) == ids


async def test_given_words_that_are_withheld_then_no_message_is_found_by_them_and_the_look_is_noted(
    door: Door, intake: Intake
) -> None:
    await intake.take(
        Sample(message_id="SEEN").raw(),
        HIS.but(message_id="HIDDEN", more={"PV1": {16: "Y"}}).raw(),
        Sample(message_id="PARKED", nhs="", local="").raw(),
    )

    assert await found(door, words="acacia") == ["SEEN"]
    assert await found(door, who="1 Acacia Avenue,") == []
    async with transaction(door.worker) as session:
        looks = [look.what for look in await session.scalars(select(AuditRead))]
    assert looks == ["words in messages"]


async def test_given_parked_messages_of_somebody_with_a_case_then_the_cause_says_whose_discharge_is_at_risk(
    door: Door, intake: Intake
) -> None:
    await intake.take(Sample(message_id="HERS").raw())
    person = {"nhs_number": "9990000018", "family_name": "Ashdown", "birth_date": "1941-05-02"}
    case_id = await door.referred(person=person)
    await intake.take(
        Sample(message_id="P1", trigger="A40").raw(),
        Sample(message_id="P2", trigger="A40").raw(),
        HIS.but(message_id="P3", trigger="A40").raw(),
    )
    async with transaction(door.worker) as session:
        session.add(
            AlertRow(
                id=uuid4(),
                case_id=case_id,
                rule="test",
                level="RED",
                fact="f",
                threshold="t",
                source="s",
                owner_role="coordinator",
                raised_at=NOW,
                escalations=0,
            )
        )
    [cause] = (await door.get("/api/v1/messages/causes", "operator")).json()["causes"]
    sign_in(door, "operator")
    page = (await door.client.get("/messages/parked")).text

    assert (cause["count"], cause["people"]) == (3, 2)
    assert cause["cases"] == cause["cases_at_risk"] == [str(case_id)]
    assert "2 people, 1 with an open case here, 1 of them at risk" in page
    async with transaction(door.worker) as session:
        looks = {look.what: look.case_ids for look in await session.scalars(select(AuditRead))}
    assert looks["messages that wait"] == [case_id]


async def test_given_a_parked_message_that_gives_the_number_of_a_case_then_the_case_lists_it_and_no_others(
    door: Door, intake: Intake
) -> None:
    await intake.take(Sample(message_id="HERS").raw(), HIS.raw())
    person = {"nhs_number": "9990000018", "family_name": "Ashdown", "birth_date": "1941-05-02"}
    case_id = await door.referred(person=person)
    await intake.take(
        Sample(message_id="PARKED", trigger="A40").raw(), HIS.but(message_id="OTHERS", trigger="A40").raw()
    )
    sign_in(door, "discharge-team")
    page = (await door.client.get(f"/cases/{case_id}/messages")).text

    assert re.findall(r">(HERS|HIS|PARKED|OTHERS)<", page) == ["PARKED", "HERS"]


async def test_given_more_messages_about_a_person_than_a_page_then_the_case_leads_on_to_the_older_ones(
    door: Door, intake: Intake
) -> None:
    person = {"nhs_number": "9990000018", "family_name": "Ashdown", "birth_date": "1941-05-02"}
    case_id = await door.referred(person=person)
    await intake.take(*(Sample(message_id=f"HERS{number}").raw() for number in range(28)))
    sign_in(door, "discharge-team")
    page = (await door.client.get(f"/cases/{case_id}/messages")).text
    older = re.search(r'href="([^"]+)">Older messages', page)
    assert older
    rest = (await door.client.get(unescape(older[1]))).text

    assert [len(set(re.findall(r">(HERS\d+)<", each))) for each in (page, rest)] == [25, 3]
    assert f'href="/cases/{case_id}/messages">Newest messages' in rest
    assert "Older messages" not in rest
    refused = await door.client.get(f"/cases/{case_id}/messages?before=rubbish")
    assert refused.status_code == 422


async def test_given_rules_and_figures_when_alarms_are_opened_then_each_says_what_counts_now_and_whose_it_is(
    door: Door, intake: Intake, owner: AsyncEngine
) -> None:
    rule = {"kind": "too-many-parked", "at_most": 1, "again_after": 60}
    async with transaction(owner) as session:
        session.add(AlarmRuleRow(id=uuid4(), kind="too-many-parked", feed_id=intake.feed_id, rule=rule))
    await intake.take(*(Sample(message_id=f"P{n}", trigger="A40").raw() for n in range(3)))
    await look_for_alarms(door.worker, NOW)
    sign_in(door, "operator")
    html = unescape((await door.client.get("/messages/alarms")).text)
    page = " ".join(re.sub(r"<[^>]+>", " ", html).split())

    assert "Too many messages from RXH-PAS need attention 3 messages are parked." in page
    assert "Messages that are parked 3 Beyond Now: 1 parked messages at most, every day" in page
    assert "This feed's own rules" in page
    async with transaction(owner) as session:
        [row] = await session.scalars(select(AlarmRuleRow))
        row.rule = rule | {"at_most": 5}
    await look_for_alarms(door.worker, NOW + timedelta(hours=1))
    page = (await door.client.get("/messages/alarms")).text
    assert "There are no alarms." in page
    assert "Cleared, most recent first" in page


@pytest.mark.parametrize("name", ["after", "before", "state"])
async def test_given_a_place_or_a_state_that_is_none_when_the_list_is_asked_to_go_on_there_then_it_is_refused(
    door: Door, name: str
) -> None:
    answer = await door.client.get(f"/api/v1/messages?{name}=rubbish", headers=door.headers("operator"))
    assert (answer.status_code, name in answer.text) == (422, True)


async def test_given_a_place_that_is_none_when_the_page_is_asked_to_go_on_there_then_it_is_refused(
    door: Door,
) -> None:
    sign_in(door, "operator")
    for name in ("before", "state"):
        assert (await door.client.get(f"/messages?{name}=rubbish")).status_code == 422
