"""Another home: searched for, offered, accepted, let, and the keys held."""

from __future__ import annotations

from temporalio import workflow

from discharge.cases.commands import ReportFromStrand
from discharge.cases.model import Strand
from housing_checks.strands.clocks import ClockFacts, search_due
from workflows import ports
from workflows.strands.following import StrandFollower


@workflow.defn(name=ports.REHOUSING)
class Rehousing(StrandFollower):
    """Proposes homes that fit and lets offers lapse; who is offered which home is for people to decide."""

    @workflow.init
    def __init__(self, start: ports.StrandStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ports.StrandStart) -> None:  # noqa: ARG002 - kept by the initialiser
        """Search, watch the offer's clock and the day it is due, until keys are held or it is cancelled."""
        while (strand := await self.open_strand()) is not None:
            await self.report_what_is_due(strand)
            await self.propose_homes(strand)
            await self.until_something_changes(strand)

    async def propose_homes(self, strand: Strand) -> None:
        """Look for homes again when it is time, and tell the case when others fit than before."""
        now = self.now()
        if not search_due(strand, self.facts, now):
            return
        self.facts = ClockFacts(searched_at=now)
        wanted = ports.MatchInput(case_id=self.start.case_id, strand=strand.key, case_time=now)
        homes = tuple(await ports.match_properties(wanted))
        if homes != strand.proposals:
            report = ReportFromStrand(strand=strand.key, report="proposals", property_ids=homes)
            await self.tell(report, "proposals", now.isoformat())
