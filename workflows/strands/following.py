"""What strands share: look at the record, report what is due, wait until time or the case says look again."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

from discharge.cases.commands import Envelope, ReportFromStrand
from discharge.cases.model import Case, Strand
from discharge.clocks import london_date
from housing_checks.strands.clocks import ClockFacts, next_wakeup, reports_due
from workflows import ports

FIRST_PATIENCE, LAST_PATIENCE = timedelta(seconds=15), timedelta(hours=1)
"""How long a report waits to be taken in before it is made again; each time twice as long."""


class StrandFollower:
    """One strand, followed until it is no longer open; all that it keeps can be had from the record again."""

    def __init__(self, start: ports.StrandStart) -> None:
        self.start = start
        self.case = Case(case_id=start.case_id)
        self.facts = ClockFacts()
        self.changed = False
        self.patience = FIRST_PATIENCE

    @workflow.signal(name=ports.PROGRESS)
    def progress(self, progress: ports.StrandProgress) -> None:
        """The case recorded something about this strand."""
        self.changed = self.changed or progress.version > self.case.version

    async def open_strand(self) -> Strand | None:
        """Return the strand as the record has it now, or ``None`` when its work is over."""
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(self.start)
        self.changed = False
        self.case = await ports.load_case(self.start.case_id)
        strand = self.case.strands.get(self.start.key)
        return strand if strand is not None and strand.status == "open" else None

    async def report_what_is_due(self, strand: Strand) -> None:
        """Tell the case that a day passed or an offer lapsed; the same finding is the same report."""
        now = self.now()
        for report in reports_due(strand, now):
            about = str(report.offer_id or strand.due_on)
            await self.tell(report, report.report, about)

    async def until_something_changes(self, strand: Strand) -> None:
        """Wait for the strand's next clock, or for the case to say that it moved."""
        try:
            await workflow.wait_condition(lambda: self.changed, timeout=self._until_next_look(strand))
        except TimeoutError:
            return
        self.patience = FIRST_PATIENCE

    async def tell(self, report: ReportFromStrand, *finding: str) -> None:
        """Report to the case under an id that the same finding always has."""
        envelope = Envelope(
            command_id=ports.derived_id(self.start.case_id, "strand", self.start.key, *finding),
            case_id=self.start.case_id,
            actor=ports.system_actor(self.case),
            effective_on=london_date(self.now()),
            command=report,
        )
        await ports.tell_case(envelope, self.start.clock)

    def now(self) -> datetime:
        """Return case time."""
        return ports.case_now(self.start.clock)

    def _until_next_look(self, strand: Strand) -> timedelta | None:
        now = self.now()
        due = next_wakeup(strand, self.facts, now)
        if due is None or due > now:
            return None if due is None else self.start.clock.real_delay(now, due)
        patience = self.patience
        self.patience = min(patience * 2, LAST_PATIENCE)
        return patience
