"""A case from referral to closed on real workflows, and what must survive on the way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from discharge.cases import commands as cmd
from discharge.cases.follow_ups import schedule
from discharge.cases.model import Actor, Stage
from discharge.reference.policy import policy_on
from tests.workflows.story import CLOCK, Story, at_work
from workflows import discharge_case, worker_pool
from workflows.client import execute_command, tell_case

DAY = timedelta(days=1)


async def go_home(story: Story) -> None:
    await story.until_checked()
    await story.do(cmd.ConfirmDischarge(destination="19"))


async def test_given_a_home_fit_as_it_is_when_every_contact_is_made_then_the_case_is_followed_to_its_end(
    story: Story,
) -> None:
    await go_home(story)
    elapsed = 0.0
    left = datetime(2026, 3, 1, tzinfo=UTC)
    for owed in schedule(left, policy_on(left.date())):
        after = (owed.due_at - left) / DAY
        await story.days(after - elapsed + 0.01)
        elapsed = after
        await story.do(cmd.RecordContact(follow_up=owed.key, outcome="well"))
    assert (await story.case()).stage is Stage.FOLLOWED_UP
    await story.do(cmd.CloseCase(outcome="home-as-it-is"))
    assert (await story.case()).closed
    await story.handle.result()


async def test_given_nobody_calls_when_28_days_pass_then_the_clock_alone_raises_and_escalates_alerts(
    story: Story,
) -> None:
    await go_home(story)
    before = await story.case()
    assert not before.open_alerts
    await story.days(28)
    case = await story.case()
    assert case.stage is Stage.DISCHARGED
    assert case.open_alerts
    assert any(alert.escalations for alert in case.open_alerts)


async def test_given_two_commands_at_once_when_executed_then_both_count_one_after_the_other(
    story: Story,
) -> None:
    await story.refer()
    today = CLOCK.today(await story.env.get_current_time())
    commands: list[cmd.Command] = [
        cmd.AcceptReferral(),
        cmd.SetCriteriaToReside(met=False),
        cmd.SetNeededBy(needed_by=today + 5 * DAY),
    ]
    answers = await asyncio.gather(*(story.do(command) for command in commands))
    case = await story.case()
    assert len({answer.version for answer in answers}) == len(commands)
    assert (case.stage, case.needed_by) == (Stage.ACCEPTED, today + 5 * DAY)
    assert case.open_ready_period is not None


async def test_given_a_command_when_sent_again_and_at_once_then_it_has_one_effect_and_one_answer(
    story: Story,
) -> None:
    await story.until_checked(adaptation_in_place="no")
    order = cmd.StartStrand(strand_kind="adaptation", item="grab-rail")
    envelope = await story.envelope(order)
    first, second = await asyncio.gather(story.send(envelope), story.send(envelope))
    assert first == second
    assert list((await story.case()).strands) == ["adaptation/1"]


async def test_given_an_order_called_off_when_it_comes_again_then_nothing_is_ordered_and_the_case_goes_on(
    story: Story,
) -> None:
    await story.until_checked(adaptation_in_place="no")
    order = await story.envelope(cmd.StartStrand(strand_kind="adaptation", item="grab-rail"))
    await story.send(order)
    await story.do(cmd.CancelStrand(strand="adaptation/1", reason="no-longer-needed"))
    await tell_case(story.client, CLOCK, order)
    assert (await story.do(cmd.FlagHomelessness(flag="no"))).outcome == "accepted"
    assert list((await story.case()).strands) == ["adaptation/1"]


async def test_given_a_signal_when_told_twice_then_it_has_one_effect(story: Story) -> None:
    await story.until_checked(adaptation_in_place="no")
    feed = Actor(organisation_id=story.places.housing, role="coordinator")
    order = cmd.StartStrand(strand_kind="adaptation", item="grab-rail")
    envelope = await story.envelope(order, actor=feed)
    await story.keep(envelope)
    for _ in range(3):
        await tell_case(story.client, CLOCK, envelope)
    await story.until(lambda case: case.strands, "the order")
    await story.do(cmd.FlagHomelessness(flag="no"))
    assert list((await story.case()).strands) == ["adaptation/1"]


@pytest.fixture
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run takes three commands; without the sandbox, which reads the module anew for every run."""
    monkeypatch.setattr(discharge_case, "COMMANDS_PER_RUN", 3)
    monkeypatch.setattr(worker_pool, "runner", UnsandboxedWorkflowRunner)


