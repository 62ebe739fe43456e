"""One durable workflow for each strand of making ready: it owns the strand's clocks and reports to the case.

What kind of work it is, and so what is due when, the record and its rules say. A strand is moved by what
people and partners tell the case; its workflow never writes the case. It outlives the run of the case that
started it, and the stay in hospital when the work does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import ports

FIRST_PATIENCE, LAST_PATIENCE = timedelta(seconds=15), timedelta(hours=1)
"""How long a report waits to be taken in before it is made again; each time twice as long."""


@workflow.defn(name=ports.STRAND_WORKFLOW)
class Strand:
    """One strand, followed until it is no longer open; all that it keeps can be had from the record again."""

    @workflow.init
    def __init__(self, start: ports.StrandStart) -> None:
        self.start = start
        self.way = start.way
        self.version = 0
        self.changed = False
        self.told: ports.StrandProgress | None = None
        self.searched_at: datetime | None = None
        self.asked = self.question()
        self.patience = FIRST_PATIENCE

    @workflow.run
    async def run(self, start: ports.StrandStart) -> None:
        """Report what is due, search for homes where the work needs one, and wait, until it is done."""
        while (standing := self.told_standing() or await self.look()).open:
            if standing.search:
                await ports.search_homes(self.asked)
                self.searched_at = self.asked.case_time
            await self.until_something_changes(standing)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"way": ports.WAY}))

    @workflow.signal(name=ports.PROGRESS)
    def progress(self, progress: ports.StrandProgress) -> None:
        """The case recorded something about this strand."""
        self.changed = self.changed or progress.version > self.version
        if self.told is None or progress.version > self.told.version:
            self.told = progress

    def told_standing(self) -> ports.StrandStanding | None:
        """Where the case said that the strand stands, unless it must look itself."""
        told = self.told
        if self.way < ports.TOLD_WHERE_IT_STANDS or told is None or told.version <= self.version:
            return None
        if told.standing is not None:
            self.changed, self.version = False, told.version
        return told.standing

    async def look(self) -> ports.StrandStanding:
        """Ask where the strand stands; the case is told what is due by whoever looks."""
        self.changed, self.asked = False, self.question()
        standing = await ports.look_at_strand(self.asked)
        self.version = standing.version
        return standing

    async def until_something_changes(self, standing: ports.StrandStanding) -> None:
        """Wait for the strand's next clock, or for the case to say that it moved."""
        try:
            await workflow.wait_condition(lambda: self.changed, timeout=self.until_next_look(standing))
        except TimeoutError:
            return
        self.patience = FIRST_PATIENCE

    def until_next_look(self, standing: ports.StrandStanding) -> timedelta | None:
        """How long the wall clock may run; a report that was not taken in yet is made again, ever later."""
        now, due = self.now(), standing.next_look
        if due is None:
            return None
        if due > now:
            return self.start.clock.real_delay(now, due)
        patience = self.patience
        self.patience = min(patience * 2, LAST_PATIENCE)
        return patience

    def question(self) -> ports.StrandLook:
        """What whoever looks for it must know."""
        return ports.StrandLook(
            case_id=self.start.case_id,
            key=self.start.key,
            clock=self.start.clock,
            case_time=self.now(),
            searched_at=self.searched_at,
        )

    def now(self) -> datetime:
        """Return case time."""
        return ports.case_now(self.start.clock)
