"""The relay and late commands: what the record holds for a case reaches it, once, and is judged again."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor, Stage
from discharge.clocks import CaseClock
from discharge.store import commands
from discharge.store.engine import transaction
from discharge.store.outbox import queue_case_signal
from discharge.store.tables import CaseParticipantRow, CommandRow, OutboxRow, PartnerRow, User
from tests.fixtures.transactions import committed
from tests.workflows.story import CLOCK, Story
from workflows import client as cases
from workflows import late_commands
from workflows.client import execute_command
from workflows.codec import PayloadKeys
from workflows.connection import TemporalAccess, connect
from workflows.late_commands import LateCommands
from workflows.relay import Relay
from workflows.store import authority, expected_workflows, partners

ABANDONED = timedelta(seconds=-1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


async def queued(story: Story, command: Command, **given: object) -> Envelope:
    """A fact from the feed, waiting to be told."""
    feed = Actor(organisation_id=story.places.trust, role="system")
    envelope = await story.envelope(command, actor=feed, **given)
    async with transaction(story.sessions) as session:
        await queue_case_signal(session, envelope)
    return envelope


async def signal_row(story: Story, key: UUID) -> OutboxRow:
    async with transaction(story.sessions) as session:
        return (await session.scalars(select(OutboxRow).where(OutboxRow.key == key))).one()


@pytest.fixture
def relay(story: Story) -> Relay:
    return Relay(story.sessions, story.client, CLOCK)


async def test_given_a_fact_when_relayed_then_the_case_knows_it_and_the_row_says_so(
    story: Story, relay: Relay
) -> None:
    await story.refer()
    fact = await queued(story, cmd.NoteMerge(into_case_id=uuid4()))
    assert await relay.once()
    assert (await story.until(lambda case: case.closed, "the merge")).outcome == "merged"
    row = await signal_row(story, fact.command_id)
    assert (row.state, row.relayed_at is not None) == ("delivered", True)
    await relay.once()  # what its check holds is handed to the case that goes on
    assert (await signal_row(story, fact.command_id)).relayed_at == row.relayed_at
    assert not await relay.once()


async def test_given_a_relay_killed_before_it_noted_when_it_tells_again_then_nothing_happens_twice(
    story: Story, relay: Relay
) -> None:
    await story.refer()
    fact = await queued(story, cmd.SetCriteriaToReside(met=False))
    await relay.once()
    await story.until(lambda case: case.open_ready_period, "the fact")
    version = (await story.case()).version
    async with transaction(story.sessions) as session:
        again = update(OutboxRow).where(OutboxRow.key == fact.command_id)
        await session.execute(again.values(relayed_at=None, state="pending"))
    await relay.once()
    await story.do(cmd.FlagHomelessness(flag="no"))
    events = (await story.case()).version - version
    assert (await story.case()).homelessness.flag == "no"
    assert events <= 2, "the fact was taken a second time"
    assert len((await story.case()).ready_periods) == 1


async def test_given_a_row_that_cannot_be_read_when_relayed_then_it_is_set_aside_and_others_go_on(
    story: Story, relay: Relay
) -> None:
    await story.refer()
    bad = await queued(story, cmd.SetCriteriaToReside(met=False))
    async with transaction(story.sessions) as session:
        spoil = update(OutboxRow).where(OutboxRow.key == bad.command_id)
        await session.execute(spoil.values(payload={"kind": "nonsense"}))
    good = await queued(story, cmd.SetCriteriaToReside(met=False))
    await relay.once()
    row = await signal_row(story, bad.command_id)
    assert (row.state, row.error_code) == ("dead", "message-not-understood")
    assert (await signal_row(story, good.command_id)).state == "delivered"


async def test_given_a_fact_of_a_kind_that_only_a_later_build_has_then_it_waits_for_the_relay_of_that_build(
    story: Story, relay: Relay
) -> None:
    await story.refer()
    later = await queued(story, cmd.SetCriteriaToReside(met=False))
    async with transaction(story.sessions) as session:
        change = update(OutboxRow).where(OutboxRow.key == later.command_id)
        await session.execute(change.values(payload={"command": {"kind": "fit-telecare"}}))
    await relay.once()
    row = await signal_row(story, later.command_id)
    assert (row.state, row.relayed_at) == ("pending", None)


async def test_given_temporal_away_when_relayed_then_the_row_waits_and_is_told_later(
    story: Story, relay: Relay, keys: PayloadKeys
) -> None:
    await story.refer()
    fact = await queued(story, cmd.SetCriteriaToReside(met=False))
    nowhere = await connect(TemporalAccess("127.0.0.1:1"), keys, lazy=True)
    with pytest.raises(RuntimeError, match="connect"):
        await Relay(story.sessions, nowhere, CLOCK).once()
    envelope = await story.envelope(cmd.AcceptReferral())
    assert await execute_command(nowhere, CLOCK, envelope) is None, "it is taken, and done later"
    assert (await signal_row(story, fact.command_id)).relayed_at is None
    await relay.once()
    await story.until(lambda case: case.open_ready_period, "the fact")


def failing(monkeypatch: pytest.MonkeyPatch, *wrong: UUID) -> list[UUID]:
    """Temporal answers INTERNAL for these cases; returns the cases that were told, in order."""
    told: list[UUID] = []
    genuine = cases.tell_case

    async def tell_case(client: Client, clock: CaseClock, envelope: Envelope) -> None:
        told.append(envelope.case_id)
        if envelope.case_id in wrong:
            raise RPCError("shard", RPCStatusCode.INTERNAL, b"")
        await genuine(client, clock, envelope)

    monkeypatch.setattr(cases, "tell_case", tell_case)
    return told


async def test_given_a_case_that_temporal_does_not_take_when_others_wait_then_it_delays_none_of_them(
    story: Story, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.refer()
    stuck = uuid4()
    monkeypatch.setattr("workflows.relay.BATCH", 2)
    told = failing(monkeypatch, stuck)
    first = await queued(story, cmd.SetCriteriaToReside(met=False), case_id=stuck)
    for _ in range(5):
        await queued(story, cmd.SetCriteriaToReside(met=False), case_id=stuck)
    fact = await queued(story, cmd.SetCriteriaToReside(met=False))
    for _ in range(3):
        await relay.once()
    assert (await signal_row(story, fact.command_id)).state == "delivered"
    assert told.count(stuck) == 1, "what is behind a failure waits for it, and it waits longer each time"
    row = await signal_row(story, first.command_id)
    assert (row.state, row.relay_tries) == ("pending", 1)
    monkeypatch.undo()
    await due_again(story)
    assert await relay.once()
    assert (await signal_row(story, first.command_id)).state == "delivered"


async def due_again(story: Story) -> None:
    async with transaction(story.sessions) as session:
        waiting = update(OutboxRow).where(OutboxRow.relay_after.is_not(None))
        await session.execute(waiting.values(relay_after=datetime.now(UTC) - timedelta(seconds=1)))


async def test_given_a_relay_that_waits_for_temporal_then_it_holds_no_lock_and_others_tell_no_later_row(
    story: Story, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.refer()
    fact = await queued(story, cmd.SetCriteriaToReside(met=False))
    asked, go_on, genuine = asyncio.Event(), asyncio.Event(), cases.tell_case

    async def slow(client: Client, clock: CaseClock, envelope: Envelope) -> None:
        asked.set()
        await go_on.wait()
        await genuine(client, clock, envelope)

    monkeypatch.setattr(cases, "tell_case", slow)
    telling = asyncio.create_task(relay.once())
    await asked.wait()
    behind = await queued(story, cmd.SetCriteriaToReside(met=True))
    async with transaction(story.sessions) as session:
        row = select(OutboxRow).where(OutboxRow.key == fact.command_id).with_for_update(nowait=True)
        assert (await session.scalars(row)).one().relay_after is not None
    assert not await Relay(story.sessions, story.client, CLOCK).once(), "another relay overtakes nothing"
    assert (await signal_row(story, behind.command_id)).relayed_at is None
    go_on.set()
    assert await telling
    assert await relay.once()
    await story.until(lambda case: case.version > 2 and not case.open_ready_period, "both, in order")


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Partners whose lanes were told, in order."""
    told: list[UUID] = []

    async def wake_lane(_client: Client, _clock: CaseClock, partner: UUID, *_: object) -> None:
        told.append(partner)

    monkeypatch.setattr(cases, "wake_lane", wake_lane)
    return told


