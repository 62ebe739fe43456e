"""One person's way from the ward to their own front door, as a durable workflow.

It holds no personal data and no truth of its own: it loads the coded case from the record, decides with pure
rules, records, and waits. One lock keeps commands in order; an interrupted run, a continue-as-new, a
reopening and a restored server all begin the same way, by loading the record and arming the clocks again
from absolute dates.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from discharge.cases import events as ev
    from discharge.cases.commands import Answer, Envelope, StrikeClock
    from discharge.cases.model import Case, Stage
    from discharge.clocks import london_date
    from housing_checks.pathway import Decision, advance, failed_answer, next_wakeup, refused_answer
    from workflows.ports import (
        CASE_WORKFLOW,
        EXECUTE,
        TELL,
        CannotRecord,
        CaseStart,
        Failure,
        RecordOutcome,
        case_now,
        give_up,
        load_own_case,
        nudge_strand,
        record,
        start_strand,
        system_actor,
    )

COMMANDS_PER_RUN = 400
"""A run takes this many commands, then continues as new: Temporal allows 2,000 updates in one history."""

STRIKE_AGAIN = timedelta(minutes=10)
"""When to let the rules look again after what they decided could not be recorded."""

SHORTEST_REST = timedelta(milliseconds=50)


@workflow.defn(name=CASE_WORKFLOW)
class DischargeCase:
    """Follows one case until it is closed; anything that reaches a closed case starts a new run."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        """Begin with nothing known: handlers wait until the case is loaded."""
        self.clock = start.clock
        self.case = Case(case_id=start.case_id)
        self.loaded = False
        self.unreadable: str | None = None
        self.commands_taken = 0
        self.one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, start: CaseStart) -> None:  # noqa: C901 - eight stages, one line each
        """The pathway, top to bottom; a case that goes back a stage is simply met there again."""
        await self.load_or_say_why_not()
        while not self.at_rest():
            match self.case.stage:
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
            if self.worn_out():
                await self.continue_in_a_fresh_run(start)

    @workflow.update(name=EXECUTE)
    async def execute(self, envelope: Envelope) -> Answer:
        """Carry out what somebody asks, and answer."""
        return await self.take(envelope)

    @execute.validator
    def _is_for_this_case(self, envelope: Envelope) -> None:
        if envelope.case_id != self.case.case_id:
            raise ValueError("not-found")

    @workflow.signal(name=TELL)
    async def tell(self, envelope: Envelope) -> None:
        """Take in a fact that is already true, or a strand's report."""
        await self.take(envelope)

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

    async def stay_in(self, stage: Stage) -> None:
        """Wait in a stage; whenever time alone may change something, let the rules look again."""
        while self.case.stage is stage and not self.worn_out() and not self.at_rest():
            try:
                await workflow.wait_condition(
                    self.changed_since(self.case.version), timeout=self.until_next_look()
                )
            except TimeoutError:
                await self.let_the_rules_look()

    async def let_the_rules_look(self) -> None:
        """Strike the clock; again after a while where that could not be recorded, because a due time passes
        once.
        """
        while (await self.take(self.clock_strike())).outcome == "failed":
            try:
                changed = self.changed_since(self.case.version)
                await workflow.wait_condition(changed, timeout=STRIKE_AGAIN)
            except TimeoutError:
                continue
            return

    def changed_since(self, version: int) -> Callable[[], bool]:
        """Return what a stage waits for: an event, or a reason to end this run."""
        return lambda: self.case.version != version or self.worn_out() or self.at_rest()

    def until_next_look(self) -> timedelta | None:
        """How long the wall clock may run before the rules must look again."""
        now = case_now(self.clock)
        due = next_wakeup(self.case, now)
        return None if due is None else max(SHORTEST_REST, self.clock.real_delay(now, due))

    def clock_strike(self) -> Envelope:
        """A command from time itself."""
        return Envelope(
            command_id=workflow.uuid4(),
            case_id=self.case.case_id,
            actor=system_actor(self.case),
            effective_on=london_date(case_now(self.clock)),
            command=StrikeClock(),
        )

    async def take(self, envelope: Envelope) -> Answer:
        """Decide, record, evolve: one command at a time, because every await would let another one
        between.
        """
        await workflow.wait_condition(lambda: self.loaded or self.unreadable is not None)
        async with self.one_at_a_time:
            self.commands_taken += 1
            try:
                return await self.carry_out(envelope)
            except CannotRecord as failure:
                return await self.end_as_failed(envelope, failure.code)

    async def carry_out(self, envelope: Envelope) -> Answer:
        """Decide and record, again where another command came between. Raises CannotRecord."""
        if self.unreadable is not None:
            raise CannotRecord(self.unreadable)
        while True:
            decision = self.decide(envelope)
            if not decision.events and isinstance(envelope.command, StrikeClock):
                return decision.answer
            answer = await self.settle(envelope, decision, await self.write(envelope, decision))
            if answer is not None:
                return answer

    def decide(self, envelope: Envelope) -> Decision:
        """Ask the rules. A rule that breaks would otherwise hold up all that comes after, for ever."""
        try:
            return advance(self.case, envelope, case_now(self.clock))
        except Exception as failure:
            workflow.logger.error("a rule broke: %s", type(failure).__name__)
            raise CannotRecord("internal") from None

    async def end_as_failed(self, envelope: Envelope, code: str) -> Answer:
        """Nobody waits behind what cannot be recorded: say so to its asker and an operator, and go on."""
        try:
            outcome = await give_up(Failure(envelope=envelope, code=code))
        except CannotRecord:
            return failed_answer(envelope, self.case.version, code)
        if outcome.outcome == "already-recorded" and self.unreadable is None:
            with contextlib.suppress(CannotRecord):
                await self.load_from_record()
        return outcome.answer or failed_answer(envelope, self.case.version, code)

    async def write(self, envelope: Envelope, decision: Decision) -> RecordOutcome:
        """Record what was decided, in one transaction with what it tells others."""
        return await record(decision.to_record(envelope, self.case.version, case_now(self.clock)))

    async def settle(self, envelope: Envelope, decision: Decision, outcome: RecordOutcome) -> Answer | None:
        """Return the answer that stands, or ``None`` when the command must be decided again."""
        match outcome.outcome:
            case "recorded":
                self.case = decision.case
                await self.set_strands_going(decision.events)
                return decision.answer
            case "refused":  # by a rule across cases, and the record keeps that answer
                code = outcome.code or "internal"
                return refused_answer(envelope, self.case.version, code, outcome.detail)
            case "already-recorded":
                # Perhaps by an attempt whose answer was lost: what follows from it is owed still.
                await self.load_from_record()
                await self.set_strands_going(decision.events)
                return outcome.answer or decision.answer
            case "sequence-taken":
                self.case = await load_own_case(self.case.case_id)
                return None

    async def set_strands_going(self, events: tuple[ev.Event, ...]) -> None:
        """Start the workflows of new strands, and wake those whose part of the record changed.

        A repeated command was decided anew, and may speak of a strand that the record does not have.
        """
        known = self.case.strands.keys()
        started = {event.strand.key for event in events if isinstance(event, ev.StrandStarted)} & known
        for new in sorted(started):
            await start_strand(self.case.case_id, self.case.strands[new], self.clock)
        moved = {key for event in events if isinstance(key := getattr(event, "strand", None), str)}
        for key in sorted((moved & known) - started):
            await nudge_strand(self.case.case_id, self.case.strands[key], self.clock, self.case.version)

    async def load_or_say_why_not(self) -> None:
        """A case that cannot be read answers what waits for it, and ends; the worker starts it again."""
        try:
            await self.load_from_record()
        except CannotRecord as failure:
            self.unreadable = failure.code
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise ApplicationError(failure.code, type=failure.code, non_retryable=True) from None

    async def load_from_record(self) -> None:
        """Begin from the record, and make sure that every open strand has its workflow."""
        self.case = await load_own_case(self.case.case_id)
        self.loaded = True
        for strand in self.case.open_strands:
            await start_strand(self.case.case_id, strand, self.clock)

    def at_rest(self) -> bool:
        """Whether nothing is awaited: the case is closed or never came to be, and nobody is talking to it."""
        return (self.case.closed or not self.case.exists) and workflow.all_handlers_finished()

    def worn_out(self) -> bool:
        """Whether this run's history is long enough."""
        return self.commands_taken >= COMMANDS_PER_RUN or workflow.info().is_continue_as_new_suggested()

    async def continue_in_a_fresh_run(self, start: CaseStart) -> None:
        """Go on with an empty history; an update that was accepted here must finish here first."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(start)
