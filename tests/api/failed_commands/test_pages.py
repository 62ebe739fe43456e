"""What could not be recorded: operators see it without seeing about whom, try it again, or give it up."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from discharge.cases.commands import Answer
from discharge.store.engine import transaction
from discharge.store.record import keep_answer
from discharge.store.tables import AuditWrite, CommandRow
from tests.api.conftest import Door
from tests.api.signing_in import sign_in


async def failed(door: Door) -> UUID:
    """The id of a command of the trust that could not be recorded."""
    case_id = await door.referred()
    body = {"kind": "set-needed-by", "needed_by": "2026-03-09"}
    answer = await door.post(f"/api/v1/cases/{case_id}/commands", body)
    command_id = UUID(answer.json()["command_id"])
    async with transaction(door.worker) as session:
        said = Answer(command_id=command_id, case_id=case_id, outcome="failed", version=1, code="internal")
        await keep_answer(session, said)
    return command_id


async def row_of(door: Door, command_id: UUID) -> CommandRow:
    async with transaction(door.worker) as session:
        return await session.get_one(CommandRow, command_id)


async def decide(door: Door, command_id: UUID, **fields: str) -> tuple[int, str]:
    page = await door.client.get("/failed-requests")
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    answer = await door.client.post(f"/failed-requests/{command_id}", data={"form_token": token} | fields)
    return answer.status_code, answer.headers.get("location", answer.text)


async def test_given_a_failed_command_when_listed_then_what_and_why_stand_there_and_nobodys_name(
    door: Door,
) -> None:
    command_id = await failed(door)
    sign_in(door, "operator")
    page = await door.client.get("/failed-requests")
    assert "Integrated discharge team" in page.text
    assert f"Request {command_id}" in page.text
    assert "Code: internal" in page.text
    assert "Ashdown" not in page.text
    assert "9990000018" not in page.text.replace(" ", "")


async def test_given_a_failed_command_when_tried_again_from_the_page_then_it_is_done_and_the_audit_says_who(
    door: Door,
) -> None:
    command_id = await failed(door)
    sign_in(door, "operator")
    status, where = await decide(door, command_id, decision="try-again", reason="The rule is mended.")
    assert (status, where) == (303, "/failed-requests?decided=try-again")
    assert "The request is tried again" in (await door.client.get(where)).text
    assert await door.settle() == 1
    row = await row_of(door, command_id)
    assert (row.state, row.decided_reason, row.tries_by_hand) == ("accepted", "The rule is mended.", 1)
    async with transaction(door.worker) as session:
        wanted = select(AuditWrite.action).where(AuditWrite.subject == f"command {command_id}")
        assert list(await session.scalars(wanted)) == ["failed-command try-again"]


async def test_given_no_reason_when_decided_then_the_form_comes_back_with_what_is_wrong(door: Door) -> None:
    command_id = await failed(door)
    sign_in(door, "operator")
    status, text = await decide(door, command_id, decision="give-up", reason=" ")
    assert status == 422
    assert "Write why, so that others can follow the decision" in text
    assert (await row_of(door, command_id)).given_up_at is None


async def test_given_a_failed_command_of_another_organisation_then_it_is_neither_listed_nor_decided(
    door: Door,
) -> None:
    command_id = await failed(door)
    listed = await door.get("/api/v1/failed-commands", "operator", "HOUSING")
    assert listed.json() == {"failed_commands": [], "total": 0, "next": None}
    address, body = f"/api/v1/failed-commands/{command_id}/decision", {"decision": "give-up", "reason": "no"}
    answer = await door.post(address, {**body, "reason": "not ours"}, "operator", "HOUSING")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await door.post(address, body, "operator")).status_code == 422, "a reason of two letters is none"


async def test_given_a_failed_command_when_decided_by_interface_then_it_leaves_the_list_once(
    door: Door,
) -> None:
    command_id = await failed(door)
    [listed] = (await door.get("/api/v1/failed-commands", "operator")).json()["failed_commands"]
    assert (listed["command_id"], listed["kind"], listed["code"]) == (
        str(command_id),
        "set-needed-by",
        "internal",
    )
    address, body = (
        f"/api/v1/failed-commands/{command_id}/decision",
        {"decision": "give-up", "reason": "sent anew"},
    )
    answer = await door.post(address, body, "operator")
    assert answer.json() == {"command_id": str(command_id), "state": "failed", "tries_by_hand": 0}
    assert (await door.get("/api/v1/failed-commands", "operator")).json()["total"] == 0
    again = await door.post(address, body, "operator")
    assert (again.status_code, again.json()["code"]) == (409, "already-done")
    status = (await door.get(f"/api/v1/commands/{command_id}")).json()
    assert status["state"] == "failed", "whoever asked still sees it"
