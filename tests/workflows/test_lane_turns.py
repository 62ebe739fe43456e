"""A lane's turn: each item is marked before it leaves, noted before the next is, and costs one commit."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.testing import ActivityEnvironment

from discharge.cases import commands as cmd
from discharge.clocks import CaseClock
from discharge.store.engine import make_sessions, transaction
from discharge.store.tables import PartnerRow
from tests.fixtures.cases import open_case
from tests.fixtures.transactions import committed
from tests.workflows import test_attempts as attempts
from tests.workflows.test_attempts import Room, answer
from workflows import delivery, ports
from workflows.activities.delivery import MOST_FAULTS, Delivering
from workflows.store import lanes

room, case_id = attempts.room, attempts.case_id
HOUR = timedelta(hours=1)


async def turn(room: Room, case_id: UUID, tried: int = 1) -> ports.LaneLeft:
    lane = ports.LaneTurn(partner_id=room.partner_id, case_id=case_id, clock=CaseClock.real())
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=tried)
    return await environment.run(Delivering(make_sessions(room.engine), room.ways).deliver_waiting, lane)


async def states(room: Room, items: list[int]) -> list[str]:
    return [(await room.row(item)).state for item in items]


async def test_given_items_that_wait_when_delivered_then_each_costs_one_transaction_and_the_turn_another(
    room: Room, case_id: UUID
) -> None:
    items = [await room.item(case_id) for _ in range(3)]
    with committed(room.engine) as transactions:
        left = await turn(room, case_id)
    assert left == ports.LaneLeft(state="empty")
    assert await states(room, items) == ["delivered"] * 3
    assert transactions.count == 1 + len(items)


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (ports.AttemptOutcome(outcome="received"), None),
        (ports.AttemptOutcome(outcome="gone"), None),
        (ports.AttemptOutcome(outcome="again", wait=HOUR), ports.LaneLeft(state="again", wait=HOUR)),
        (ports.AttemptOutcome(outcome="dead"), ports.LaneLeft(state="dead")),
        (ports.AttemptOutcome(outcome="paused"), ports.LaneLeft(state="paused")),
    ],
)
def test_given_an_attempt_then_what_it_left_undone_keeps_the_lane_from_its_next_item(
    outcome: ports.AttemptOutcome, left: ports.LaneLeft | None
) -> None:
    assert delivery.in_the_way(outcome) == left


@pytest.mark.parametrize(("until", "state"), [(HOUR, "pending"), (-HOUR, "delivered")])
async def test_given_a_partner_that_rests_then_its_items_wait_until_it_may_be_tried(
    room: Room, case_id: UUID, until: timedelta, state: str
) -> None:
    items = [await room.item(case_id)]
    now = datetime.now(UTC)
    async with transaction(room.engine) as session:
        partner = await session.get_one(PartnerRow, room.partner_id)
        partner.paused_at, partner.probe_after = now - 2 * HOUR, now + until
    left = await turn(room, case_id)
    assert (left.state == "paused", await states(room, items)) == (state == "pending", [state])


async def test_given_an_item_on_its_way_then_it_is_marked_and_the_one_before_it_is_noted(
    room: Room, case_id: UUID
) -> None:
    items = [await room.item(case_id) for _ in range(2)]
    seen = []

    async def look() -> None:
        rows = [await room.row(item) for item in items]
        seen.append([(row.state, row.attempts, row.leaving_at is not None) for row in rows])

    room.receiver.meanwhile = look
    await turn(room, case_id)
    assert seen == [
        [("pending", 1, True), ("pending", 0, False)],
        [("delivered", 1, True), ("pending", 1, True)],
    ]


async def test_given_a_worker_that_dies_while_it_sends_when_another_goes_on_then_only_that_item_is_sent_again(
    room: Room, case_id: UUID
) -> None:
    items, died = [await room.item(case_id) for _ in range(2)], asyncio.Event()

    async def at_the_second() -> None:
        if len(room.receiver.received) == 2:
            died.set()
            await asyncio.Event().wait()

    room.receiver.meanwhile = at_the_second
    working = asyncio.create_task(turn(room, case_id))
    await died.wait()
    working.cancel()
    assert await states(room, items) == ["delivered", "pending"]
    room.receiver.meanwhile = None
    await turn(room, case_id)
    assert await states(room, items) == ["delivered", "delivered"]
    first, second, again = room.receiver.received
    assert first != second == again
    assert (await room.row(items[1])).attempts == 2


async def test_given_a_next_item_that_breaks_when_marked_then_what_was_sent_is_noted_and_it_waits_for_a_turn(
    room: Room, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [await room.item(case_id) for _ in range(2)]
    genuine = delivery._prepare

    async def prepare(session: AsyncSession, claimed: lanes.Claimed, *given: Any) -> Any:
        if claimed.row.sequence == items[1]:
            raise ZeroDivisionError
        return await genuine(session, claimed, *given)

    monkeypatch.setattr(delivery, "_prepare", prepare)
    assert await turn(room, case_id) == ports.LaneLeft(state="more")
    assert await states(room, items) == ["delivered", "pending"]
    assert (await room.row(items[1])).attempts == 0
    with pytest.raises(ZeroDivisionError):
        await turn(room, case_id)
    assert await turn(room, case_id, tried=MOST_FAULTS) == ports.LaneLeft(state="dead")


async def test_given_an_answer_that_breaks_us_time_and_again_then_a_person_is_asked(
    room: Room, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await room.item(case_id)

    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(delivery, "_post", broken)
    with pytest.raises(ZeroDivisionError):
        await turn(room, case_id)
    assert await turn(room, case_id, tried=MOST_FAULTS) == ports.LaneLeft(state="dead")
    assert (await room.row(item)).error_code == "internal"


async def test_given_a_turn_that_lasted_when_an_item_is_sent_then_the_next_is_not_marked_in_it(
    room: Room, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [await room.item(case_id) for _ in range(2)]
    monkeypatch.setattr("workflows.activities.delivery.TURN_SECONDS", 0.0)
    assert await turn(room, case_id) == ports.LaneLeft(state="more")
    assert [(await room.row(item)).attempts for item in items] == [1, 0]


async def test_given_an_item_whose_basis_has_ended_when_its_turn_comes_then_it_is_held_and_the_next_leaves(
    room: Room, person_id: UUID
) -> None:
    case = await open_case(room.engine, person_id, room.places.trust, room.places.housing)
    await room.ask(case.case_id, cmd.RecordSharingBasis(basis="consent"))
    await room.ask(case.case_id, cmd.WithdrawSharingBasis())
    items = [await room.item(case.case_id), await room.item(case.case_id, needs_basis=False)]
    await turn(room, case.case_id)
    assert await states(room, items) == ["held", "delivered"]
    assert len(room.receiver.received) == 1


@pytest.mark.parametrize(("status", "state"), [(400, "dead"), (503, "again"), (401, "paused")])
async def test_given_an_item_that_is_not_taken_then_nothing_behind_it_is_marked(
    room: Room, case_id: UUID, status: int, state: str
) -> None:
    items = [await room.item(case_id) for _ in range(2)]
    room.receiver.answers = [answer(status)]
    assert (await turn(room, case_id)).state == state
    assert (await room.row(items[1])).attempts == 0
    assert len(room.receiver.received) == 1


async def test_given_a_held_item_before_one_that_breaks_when_it_does_so_time_and_again_then_that_one_is_dead(
    room: Room, person_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await open_case(room.engine, person_id, room.places.trust, room.places.housing)
    await room.ask(case.case_id, cmd.RecordSharingBasis(basis="consent"))
    await room.ask(case.case_id, cmd.WithdrawSharingBasis())
    items = [await room.item(case.case_id), await room.item(case.case_id, needs_basis=False)]

    async def prepare(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(delivery, "_prepare", prepare)
    with pytest.raises(ZeroDivisionError):
        await turn(room, case.case_id)
    assert await turn(room, case.case_id, tried=MOST_FAULTS) == ports.LaneLeft(state="dead")
    assert await states(room, items) == ["held", "dead"]
