"""The check's item of safety: it says what the line of the case says, and nobody else decides it.

Only that safety is confirmed is said here, by the person named for it. That it no longer is, however that
came about, a worker says (`housing_checks/store/safety_ended.py`): alike each time, and in nobody's name.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from api.commands.asked import AskedCommand
from api.commands.service import ask
from api.web.principals import Principal
from api.web.services import Services
from discharge.cases.command_stages import may_ask
from discharge.cases.commands import ConfirmItem
from discharge.cases.model import SNAPSHOT, Case
from discharge.clocks import london_date
from discharge.errors import Refused
from discharge.store.tables import CaseRow
from housing_checks.checks.answers import answers_standing, asked_of
from housing_checks.checks.form import form_of_case
from housing_checks.store import safety

CONFIRMED = "confirmed"


async def keep_in_step(services: Services, caller: Principal, case_id: UUID) -> None:
    """Have the check of a case, where it asks, say that safety is confirmed when the case's line says so."""
    async with services.begin(caller) as session:
        snapshot = await session.scalar(select(CaseRow.snapshot).where(CaseRow.id == case_id))
        confirmed = case_id in await safety.confirmed_among(session, [case_id])
    if not confirmed or not _asks_still(SNAPSHOT.read(snapshot or {})):
        return
    command = ConfirmItem(item=safety.SAFETY_ITEM, value=CONFIRMED, evidence="told")
    today = london_date(await services.case_now())
    asked = AskedCommand(case_id=case_id, command=command, effective_on=today, as_sent={})
    try:
        await ask(services, caller, asked)
    except Refused:
        return  # the stage of the case has no check any more; the line on the case says how it stands


def _asks_still(case: Case) -> bool:
    """Whether the check asks the item, and does not say yet that safety is confirmed."""
    if not may_ask(case, "confirm-item") or safety.SAFETY_ITEM not in asked_of(case, form_of_case(case)):
        return False
    return answers_standing(case).get(safety.SAFETY_ITEM) != CONFIRMED
