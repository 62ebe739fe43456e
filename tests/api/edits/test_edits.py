"""Edits of messages: proposed by one person, decided by another, without effect before."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from discharge.store.engine import transaction
from fhir_adapters.store.tables import InboxRow, MessageEditRow
from tests.api.edits.editing import Editing
from tests.api.replays.test_pages import NOBODY
from tests.fhir_adapters.hl7v2.conftest import Intake


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
        "UPDATE inbox SET raw_inline = 'MSH|' WHERE state = 'proposed'",
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
