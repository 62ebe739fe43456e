"""Referrals by FHIR: what was posted is read, kept as it came, looked for where the sender says so, and done.

`If-None-Exist` is a search: nothing found makes the referral, one found answers, several are told. What
cannot be taken is kept, too, as rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.commands.execution import body_hash
from api.fhir import requests
from api.fhir.cases import fhir_base
from api.fhir.resource_types import SERVICE_REQUEST
from api.fhir.search import asked
from api.messages.raw_messages import RawMessage, keep_raw
from api.referrals.asked import Request, Requested
from api.referrals.service import refer
from api.web.principals import Principal
from api.web.services import Services
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.store.tables import CommandRow, Person, PersonIdentifier
from discharge.store.tables.commands import REFERRAL_NUMBER
from fhir_adapters.fhir.bundles import BatchEntry, bundle_kind, read_batch, read_transaction
from fhir_adapters.fhir.parser import read_json
from fhir_adapters.fhir.problems import refused
from fhir_adapters.fhir.referral import FhirReferral, read_referral
from fhir_adapters.referrals import ReferralValues, ReferredPerson
from fhir_adapters.store.inbox import HiddenNumber


@dataclass(frozen=True)
class Made:
    """What became of one referral: its case, or the request that it is, and whether it was made now; or the
    command that waits.
    """

    case_id: UUID
    created: bool = False
    waits: UUID | None = None


Read = Callable[[dict[str, Any], date, str], FhirReferral]


async def create(
    services: Services, caller: Principal, raw: RawMessage, key: str | None, condition: str | None
) -> Made:
    """Refer by a ServiceRequest. Raises HomewardError."""
    read = await _read(services, caller, raw, read_referral)
    return await _make_or_keep(services, caller, read, raw, key, condition)


async def bundle_of(services: Services, caller: Principal, raw: RawMessage) -> dict[str, Any]:
    """The Bundle that was posted, of a kind that is taken. Raises HomewardError, and keeps it as rejected."""
    try:
        document = _document(raw)
        bundle_kind(document)
    except HomewardError as error:
        await _keep(services, caller, raw, error)
        raise
    return document


async def create_by_transaction(
    services: Services, caller: Principal, raw: RawMessage, key: str | None
) -> Made:
    """Refer by a transaction. Raises HomewardError."""
    read = await _read(services, caller, raw, read_transaction)
    return await _make_or_keep(services, caller, read, raw, key, read.if_none_exist)


async def create_each(services: Services, caller: Principal, raw: RawMessage) -> list[Made | HomewardError]:
    """Do the entries of a batch, each by itself: what became of it, or why it was refused."""
    caller.require("refer")
    today = london_date(await services.case_now())
    try:
        entries = read_batch(_document(raw), today, fhir_base(services))
    except HomewardError as error:
        await _keep(services, caller, raw, error)
        raise
    read = [each.referral.values for each in entries if each.referral]
    try:
        inbox_id = await _keep(services, caller, await _hiding(services, caller, raw, read))
    except HomewardError as error:
        await _keep_refused(services, caller, raw, error)
        raise
    return [await _do_entry(services, caller, entry, inbox_id) for entry in entries]


async def _do_entry(
    services: Services, caller: Principal, entry: BatchEntry, inbox_id: UUID
) -> Made | HomewardError:
    if entry.referral is None:
        return entry.refusal or HomewardError("not-kept")
    try:
        condition = entry.referral.if_none_exist
        return await _make(services, caller, entry.referral, None, None, condition, inbox_id)
    except HomewardError as refusal:
        if refusal.row.retryable:
            raise
        return refusal


async def _read(services: Services, caller: Principal, raw: RawMessage, read: Read) -> FhirReferral:
    """What was posted. Raises HomewardError, and keeps the body as rejected."""
    caller.require("refer")
    today = london_date(await services.case_now())
    try:
        return read(_document(raw), today, fhir_base(services))
    except HomewardError as error:
        await _keep(services, caller, raw, error)
        raise


def _document(raw: RawMessage) -> dict[str, Any]:
    document = read_json(raw.body)
    if document.get("resourceType") != raw.resource_type:
        raise refused("invalid-fhir", f"a {raw.resource_type} is expected here", "Resource.resourceType")
    return document


async def _keep(
    services: Services, caller: Principal, raw: RawMessage, error: HomewardError | None = None
) -> UUID:
    now = await services.case_now()
    async with services.begin(caller) as session:
        return await keep_raw(session, raw, now, error)


async def _make_or_keep(
    services: Services,
    caller: Principal,
    read: FhirReferral,
    raw: RawMessage,
    key: str | None,
    condition: str | None,
) -> Made:
    """Make a referral. One that is refused is kept as rejected, and hides whom it hides all the same, but
    beyond the number of people whom a stranger may hide.
    """
    raw = await _hiding(services, caller, raw, [read.values])
    try:
        return await _make(services, caller, read, raw, key, condition)
    except HomewardError as error:
        await _keep_refused(services, caller, raw, error)
        raise


async def _keep_refused(services: Services, caller: Principal, raw: RawMessage, error: HomewardError) -> None:
    if not error.row.retryable:
        refused = replace(raw, hides=()) if error.code == "too-many-hidings" else raw
        await _keep(services, caller, refused, error)


async def _hiding(
    services: Services, caller: Principal, raw: RawMessage, read: Iterable[ReferralValues]
) -> RawMessage:
    """The message with the numbers of everybody whom it hides."""
    hidden = [values.person for values in read if values.person.location_hidden]
    if not hidden:
        return raw
    async with services.begin(caller) as session:
        numbers = [number for person in hidden for number in await _numbers_of(session, person)]
    return replace(raw, hides=tuple(dict.fromkeys(numbers)))


async def _numbers_of(session: AsyncSession, person: ReferredPerson) -> list[HiddenNumber]:
    """The numbers that a message gives somebody; those that we hold where it names them by our id."""
    said = [HiddenNumber("local", each.value, each.authority) for each in person.identifiers]
    nhs_numbers = [person.nhs_number] if person.nhs_number else []
    if person.person_id is not None:
        rows = select(PersonIdentifier).where(PersonIdentifier.person_id == person.person_id)
        said += [HiddenNumber("local", row.value, row.authority) for row in await session.scalars(rows)]
        held = select(Person.nhs_number).where(Person.id == person.person_id)
        nhs_numbers += [each for each in await session.scalars(held) if each]
    return [*said, *(HiddenNumber("nhs", each) for each in nhs_numbers)]


async def _make(
    services: Services,
    caller: Principal,
    read: FhirReferral,
    raw: RawMessage | None,
    key: str | None,
    condition: str | None,
    inbox_id: UUID | None = None,
) -> Made:
    if condition is not None:
        found = await _found(services, caller, condition)
        if found is not None:
            return found
    number = read.values.external_id
    kept = replace(raw, message_id=number or "") if raw else None
    sent = body_hash(read.document)
    request = Request(read.values, key, number, kept, inbox_id, sent, contacts=read.contacts)
    with read.sent.naming():
        done = await refer(services, caller, request)
    if isinstance(done, Requested):
        return Made(done.row.id, created=not done.repeated)
    waits = done.outcome.command_id if done.outcome.answer is None else None
    return Made(done.outcome.case_id, created=done.opened, waits=waits)


async def _found(services: Services, caller: Principal, condition: str) -> Made | None:
    """What a condition finds among the referrals that the caller may see, those that wait included.

    Raises condition-matches-many, and search-parameter for what no search here looks at.
    """
    search = asked(SERVICE_REQUEST, condition.partition("?")[2] or condition)
    if not search.conditions:
        raise HomewardError("search-parameter", detail="the condition says nothing", where="If-None-Exist")
    page = await requests.find(services, caller, search)
    if page.total > 1:
        raise HomewardError("condition-matches-many", where="If-None-Exist")
    if page.resources:
        return Made(UUID(page.resources[0]["id"]))
    numbers = [value for each in search.of(["identifier"]) for value in each.values]
    return await _waiting(services, caller, numbers) if numbers else None


async def _waiting(services: Services, caller: Principal, numbers: list[str]) -> Made | None:
    """A referral with one of these numbers that was taken and is not done yet."""
    waiting = select(CommandRow.id, CommandRow.case_id).where(
        CommandRow.kind == "refer", CommandRow.state == "taken", REFERRAL_NUMBER.in_(numbers)
    )
    async with services.begin(caller) as session:
        row = (await session.execute(waiting.limit(1))).one_or_none()
    return Made(row.case_id, waits=row.id) if row else None
