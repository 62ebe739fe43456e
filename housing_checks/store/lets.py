"""Lets of homes, kept in step with the cases that hold them.

That a home is let once is a rule across cases, so no case can decide it: the partial unique index does.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import CaseClosed, PropertyLet, StrandCancelled
from discharge.store.projections import Change, register_constraint, register_projection, row_id
from housing_checks.store.tables import PropertyLetRow

ENTERED_IN_ERROR = "entered-in-error"


def register() -> None:
    """Have the record keep lets from now on; doing it again changes nothing."""
    register_projection(project_lets)
    register_constraint("uq_property_lets_property", "property-already-let")


async def project_lets(session: AsyncSession, change: Change) -> None:
    """Write a let when it happened, and end it when its rehousing was called off or never existed."""
    for event in change.events:
        if isinstance(event, PropertyLet):
            await _begin(session, change, event)
        elif isinstance(event, StrandCancelled):
            await _end(session, change, event.cancelled_on, PropertyLetRow.strand == event.strand)
        elif isinstance(event, CaseClosed) and event.outcome == ENTERED_IN_ERROR:
            await _end(session, change, event.closed_on)


async def _begin(session: AsyncSession, change: Change, event: PropertyLet) -> None:
    case = change.after
    values = {
        "id": row_id(case, "let", event.strand, event.property_id),
        "case_id": case.case_id,
        **event.model_dump(include={"property_id", "strand", "let_on"}),
    }
    await session.execute(insert(PropertyLetRow).values(values))


async def _end(session: AsyncSession, change: Change, ended_on: date, *which: ColumnElement[bool]) -> None:
    of_case = (PropertyLetRow.case_id == change.after.case_id, PropertyLetRow.ended_on.is_(None))
    await session.execute(update(PropertyLetRow).where(*of_case, *which).values(ended_on=ended_on))
