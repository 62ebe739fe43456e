"""Every command ends: what cannot be recorded fails, is told, holds nobody up; an outage is waited out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor, Case, Stage
from discharge.clocks import london_date
from discharge.errors import HomewardError, Unavailable
from discharge.store import commands, outbox
from discharge.store import record as store
from discharge.store.engine import Sessions, transaction
from discharge.store.failed_commands import FailedDecision, decide_failed, failed_commands
from discharge.store.outbox import queue_case_signal
from discharge.store.record import Outcome
from discharge.store.tables import CommandRow, OutboxRow, Person, User
from discharge.stored import NEWER
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow
from housing_checks import pathway
from housing_checks.store import apply as decider
from tests.fixtures.cases import carried_out
from tests.fixtures.postgres import Places
from tests.housing_checks.checked_today import checked
from tests.workflows.conftest import needs_of
from tests.workflows.outgoing import relay
from tests.workflows.story import CLOCK, Story, at_work
from tests.workflows.waiting import until
from workflows import discharge_case, ports, worker_pool
from workflows.activities import case_record
from workflows.late_commands import LateCommands
from workflows.ports import calls

SHORT = timedelta(milliseconds=20)
AS_SHIPPED = calls._PAUSES
AT_MOST = 5.0
"""Seconds after which a door stops waiting for an answer."""
Fault = Callable[[], Exception]


def broken() -> Exception:
    return ZeroDivisionError()


def busy() -> Exception:
    return Unavailable("database-busy")


def newer() -> Exception:
    return HomewardError(NEWER)


class Faults:
    """The record as it is, but for one kind of command, which raises so many times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kind, self.left, self.raised = "", 0, 0
        self.fault: Fault = broken
        genuine = decider.apply

        async def apply(session: AsyncSession, envelope: Envelope, *given: Any) -> Outcome:
            if envelope.command.kind == self.kind and self.left > 0:
                self.left -= 1
                self.raised += 1
                raise self.fault()
            return await genuine(session, envelope, *given)

        monkeypatch.setattr(decider, "apply", apply)

    def of(self, kind: str, times: int, fault: Fault = broken) -> None:
        self.kind, self.left, self.fault = kind, times, fault


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody skips the time between tries while a command is waited for, so it is made short."""
    monkeypatch.setattr(calls, "_PAUSES", dict.fromkeys(AS_SHIPPED, (SHORT,) * 5))
    monkeypatch.setattr(
        calls,
        "_DURING_OUTAGES",
        replace(calls._DURING_OUTAGES, maximum_interval=SHORT, initial_interval=SHORT),
    )


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    return Faults(monkeypatch)


async def asked(story: Story, command: cmd.Command) -> UUID:
    """A command that came through a door, executed."""
    envelope = await story.envelope(command)
    await story.send(envelope)
    return envelope.command_id


async def command_row(story: Story, command_id: UUID) -> CommandRow:
    async with transaction(story.sessions) as session:
        return await session.get_one(CommandRow, command_id)


@pytest.mark.parametrize(("fault", "code"), [(broken, "internal"), (busy, "database-busy"), (newer, NEWER)])
async def test_given_a_command_that_cannot_be_recorded_then_it_fails_and_the_next_one_goes_on(
    story: Story, faults: Faults, fault: Fault, code: str
) -> None:
    await story.refer()
    faults.of("accept-referral", 1000, fault)
    row = await command_row(story, await asked(story, cmd.AcceptReferral()))
    assert row.answer is not None
    assert (row.state, row.answer["code"], row.lease_until) == ("failed", code, None)
    assert faults.raised == 6, "it is tried a bounded number of times"
    await story.do(cmd.FlagHomelessness(flag="no"))
    assert (await story.case()).stage is Stage.REFERRED
    faults.left = 0
    await story.do(cmd.AcceptReferral())


@pytest.mark.parametrize("code", ["internal", NEWER])
def test_given_timers_of_a_real_server_then_the_tries_of_a_command_leave_time_for_the_next_one(
    code: str,
) -> None:
    """A timer of Temporal is up to a second late, which the server of these tests does not show."""
    waited = [pause.total_seconds() + 1 for pause in AS_SHIPPED[code] if pause]
    assert sum(waited) + 1 < AT_MOST


def test_given_somebody_who_keeps_the_turn_of_a_case_then_the_tries_take_less_than_a_door_waits() -> None:
    """A timer of Temporal is up to a second late."""
    pauses = AS_SHIPPED["database-busy"]
    turns = int(store.TURN_AT_MOST.removesuffix("ms")) / 1000 * (len(pauses) + 1)
    assert turns + sum(pause.total_seconds() + 1 for pause in pauses if pause) < AT_MOST - 0.5


@pytest.mark.parametrize("fault", [broken, busy, newer])
async def test_given_a_command_that_cannot_be_recorded_then_whoever_asks_next_is_answered_within_five_seconds(
    story: Story, faults: Faults, fault: Fault, worker: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with transaction(story.sessions) as session:
        somebody = Person(id=uuid4(), family_name="Ashe", birth_date=date(1941, 5, 2))
        session.add(somebody)
    another = replace(story, person_id=somebody.id, case_id=uuid4())
    for each in (story, another):
        await each.refer()
    monkeypatch.setattr(calls, "_PAUSES", AS_SHIPPED)
    faults.of("accept-referral", 1000, fault)
    failing = asyncio.create_task(asked(story, cmd.AcceptReferral()))

    async def tried() -> bool:
        return faults.raised > 0

    await until(tried, "the first try")
    async with asyncio.timeout(AT_MOST):
        await asyncio.gather(*(each.do(cmd.FlagHomelessness(flag="no")) for each in (story, another)))
    assert (await command_row(story, await failing)).state == "failed"
    assert ("commands-failed", story.places.housing) in [each[:2] for each in await alarms(worker)]


async def alarms(worker: AsyncEngine) -> list[tuple[str, UUID, str]]:
    await look_for_alarms(worker)
    async with transaction(worker) as session:
        rows = await session.scalars(select(AlarmRow).where(AlarmRow.cleared_at.is_(None)))
        about = [row for row in rows if row.kind != "nobody-named-for-safety"]
        return [(row.kind, row.organisation_id, row.fact) for row in about]


async def test_given_a_failed_command_and_a_failed_fact_then_whose_they_were_has_an_alarm_until_seen_to(
    story: Story, faults: Faults, worker: AsyncEngine
) -> None:
    await story.refer()
    faults.of("accept-referral", 1000)
    command_id = await asked(story, cmd.AcceptReferral())
    faults.of("set-criteria-to-reside", 1000)
    key = await told(story, cmd.SetCriteriaToReside(met=False))
    await until(is_dead(story, key), "the fact set aside")
    assert sorted(await alarms(worker)) == sorted(
        ("commands-failed", whose, "1 could not be recorded on their cases.")
        for whose in (story.places.housing, story.places.trust)
    )
    async with transaction(story.sessions) as session:
        await commands.acknowledge(session, command_id)
        await outbox.skip(session, (await signal_row(story, key)).sequence, by=uuid4(), reason="by hand")
    assert await alarms(worker) == []


async def test_given_a_failure_that_passes_when_tried_again_then_the_command_is_done_once(
    story: Story, faults: Faults
) -> None:
    await story.refer()
    faults.of("accept-referral", 2)
    assert (await command_row(story, await asked(story, cmd.AcceptReferral()))).state == "accepted"
    assert (await story.case()).stage is Stage.ACCEPTED


async def test_given_an_outage_when_it_lasts_longer_than_any_number_of_tries_then_it_is_waited_out(
    story: Story, faults: Faults
) -> None:
    await story.refer()
    faults.of("accept-referral", 30, lambda: Unavailable("database-unavailable"))
    assert (await command_row(story, await asked(story, cmd.AcceptReferral()))).state == "accepted"
    assert faults.raised == 30


async def test_given_a_rule_that_breaks_then_the_command_fails_and_the_case_goes_on(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.refer()

    def breaks(*_: object) -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setitem(pathway.DECIDERS, "accept-referral", breaks)
        row = await command_row(story, await asked(story, cmd.AcceptReferral()))
    assert (row.state, (row.answer or {})["code"]) == ("failed", "internal")
    await story.do(cmd.AcceptReferral())


async def told(story: Story, command: cmd.Command) -> UUID:
    """A fact from the feed, told to the case by the relay."""
    feed = Actor(organisation_id=story.places.trust, role="system")
    envelope = await story.envelope(command, actor=feed)
    async with transaction(story.sessions) as session:
        await queue_case_signal(session, envelope)
    await relay(story)
    return envelope.command_id


async def signal_row(story: Story, key: UUID) -> OutboxRow:
    async with transaction(story.sessions) as session:
        return (await session.scalars(select(OutboxRow).where(OutboxRow.key == key))).one()


def is_dead(story: Story, key: UUID) -> Callable[[], Awaitable[OutboxRow | None]]:
    async def look() -> OutboxRow | None:
        row = await signal_row(story, key)
        return row if row.state == "dead" else None

    return look


async def test_given_a_fact_that_cannot_be_recorded_then_it_stays_listed_and_can_be_told_again(
    story: Story, faults: Faults
) -> None:
    await story.refer()
    faults.of("set-criteria-to-reside", 1000)
    key = await told(story, cmd.SetCriteriaToReside(met=False))
    row = await until(is_dead(story, key), "the fact set aside")
    assert row.error_code == "internal"
    await story.do(cmd.AcceptReferral())
    faults.left = 0
    async with transaction(story.sessions) as session:
        await outbox.release(session, row.sequence, by=uuid4(), reason="mended")
    await relay(story)
    await story.until(lambda case: case.open_ready_period, "the fact")
    assert (await signal_row(story, key)).state == "delivered"


@pytest.fixture
def without_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that could not strike strikes again at once; in the sandbox nobody could shorten that."""
    monkeypatch.setattr(worker_pool, "runner", UnsandboxedWorkflowRunner)
    monkeypatch.setattr(discharge_case, "STRIKE_AGAIN", SHORT * 10)


