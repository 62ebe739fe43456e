"""The sender's own referral requests for the FHIR interface."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import fhir_reading
from api.fhir_reading import Page, organisation_facts
from api.fhir_search import Asked
from api.principals import Principal
from api.reading.looks import looked_at
from api.services import Services
from discharge.clocks import london_date
from discharge.store.tables import Organisation, ReferralRequestRow
from fhir_adapters.fhir import requested, systems
from fhir_adapters.fhir.requested import RequestFacts
from fhir_adapters.referrals import ReferralValues

Kind = Literal["ServiceRequest", "Task"]


async def service_request(services: Services, caller: Principal, resource_id: UUID) -> dict[str, Any]:
    """The referral with this id: a request of the caller's own, or that of a case. Raises not-found."""
    own = await _own(services, caller, resource_id, "ServiceRequest")
    return own or await fhir_reading.service_request(services, caller, resource_id)


async def task(services: Services, caller: Principal, resource_id: UUID) -> dict[str, Any]:
    """How far a request of the caller's own, or a case, is. Raises not-found."""
    own = await _own(services, caller, resource_id, "Task")
    return own or await fhir_reading.task(services, caller, resource_id)


async def _own(services: Services, caller: Principal, request_id: UUID, kind: Kind) -> dict[str, Any] | None:
    async with services.begin(caller) as session:
        row = await session.get(ReferralRequestRow, request_id)
        if row is None or row.sender_id != caller.organisation_id:
            return None
        await looked_at(session, caller, kind)
        return _resource(kind, await _facts(session, row))


async def find_all(services: Services, caller: Principal, search: Asked) -> Page:
    """A search among cases and, behind them, the caller's own requests that have no case to be found by."""
    page = await fhir_reading.find(services, caller, search)
    async with services.begin(caller) as session:
        rows = await _requests(session, caller, search)
        first = max(0, search.offset - page.total)
        wanted = rows[first : first + search.count - len(page.resources)]
        kind: Kind = "Task" if search.resource_type == "Task" else "ServiceRequest"
        found = [_resource(kind, await _facts(session, row)) for row in wanted]
        if found:
            await looked_at(session, caller, f"search for {kind}")
    return Page([*page.resources, *found], page.total + len(rows))


async def _requests(session: AsyncSession, caller: Principal, search: Asked) -> list[ReferralRequestRow]:
    """Requests that fit; none where a condition is about something that a request does not have."""
    row = ReferralRequestRow
    conditions = [_condition(name, values) for name, values in search.conditions]
    if not conditions or any(each is None for each in conditions):
        return []
    fitting = select(row).where(row.sender_id == caller.organisation_id, row.state != "taken-on")
    query = fitting.where(*(each for each in conditions if each is not None)).order_by(row.created_at.desc())
    return list(await session.scalars(query))


def _condition(name: str, values: tuple[str, ...]) -> ColumnElement[bool] | None:
    row = ReferralRequestRow
    ids = [UUID(each) for value in values if _is_uuid(each := value.rpartition("|")[2].rpartition("/")[2])]
    if name in ("_id", "focus", "focus:ServiceRequest"):
        return row.id.in_(ids)
    if name == "identifier":
        return or_(row.external_id.in_(values), row.id.in_(ids))
    if name.startswith(("patient", "subject")):
        numbers = [value.rpartition("|")[2] for value in values if value.startswith(systems.NHS_NUMBER)]
        return row.nhs_number.in_(numbers)
    return None


def _resource(kind: Kind, facts: RequestFacts) -> dict[str, Any]:
    return requested.task(facts) if kind == "Task" else requested.service_request(facts)


async def _facts(session: AsyncSession, row: ReferralRequestRow) -> RequestFacts:
    return RequestFacts(
        request_id=row.id,
        values=ReferralValues.model_validate(row.said),
        state=row.state,
        requested_on=london_date(row.requested_at),
        modified=row.answered_at or row.requested_at,
        sender=organisation_facts(await session.get(Organisation, row.sender_id)),
        answer_code=row.answer_code,
        answer=row.answer,
        case_id=row.case_id,
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
