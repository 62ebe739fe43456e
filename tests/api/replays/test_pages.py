"""What operators do with messages: replay all of a cause, edit with approval, send again."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, text

from discharge.cases.commands import ENVELOPE
from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from discharge.store.tables import AuditWrite, OutboxRow
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.store.replay_work import work_replays
from fhir_adapters.store.tables import InboxRow, ReplayItemRow, ReplayRow
from tests.api.conftest import Door, Looking
from tests.api.edits.editing import Editing, fields
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample
from tests.fixtures.cases import carried_out

NOBODY = Sample(nhs="", local="")


async def worked(intake: Intake) -> None:
    while await work_replays(intake.worker, shipped_profiles(), CaseClock.real()):
        pass
    await intake.drain()


async def mended(intake: Intake) -> None:
    """What parked the messages is put right: as if another reading had parked them."""
    async with transaction(intake.worker) as session:
        await session.execute(text("UPDATE inbox SET reason = 'no-pv1' WHERE state = 'parked'"))


async def test_given_messages_of_two_causes_when_listed_then_each_says_how_many_since_when_and_what_to_do(
    door: Door, intake: Intake
) -> None:
    await intake.take(
        *(NOBODY.but(message_id=f"N{n}").raw() for n in range(3)),
        Sample(message_id="V", trigger="A40").raw(),
    )
    sign_in(door, "operator")
    page = (await door.client.get("/messages/parked")).text

    assert "4 messages for 2 causes" in page
    assert "The profile does not know the number: 3 messages" in page
    assert "compare it with the profile" in page
    assert "The merge has no number: 1 message" in page
    first = page.split('id="cause-1"')[1]
    assert "message-not-understood, no-usable-identifier" in first
    assert "less than a minute ago" in first or "ago" in first


async def test_given_parked_messages_when_all_of_a_cause_are_replayed_then_they_are_used_and_who_and_why_stay(
    door: Door, intake: Intake
) -> None:
    await intake.take(*(NOBODY.but(message_id=f"N{n}").raw() for n in range(3)))
    await mended(intake)
    sign_in(door, "operator")
    page = (await door.client.get("/messages/parked")).text
    sent = fields(page, "/messages/replays") | {"why": "identifiers added to the profile"}
    answer = await door.client.post("/messages/replays", data=sent)
    again = await door.client.post("/messages/replays", data=sent)
    assert answer.headers["location"] == again.headers["location"]
    waiting = (await door.client.get(answer.headers["location"])).text
    assert "It continues even if this page is closed" in waiting
    await worked(intake)
    done = (await door.client.get(answer.headers["location"])).text

    assert "3 of 3 messages read" in done
    assert "3: Back in the queue, in its old place, to be read again" in done
    assert "Test operator" in done
    assert "identifiers added to the profile" in done
    assert len(await intake.rows(ReplayRow)) == 1
    assert {item.outcome for item in await intake.rows(ReplayItemRow)} == {"put-back"}
    async with transaction(door.worker) as session:
        written = [(row.action, row.role) for row in await session.scalars(select(AuditWrite))]
    assert written == [("messages replayed", "operator")]


async def test_given_no_reason_when_a_cause_is_replayed_then_the_form_comes_back_and_nothing_is_asked(
    door: Door, intake: Intake
) -> None:
    await intake.take(NOBODY.raw())
    sign_in(door, "operator")
    page = (await door.client.get("/messages/parked")).text
    answer = await door.client.post(
        "/messages/replays", data=fields(page, "/messages/replays") | {"why": "x"}
    )

    assert answer.status_code == 422
    assert "Write why" in answer.text
    assert 'value="x"' in answer.text
    assert await intake.rows(ReplayRow) == []


async def test_given_a_message_that_cannot_be_replayed_then_its_page_says_why_and_the_door_refuses(
    door: Door, intake: Intake
) -> None:
    await intake.put(Sample().raw())
    [row] = await intake.rows(InboxRow)
    sign_in(door, "operator")
    page = (await door.client.get(f"/messages/{row.id}")).text
    assert "It cannot be replayed: It waits to be read already." in page
    body = {"messages": {"id": str(row.id)}, "reason": "try"}
    answer = await door.post("/api/v1/replays", body, "operator")

    assert (answer.status_code, answer.json()["code"]) == (409, "not-replayable")
    other = await door.post("/api/v1/replays", body, "operator", "STRANGER")
    assert other.status_code == 404


async def test_given_messages_when_looked_for_by_patient_then_only_theirs_are_found_and_the_look_is_noted(
    door: Door, intake: Intake
) -> None:
    await intake.take(
        Sample(message_id="HERS").raw(),
        Sample(message_id="HIS", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK").raw(),
        Sample(message_id="PARKED", trigger="A40").raw(),
    )
    found = {}
    for who in ("999 000 0018", "H100", "h100", "ashdown", "Joan Ashdown", "Ashdown, J", "brook", "nobody"):
        answer = await door.client.get(
            "/api/v1/messages", params={"who": who}, headers=door.headers("operator")
        )
        found[who] = [row["message_id"] for row in answer.json()["messages"]]

    hers = ["PARKED", "HERS"]
    assert found == {
        "999 000 0018": hers,
        "H100": ["HERS"],
        "h100": ["HERS"],
        "ashdown": hers,
        "Joan Ashdown": hers,
        "Ashdown, J": hers,
        "brook": ["HIS"],
        "nobody": [],
    }
    looks = await door.client.get("/messages?who=ashdown")
    assert looks.status_code == 401 or looks.is_redirect
    by_code = await door.client.get(
        "/api/v1/messages?code=message-not-understood", headers=door.headers("operator")
    )
    assert [row["message_id"] for row in by_code.json()["messages"]] == ["PARKED"]
    assert by_code.json()["counts"] == {"parked": 1}
    stranger = await door.client.get(
        "/api/v1/messages", params={"who": "ashdown"}, headers=door.headers("operator", "STRANGER")
    )
    assert stranger.json()["messages"] == []


async def test_given_a_message_that_told_a_case_when_opened_then_events_are_followed_and_back_from_the_case(
    door: Door, intake: Intake
) -> None:
    person = {"nhs_number": "9990000018", "family_name": "Ashdown", "birth_date": "1941-05-02"}
    await intake.take(Sample(message_id="USED").raw())
    case_id = await door.referred(person=person)
    await intake.take(Sample(message_id="MOVED", trigger="A02", location="RXH^OAK^O1^RXH01").raw())
    await told_by_feed(door, intake)
    [row] = [row for row in await intake.rows(InboxRow) if row.message_id == "MOVED"]
    sign_in(door, "operator")
    page = (await door.client.get(f"/messages/{row.id}")).text
    back = (await door.client.get(f"/messages?case={case_id}")).text

    assert f"Case {str(case_id)[:8]}" in page
    assert "What it changed in the case" in page
    assert "MOVED" in back
    assert "USED" in back
    sign_in(door, "discharge-team")
    of_case = (await door.client.get(f"/cases/{case_id}/messages")).text
    assert "MOVED" in of_case
    assert "PID|" not in of_case
    assert f'href="/cases/{case_id}/messages"' in (await door.client.get(f"/cases/{case_id}")).text
    sign_in(door, "operator", "STRANGER")
    assert (await door.client.get(f"/messages?case={case_id}")).status_code == 404


async def told_by_feed(door: Door, intake: Intake) -> None:
    """Do a case's work on what the feed told it."""
    signals = [row for row in await intake.rows(OutboxRow) if row.channel == "case-signal"]
    for signal in sorted(signals, key=lambda row: row.sequence):
        await carried_out(door.worker, ENVELOPE.read(signal.payload), door.clock.now)


