"""The clocks of a strand, as pure functions of the strand and case time: what its workflow waits for.

Three clocks: a day due that passes, an offer that nobody answers, and a regular search for homes. A day ends
at the London midnight after it. How long they are is in `discharge/clocks/clocks.yaml`, as in force on the
day from which each counts.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from discharge.cases.commands import ReportFromStrand
from discharge.cases.model import Offer, Strand
from discharge.clocks import london_date, london_midnight
from discharge.clocks.registry import clock_from
from discharge.reference.policy import Policy
from discharge.values import Frozen
from housing_checks.strands.definitions import DEFINITIONS

DAY = timedelta(days=1)


class ClockFacts(Frozen):
    """What a strand's workflow knows beside the strand: when it last searched for homes (case time)."""

    searched_at: datetime | None = None


def next_wakeup(strand: Strand, facts: ClockFacts, now: datetime, policy: Policy) -> datetime | None:
    """Return the case time at which something is due next, ``now`` or earlier if it already is.

    ``None`` when nothing is awaited: an ended strand, or one whose overdue day was reported.
    """
    if strand.status != "open":
        return None
    due = (
        _overdue_at(strand, policy),
        _offer_ends_at(strand),
        _search_at(strand, facts, now, policy),
    )
    return min((instant for instant in due if instant is not None), default=None)


def reports_due(strand: Strand, now: datetime, policy: Policy) -> list[ReportFromStrand]:
    """Return what the workflow has to report now; the case decides again whether it still holds."""
    reports: list[ReportFromStrand] = []
    if strand.status == "open" and overdue_since(strand, now, policy) is not None:
        reports.append(ReportFromStrand(strand=strand.key, report="overdue"))
    lapsed = offer_lapsed(strand, now) if strand.status == "open" else None
    if lapsed is not None:
        report = ReportFromStrand(strand=strand.key, report="offer-lapsed", offer_id=lapsed.offer_id)
        reports.append(report)
    return reports


def search_due(strand: Strand, facts: ClockFacts, now: datetime, policy: Policy) -> bool:
    """Whether to look for homes again: while no offer is open or accepted, at the kind's interval."""
    at = _search_at(strand, facts, now, policy)
    return strand.status == "open" and at is not None and at <= now


def overdue_since(strand: Strand, now: datetime, policy: Policy) -> date | None:
    """Return the first day a strand is late, unless it is not late or that day was reported already."""
    at = _overdue_at(strand, policy)
    return None if at is None or now < at else london_date(at)


def offer_lapsed(strand: Strand, now: datetime) -> Offer | None:
    """Return the open offer whose day to answer has passed, if there is one."""
    ends = _offer_ends_at(strand)
    return strand.open_offer if ends is not None and ends <= now else None


def _overdue_at(strand: Strand, policy: Policy) -> datetime | None:
    if strand.due_on is None or (strand.overdue_since is not None and strand.overdue_since > strand.due_on):
        return None
    definition = DEFINITIONS.get(strand.kind)
    if definition is None:
        return None
    return clock_from(definition.overdue, london_midnight(strand.due_on + DAY), policy)


def _offer_ends_at(strand: Strand) -> datetime | None:
    offer = strand.open_offer
    return None if offer is None else london_midnight(offer.respond_by + DAY)


def _search_at(strand: Strand, facts: ClockFacts, now: datetime, policy: Policy) -> datetime | None:
    definition = DEFINITIONS.get(strand.kind)
    search = definition.search if definition else None
    if search is None or _settling(strand):
        return None
    return now if facts.searched_at is None else clock_from(search, facts.searched_at, policy)


def _settling(strand: Strand) -> bool:
    """Whether the last offer is open or accepted, or a home is let: no other home is looked for meanwhile."""
    last = strand.offers[-1] if strand.offers else None
    return strand.property_id is not None or (last is not None and last.answer in (None, "accepted"))