async def test_given_short_runs_when_commands_keep_coming_then_none_is_lost_or_done_twice(
    short_runs: None, story: Story
) -> None:
    await story.refer()
    await story.do(cmd.AcceptReferral())
    first_run = (await story.handle.describe()).run_id
    today = CLOCK.today(await story.env.get_current_time())
    asked = [await story.envelope(cmd.SetNeededBy(needed_by=today + number * DAY)) for number in range(1, 21)]
    answers = await asyncio.gather(*(story.send(envelope) for envelope in [*asked, *asked]))
    assert all(answer.outcome == "accepted" for answer in answers)
    assert {answer.command_id for answer in answers} == {envelope.command_id for envelope in asked}
    assert len({answer.version for answer in answers}) == len(asked)
    assert (await story.handle.describe()).run_id != first_run


async def test_given_short_runs_when_a_command_is_repeated_in_a_later_run_then_the_stored_answer_comes(
    short_runs: None, story: Story
) -> None:
    await story.until_checked(adaptation_in_place="no")
    envelope = await story.envelope(cmd.StartStrand(strand_kind="adaptation", item="grab-rail"))
    first = await story.send(envelope)
    for flag in ("yes", "no", "unknown", "no"):
        await story.do(cmd.FlagHomelessness(flag=flag))
    assert await story.send(envelope) == first
    assert list((await story.case()).strands) == ["adaptation/1"]
    assert (await story.do(cmd.FlagHomelessness(flag="yes"))).outcome == "accepted"


async def test_given_a_closed_case_when_a_late_fact_comes_then_a_new_run_takes_it(story: Story) -> None:
    await story.refer()
    await story.do(cmd.WithdrawReferral(reason="person-declined"))
    await story.handle.result()
    answer = await story.do(cmd.ReopenCase(reason="new-information"))
    assert answer.outcome == "accepted"
    assert not (await story.case()).closed


async def test_given_a_case_that_is_closing_when_others_ask_at_once_then_everybody_gets_an_answer(
    story: Story,
) -> None:
    await story.refer()
    asked = [await story.envelope(cmd.WithdrawReferral(reason="person-declined"))]
    asked += [await story.envelope(cmd.FlagHomelessness(flag=flag)) for flag in ("yes", "no") * 4]
    answers = await asyncio.gather(*(story.send(envelope) for envelope in asked))
    assert answers[0].outcome == "accepted"
    assert {answer.code for answer in answers} <= {None, "stage-not-allowed"}
    assert (await story.case()).closed


async def test_given_no_case_when_anything_but_a_referral_is_asked_then_it_is_refused_and_nothing_lingers(
    story: Story,
) -> None:
    answer = await story.send(await story.envelope(cmd.AcceptReferral()))
    assert (answer.outcome, answer.code) == ("refused", "not-found")
    await story.handle.result()


async def test_given_no_worker_when_asked_then_the_command_is_accepted_later_and_done_once_it_is_there(
    needs: worker_pool.Needs, story_without_workers: Story
) -> None:
    story = story_without_workers
    refer = cmd.Refer(person_id=story.person_id, organisation_id=story.places.trust)
    envelope = await story.envelope(refer)
    await story.keep(envelope)
    assert await execute_command(story.client, CLOCK, envelope, within=timedelta(seconds=0.3)) is None
    async with at_work(needs):
        assert (await story.send(envelope)).outcome == "accepted"
        assert (await story.case()).version > 0
