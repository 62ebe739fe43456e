"""What strands have done for them: homes that fit, and a word to their case."""

from __future__ import annotations

from uuid import UUID

from temporalio import activity

from discharge.store.engine import Sessions, transaction
from discharge.store.record import load_case
from housing_checks.rehousing.matching import proposals
from housing_checks.rehousing.need_profiles import need_of
from workflows import client, ports
from workflows.store.properties import lettable


async def match_properties(sessions: Sessions, given: ports.MatchInput) -> tuple[UUID, ...]:
    """Return the homes that fit, best first; none for a strand that is not looking any more."""
    async with transaction(sessions) as session:
        case = await load_case(session, given.case_id)
        strand = case.strands.get(given.strand)
        if strand is None or strand.status != "open":
            return ()
        homes = await lettable(session)
    offered = {offer.property_id for offer in strand.offers}
    return proposals(need_of(case, strand), (home for home in homes if home.property_id not in offered))


class Matching:
    """The activities of strands."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn(name=ports.MATCH_PROPERTIES)
    async def match_properties(self, given: ports.MatchInput) -> ports.MatchOutcome:
        """Find homes that fit a rehousing."""
        return ports.MatchOutcome(property_ids=await match_properties(self._sessions, given))

    @activity.defn(name=ports.TELL_CASE)
    async def tell_case(self, given: ports.CaseReport) -> None:
        """Signal a case, starting its workflow when it is not running."""
        await client.tell_case(activity.client(), given.clock, given.envelope)
