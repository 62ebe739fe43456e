"""A loop that rests is called by a bell, so that nobody in its own process waits for its next look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import commands as cmd
from discharge.cases.model import CaseSpell
from discharge.reference.policy import put_in_force
from discharge.reference.site import SiteFolder
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import PartnerRow, Person, Spell
from fhir_adapters.feeds.profile_watch import WatchedBook
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fhir_adapters.hl7v2.store.test_drain import open_case
from tests.workflows.story import CLOCK, Story
from workflows.chores import RecordChores
from workflows.loops import SWEEP, Bells, Loop, repeat
from workflows.store import notices
from workflows.worker_pool import Needs

NO_SITE = SiteFolder(None, put_in_force)

LONG = timedelta(hours=1)


async def _silent(part: str) -> None:
    """No sign of life is looked for here."""


@asynccontextmanager
async def repeated(step: Callable[[], Awaitable[bool]], bell: asyncio.Event) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(repeat(Loop("test", step, LONG, _silent, bell), stop))
        yield
        stop.set()


async def test_given_a_loop_at_rest_when_its_bell_is_rung_then_it_looks_at_once() -> None:
    bell, looks = asyncio.Event(), asyncio.Queue[None]()

    async def step() -> bool:
        looks.put_nowait(None)
        return False

    async with repeated(step, bell):
        for _ in range(3):
            await looks.get()
            bell.set()


async def test_given_a_bell_rung_while_a_loop_looks_when_it_found_nothing_then_it_looks_again() -> None:
    bell, looks = asyncio.Event(), asyncio.Queue[None]()

    async def step() -> bool:
        looks.put_nowait(None)
        if looks.qsize() == 1:
            bell.set()
        return False

    async with repeated(step, bell):
        while looks.qsize() < 2:
            await asyncio.sleep(0)
    assert looks.qsize() == 2


async def test_given_a_referral_when_recorded_then_who_joins_stays_is_called(
    needs: Needs, story: Story
) -> None:
    await story.refer()
    assert needs.bells.join.is_set()


async def test_given_a_command_when_recorded_then_the_relay_is_called_for_what_it_queues_and_else_left_alone(
    needs: Needs, story: Story
) -> None:
    partner = PartnerRow(organisation_id=story.places.landlord, endpoint="http://127.0.0.1:1", kind="fhir")
    async with transaction(story.sessions) as session:
        session.add(partner)
    await story.until_checked(adaptation_in_place="no")
    needs.bells.relay.clear()
    await story.do(cmd.SetNeededBy(needed_by=date(2031, 3, 9)))
    assert not needs.bells.relay.is_set()
    await story.do(
        cmd.StartStrand(strand_kind="adaptation", item="grab-rail", partner_id=story.places.landlord)
    )
    assert needs.bells.relay.is_set()


async def test_given_a_referral_whose_stay_is_known_when_recorded_then_nobody_looks_for_one(
    needs: Needs, story: Story
) -> None:
    spell = Spell(
        id=uuid4(), person_id=story.person_id, organisation_id=story.places.trust, visit_number="V1",
        status="admitted", folded={},
    )  # fmt: skip
    async with transaction(story.sessions) as session:
        session.add(spell)
    await story.refer(
        spell=CaseSpell(
            spell_id=spell.id, organisation_id=spell.organisation_id, admitted_on=date(2020, 1, 1)
        )
    )
    assert not needs.bells.join.is_set()


async def test_given_messages_when_drained_then_the_relay_is_called_for_those_that_a_case_must_hear(
    worker: AsyncEngine,
    sessions: Sessions,
    intake: Intake,  # noqa: F811
) -> None:
    bells = Bells()
    chores = RecordChores(worker, sessions, CLOCK, WatchedBook(None), NO_SITE, bells)
    assert not await chores.drain()
    assert not bells.relay.is_set()
    await intake.put(Sample("A28", "M0").raw())
    assert await chores.drain()
    assert not bells.relay.is_set(), "nobody with a case"
    (person,) = await intake.rows(Person)
    await open_case(worker, person.id, intake.organisation_id)
    await intake.put(Sample().raw())
    assert await chores.drain()
    assert bells.relay.is_set()


@pytest.mark.parametrize(
    ("left", "loop"),
    [
        ("INSERT INTO identity_decisions SELECT * FROM identity_decisions WHERE false", "who-is-who"),
        ("INSERT INTO replays SELECT * FROM replays WHERE false", "replays"),
        ("UPDATE outbox SET state = state", "relay"),
        ("INSERT INTO inbox SELECT * FROM inbox WHERE false", "drain"),
    ],
)
async def test_given_work_left_by_another_process_when_it_is_committed_then_the_loop_that_does_it_is_called(
    owner: AsyncEngine, worker: AsyncEngine, left: str, loop: str
) -> None:
    called, heard = asyncio.Queue[str](), asyncio.Event()
    listening = asyncio.create_task(notices.listen(worker, called.put_nowait, heard))
    async with asyncio.timeout(20):
        await heard.wait()
        async with transaction(worker) as session:
            await session.execute(text(left))
        async with transaction(owner) as session:
            await session.execute(text(left))
        assert await called.get() == loop
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    assert called.empty(), "what a worker writes calls nobody"
    assert not heard.is_set()


async def test_given_notices_are_heard_then_loops_look_rarely_and_are_called_by_name() -> None:
    bells = Bells()
    idle = bells.rarely(timedelta(milliseconds=250))
    assert idle() == timedelta(milliseconds=250)
    bells.heard.set()
    assert idle() == SWEEP
    bells.ring("drain")
    bells.ring("what another build calls")
    assert [bells.drain.is_set(), bells.relay.is_set(), bells.decisions.is_set()] == [True, False, False]
