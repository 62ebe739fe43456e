"""The check's item of safety: it says what the line of the case says, and nobody else decides it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from api.commands.service import AskedCommand, ask
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

ITEM, CONFIRMED, UNKNOWN = "safety-confirmed", "confirmed", "unknown"


async def keep_in_step(services: Services, caller: Principal, case_id: UUID) -> None:
    """Have the check of a case, where it asks, say what the line of the case says: confirmed by the person
    named for it who just did, or not known after new answers, whatever they were.
    """
    async with services.begin(caller) as session:
        snapshot = await session.scalar(select(CaseRow.snapshot).where(CaseRow.id == case_id))
        confirmed = case_id in await safety.confirmed_among(session, [case_id])
    case, wanted = SNAPSHOT.read(snapshot or {}), CONFIRMED if confirmed else UNKNOWN
    if not _differs(case, wanted):
        return
    command = ConfirmItem(item=ITEM, value=wanted, evidence="told" if confirmed else None)
    today = london_date(await services.case_now())
    asked = AskedCommand(case_id=case_id, command=command, effective_on=today, as_sent={})
    try:
        await ask(services, caller, asked)
    except Refused:
        return  # the stage of the case has no check any more; the line on the case says how it stands


def _differs(case: Case, wanted: str) -> bool:
    if not may_ask(case, "confirm-item") or ITEM not in asked_of(case, form_of_case(case)):
        return False
    return answers_standing(case).get(ITEM, UNKNOWN) != wanted