async def items_for_a_partner(story: Story, number: int, **given: object) -> PartnerRow:
    await story.refer()
    partner = PartnerRow(
        id=uuid4(), organisation_id=story.places.landlord, endpoint="http://x", kind="x", **given
    )
    async with transaction(story.sessions) as session:
        session.add(partner)
        await session.flush()
        session.add_all(
            OutboxRow(
                key=uuid4(), channel="partner", kind="order", case_id=story.case_id, partner_id=partner.id,
                payload={},
            )
            for _ in range(number)
        )  # fmt: skip
    return partner


async def test_given_many_items_of_one_lane_when_relayed_then_one_word_is_enough(
    story: Story, relay: Relay, woken: list[UUID]
) -> None:
    partner = await items_for_a_partner(story, 5)
    await relay.once()
    assert woken == [partner.id]
    assert not await relay.once()


async def test_given_a_partner_that_rests_when_items_are_relayed_then_no_lane_is_told_until_it_is_well(
    story: Story, relay: Relay, woken: list[UUID]
) -> None:
    partner = await items_for_a_partner(story, 2, paused_at=LONG_AGO, probe_after=datetime.now(UTC))
    assert not await relay.once()
    assert woken == []
    async with transaction(story.sessions) as session:
        await partners.works_again(session, await partners.locked(session, partner.id))
    assert await relay.once()
    assert woken == [partner.id]


