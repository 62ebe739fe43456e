"""The annex of a case that ends as merged, kept in step with the cases: it goes where the case goes.

Nobody is told of it here: the functions of the record do it, and return nothing.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import CaseClosed, CaseReopened
from discharge.store.projections import Change, register_projection


def register() -> None:
    """Have the record keep annexes in step from now on; doing it again changes nothing."""
    register_projection(project_annexes)


async def project_annexes(session: AsyncSession, change: Change) -> None:
    """Bring an annex to the case into which its own ended, and back when that is undone (worker role)."""
    case_id: UUID = change.after.case_id
    for event in change.events:
        match event:
            case CaseClosed(outcome="merged", merged_into=UUID() as into):
                await session.execute(select(func.homeward_safety_merged(case_id, into)))
            case CaseReopened(reason="merge-undone"):
                await session.execute(select(func.homeward_safety_parted(case_id)))
