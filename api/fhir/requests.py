"""The sender's own referral requests for the FHIR interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.fhir import cases
from api.fhir.cases import organisation_facts
from api.fhir.model import FhirSearch, Resource, ResourceType, SearchPage
from api.looks.notes import looked_at
from api.web.principals import Principal
from api.web.services import Services
from discharge.clocks import london_date
from discharge.store.tables import Organisation, ReferralRequestRow
from fhir_adapters.fhir.requested import RequestFacts
from fhir_adapters.referrals import REFERRAL_VALUES
from fhir_adapters.store.danger_in_requests import as_sent, own_words


async def read(services: Services, caller: Principal, kind: ResourceType, resource_id: UUID) -> Resource:
    """What has this id: a request of the caller's own, or a case. Raises not-found."""
    own = await _own(services, caller, kind, resource_id)
    return own or await cases.read(services, caller, kind, resource_id)


async def _own(
    services: Services, caller: Principal, kind: ResourceType, request_id: UUID
) -> Resource | None:
    async with services.begin(caller) as session:
        row = await session.get(ReferralRequestRow, request_id)
        if row is None or row.sender_id != caller.organisation_id:
            return None
        await looked_at(session, caller, kind.name)
        return _make(kind)(await _facts(session, row))


async def find(services: Services, caller: Principal, search: FhirSearch) -> SearchPage:
    """A search among cases and, behind them, the caller's own requests that have no case to be found by."""
    page = await cases.find(services, caller, search)
    async with services.begin(caller) as session:
        fitting = _fitting(caller, search)
        total = await session.scalar(select(func.count()).where(*fitting)) or 0
        rows = await _requests(session, fitting, search, page)
        found = [_make(search.kind)(await _facts(session, row)) for row in rows]
        if found:
            await looked_at(session, caller, f"search for {search.kind.name}")
    return SearchPage([*page.resources, *found], page.total + total, page.not_searched)


def _fitting(caller: Principal, search: FhirSearch) -> list[ColumnElement[bool]]:
    """What requests must fulfil; none does where a condition is about something that a request does not
    have.
    """
    row = ReferralRequestRow
    asked = [each.parameter.of_request(each.values) for each in search.conditions]
    return [row.sender_id == caller.organisation_id, row.state != "taken-on", *asked]


async def _requests(
    session: AsyncSession, fitting: Sequence[ColumnElement[bool]], search: FhirSearch, page: SearchPage
) -> Sequence[ReferralRequestRow]:
    """The newest requests that the cases of a page leave room for: those behind the last of all cases."""
    room = search.count - len(page.resources)
    if not room:
        return ()
    row = ReferralRequestRow
    newest = select(row).where(*fitting).order_by(row.created_at.desc(), row.id)
    behind = newest.offset(max(0, search.offset - page.total)).limit(room)
    return (await session.scalars(behind)).all()


def _make(kind: ResourceType) -> Callable[[RequestFacts], Resource]:
    if kind.request is None:
        raise LookupError(kind.name)
    return kind.request


async def _facts(session: AsyncSession, row: ReferralRequestRow) -> RequestFacts:
    """What a request says; to whoever wrote it also what it says of danger."""
    own = (await own_words(session, [row.id])).get(row.id)
    return RequestFacts(
        request_id=row.id,
        values=REFERRAL_VALUES.shown(as_sent(row.said, own) if own else row.said),
        state=row.state,
        requested_on=london_date(row.requested_at),
        modified=row.answered_at or row.requested_at,
        sender=organisation_facts(await session.get(Organisation, row.sender_id)),
        answer_code=row.answer_code,
        answer=row.answer,
        case_id=row.case_id,
    )
