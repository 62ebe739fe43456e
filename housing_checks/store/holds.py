"""For whom each home is held, kept in step with the cases: offered, accepted (reserved), let.

That a home is held once is a rule across cases, so no case can decide it. What stands in the way is looked up
here, so that whoever loses is told the truth; the partial unique index refuses whoever is a moment late.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import (
    CaseClosed,
    Event,
    HomeLost,
    OfferAnswered,
    PropertyLet,
    PropertyOffered,
    StrandCancelled,
)
from discharge.cases.model import Case
from discharge.errors import Refused
from discharge.store.projections import Change, register_constraint, register_projection, row_id
from housing_checks.store.residence import move_back, move_in
from housing_checks.store.tables import PropertyHoldRow, PropertyRow, property_of
from housing_checks.strands.rehousing.need_profiles import unmet

ENTERED_IN_ERROR = "entered-in-error"
OFFERED, ACCEPTED, LET = "offered", "accepted", "let"


def register() -> None:
    """Have the record keep holds from now on; doing it again changes nothing."""
    register_projection(project_holds)
    register_constraint("uq_property_holds_property", "property-held")


async def project_holds(session: AsyncSession, change: Change) -> None:
    """Write what each event does to the home it is about. Raises Refused where somebody else has it."""
    for event in change.events:
        await _project(session, change.after, event)


async def _project(session: AsyncSession, case: Case, event: Event) -> None:
    match event:
        case PropertyOffered():
            await _offered(session, case, event)
        case OfferAnswered(answer="accepted"):
            await _accepted(session, case, event)
        case OfferAnswered():
            await _end(session, case, event.answered_on, event.answer, PropertyHoldRow.id == event.offer_id)
        case HomeLost():
            await _end(session, case, event.lost_on, event.because, PropertyHoldRow.id == event.offer_id)
        case PropertyLet():
            await _let(session, case, event)
        case StrandCancelled():
            of_strand = PropertyHoldRow.strand == event.strand
            await _called_off(session, case, event.cancelled_on, "cancelled", of_strand)
        case CaseClosed(outcome=outcome) if outcome == ENTERED_IN_ERROR:
            await _called_off(session, case, event.closed_on, ENTERED_IN_ERROR)


async def _offered(session: AsyncSession, case: Case, event: PropertyOffered) -> None:
    offer = event.offer
    await _free_from(session, offer.property_id, case.case_id, offer.offered_on)
    home = await _lettable(session, offer.property_id)
    _require_fit(case, event, home)
    await _keep(
        session,
        id=offer.offer_id,
        property_id=offer.property_id,
        case_id=case.case_id,
        strand=event.strand,
        state=OFFERED,
        since_on=offer.offered_on,
        held_until=offer.respond_by,
    )


async def _accepted(session: AsyncSession, case: Case, event: OfferAnswered) -> None:
    """Acceptance reserves the home until the tenancy; an earlier reservation of the search is given up."""
    offer = next(one for one in case.strands[event.strand].offers if one.offer_id == event.offer_id)
    reserved = (PropertyHoldRow.strand == event.strand, PropertyHoldRow.state == ACCEPTED)
    await _end(session, case, event.answered_on, "another-accepted", *reserved)
    await _free_from(session, offer.property_id, case.case_id, event.answered_on)
    await _keep(
        session,
        id=offer.offer_id,
        property_id=offer.property_id,
        case_id=case.case_id,
        strand=event.strand,
        state=ACCEPTED,
        since_on=event.answered_on,
    )


async def _let(session: AsyncSession, case: Case, event: PropertyLet) -> None:
    await _free_from(session, event.property_id, case.case_id, event.let_on)
    ours = await session.scalar(
        select(PropertyHoldRow.id).where(
            PropertyHoldRow.case_id == case.case_id,
            PropertyHoldRow.strand == event.strand,
            PropertyHoldRow.property_id == event.property_id,
            PropertyHoldRow.ended_on.is_(None),
        )
    )
    let_id = ours or row_id(case, "let", event.strand, event.property_id)
    await _keep(
        session,
        id=let_id,
        property_id=event.property_id,
        case_id=case.case_id,
        strand=event.strand,
        state=LET,
        since_on=event.let_on,
    )
    if case.person_id is not None:
        await move_in(session, case.person_id, event.property_id, let_id, event.let_on)


async def _keep(session: AsyncSession, *, held_until: date | None = None, **values: object) -> None:
    """Hold a home, or go on holding it as something else."""
    running = {"held_until": held_until, "ended_on": None, "ended_because": None}
    row = insert(PropertyHoldRow).values(**values, **running)
    changed = {name: value for name, value in (values | running).items() if name != "id"}
    await session.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))


async def _free_from(session: AsyncSession, property_id: UUID, case_id: UUID, on: date) -> None:
    """Refuse a home that somebody else has; an offer whose day to answer is over holds it no more.

    Whoever asks for a home waits here for whoever asked before, and then sees what became of it.
    """
    await session.execute(select(PropertyRow.id).where(PropertyRow.id == property_id).with_for_update())
    held = await session.scalar(
        select(PropertyHoldRow)
        .where(PropertyHoldRow.property_id == property_id, PropertyHoldRow.ended_on.is_(None))
        .with_for_update()
    )
    if held is None or held.case_id == case_id:
        return
    if held.state == LET:
        raise Refused("property-already-let", where="property_id")
    if held.held_until is None or on <= held.held_until:
        detail = f"until {held.held_until}" if held.held_until else held.state
        raise Refused("property-held", detail=detail, where="property_id")
    held.ended_on, held.ended_because = held.held_until, "lapsed"
    await session.flush()


async def _lettable(session: AsyncSession, property_id: UUID) -> PropertyRow:
    home = await session.get(PropertyRow, property_id)
    if home is None:
        raise Refused("no-such-item", detail="property", where="property_id")
    if home.withdrawn_on is not None:
        raise Refused("property-withdrawn", detail=home.withdrawn_because or "", where="property_id")
    return home


def _require_fit(case: Case, event: PropertyOffered, home: PropertyRow) -> None:
    """A home that does not fit is offered only by somebody who named each criterion that it fails."""
    failures = unmet(case, case.strands[event.strand], property_of(home))
    unsaid = {failure.code for failure in failures} - set(event.offer.despite)
    if unsaid:
        raise Refused("property-does-not-fit", detail=",".join(sorted(unsaid)), where="property_id")


async def _end(
    session: AsyncSession, case: Case, on: date, because: str, *which: ColumnElement[bool]
) -> list[UUID]:
    """End holds of the case; the ids of those that were lets."""
    running = (PropertyHoldRow.case_id == case.case_id, PropertyHoldRow.ended_on.is_(None))
    ended = await session.execute(
        update(PropertyHoldRow)
        .where(*running, *which)
        .values(ended_on=on, ended_because=because)
        .returning(PropertyHoldRow.id, PropertyHoldRow.state)
    )
    return [row.id for row in ended if row.state == LET]


async def _called_off(
    session: AsyncSession, case: Case, on: date, because: str, *which: ColumnElement[bool]
) -> None:
    """The search is over, or never was: a home that was let by it is the person's home no more."""
    for let_id in await _end(session, case, on, because, *which):
        await move_back(session, let_id)
