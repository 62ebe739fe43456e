"""What partners made of our messages: two of the four facts, read from what they did.

An order counts as accepted when its strand first moves, and as acted on when the strand is complete; an alert
when somebody took it on. *Sent* and *received* are the lane's to say.
"""

from __future__ import annotations

from sqlalchemy import and_, func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from discharge.cases.events import AlertAcknowledged, Event, StrandCompleted, StrandMoved
from discharge.store.projections import Change
from discharge.store.tables import OutboxRow

ORDER, ALERT = "order", "alert"


async def note_answers(session: AsyncSession, change: Change) -> None:
    """Note on earlier messages of the case that they were accepted or acted on, each once."""
    for event in change.events:
        concerned = _concerned(event)
        if concerned is not None:
            await _note(session, change, concerned, acted=not isinstance(event, StrandMoved))


def _concerned(event: Event) -> ColumnElement[bool] | None:
    """Which messages an event answers; ``None`` for an event that answers none."""
    match event:
        case StrandMoved() | StrandCompleted():
            return and_(OutboxRow.kind == ORDER, OutboxRow.payload["strand"].astext == event.strand)
        case AlertAcknowledged():
            named = OutboxRow.payload["alert_id"].astext == str(event.alert_id)
            return and_(OutboxRow.kind == ALERT, named)
        case _:
            return None


async def _note(
    session: AsyncSession, change: Change, concerned: ColumnElement[bool], *, acted: bool
) -> None:
    values = {"accepted_at": func.coalesce(OutboxRow.accepted_at, func.now())}
    if acted:
        values["acted_at"] = func.coalesce(OutboxRow.acted_at, func.now())
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.case_id == change.after.case_id, concerned)
        .values(values)
        .execution_options(synchronize_session=False)
    )
