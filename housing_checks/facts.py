"""The facts about homes and strands that risk rules ask for, contributed to `discharge.risk`."""

from __future__ import annotations

from collections.abc import Iterator

from discharge.cases.model import REHOUSING, Case
from discharge.risk.case_facts import contribute
from discharge.risk.conditions import Known

NOT_TAKEN = ("refused", "lapsed")


def homes_not_taken(case: Case) -> Iterator[Known]:
    """Of each search that goes on, how many offers were refused or ran out without a reason."""
    for strand in case.open_strands:
        if strand.kind == REHOUSING and strand.property_id is None:
            unsaid = [offer for offer in strand.offers if offer.answer in NOT_TAKEN and not offer.reason]
            yield Known(strand.key, count=len(unsaid), words={"count": str(len(unsaid))})


def contribute_facts() -> None:
    """Contribute what this floor knows; whoever judges a case calls it first."""
    contribute("homes-not-taken", homes_not_taken)
