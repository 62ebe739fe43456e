"""Leaving for a home that is not ready, and what is owed afterwards: by interface, form and page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import AlertRow, CommandRow, NoteRow
from tests.api.conftest import ALL_THE_SAME, Door
from tests.api.signing_in import sign_in
from tests.housing_checks.homes import FORM_1

COLD = dict.fromkeys(FORM_1.codes, "yes") | {"heating": "no"}


async def cold(door: Door) -> UUID:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "complete-check", form=FORM_1.code, answers=COLD)
    return case_id


async def sent_home(door: Door, case_id: UUID, **fields: str) -> dict[str, Any]:
    return await door.asked(case_id, "confirm-discharge", "discharge-team", destination="19", **fields)


async def test_given_a_cold_home_when_somebody_is_sent_there_then_reason_and_name_are_needed_and_kept(
    door: Door,
) -> None:
    case_id = await cold(door)
    neither = (await sent_home(door, case_id))["problem"]
    assert (neither["code"], neither["where"]) == ("unready-reason-needed", "unready_reason")
    assert [(each["code"], each["where"]) for each in neither["problems"]] == [
        ("unready-reason-needed", "unready_reason"), ("decider-needed", "decided_by"),
    ]  # fmt: skip
    no_name = await sent_home(door, case_id, unready_reason="bed-needed")
    assert no_name["problem"]["code"] == "decider-needed"
    forged = {"destination": "19", "unready_reason": "bed-needed", "decided_by_note": str(uuid4())}
    address, kind = f"/api/v1/cases/{case_id}/commands", {"kind": "confirm-discharge"}
    refused = await door.post(address, kind | forged, "discharge-team")
    assert (refused.status_code, refused.json()["where"]) == (422, "decided_by_note")
    status = await sent_home(door, case_id, **ALL_THE_SAME)
    assert status["state"] == "accepted", status

    async with transaction(door.worker) as session:
        envelope = await session.scalar(
            select(CommandRow.envelope).where(CommandRow.id == UUID(status["command_id"]))
        )
        note = await session.scalar(select(NoteRow.text).where(NoteRow.item == "decided-by"))
    assert note == "Sister Lowe, ward 6B"
    assert "Lowe" not in str(envelope)

    case = (await door.get(f"/api/v1/cases/{case_id}")).json()
    assert case["case"]["unready_home"]["blockers"] == ["heating"]
    assert [each["code"] for each in case["blocking"]] == ["heating"]
    assert "the home is not ready (heating: no)" in case["why_still_here"]
    (line,) = (await door.get("/api/v1/cases?view=home")).json()["cases"]
    assert line["home_not_ready"] is True
    only = (await door.get("/api/v1/cases?view=home&only=home-not-ready")).json()
    assert [each["case_id"] for each in only["cases"]] == [str(case_id)]
    assert not (await door.get("/api/v1/cases?view=checking&only=home-not-ready")).json()["cases"]
    alerts = (await door.get("/api/v1/alerts")).json()["alerts"]
    assert {each["rule"] for each in alerts if each["level"] == "STOP"} == {
        "home-not-ready-person-in-it",
    }

    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    assert "The home is not ready, and the person is in it" in page
    assert "At home, not ready" in page
    assert "Decided by: Sister Lowe, ward 6B" in page
    assert f"/cases/{case_id}/check/items/heating" in page
    assert "At home, not ready" in (await door.client.get("/worklist?view=home")).text


async def test_given_a_cold_home_when_the_form_is_opened_then_it_says_what_is_not_ready_and_asks(
    door: Door,
) -> None:
    case_id = await cold(door)
    sign_in(door, "discharge-team")
    page = (await door.client.get(f"/cases/{case_id}/do/confirm-discharge")).text
    assert "The home is not ready: Heating: no." in page
    assert "Who decided that they should leave?" in page

    await door.asked(case_id, "confirm-item", item="heating", value="yes")
    ready = (await door.client.get(f"/cases/{case_id}/do/confirm-discharge")).text
    assert "Who decided" not in ready


async def test_given_trouble_at_home_when_it_is_reported_then_the_page_says_who_owes_an_answer(
    door: Door,
) -> None:
    case_id = await cold(door)
    await sent_home(door, case_id, **ALL_THE_SAME)
    await door.asked(
        case_id, "record-contact", follow_up="24-hours", outcome="needs-help", problems=["no-food"]
    )
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}")).text
    assert "Problems to answer now" in page
    assert "There is no food" in page
    form = (await door.client.get(f"/cases/{case_id}/do/answer-action?action=no-food/1")).text
    assert "Put right" in form
    assert "The case ended" not in form

    status = await door.asked(case_id, "answer-action", action="no-food/1", answer="put-right")
    assert status["state"] == "accepted"
    assert "Problems to answer now" not in (await door.client.get(f"/cases/{case_id}")).text


async def many_alerts(door: Door, quiet: int) -> tuple[UUID, UUID]:
    """Old quiet alerts, then two that stop, the newest of all; one of the quiet ones was taken on."""
    case_id = await cold(door)
    levels = [*("AMBER" for _ in range(quiet)), "STOP", "STOP"]
    ids = [uuid4() for _ in levels]
    async with transaction(door.worker) as session:
        for place, (key, level) in enumerate(zip(ids, levels, strict=True)):
            session.add(
                AlertRow(
                    id=key,
                    case_id=case_id,
                    rule="long-delay",
                    level=level,
                    fact=f"Fact {place}.",
                    threshold="-",
                    source="-",
                    owner_role="trust-monitor",
                    raised_at=door.clock.now + timedelta(minutes=place),
                    escalations=0,
                )
            )
    return ids[-2], ids[-1]


async def test_given_more_alerts_than_fit_when_they_are_listed_then_the_newest_stop_is_on_the_first_page(
    door: Door,
) -> None:
    older, newer = await many_alerts(door, 520)
    path = "/api/v1/alerts?owner_role=trust-monitor"
    first = (await door.get(path)).json()
    assert (first["total"], first["page"], first["size"], len(first["alerts"])) == (522, 1, 25, 25)
    assert [each["alert_id"] for each in first["alerts"][:2]] == [str(older), str(newer)]
    assert [each["fact"] for each in first["alerts"][2:4]] == ["Fact 0.", "Fact 1."]
    seen = {
        each["alert_id"]
        for page in range(1, 7)
        for each in (await door.get(f"{path}&size=100&page={page}")).json()["alerts"]
    }
    assert len(seen) == 522

    sign_in(door, "coordinator")
    shown = await door.client.get("/alerts?owner=trust-monitor&page=2")
    assert "26 to 50 of 522 alerts" in shown.text
    links = re.findall(r'href="(/alerts\?[^"]*)">(Previous|Next) page', shown.text)
    assert [word for _, word in links] == ["Previous", "Next"]
