"""What deciders of this floor ask besides: the right stage, and days in order."""

from __future__ import annotations

from datetime import date

from discharge.cases.model import Case, Stage
from discharge.errors import Refused


def require_stage(case: Case, allowed: frozenset[Stage]) -> None:
    """Refuse with stage-not-allowed outside the given stages."""
    if case.stage not in allowed:
        raise Refused("stage-not-allowed", detail=case.stage.value)


def require_order(earlier: date | None, later: date, where: str) -> None:
    """Refuse with dates-out-of-order when the later day lies before the earlier one."""
    if earlier is not None and later < earlier:
        raise Refused("dates-out-of-order", where=where)
