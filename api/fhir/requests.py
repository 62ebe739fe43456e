"""The sender's own referral requests for the FHIR interface."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
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
from fhir_adapters.referrals import ReferralValues


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
        rows = [
            made
            for row in await _requests(session, caller, search)
            if _reads_so(made := _make(search.kind)(await _facts(session, row)), search)
        ]
        first = max(0, search.offset - page.total)
        found = rows[first : first + search.count - len(page.resources)]
        if found:
            await looked_at(session, caller, f"search for {search.kind.name}")
    return SearchPage([*page.resources, *found], page.total + len(rows), page.not_searched)


async def _requests(session: AsyncSession, caller: Principal, search: FhirSearch) -> list[ReferralRequestRow]:
    """Requests that fit; none where a condition is about something that a request does not have."""
    row = ReferralRequestRow
    conditions = [each.parameter.of_request(each.values) for each in search.conditions]
    fitting = select(row).where(row.sender_id == caller.organisation_id, row.state != "taken-on")
    query = fitting.where(*conditions).order_by(row.created_at.desc())
    return list(await session.scalars(query))


def _reads_so(resource: Resource, search: FhirSearch) -> bool:
    """Whether a request, as it reads, fulfils the conditions on its status."""
    return all(resource["status"] in each.values for each in search.of(["status"]))


def _make(kind: ResourceType) -> Callable[[RequestFacts], Resource]:
    if kind.request is None:
        raise LookupError(kind.name)
    return kind.request


async def _facts(session: AsyncSession, row: ReferralRequestRow) -> RequestFacts:
    return RequestFacts(
        request_id=row.id,
        values=ReferralValues.model_validate(row.said, extra="ignore"),
        state=row.state,
        requested_on=london_date(row.requested_at),
        modified=row.answered_at or row.requested_at,
        sender=organisation_facts(await session.get(Organisation, row.sender_id)),
        answer_code=row.answer_code,
        answer=row.answer,
        case_id=row.case_id,
    )