async def test_given_a_key_of_another_organisation_when_a_replay_is_asked_then_nothing_is_told(
    door: Door, intake: Intake
) -> None:
    await intake.take(NOBODY.raw())
    body, key = {"messages": {"state": "parked"}, "reason": "mine"}, {"Idempotency-Key": "one"}
    mine = await door.post("/api/v1/replays", body, "operator", **key)
    theirs = await door.post("/api/v1/replays", body, "operator", "STRANGER", **key)

    assert (mine.status_code, theirs.status_code) == (202, 202)
    assert mine.json()["replay_id"] != theirs.json()["replay_id"]
    replay_id = UUID(mine.json()["replay_id"])
    assert (await door.get(f"/api/v1/replays/{replay_id}", "operator", "STRANGER")).status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_the_rooms_pages_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, intake: Intake, looking: Looking, editing: Editing, narrow: bool
) -> None:
    sign_in(door, "operator")
    for path in ("/messages/parked", "/messages/replays", "/messages/edits"):
        assert (await looking.look(path, narrow=narrow)).faults == [], f"empty {path}"
    await intake.take(NOBODY.raw(), Sample(message_id="V", trigger="A40").raw())
    [first, _] = await intake.rows(InboxRow)
    edit = await editing.propose(first, ("PID|1||", "PID|1||H100^^^RXH^MR"))
    made = await door.post(
        "/api/v1/replays", {"messages": {"state": "parked"}, "reason": "again"}, "operator"
    )
    await worked(intake)
    replay = f"/messages/replays/{made.json()['replay_id']}"
    paths = ("/messages?who=ash&state=parked", "/messages/parked", "/messages/replays", "/messages/edits")
    for path in (*paths, replay, edit, f"/messages/{first.id}", f"/messages/{first.id}/edit"):
        seen = await looking.look(path, narrow=narrow)
        assert seen.faults == [], path
        assert seen.console == [], path
    sign_in(door, "admin", "TRUST")
    assert (await looking.look(edit, narrow=narrow)).faults == []


