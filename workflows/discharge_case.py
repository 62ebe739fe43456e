"""One person's way from the ward to their own front door, as a durable workflow.

It holds no personal data, no truth and no rule: it puts commands in order, has each of them decided and
recorded where the record is, and waits. A start, an interrupted run, a continue-as-new, a reopening and a
restored server all begin the same way: by asking the record where the case stands, and arming the clock
again from an absolute date.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from discharge.cases.answer import Answer
    from discharge.cases.model.common import Stage
    from workflows import ports

COMMANDS_PER_RUN = 400
"""A run takes this many commands, then continues as new: Temporal allows 2,000 updates in one history."""

STRIKE_AGAIN = timedelta(minutes=10)
"""When to have the rules look again after what they decided could not be recorded."""

SHORTEST_REST = timedelta(milliseconds=50)


@workflow.defn(name=ports.CASE_WORKFLOW)
class DischargeCase:
    """Follows one case until it is closed; anything that reaches a closed case starts a new run."""

    @workflow.init
    def __init__(self, start: ports.CaseStart) -> None:
        """Begin with nothing known: the first answer of the record says where the case stands."""
        self.case_id = start.case_id
        self.clock = start.clock
        self.way = start.way
        self.standing = ports.CaseStanding()
        self.known = False
        self.commands_taken = 0
        self.one_at_a_time = asyncio.Lock()
        self.armed_for: datetime | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.time_to_look = False

    @workflow.run
    async def run(self, start: ports.CaseStart) -> None:  # noqa: C901 - eight stages, one line each
        """The pathway, top to bottom; a case that goes back a stage is simply met there again."""
        await self.begin_from_the_record()
        while not self.at_rest():
            match self.standing.stage:
                case Stage.REFERRED:
                    await self.until_accepted_or_returned()
                case Stage.ACCEPTED:
                    await self.until_the_home_is_checked()
                case Stage.CHECKED:
                    await self.until_work_begins_or_none_is_needed()
                case Stage.MAKING_READY:
                    await self.until_every_gated_item_is_safe()
                case Stage.READY:
                    await self.until_discharged()
                case Stage.DISCHARGED:
                    await self.until_the_last_follow_up()
                case Stage.FOLLOWED_UP:
                    await self.until_closed()
                case Stage.CLOSED:
                    await self.until_nobody_is_talking()
                case of_a_newer_build:
                    await self.stay_in(of_a_newer_build)
            if self.worn_out():
                await self.continue_in_a_fresh_run(start)

    @workflow.update(name=ports.EXECUTE)
    async def execute(self, asked: ports.CommandRef) -> Answer:
        """Carry out what somebody asks, and answer."""
        return await self.take(asked.command_id)

    @execute.validator
    def _is_for_this_case(self, asked: ports.CommandRef) -> None:
        if asked.case_id != self.case_id:
            raise ValueError("not-found")

    @workflow.signal(name=ports.TELL)
    async def tell(self, told: ports.CommandRef) -> None:
        """Take in a fact that is already true, or a strand's report."""
        await self.take(told.command_id)

    async def until_accepted_or_returned(self) -> None:
        """The ward asked; a coordinator takes it on, or returns it with a reason."""
        await self.stay_in(Stage.REFERRED)

    async def until_the_home_is_checked(self) -> None:
        """Somebody looks at the home before the expected date of discharge."""
        await self.stay_in(Stage.ACCEPTED)

    async def until_work_begins_or_none_is_needed(self) -> None:
        """Either the home is fit as it is, or the first strand begins."""
        await self.stay_in(Stage.CHECKED)

    async def until_every_gated_item_is_safe(self) -> None:
        """Strands run side by side, each in a workflow of its own, until the gate opens."""
        await self.stay_in(Stage.MAKING_READY)

    async def until_discharged(self) -> None:
        """The home is ready; the trust's A03 or a person says that they left."""
        await self.stay_in(Stage.READY)

    async def until_the_last_follow_up(self) -> None:
        """Contacts at 24 and 72 hours, 7, 14 and 28 days; silence is not safety."""
        await self.stay_in(Stage.DISCHARGED)

    async def until_closed(self) -> None:
        """A person closes the case with its outcome."""
        await self.stay_in(Stage.FOLLOWED_UP)

    async def until_nobody_is_talking(self) -> None:
        """Let commands in flight finish: a late fact may open the case again."""
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def stay_in(self, stage: str) -> None:
        """Wait in a stage; whenever time alone may change something, have the rules look again."""
        while self.standing.stage == stage and not self.over():
            self.arm_the_clock()
            await workflow.wait_condition(
                lambda: (
                    self.time_to_look
                    or self.standing.stage != stage
                    or self.standing.next_look != self.armed_for
                    or self.over()
                )
            )
            if self.time_to_look:
                await self.have_the_rules_look()

    def arm_the_clock(self) -> None:
        """One timer at the earliest due time; one that is right already goes on."""
        if self.timer is not None and self.standing.next_look == self.armed_for:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.armed_for, self.time_to_look, self.timer = self.standing.next_look, False, None
        if self.armed_for is not None:
            delay = self.clock.real_delay(ports.case_now(self.clock), self.armed_for)
            seconds = max(SHORTEST_REST, delay).total_seconds()
            self.timer = asyncio.get_running_loop().call_later(seconds, self.strike)

    def strike(self) -> None:
        """It is time to look."""
        self.time_to_look = True

    async def have_the_rules_look(self) -> None:
        """Strike the clock; again after a while where that could not be recorded, because a due time passes
        once.
        """
        self.timer = None
        while (await self.take(workflow.uuid4(), clock=True)).outcome == "failed":
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(self.changed_or_over(), timeout=STRIKE_AGAIN)
                return

    def changed_or_over(self) -> Callable[[], bool]:
        """Return a condition: something was recorded since, or this run has a reason to end."""
        version = self.standing.version
        return lambda: self.standing.version != version or self.over()

    async def take(self, command_id: UUID, *, clock: bool = False) -> Answer:
        """Have one command decided and recorded: one at a time, because every await would let another one
        between.
        """
        async with self.one_at_a_time:
            self.commands_taken += 1
            asked = ports.Apply(
                case_id=self.case_id,
                command_id=command_id,
                case_time=ports.case_now(self.clock),
                clock=clock,
            )
            try:
                applied = await ports.apply(asked)
            except ports.CannotRecord as failure:
                return await self.end_as_failed(asked, failure.code)
            await self.go_on_from(applied.standing, sorted(set(applied.moved) - set(applied.told)))
            return applied.answer

    async def end_as_failed(self, asked: ports.Apply, code: str) -> Answer:
        """Nobody waits behind what cannot be recorded: say so to its asker and an operator, and go on."""
        try:
            answer = await ports.give_up(ports.Failure(asked=asked, code=code))
        except ports.CannotRecord:
            return Answer(
                command_id=asked.command_id,
                case_id=self.case_id,
                outcome="failed",
                version=self.standing.version,
                code=code,
            )
        if answer.outcome != "failed":  # it was recorded after all, and what follows from it is owed
            with contextlib.suppress(ports.CannotRecord):
                await self.ask_the_record()
        return answer

    async def begin_from_the_record(self) -> None:
        """A case that cannot be read lets others ask, in vain, and ends; the worker starts it again."""
        try:
            async with self.one_at_a_time:
                if not self.known:  # a command that came with the start may have told already
                    await self.ask_the_record()
        except ports.CannotRecord as failure:
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise ApplicationError(failure.code, type=failure.code, non_retryable=True) from None

    async def ask_the_record(self) -> None:
        """Go on from where the record says that the case stands."""
        look = ports.CaseLook(case_id=self.case_id, case_time=ports.case_now(self.clock))
        await self.go_on_from(await ports.case_standing(look), ())

    async def go_on_from(self, standing: ports.CaseStanding, moved: Sequence[str]) -> None:
        """Take over where the case stands; start the workflows of strands that are new to this run, and wake
        those whose part of the record changed.
        """
        new = set(standing.open_strands) - (set(self.standing.open_strands) if self.known else set())
        self.standing, self.known = standing, True
        for key in sorted(new):
            await ports.start_strand(self.case_id, key, self.clock)
        for key in sorted(set(moved) - new):
            running = await ports.wake_strand(self.case_id, key, standing.version)
            if not running and key in standing.open_strands:
                await ports.start_strand(self.case_id, key, self.clock)

    def at_rest(self) -> bool:
        """Whether nothing is awaited: the case is closed or never came to be, and nobody is talking to it."""
        return not self.standing.awaited and workflow.all_handlers_finished()

    def worn_out(self) -> bool:
        """Whether this run's history is long enough."""
        return self.commands_taken >= COMMANDS_PER_RUN or workflow.info().is_continue_as_new_suggested()

    def over(self) -> bool:
        """Whether this run has a reason to end."""
        return self.worn_out() or self.at_rest()

    async def continue_in_a_fresh_run(self, start: ports.CaseStart) -> None:
        """Go on with an empty history; an update that was accepted here must finish here first."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(start.model_copy(update={"way": ports.WAY}))
