"""What strands have done for them: a look at what is due, a search for homes, and a word to their case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from discharge.cases.commands import Envelope, ReportFromStrand
from discharge.cases.model import Actor, Case, Strand
from discharge.clocks import CaseClock, london_date
from discharge.reference.policy import policy_on
from discharge.store.engine import Sessions, transaction
from discharge.store.outbox import queue_case_signal
from discharge.store.record import load_case, one_at_a_time
from housing_checks.strands.clocks import ClockFacts, next_wakeup, reports_due, search_due
from housing_checks.strands.rehousing.match import proposals
from housing_checks.strands.rehousing.need_profiles import need_of
from workflows import client, ports
from workflows.store import expected_workflows
from workflows.store.properties import lettable
from workflows.strand import LAST_PATIENCE


async def look(sessions: Sessions, given: ports.StrandLook) -> tuple[ports.StrandStanding, list[Envelope]]:
    """Say where a strand stands; the reports that are due are kept, to be told to its case."""
    now, facts = given.case_time, ClockFacts(searched_at=given.searched_at)
    policy = policy_on(london_date(now))
    async with transaction(sessions) as session:
        await one_at_a_time(
            session, given.case_id
        )  # what the case keeps of the strand when it moves it is newer
        case, strand = await _strand(session, given)
        if strand is None:
            await expected_workflows.note_strand_look(session, given.case_id, given.key, None)
            return ports.StrandStanding(open=False, version=case.version), []
        search = search_due(strand, facts, now, policy)
        after = ClockFacts(searched_at=now) if search else facts
        reports = [
            _report(case, given, report, str(report.offer_id or strand.due_on))
            for report in reports_due(strand, now, policy)
        ]
        due = next_wakeup(strand, after, now, policy)
        await expected_workflows.note_strand_look(session, given.case_id, given.key, _looks_again(given, due))
        await _keep(session, reports)
    return ports.StrandStanding(open=True, version=case.version, search=search, next_look=due), reports


async def note_moved(
    session: AsyncSession, clock: CaseClock, case: Case, keys: Iterable[str], now: datetime
) -> dict[str, ports.StrandStanding]:
    """Where strands stand that a case has just moved, kept as if they had looked. Those that must look
    themselves are not in it: a report is due, or they may have to search for homes.
    """
    found = {key: standing for key in keys if (standing := _moved_to(case, key, now))}
    for key, standing in found.items():
        due = standing.next_look and clock.wall_time(standing.next_look)
        await expected_workflows.note_strand_look(session, case.case_id, key, due)
    return found


def _moved_to(case: Case, key: str, now: datetime) -> ports.StrandStanding | None:
    strand, nothing = case.strands.get(key), ClockFacts()
    if strand is None or strand.status != "open":
        return ports.StrandStanding(open=False, version=case.version)
    policy = policy_on(london_date(now))
    if reports_due(strand, now, policy) or search_due(strand, nothing, now, policy):
        return None
    due = next_wakeup(strand, nothing, now, policy)
    return ports.StrandStanding(open=True, version=case.version, next_look=due)


def _looks_again(given: ports.StrandLook, due: datetime | None) -> datetime | None:
    """When the workflow is back at the latest, so that one that is not can be found."""
    if due is None:
        return None
    return given.clock.wall_time(due) if due > given.case_time else datetime.now(UTC) + LAST_PATIENCE


async def homes_that_fit(sessions: Sessions, case_id: UUID, key: str) -> tuple[UUID, ...]:
    """Return the homes that fit, best first; none for a strand that is not looking any more."""
    async with transaction(sessions) as session:
        case = await load_case(session, case_id)
        strand = case.strands.get(key)
        if strand is None or strand.status != "open":
            return ()
        homes = await lettable(session)
    offered = {offer.property_id for offer in strand.offers}
    free = (home for home in homes if home.property_id not in offered)
    return proposals(need_of(case, strand), free, strand.started_on)


async def search(sessions: Sessions, given: ports.StrandLook) -> list[Envelope]:
    """Search for homes; the report is kept where others fit than were proposed before."""
    homes = await homes_that_fit(sessions, given.case_id, given.key)
    async with transaction(sessions) as session:
        case, strand = await _strand(session, given)
        if strand is None or homes == strand.proposals:
            return []
        found = ReportFromStrand(strand=strand.key, report="proposals", property_ids=homes)
        reports = [_report(case, given, found, "proposals", given.case_time.isoformat())]
        await _keep(session, reports)
    return reports


async def _strand(session: AsyncSession, given: ports.StrandLook) -> tuple[Case, Strand | None]:
    """The case, and the strand while it is open."""
    case = await load_case(session, given.case_id)
    strand = case.strands.get(given.key)
    return case, strand if strand is not None and strand.status == "open" else None


def _report(case: Case, given: ports.StrandLook, report: ReportFromStrand, *finding: str) -> Envelope:
    """A report under an id that the same finding always has, on behalf of the organisation that referred."""
    organisation_id = case.referral.organisation_id if case.referral else UUID(int=0)
    return Envelope(
        command_id=ports.derived_id(given.case_id, "strand", given.key, *finding),
        case_id=given.case_id,
        actor=Actor(organisation_id=organisation_id, role="system"),
        effective_on=london_date(given.case_time),
        command=report,
    )


async def _keep(session: AsyncSession, reports: Sequence[Envelope]) -> None:
    """As the facts of a feed are, so that one that cannot be applied stays listed."""
    for report in reports:
        await queue_case_signal(session, report)


class StrandWork:
    """The activities of strands."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn(name=ports.LOOK_AT_STRAND)
    async def look_at_strand(self, given: ports.StrandLook) -> ports.StrandStanding:
        """Say where a strand stands, and tell its case what is due."""
        standing, reports = await look(self._sessions, given)
        await self._tell(given, reports)
        return standing

    @activity.defn(name=ports.SEARCH_HOMES)
    async def search_homes(self, given: ports.StrandLook) -> None:
        """Find homes that fit a rehousing, and propose them."""
        await self._tell(given, await search(self._sessions, given))

    async def _tell(self, given: ports.StrandLook, reports: Sequence[Envelope]) -> None:
        """At once; where that fails the relay does it, or the next try. The case notes that it was told."""
        for report in reports:
            await client.tell_case(activity.client(), given.clock, report)
