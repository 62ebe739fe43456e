"""The sender's own referral requests for the FHIR interface."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from api import fhir_reading
from api.fhir_queries import same_number
from api.fhir_reading import Page, organisation_facts
from api.fhir_search import Asked, span, token
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
        kind: Kind = "Task" if search.resource_type == "Task" else "ServiceRequest"
        rows = [
            made
            for row in await _requests(session, caller, search)
            if _reads_so(made := _resource(kind, await _facts(session, row)), search)
        ]
        first = max(0, search.offset - page.total)
        found = rows[first : first + search.count - len(page.resources)]
        if found:
            await looked_at(session, caller, f"search for {kind}")
    return Page([*page.resources, *found], page.total + len(rows), page.not_searched)


async def _requests(session: AsyncSession, caller: Principal, search: Asked) -> list[ReferralRequestRow]:
    """Requests that fit; none where a condition is about something that a request does not have."""
    row = ReferralRequestRow
    conditions = [_condition(name, values) for name, values in search.conditions]
    fitting = select(row).where(row.sender_id == caller.organisation_id, row.state != "taken-on")
    query = fitting.where(*conditions).order_by(row.created_at.desc())
    return list(await session.scalars(query))


def _reads_so(resource: dict[str, Any], search: Asked) -> bool:
    """Whether a request, as it reads, fulfils the conditions on its status."""
    return all(resource["status"] in values for name, values in search.conditions if name == "status")


def _condition(name: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    row = ReferralRequestRow
    ids = [UUID(each) for value in values if _is_uuid(each := value.rpartition("|")[2].rpartition("/")[2])]
    if name in ("_id", "focus", "focus:ServiceRequest"):
        return row.id.in_(ids)
    if name == "identifier":
        return or_(*(same_number(row.external_id, *token(each)) for each in values), row.id.in_(ids))
    if name.startswith(("patient", "subject")):
        return or_(*(_about(*token(each)) for each in values))
    if name == "_lastUpdated":
        return or_(*(_changed(each) for each in values))
    return true()


def _about(system: str | None, number: str) -> ColumnElement[bool]:
    """Whom a request named, by any number; it never had an id of ours."""
    said = ReferralRequestRow.said[("person", "identifiers")]
    local = {"value": number} | ({"authority": system} if system else {})
    named = said.op("@>")(cast([local], JSONB))
    by_nhs_number = ReferralRequestRow.nhs_number == number
    if system == systems.NHS_NUMBER:
        return by_nhs_number
    return named if system else or_(by_nhs_number, named)


def _changed(value: str) -> ColumnElement[bool]:
    meant = span(value, "_lastUpdated")
    at = func.coalesce(ReferralRequestRow.answered_at, ReferralRequestRow.requested_at)
    bounds = [*([at >= meant.start] if meant.start else []), *([at < meant.end] if meant.end else [])]
    within = and_(true(), *bounds)
    return ~within if meant.outside else within


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
