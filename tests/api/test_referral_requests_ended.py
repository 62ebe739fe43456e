"""A request that was taken on by a command which its case does not record waits again for whoever may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from discharge.cases.commands import Answer, Envelope
from discharge.cases.model import Case
from discharge.cases.recording import RecordRequest
from discharge.store.engine import make_sessions, transaction
from discharge.store.tables import CommandRow
from tests.api.conftest import NOW, Door
from tests.api.test_referral_requests import decided, referred_by, waiting
from workflows.activities.recording import give_up, record
from workflows.ports import Failure


async def given_up(door: Door, envelope: Envelope) -> None:
    await give_up(make_sessions(door.worker), Failure(envelope=envelope, code="internal"))


async def refused(door: Door, envelope: Envelope) -> None:
    answer = Answer(
        command_id=envelope.command_id,
        case_id=envelope.case_id,
        outcome="refused",
        version=0,
        code="not-found",
    )
    case = Case(case_id=envelope.case_id)
    given = RecordRequest(envelope=envelope, expected_version=0, case=case, answer=answer, case_time=NOW)
    await record(make_sessions(door.worker), given)


@pytest.mark.parametrize("ended", [given_up, refused])
async def test_given_a_request_taken_on_when_its_case_cannot_record_that_then_it_waits_again(
    door: Door, ended: Callable[[Door, Envelope], Awaitable[None]]
) -> None:
    """Also when whoever took it on is not there any more to hear the answer."""
    sent = await referred_by(door)
    await decided(door, sent["command_id"], decision="take-on", person="new", basis="consent")
    assert await waiting(door) == []
    async with transaction(door.worker) as session:
        [command] = await session.scalars(select(CommandRow).where(CommandRow.kind == "refer"))
    await ended(door, Envelope.model_validate(command.envelope))

    assert [line["request_id"] for line in await waiting(door)] == [sent["command_id"]]
    [made] = (await door.get(sent["status_url"], "coordinator", "HOUSING")).json()["candidates"]
    again = await decided(
        door, sent["command_id"], decision="take-on", person=made["person_id"], basis="consent"
    )
    assert again.status_code == 202, again.text
