"""A confirmation of safety ends: a worker has the check say so by itself, and the gate is shut again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.model import Actor, Case, Stage
from discharge.store.audit import Who
from discharge.store.engine import transaction
from housing_checks.gate.blockers import blocking
from housing_checks.safety.events import SafetyConfirmed
from housing_checks.store import danger
from housing_checks.store.safety import SAFETY_ITEM
from housing_checks.store.safety_ended import tell_ended
from tests.fixtures.safety import appointed, disclosure, record, somebody
from tests.housing_checks.form_two import form_two_in_force
from tests.workflows.story import Story
from workflows.chores import CONFIRMED, temporal_loops
from workflows.loops import Loop, repeat
from workflows.store import notices
from workflows.worker_pool import Needs

LONG = timedelta(hours=1)


@pytest.fixture(autouse=True)
def second_form() -> Iterator[None]:
    with form_two_in_force(date(2020, 1, 1)):
        yield


@dataclass(frozen=True)
class Ready:
    """A case that is ready, its safety confirmed by the adviser of the trust."""

    story: Story
    adviser: Who
    nurse: Who


@pytest.fixture
async def ready(story: Story, api: AsyncEngine, owner: AsyncEngine) -> Ready:
    await story.until_checked()
    trust = story.places.trust
    nurse, adviser = [await somebody(owner, trust, each, "discharge-team") for each in ("Nurse", "Ida")]
    await appointed(api, owner, adviser)
    await record(api, nurse, story.case_id, disclosure(asked="alone", disclosed="no"))
    await record(api, adviser, story.case_id, SafetyConfirmed())
    assert (await story.case()).stage is Stage.READY
    return Ready(story, adviser, nurse)


@asynccontextmanager
async def looking(needs: Needs, *, rests: timedelta) -> AsyncIterator[None]:
    """The loop of a worker that looks for confirmations that ended; it rests so long."""
    [found] = [each for each in temporal_loops(needs) if each.name == "confirmations"]
    loop, stop = Loop(found.name, found.step, rests, found.beat, found.bell), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(repeat(loop, stop))
        yield
        stop.set()


def blocks(case: Case) -> list[str]:
    return [each.code for each in blocking(case)]


async def test_given_its_day_has_come_when_nobody_asks_then_the_gate_is_shut_again(
    ready: Ready, needs: Needs, owner: AsyncEngine
) -> None:
    async with looking(needs, rests=CONFIRMED):
        async with transaction(owner) as session:
            await session.execute(text("UPDATE safety_confirmations SET until_on = homeward_today() + 1"))
            assert await tell_ended(session, await ready.story.now()) == 0
            await session.execute(text("UPDATE safety_confirmations SET until_on = homeward_today()"))
        case = await ready.story.until(blocks, "the gate that is shut")
    assert blocks(case) == [SAFETY_ITEM]
    assert case.stage is not Stage.READY


async def test_given_words_about_danger_when_they_are_kept_then_a_worker_is_called_and_shuts_the_gate(
    ready: Ready, needs: Needs, api: AsyncEngine, worker: AsyncEngine
) -> None:
    heard = asyncio.Event()
    listening = asyncio.create_task(notices.listen(worker, needs.bells.ring, heard))
    async with looking(needs, rests=LONG):
        await heard.wait()
        assert blocks(await ready.story.case()) == []
        await told_of_danger(api, ready)
        case = await ready.story.until(blocks, "the gate that is shut")
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    assert blocks(case) == [SAFETY_ITEM]


async def told_of_danger(api: AsyncEngine, ready: Ready) -> None:
    """A nurse writes a note about danger."""
    nurse, case_id = ready.nurse, ready.story.case_id
    actor = Actor(organisation_id=nurse.organisation_id, role=nurse.role, user_id=nurse.user_id)
    said = danger.SaidOfDanger(uuid4(), case_id, actor, "add-note", {danger.NOTE: "He waits outside"}, "h")
    async with transaction(api, organisation_id=nurse.organisation_id, user_id=nurse.user_id) as session:
        await danger.keep_danger(session, said)


async def test_given_the_referrer_takes_no_part_when_a_confirmation_ends_then_the_gate_is_shut_all_the_same(
    ready: Ready, needs: Needs, owner: AsyncEngine
) -> None:
    elsewhere = {"referrer": ready.story.places.stranger}
    async with transaction(owner) as session:
        await session.execute(text("UPDATE cases SET referrer_id = :referrer"), elsewhere)
        await session.execute(text("DELETE FROM safety_confirmations"))
    async with looking(needs, rests=LONG):
        case = await ready.story.until(blocks, "the gate that is shut")
    assert blocks(case) == [SAFETY_ITEM]
