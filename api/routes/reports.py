"""Reports: bed days, each figure with its definition."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from api.depends import Caller, Ready
from api.reading import lists
from discharge.clocks import london_date
from discharge.delays.released import counterfactual
from discharge.delays.report import bed_days_report
from discharge.errors import HomewardError

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])


@router.get("/bed-days")
async def bed_days(
    services: Ready,
    caller: Caller,
    from_on: date | None = None,
    to_on: date | None = None,
    against: str = "none",
) -> dict[str, Any]:
    """Bed days lost and released. Without dates, everything up to today; `against` names the comparison."""
    caller.require("reports.read")
    today = london_date(await services.case_now())
    first, last = from_on or EVER, to_on or today
    if first > last:
        raise HomewardError("dates-out-of-order", where="from_on")
    async with services.begin(caller) as session:
        cases = await lists.reported_cases(session, caller, first)
    report = bed_days_report(lists.stays(cases), first, last, today, counterfactual(against))
    return report.model_dump(mode="json")


EVER = date(2020, 1, 1)
"""Before anything that is kept here."""
