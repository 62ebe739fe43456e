"""What operators do with messages: replay all of a cause, edit with approval, send again."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import ENVELOPE
from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from discharge.store.tables import AuditWrite, OutboxRow, PartnerRow
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.store.replay_work import work_replays
from fhir_adapters.store.tables import InboxRow, MessageEditRow, ReplayItemRow, ReplayRow
from tests.api.conftest import Door, Looking
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample
from tests.fixtures.cases import carried_out
from tests.fixtures.postgres import Places

NOBODY = Sample(nhs="", local="")


async def worked(intake: Intake) -> None:
    while await work_replays(intake.worker, shipped_profiles(), CaseClock.real()):
        pass
    await intake.drain()


def fields(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that leads to an address."""
    form = html.split(f'action="{action}"', 1)[1].split("</form>", maxsplit=1)[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


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


class Editing:
    """An operator proposes, an administrator of the same organisation decides."""

    def __init__(self, door: Door, intake: Intake) -> None:
        self.door, self.intake = door, intake

    async def propose(self, row: InboxRow, change: tuple[str, str]) -> str:
        sign_in(self.door, "operator", "TRUST")
        path = f"/messages/{row.id}/edit"
        page = (await self.door.client.get(path)).text
        area = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])  # type: ignore[index]
        sent = fields(page, path) | {
            "text": area.replace(*change).replace("\n", "\r\n"),
            "why": "number added",
        }
        answer = await self.door.client.post(path, data=sent)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def decide(self, path: str, decision: str, role: str = "admin") -> int:
        sign_in(self.door, role, "TRUST")
        page = (await self.door.client.get(path)).text
        token = page.split('name="form_token" value="')[1].split('"')[0]
        sent = {"form_token": token, "decision": decision, "why": "checked with the ward"}
        return (await self.door.client.post(path, data=sent)).status_code


@pytest.fixture
def editing(door: Door, intake: Intake) -> Editing:
    return Editing(door, intake)


async def test_given_an_edit_when_a_second_person_approves_it_then_it_takes_effect_and_the_original_stays(
    editing: Editing, intake: Intake
) -> None:
    await intake.take(NOBODY.raw())
    [original] = await intake.rows(InboxRow)
    path = await editing.propose(original, ("PID|1||", "PID|1||H100^^^RXH^MR"))
    await intake.drain()
    assert {row.state for row in await intake.rows(InboxRow)} == {"parked", "proposed"}
    page = (await editing.door.client.get(path)).text
    assert "must approve or decline it" in page
    assert "Taken out" in page
    assert "H100^^^RXH^MR" in page
    assert "ACACIA" not in page

    assert await editing.decide(path, "approve", "operator") == 409
    await intake.drain()
    assert {row.state for row in await intake.rows(InboxRow)} == {"parked", "proposed"}

    assert await editing.decide(path, "approve") == 303
    assert await editing.decide(path, "approve") == 303
    assert await editing.decide(path, "decline") == 409
    [drained] = await intake.drain()

    rows = {row.id: row for row in await intake.rows(InboxRow)}
    assert drained.state == "interpreted"
    assert (rows[original.id].state, rows[original.id].raw) == ("superseded", original.raw)
    edited = rows[drained.inbox_id]
    assert edited.edited_from == original.id
    assert edited.raw == original.raw.replace(b"PID|1||", b"PID|1||H100^^^RXH^MR")
    [edit] = await intake.rows(MessageEditRow)
    assert (edit.state, edit.reason, edit.decided_reason) == (
        "approved", "number added", "checked with the ward",
    )  # fmt: skip