async def test_given_a_partner_that_rests_when_a_person_has_released_an_item_then_its_lane_is_told(
    story: Story, relay: Relay, woken: list[UUID]
) -> None:
    partner = await items_for_a_partner(story, 1, paused_at=LONG_AGO, probe_after=datetime.now(UTC))
    async with transaction(story.sessions) as session:
        mine = update(OutboxRow).where(OutboxRow.partner_id == partner.id)
        await session.execute(mine.values(released_by=uuid4(), released_reason="they corrected it"))
    assert await relay.once()
    assert woken == [partner.id]


async def test_given_a_fact_told_by_the_loop_when_its_case_takes_it_then_the_case_notes_it(
    story: Story, relay: Relay, worker: AsyncEngine
) -> None:
    await story.refer()
    fact = await queued(story, cmd.SetCriteriaToReside(met=False))
    assert not await relay.step(), "no more wait"
    await story.until(lambda case: case.open_ready_period, "the fact")
    row = await signal_row(story, fact.command_id)
    assert (row.state, row.relay_after) == ("delivered", None)
    assert row.relayed_at is not None
    with committed(worker) as transactions:
        await relay.step()
    assert transactions.count == 1


async def relayed(story: Story, partner: PartnerRow) -> list[bool]:
    async with transaction(story.sessions) as session:
        mine = select(OutboxRow.relayed_at).where(OutboxRow.partner_id == partner.id)
        return [at is not None for at in await session.scalars(mine)]


async def test_given_a_lane_that_was_told_and_has_not_begun_when_the_loop_looks_again_then_it_is_noted_once(
    story: Story, relay: Relay, woken: list[UUID]
) -> None:
    partner = await items_for_a_partner(story, 2)
    await relay.step()
    assert await relayed(story, partner) == [False, False]
    for _ in range(2):
        await relay.step()
    assert await relayed(story, partner) == [True, True]
    assert woken == [partner.id]


async def test_given_items_to_be_told_again_before_the_first_word_is_noted_then_their_lane_is_told_again(
    story: Story, relay: Relay, woken: list[UUID]
) -> None:
    partner = await items_for_a_partner(story, 2)
    await relay.step()
    async with transaction(story.sessions) as session:
        await expected_workflows.tell_again(session, [(partner.id, story.case_id)])
    await relay.step()
    assert woken == [partner.id, partner.id]
    await relay.step()
    assert await relayed(story, partner) == [True, True]


async def abandoned(story: Story, command: Command, **given: object) -> UUID:
    """A command that a door took and then did not execute."""
    envelope = await story.envelope(command, **given)
    new = commands.NewCommand(envelope=envelope, client_id="test", client_key=uuid4().hex, body_hash="-")
    async with transaction(story.sessions) as session:
        await commands.take(session, new, lease=ABANDONED)
    return envelope.command_id


async def command_row(story: Story, command_id: UUID) -> CommandRow:
    async with transaction(story.sessions) as session:
        return await session.get_one(CommandRow, command_id)


@pytest.fixture
def late(story: Story) -> LateCommands:
    return LateCommands(story.sessions, story.client, CLOCK)


async def test_given_a_command_left_behind_when_taken_over_then_it_is_done_and_answered(
    story: Story, late: LateCommands
) -> None:
    await story.refer()
    command_id = await abandoned(story, cmd.AcceptReferral())
    assert await late.once()
    assert (await story.case()).stage is Stage.ACCEPTED
    row = await command_row(story, command_id)
    assert (row.state, row.lease_until) == ("accepted", None)
    assert not await late.once()


