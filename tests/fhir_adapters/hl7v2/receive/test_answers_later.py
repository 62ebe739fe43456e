"""Enhanced mode: the commit is acknowledged now, and the application's acknowledgement follows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from fhir_adapters.hl7v2.parse.mllp import frame
from fhir_adapters.hl7v2.receive.ack import AckRules, Immediate
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import PATIENCE, Line, connected, fields, listening
from tests.fhir_adapters.hl7v2.samples import Sample

ASKS_BOTH = Sample(accept="AL", application_ack="AL")


@contextlib.asynccontextmanager
async def answering(intake: Intake, immediate: Immediate) -> AsyncIterator[int]:
    """A listener whose feed is answered in this way."""
    rules = AckRules(immediate=immediate)
    profile = profile_named("itk-2.4").model_copy(update={"acknowledgement": rules})
    book = shipped_profiles().with_more([profile])
    async with listening(PostgresInbox(intake.listener), profiles=book) as (port, _):
        yield port


def told(answer: bytes) -> list[str]:
    return fields(answer, "MSA")[1:3]


async def noted(intake: Intake) -> str | None:
    [row] = await intake.rows(InboxRow)
    return row.application_answer


async def until_noted(intake: Intake, outcome: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await noted(intake) != outcome:
            await asyncio.sleep(0.01)


async def quiet(line: Line) -> bool:
    """Whether nothing comes for a while: only ever used where something would be wrong."""
    with contextlib.suppress(TimeoutError):
        return not await asyncio.wait_for(line.reader.read(1), 0.6)
    return True


async def test_given_a_sender_that_asks_for_both_then_ca_now_and_aa_once_the_drain_has_read_it(
    intake: Intake,
) -> None:
    async with answering(intake, "as-asked") as port, connected(port) as line:
        assert told(await line.ask(ASKS_BOTH.raw())) == ["CA", "M1"]
        assert await noted(intake) == "owed"
        assert await quiet(line)

        await intake.drain()

        [later] = await line.answers(1)
        assert told(later) == ["AA", "M1"]
        await until_noted(intake, "sent")


async def test_given_a_message_that_is_parked_then_the_later_answer_is_aa_all_the_same(
    intake: Intake,
) -> None:
    lacking = ASKS_BOTH.raw().replace(b"PV1|", b"ZZZ|")
    async with answering(intake, "as-asked") as port, connected(port) as line:
        await line.ask(lacking)
        [drained] = await intake.drain()
        assert drained.state == "parked"

        assert told((await line.answers(1))[0]) == ["AA", "M1"]


async def test_given_messages_go_on_then_later_answers_come_between_and_name_theirs(intake: Intake) -> None:
    async with answering(intake, "as-asked") as port, connected(port) as line:
        for number in range(5):
            await line.send(frame(ASKS_BOTH.but(message_id=f"M{number}").raw()))
        commits = [told(answer) for answer in await line.answers(5)]
        await intake.drain()
        later = [told(answer) for answer in await line.answers(5)]

    assert commits == [["CA", f"M{number}"] for number in range(5)]
    assert sorted(later) == [["AA", f"M{number}"] for number in range(5)]


async def test_given_the_connection_ends_before_the_drain_then_it_is_noted_as_not_sent(
    intake: Intake,
) -> None:
    async with answering(intake, "as-asked") as port:
        async with connected(port) as line:
            await line.ask(ASKS_BOTH.raw())
        await until_noted(intake, "not-sent")


async def test_given_an_answer_that_was_not_sent_when_the_message_is_repeated_then_it_is_sent_at_last(
    intake: Intake,
) -> None:
    async with answering(intake, "as-asked") as port:
        async with connected(port) as line:
            await line.ask(ASKS_BOTH.raw())
        await until_noted(intake, "not-sent")
        await intake.drain()
        async with connected(port) as line:
            await line.send(frame(ASKS_BOTH.raw()))
            assert [told(answer)[0] for answer in await line.answers(2)] == ["CA", "AA"]
        await until_noted(intake, "sent")
    assert await intake.drain() == []


@pytest.mark.parametrize(
    ("immediate", "accept", "application", "at_once", "owed"),
    [
        ("application", "AL", "AL", "AA", None),
        ("as-asked", "", "", "AA", None),
        ("as-asked", "AL", "NE", "CA", None),
        ("as-asked", "AL", "ER", "CA", None),
        ("as-asked", "AL", "SU", "CA", "owed"),
        ("as-asked", "SU", "AL", "CA", "owed"),
        ("as-asked", "ER", "AL", "AA", None),
        ("as-asked", "NE", "AL", "AA", None),
        ("as-asked", "NE", "NE", "AA", None),
        ("commit", "", "", "CA", None),
        ("commit", "NE", "AL", "CA", "owed"),
    ],
)
async def test_given_what_is_asked_for_then_this_is_answered_and_owed(
    intake: Intake, immediate: Immediate, accept: str, application: str, at_once: str, owed: str | None
) -> None:
    sample = Sample(accept=accept, application_ack=application)
    async with answering(intake, immediate) as port, connected(port) as line:
        assert told(await line.ask(sample.raw())) == [at_once, "M1"]
        assert await noted(intake) == owed


async def test_given_an_envelope_that_cannot_be_read_then_cr_and_nothing_is_owed(intake: Intake) -> None:
    async with answering(intake, "as-asked") as port, connected(port) as line:
        answer = await line.ask(ASKS_BOTH.but(message_id="").raw())

    assert fields(answer, "MSA")[1] == "CR"
    assert fields(answer, "MSA")[6] == "101"
    assert await noted(intake) is None