async def test_given_a_replay_that_goes_on_when_stopped_then_its_page_says_who_and_why_and_it_stays_stopped(
    door: Door, intake: Intake
) -> None:
    await intake.take(*(NOBODY.but(message_id=f"N{n}").raw() for n in range(3)))
    sign_in(door, "operator")
    page = (await door.client.get("/messages/parked")).text
    sent = fields(page, "/messages/replays") | {"why": "the cause was mended"}
    where = (await door.client.post("/messages/replays", data=sent)).headers["location"]
    form = fields((await door.client.get(where)).text, f"{where}/stop")
    fault = await door.client.post(f"{where}/stop", data=form | {"why": ""})
    answer = await door.client.post(f"{where}/stop", data=form | {"why": "it was the wrong cause"})
    again = await door.client.post(f"{where}/stop", data=form | {"why": "it was the wrong cause"})
    await worked(intake)
    done = (await door.client.get(where)).text

    assert (fault.status_code, answer.status_code, again.status_code) == (422, 303, 303)
    assert "Stopped by Test operator" in done
    assert "it was the wrong cause" in done
    assert "Stop this replay" not in done
    assert {row.state for row in await intake.rows(InboxRow)} == {"parked"}
    stranger = await door.post(
        f"/api/v1{where.removeprefix('/messages')}/stop", {"reason": "not mine"}, "operator", "STRANGER"
    )
    assert stranger.status_code == 404


async def test_given_a_replay_that_came_to_its_end_when_stopped_then_that_is_refused(
    door: Door, intake: Intake
) -> None:
    await intake.take(NOBODY.raw())
    body = {"messages": {"state": "parked"}, "reason": "the cause was mended"}
    made = (await door.post("/api/v1/replays", body, "operator")).json()
    await worked(intake)
    answer = await door.post(f"{made['status_url']}/stop", {"reason": "too late"}, "operator")

    assert (answer.status_code, answer.json()["code"]) == (409, "already-done")