async def test_given_what_it_changes_changed_since_when_a_late_command_is_judged_then_its_asker_sees_why_not(
    story: Story, late: LateCommands
) -> None:
    seen = (await story.refer()).version
    mine = await abandoned(story, cmd.SetNeededBy(needed_by=date(2026, 3, 9)), seen_version=seen)
    other = await abandoned(story, cmd.FlagHomelessness(flag="yes"), seen_version=seen)
    await story.do(cmd.SetNeededBy(needed_by=date(2026, 3, 6)))
    await late.once()
    refused, taken = await command_row(story, mine), await command_row(story, other)
    assert refused.answer is not None
    assert (refused.state, refused.answer["code"]) == ("refused", "case-changed")
    assert (refused.answer["detail"], taken.state) == ("needed-by", "accepted")


@pytest.mark.parametrize(
    ("role", "disabled_at"), [("trust-monitor", None), ("coordinator", datetime(2026, 3, 1, tzinfo=UTC))]
)
async def test_given_an_asker_who_may_not_any_more_when_late_then_nothing_is_done(
    story: Story, late: LateCommands, role: str, disabled_at: datetime | None
) -> None:
    await story.refer()
    user = User(
        id=uuid4(),
        issuer="test",
        subject="one",
        display_name="One",
        organisation_id=story.places.housing,
        role=role,
        disabled_at=disabled_at,
    )
    async with transaction(story.sessions) as session:
        session.add(user)
    asker = Actor(organisation_id=story.places.housing, role="coordinator", user_id=user.id)
    command_id = await abandoned(story, cmd.AcceptReferral(), actor=asker)
    await late.once()
    row = await command_row(story, command_id)
    assert row.answer is not None
    assert (row.state, row.answer["code"]) == ("refused", "role-not-allowed")
    assert (await story.case()).stage is Stage.REFERRED


async def test_given_an_organisation_that_left_the_case_when_late_then_there_is_no_such_case(
    story: Story, late: LateCommands
) -> None:
    await story.refer()
    async with transaction(story.sessions) as session:
        mine = CaseParticipantRow.organisation_id == story.places.housing
        left = CLOCK.today(await story.env.get_current_time())
        await session.execute(update(CaseParticipantRow).where(mine).values(until_on=left))
    command_id = await abandoned(story, cmd.AcceptReferral())
    await late.once()
    row = await command_row(story, command_id)
    assert row.answer is not None
    assert row.answer["code"] == "not-found"


@pytest.mark.parametrize("silent", [True, False])
async def test_given_a_late_command_that_is_stuck_then_others_go_on_and_it_ends_as_failed(
    story: Story, late: LateCommands, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    await story.refer()
    stuck = await abandoned(story, cmd.SetNeededBy(needed_by=None), case_id=uuid4(), command_id=uuid4())
    monkeypatch.setattr(late_commands, "MOST_SILENCES", 3)
    monkeypatch.setattr(late_commands, "MOST_FAILURES", 3)
    monkeypatch.setattr(late_commands, "LEASE", ABANDONED)
    monkeypatch.setattr(authority, "refusal", allowed)
    genuine = execute_command

    async def execute(client: Client, clock: CaseClock, envelope: Envelope, *how: timedelta | int) -> object:
        if envelope.command_id != stuck:
            return await genuine(client, clock, envelope, *how)  # type: ignore[arg-type]
        if silent:
            return None
        raise ValueError("not to be had")

    monkeypatch.setattr(late_commands, "execute_command", execute)
    behind = await abandoned(story, cmd.AcceptReferral())
    for _ in range(3):
        await late.once()
    assert (await command_row(story, behind)).state == "accepted"
    row = await command_row(story, stuck)
    assert row.answer is not None
    assert (row.state, row.answer["code"], row.tries) == ("failed", "internal", 3)


async def allowed(*_: object) -> None:
    """Whoever asks may."""


async def test_given_temporal_away_when_late_commands_wait_then_no_try_is_counted(
    story: Story, keys: PayloadKeys
) -> None:
    await story.refer()
    waiting = await abandoned(story, cmd.AcceptReferral())
    nowhere = await connect(TemporalAccess("127.0.0.1:1"), keys, lazy=True)
    assert not await LateCommands(story.sessions, nowhere, CLOCK).once()
    row = await command_row(story, waiting)
    assert (row.state, row.tries) == ("taken", 0)
