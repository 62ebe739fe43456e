"""What a feed allows at its door: from where, how much at once, and how fast."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.hl7v2.parse.mllp import frame
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.limits import Limits, Pace, Room
from fhir_adapters.hl7v2.send.mllp_client import acknowledgement_code
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import Feed, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import LIMITS, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample

ELSEWHERE, HERE = "203.0.113.0/24", "127.0.0.0/8"
OF_ANOTHER_FEED = Sample(application="LAB")


@contextlib.asynccontextmanager
async def door(
    intake: Intake,
    owner: AsyncEngine,
    counts: Counts | None = None,
    limits: Limits = LIMITS,
    **allowed: object,
) -> AsyncIterator[int]:
    """A listener whose feed has these columns."""
    async with transaction(owner) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        for name, value in allowed.items():
            setattr(feed, name, value)
    async with listening(PostgresInbox(intake.listener), limits, counts=counts) as (port, _):
        yield port


async def refused_times(intake: Intake) -> int:
    return next(feed.refused_times for feed in await intake.rows(Feed) if feed.id == intake.feed_id)


async def test_given_a_sender_outside_the_networks_then_no_answer_and_only_a_count(
    intake: Intake, owner: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    counts = Counts()
    with caplog.at_level(logging.WARNING, "homeward.mllp"):
        async with door(intake, owner, counts, networks=[ELSEWHERE]) as port:
            for _ in range(2):
                async with connected(port) as line:
                    await line.send(frame(Sample().raw()) + frame(Sample(message_id="M2").raw()))
                    assert await line.ended()

    assert await intake.rows(InboxRow) == []
    assert await refused_times(intake) == 2
    turned_away = {"feed": "RXH-PAS"}
    assert counts.registry.get_sample_value("homeward_mllp_turned_away_total", turned_away) == 2
    assert "turned away: 127.0.0.1 is not in the networks of feed RXH-PAS" in caplog.text
    assert "ASHDOWN" not in caplog.text


async def test_given_a_sender_inside_the_networks_then_it_is_served(
    intake: Intake, owner: AsyncEngine
) -> None:
    async with door(intake, owner, networks=[ELSEWHERE, HERE]) as port, connected(port) as line:
        assert acknowledgement_code(await line.ask(Sample().raw())) == "AA"

    assert await refused_times(intake) == 0


async def test_given_networks_of_one_feed_then_messages_of_others_are_still_taken_from_anywhere(
    intake: Intake, owner: AsyncEngine
) -> None:
    async with door(intake, owner, networks=[ELSEWHERE]) as port, connected(port) as line:
        assert acknowledgement_code(await line.ask(OF_ANOTHER_FEED.raw())) == "AA"

    [row] = await intake.rows(InboxRow)
    assert row.state == "unassigned"


async def test_given_a_feed_with_a_smaller_limit_then_ar_and_the_connection_goes_on(
    intake: Intake, owner: AsyncEngine
) -> None:
    long = Sample(tail=("NTE|1||" + "x" * 2000,))
    async with door(intake, owner, message_bytes=1000) as port, connected(port) as line:
        answer = await line.ask(long.raw())
        assert (fields(answer, "MSA")[1], fields(answer, "MSA")[6]) == ("AR", "102")
        assert acknowledgement_code(await line.ask(long.but(application="LAB").raw())) == "AA"
        assert acknowledgement_code(await line.ask(Sample().raw())) == "AA"


async def test_given_a_feed_with_a_larger_limit_then_it_is_for_this_feed_only(
    intake: Intake, owner: AsyncEngine
) -> None:
    long, small = Sample(tail=("NTE|1||" + "x" * 2000,)), replace(LIMITS, message_bytes=1000)
    async with door(intake, owner, limits=small, message_bytes=10_000) as port, connected(port) as line:
        assert acknowledgement_code(await line.ask(long.raw())) == "AA"
        assert acknowledgement_code(await line.ask(long.but(application="LAB").raw())) == "AR"


async def test_given_a_sender_that_is_too_fast_then_it_waits_and_loses_nothing(
    intake: Intake, owner: AsyncEngine
) -> None:
    counts, ids = Counts(), [f"F{number}" for number in range(25)]
    async with door(intake, owner, counts, messages_per_second=20) as port, connected(port) as fast:
        await fast.send(b"".join(frame(Sample(message_id=one).raw()) for one in ids))
        answers = await fast.answers(len(ids))

    assert [fields(answer, "MSA")[1:3] for answer in answers] == [["AA", one] for one in ids]
    held_back = counts.registry.get_sample_value("homeward_mllp_held_back_seconds_total", {"feed": "RXH-PAS"})
    assert held_back is not None
    assert held_back > 0


async def test_given_a_sender_that_waits_for_its_turn_then_other_feeds_do_not(
    intake: Intake, owner: AsyncEngine
) -> None:
    """The turn of the second message is hours away: whoever waited behind it would still wait."""
    held = door(intake, owner, messages_per_second=0.0001)
    async with held as port, connected(port) as fast, connected(port) as other:
        await fast.send(frame(Sample().raw()) + frame(Sample(message_id="M2").raw()))
        assert len(await fast.answers(1)) == 1
        for number in range(10):
            answer = await other.ask(OF_ANOTHER_FEED.but(message_id=f"O{number}").raw())
            assert acknowledgement_code(answer) == "AA"

    assert {row.message_id for row in await intake.rows(InboxRow) if row.feed_id == intake.feed_id} == {"M1"}


@given(st.floats(0.5, 500), st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_given_any_arrivals_then_turns_come_in_order_and_never_faster_than_the_pace(
    per_second: float, pauses: list[float]
) -> None:
    pace, now, turns = Pace(per_second), 1000.0, list[float]()
    for pause in pauses:
        now += pause
        turns.append(now + pace.wait(now))
    at_once = max(per_second, 1)
    for start in range(len(turns)):
        inside = [turn for turn in turns[start:] if turn <= turns[start] + 1 - 1e-6]
        assert len(inside) <= at_once + per_second + 1
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(turns))


def test_given_a_quiet_second_then_a_seconds_worth_goes_at_once_and_the_rest_one_by_one() -> None:
    pace = Pace(4)

    assert [pace.wait(10.0) for _ in range(6)] == pytest.approx([0, 0, 0, 0, 0.25, 0.5])
    assert pace.wait(20.0) == 0


def test_given_a_full_room_then_it_says_which_limit_and_has_place_again_when_one_leaves() -> None:
    room = Room(Limits(connections=3, connections_per_address=2))

    assert [room.enter(one) for one in ("a", "a", "a", "b", "c")] == [
        None,
        None,
        "too-many-of-one-address",
        None,
        "too-many",
    ]
    room.leave("a")
    assert room.enter("c") is None
    assert room.enter("a") == "too-many"


async def test_given_all_connections_taken_then_another_is_ended_and_the_others_go_on(intake: Intake) -> None:
    few = replace(LIMITS, connections=1)
    async with listening(PostgresInbox(intake.listener), few) as (port, _), connected(port) as line:
        assert acknowledgement_code(await line.ask(Sample().raw())) == "AA"
        async with connected(port) as second:
            assert await second.ended()
        assert acknowledgement_code(await line.ask(Sample(message_id="M2").raw())) == "AA"
