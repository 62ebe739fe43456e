"""A request that was taken on by a command which its case does not record waits again for whoever may.

One that is taken on wrongly is told every fault.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import pytest
from sqlalchemy import select

from discharge.cases.commands import ENVELOPE, Envelope
from discharge.cases.decide import Decider
from discharge.cases.events import Event
from discharge.clocks import CaseClock
from discharge.errors import Refused
from discharge.store.engine import make_sessions, transaction
from discharge.store.tables import CommandRow
from housing_checks.pathway import DECIDERS
from tests.api.conftest import NOW, Door
from tests.api.referral_requests.test_service import decided, referred_by, waiting
from workflows.activities.case_record import apply, give_up
from workflows.ports import Apply, Failure

Ended = Callable[[Door, Envelope, pytest.MonkeyPatch], Awaitable[None]]


def asked(envelope: Envelope) -> Apply:
    return Apply(case_id=envelope.case_id, command_id=envelope.command_id, case_time=NOW)


async def given_up(door: Door, envelope: Envelope, _: pytest.MonkeyPatch) -> None:
    await give_up(make_sessions(door.worker), Failure(asked=asked(envelope), code="internal"))


async def refused(door: Door, envelope: Envelope, patched: pytest.MonkeyPatch) -> None:
    def no(*_: object) -> list[Event]:
        raise Refused("not-found")

    patched.setitem(cast("dict[str, Decider]", DECIDERS), "refer", no)
    assert (
        await apply(make_sessions(door.worker), CaseClock.real(), asked(envelope))
    ).applied.outcome == "refused"
    patched.undo()


@pytest.mark.parametrize("ended", [given_up, refused])
async def test_given_a_request_taken_on_when_its_case_cannot_record_that_then_it_waits_again(
    door: Door, ended: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when whoever took it on is not there any more to hear the answer."""
    sent = await referred_by(door)
    await decided(door, sent["command_id"], decision="take-on", person="new", basis="consent")
    assert await waiting(door) == []
    async with transaction(door.worker) as session:
        [command] = await session.scalars(select(CommandRow).where(CommandRow.kind == "refer"))
    await ended(door, ENVELOPE.read(command.envelope), monkeypatch)

    assert [line["request_id"] for line in await waiting(door)] == [sent["command_id"]]
    [made] = (await door.get(sent["status_url"], "coordinator", "HOUSING")).json()["candidates"]
    again = await decided(
        door, sent["command_id"], decision="take-on", person=made["person_id"], basis="consent"
    )
    assert again.status_code == 202, again.text


async def test_given_a_request_taken_on_without_person_or_basis_then_both_are_told_at_once(
    door: Door,
) -> None:
    sent = await referred_by(door, org="LANDLORD")
    answer = await decided(door, sent["command_id"], decision="take-on", basis="consnt")
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["problems"]] == [
        ("#/person", "invalid-body"),
        ("#/basis", "code-not-in-value-set"),
    ]
    assert answer.json()["problems"][1]["reason"].endswith("(sharing-bases; nearest: consent)")