LONG_AGO = datetime.now(UTC) - timedelta(days=3)


async def discharged_long_ago(story: Story, engine: AsyncEngine) -> None:
    """A case whose clocks have passed by now, and have still to strike; nobody follows it yet."""
    refer = cmd.Refer(
        person_id=story.person_id,
        organisation_id=story.places.trust,
        service_id=story.places.housing,
        sharing_basis="consent",
    )
    told: tuple[Callable[[Case], Command], ...] = (
        lambda _: refer,
        lambda _: cmd.AcceptReferral(),
        lambda case: checked(case, london_date(LONG_AGO)),
        lambda _: cmd.ConfirmDischarge(destination="19"),
    )
    for command in told:
        asked = command(await story.case())
        envelope = await story.envelope(asked, effective_on=london_date(LONG_AGO))
        answer = (await carried_out(engine, envelope, LONG_AGO)).answer
        assert answer.outcome == "accepted", answer


async def test_given_a_clock_that_cannot_be_recorded_then_it_is_listed_once_and_tried_now_and_then(
    dev_server: WorkflowEnvironment,
    sessions: Sessions,
    worker: AsyncEngine,
    places: Places,
    person_id: UUID,
    faults: Faults,
    without_sandbox: None,
) -> None:
    story = Story(dev_server, sessions, places, person_id)
    await discharged_long_ago(story, worker)
    version = (await story.case()).version
    faults.of("strike-clock", 1000)

    async def listed() -> list[OutboxRow]:
        async with transaction(story.sessions) as session:
            struck = select(OutboxRow).where(OutboxRow.kind == "strike-clock")
            return list(await session.scalars(struck))

    async def struck_again() -> bool:
        return faults.raised > 12

    async def recorded() -> bool:
        return (await story.case()).version > version

    async with needs_of(dev_server, sessions) as needs, at_work(needs):
        await story.client.start_workflow(
            ports.CASE_WORKFLOW,
            ports.CaseStart(case_id=story.case_id, clock=CLOCK),
            id=story.handle.id,
            task_queue=ports.CASES_QUEUE,
        )
        await until(listed, "the clock set aside")
        await until(struck_again, "the next tries")
        assert [(row.state, row.error_code) for row in await listed()] == [("dead", "internal")]
        faults.left = 0
        await until(recorded, "what the clock brings")


