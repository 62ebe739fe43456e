"""What partners made of our messages: two of the four facts, read from what they did.

An order counts as accepted when its strand first moves, and as acted on when the strand is complete; a hazard
when a step of it is recorded, and when it is closed; an alert when somebody took it on; an expected date told
to a trust when its own feed says the same. *Sent* and *received* are the lane's to say.
"""

from __future__ import annotations

from sqlalchemy import and_, func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from discharge.cases.events import (
    AlertAcknowledged,
    Event,
    HazardClosed,
    HazardMoved,
    SpellChanged,
    StayNoticeAnswered,
    StrandCompleted,
    StrandMoved,
)
from discharge.cases.model import CaseSpell
from discharge.cases.outbox_items import DATE
from discharge.store.projections import Change
from discharge.store.tables import OutboxRow

ORDER, ALERT, READINESS, HAZARD, STAY_NOTICE = "order", "alert", "readiness", "hazard", "stay-notice"


async def note_answers(session: AsyncSession, change: Change) -> None:
    """Note on earlier messages of the case that they were accepted or acted on, each once."""
    for event in change.events:
        concerned = _concerned(event)
        if concerned is not None:
            await _note(session, change, concerned, acted=_acts(event))


def _acts(event: Event) -> bool:
    """Whether an answer says that something was done, beyond that it was accepted."""
    if isinstance(event, StayNoticeAnswered):
        return event.acted
    return not isinstance(event, StrandMoved | HazardMoved)


def _concerned(event: Event) -> ColumnElement[bool] | None:
    """Which messages an event answers; ``None`` for an event that answers none."""
    match event:
        case StrandMoved() | StrandCompleted():
            return and_(OutboxRow.kind == ORDER, OutboxRow.payload["strand"].astext == event.strand)
        case HazardMoved() | HazardClosed():
            return and_(OutboxRow.kind == HAZARD, OutboxRow.payload["hazard"].astext == event.hazard)
        case AlertAcknowledged():
            named = OutboxRow.payload["alert_id"].astext == str(event.alert_id)
            return and_(OutboxRow.kind == ALERT, named)
        case StayNoticeAnswered():
            return and_(OutboxRow.kind == STAY_NOTICE, OutboxRow.payload["notice"].astext == event.notice)
        case SpellChanged():
            return _date_taken_over(event.spell)
        case _:
            return None


def _date_taken_over(spell: CaseSpell) -> ColumnElement[bool]:
    """Messages that told an expected date, or that there is none any more, just as the trust says it now."""
    now = spell.expected_discharge_on.isoformat() if spell.expected_discharge_on else None
    told = OutboxRow.payload["expected_discharge_on"].astext
    return and_(
        OutboxRow.kind == READINESS,
        OutboxRow.sent_at.is_not(None),
        OutboxRow.payload["spell_id"].astext == str(spell.spell_id),
        OutboxRow.payload["news"].astext.contains(DATE),
        told == now if now else told.is_(None),
    )


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