async def test_given_an_edit_when_declined_then_it_never_has_an_effect(
    editing: Editing, intake: Intake
) -> None:
    await intake.take(NOBODY.raw())
    [original] = await intake.rows(InboxRow)
    path = await editing.propose(original, ("PID|1||", "PID|1||H100^^^RXH^MR"))

    assert await editing.decide(path, "decline") == 303
    assert await intake.drain() == []
    assert sorted(row.state for row in await intake.rows(InboxRow)) == ["declined", "parked"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inbox SET state = 'stored' WHERE state = 'proposed'",
        "UPDATE inbox SET raw = 'MSH|' WHERE state = 'proposed'",
    ],
)
async def test_given_a_proposed_edit_when_even_the_worker_would_use_or_change_it_then_postgresql_refuses(
    editing: Editing, intake: Intake, statement: str
) -> None:
    await intake.take(NOBODY.raw())
    [original] = await intake.rows(InboxRow)
    await editing.propose(original, ("PID|1||", "PID|1||H100^^^RXH^MR"))
    with pytest.raises(Exception, match=r"not-approved|never change") as refused:
        async with transaction(intake.worker) as session:
            await session.execute(text(statement))
    assert not isinstance(refused.value, AssertionError)


async def test_given_an_edit_that_spoils_the_header_or_what_was_withheld_then_the_form_says_so(
    editing: Editing, intake: Intake
) -> None:
    await intake.take(NOBODY.raw())
    [row] = await intake.rows(InboxRow)
    body = {"reason": "try", "text": "no message"}
    spoilt = await editing.door.post(f"/api/v1/messages/{row.id}/edits", body, "operator")
    assert (spoilt.status_code, spoilt.json()["code"]) == (400, "not-hl7")
    moved = body | {"text": NOBODY.text().replace("\r", "\n") + "ZZZ|a|[withheld]"}
    refused = await editing.door.post(f"/api/v1/messages/{row.id}/edits", moved, "operator")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-body")


async def sent_item(door: Door, owner: AsyncEngine, places: Places, state: str = "delivered") -> OutboxRow:
    partner = PartnerRow(id=uuid4(), organisation_id=places.landlord, endpoint="http://x", kind="fhir")
    async with transaction(owner) as session:
        session.add(partner)
    row = OutboxRow(
        key=uuid4(), channel="partner", kind="order", case_id=await door.referred(), partner_id=partner.id,
        payload={"item": "stairlift"}, state=state,
    )  # fmt: skip
    async with transaction(door.worker) as session:
        session.add(row)
    return row


async def test_given_an_item_that_arrived_when_sent_again_twice_with_one_key_then_it_is_one_new_item(
    door: Door, owner: AsyncEngine, places: Places
) -> None:
    row = await sent_item(door, owner, places)
    body, key = {"reason": "their system lost it"}, {"Idempotency-Key": "lost-1"}
    path = f"/api/v1/sent/{row.sequence}/again"
    answers = [await door.post(path, body, "operator", **key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    async with transaction(door.worker) as session:
        again = await session.get_one(OutboxRow, answers[0].json()["sequence"])
        old = await session.get_one(OutboxRow, row.sequence)
    assert (again.resent_from, again.partner_id, again.state) == (row.sequence, row.partner_id, "pending")
    assert (again.payload, again.released_reason) == (row.payload, "their system lost it")
    assert again.key != old.key
    assert old.state == "delivered"


async def test_given_an_item_with_a_later_one_when_sent_again_then_it_would_set_the_partner_back(
    door: Door, owner: AsyncEngine, places: Places
) -> None:
    row = await sent_item(door, owner, places)
    newer = OutboxRow(
        key=uuid4(), channel="partner", kind="order", case_id=row.case_id, partner_id=row.partner_id,
        payload=row.payload,
    )  # fmt: skip
    async with transaction(door.worker) as session:
        session.add(newer)
    answer = await door.post(f"/api/v1/sent/{row.sequence}/again", {"reason": "lost"}, "operator")

    assert (answer.status_code, answer.json()["code"]) == (409, "overtaken")
    async with transaction(door.worker) as session:
        assert not await session.scalar(select(OutboxRow).where(OutboxRow.resent_from == row.sequence))


@pytest.mark.parametrize(
    ("state", "org", "status"), [("pending", "TRUST", 409), ("delivered", "STRANGER", 404)]
)
async def test_given_an_item_that_waits_or_is_of_others_when_sent_again_then_it_is_refused(
    door: Door, owner: AsyncEngine, places: Places, state: str, org: str, status: int
) -> None:
    row = await sent_item(door, owner, places, state)
    answer = await door.post(f"/api/v1/sent/{row.sequence}/again", {"reason": "try"}, "operator", org)

    assert answer.status_code == status


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