async def test_given_a_case_that_cannot_be_read_then_what_is_asked_of_it_fails_and_later_it_goes_on(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.refer()
    await story.handle.terminate()

    async def unreadable(*_: object) -> object:
        raise ValueError("snapshot")

    with monkeypatch.context() as patched:
        patched.setattr(store, "case_of", unreadable)
        row = await command_row(story, await asked(story, cmd.AcceptReferral()))
    assert (row.state, (row.answer or {})["code"]) == ("failed", "internal")
    await story.do(cmd.AcceptReferral())


async def test_given_a_command_recorded_after_all_when_it_is_given_up_then_what_was_recorded_stands(
    story: Story, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.refer()
    genuine = case_record.apply

    async def loses_its_answer(*given: object) -> object:
        await genuine(*given)  # type: ignore[arg-type]
        raise ZeroDivisionError

    monkeypatch.setattr(case_record, "apply", loses_its_answer)
    row = await command_row(story, await asked(story, cmd.AcceptReferral()))
    assert row.state == "accepted"
    monkeypatch.undo()
    await story.do(cmd.FlagHomelessness(flag="no"))
    assert (await story.case()).stage is Stage.ACCEPTED


async def test_given_a_failed_command_when_it_reaches_the_case_again_then_it_stays_failed(
    story: Story, faults: Faults
) -> None:
    await story.refer()
    faults.of("accept-referral", 1000)
    command_id = await asked(story, cmd.AcceptReferral())
    faults.left = 0
    async with transaction(story.sessions) as session:
        await session.execute(update(CommandRow).where(CommandRow.id == command_id).values(state="taken"))
    answer = await story.send(await story.envelope(cmd.AcceptReferral(), command_id=command_id))
    assert answer.outcome == "failed"
    assert (await story.case()).stage is Stage.REFERRED


Decide = Callable[[UUID, FailedDecision], Awaitable[CommandRow]]


@pytest.fixture
async def by_operator(story: Story, api: AsyncEngine) -> Decide:
    """What an operator of the housing team decides about a failed command of theirs."""
    operator = User(
        id=uuid4(),
        organisation_id=story.places.housing,
        issuer="i",
        subject="operator",
        display_name="Op Erator",
        role="operator",
    )
    async with transaction(story.sessions) as session:
        session.add(operator)

    async def decide(command_id: UUID, decision: FailedDecision) -> CommandRow:
        whose = {"organisation_id": story.places.housing, "user_id": operator.id}
        async with transaction(api, **whose) as session:
            return await decide_failed(session, command_id, decision, "mended")

    return decide


async def test_given_a_failed_command_when_an_operator_has_it_tried_again_then_the_same_run_does_it(
    story: Story, faults: Faults, worker: AsyncEngine, by_operator: Decide
) -> None:
    await story.refer()
    faults.of("accept-referral", 1000)
    command_id = await asked(story, cmd.AcceptReferral())
    late = LateCommands(story.sessions, story.client, CLOCK)
    for tries_by_hand in (1, 2):
        row = await by_operator(command_id, "try-again")
        assert (row.state, row.answer, row.tries_by_hand) == ("taken", None, tries_by_hand)
        assert await alarms(worker) == []
        faults.left = 0 if tries_by_hand == 2 else 1000
        await late.once()
        state = "accepted" if tries_by_hand == 2 else "failed"
        assert (await command_row(story, command_id)).state == state
    assert (await story.case()).stage is Stage.ACCEPTED
    with pytest.raises(HomewardError, match="already-done"):
        await by_operator(command_id, "try-again")


async def test_given_a_failed_command_when_an_operator_gives_it_up_then_its_asker_still_sees_that_it_failed(
    story: Story, faults: Faults, worker: AsyncEngine, by_operator: Decide
) -> None:
    await story.refer()
    faults.of("accept-referral", 1000)
    command_id = await asked(story, cmd.AcceptReferral())
    row = await by_operator(command_id, "give-up")
    assert (row.state, row.acknowledged_at, row.decided_reason) == ("failed", None, "mended")
    assert await alarms(worker) == []
    async with transaction(worker) as session:
        assert await failed_commands(session, 0, 25) == []
    with pytest.raises(HomewardError, match="already-done"):
        await by_operator(command_id, "try-again")
