"""Reports: bed days, each figure with its definition."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from api.bed_days.queries import bed_days as read_bed_days
from api.bed_days.queries import wanted
from api.web.depends import Caller, Ready
from discharge.clocks import london_date
from discharge.delays.report import BedDaysReport

router = APIRouter(prefix="/api/v1/reports", tags=["bed days"])


@router.get("/bed-days")
async def report_bed_days(
    services: Ready,
    caller: Caller,
    from_on: date | None = None,
    to_on: date | None = None,
    against: str = "none",
) -> BedDaysReport:
    """Bed days lost and released. Without dates, everything up to today; `against` names the comparison."""
    caller.require("reports.read")
    today = london_date(await services.case_now())
    asked = wanted(from_on, to_on, today, against)
    async with services.begin(caller, report=True) as session:
        return await read_bed_days(session, caller, asked)
