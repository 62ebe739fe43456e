"""What rules in shadow would say of the open cases whose alerts the caller sees; the look is noted."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.viewer import viewer_of
from api.looks.notes import looked
from api.web.principals import Principal
from api.web.services import Services
from discharge.cases.model import SNAPSHOT, Case
from discharge.clocks import london_date
from discharge.reference.policy import policy_on
from discharge.risk.trial import Trial, trial
from discharge.store.tables import CaseRow
from housing_checks.item_words import gate_items
from housing_checks.lead_times import lead_days

MOST_CASES = 250
"""How many open cases are judged, the newest referrals first."""


async def compare_rules(services: Services, caller: Principal) -> Trial:
    """Judge the open cases by the rules in force and by those in shadow, as they stand now."""
    now = await services.case_now()
    day = london_date(now)
    async with services.begin(caller, report=True) as session:
        cases = await _seen_cases(session, caller)
    in_force = policy_on(day)
    return trial(cases, now, lead_days(in_force), gate_items(), in_force, policy_on(day, shadow=True))


async def _seen_cases(session: AsyncSession, caller: Principal) -> list[Case]:
    viewer = await viewer_of(session, caller)
    open_rows = select(CaseRow).where(CaseRow.closed_on.is_(None))
    rows = await session.scalars(open_rows.order_by(CaseRow.referred_on.desc(), CaseRow.id).limit(MOST_CASES))
    cases = [SNAPSHOT.read(row.snapshot) for row in rows]
    seen = [case for case in cases if "alerts" in viewer.sight(case).case]
    await looked(session, caller, "rules in shadow", [case.case_id for case in seen])
    return seen
