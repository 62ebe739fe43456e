"""Referrals that are requests, for who sent them and for who may take them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import looked_at
from api.web.paging import COUNTED_TO
from api.web.principals import Principal
from discharge.errors import HomewardError
from discharge.store.tables import ReferralRequestRow, ReferralReviewerRow
from fhir_adapters.store.danger_in_requests import as_sent, own_words

Box = Literal["waiting", "answered", "sent"]

SOMEBODY_NEW = "new"
"""Chosen in place of a candidate where a request means nobody whom we hold."""


@dataclass(frozen=True)
class Candidate:
    """Somebody whom a request may mean, as far as who may take it on sees them.

    `lies_elsewhere`: they are in a bed of an organisation that is not the sender.
    """

    person_id: UUID
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    sex: str | None
    nhs_number: str | None
    hospital_id: UUID | None
    has_open_case: bool
    lies_elsewhere: bool


@dataclass(frozen=True)
class RequestFile:
    """A request with whom it may mean; `to_answer` says that the caller may take it on."""

    row: ReferralRequestRow
    to_answer: bool
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A page of requests and how many there are in all."""

    rows: Sequence[ReferralRequestRow]
    total: int


_WAITING = ReferralRequestRow.state == literal_column("'waiting'")
_ANSWERED = ReferralRequestRow.state != literal_column("'waiting'")
"""Written out, as the indexes of those that wait and of the others say it."""


def _mine_to_answer(caller: Principal) -> ColumnElement[bool]:
    """Those to the caller's own service, and those that the wall of the reviewers shows the caller; that wall
    asks a function of each, so it is asked of the others only.
    """
    row, own = ReferralRequestRow, caller.organisation_id
    reviewed = exists().where(ReferralReviewerRow.request_id == row.id)
    return or_(and_(row.service_id == own, row.sender_id != own), reviewed)


async def requests(session: AsyncSession, caller: Principal, box: Box, offset: int, size: int) -> Listed:
    """Requests that wait for the caller's organisation, those due first; that it answered; that it sent."""
    row = ReferralRequestRow
    conditions = {
        "waiting": [_mine_to_answer(caller), _WAITING],
        "answered": [_mine_to_answer(caller), _ANSWERED],
        "sent": [row.sender_id == caller.organisation_id],
    }[box]
    order = row.due_at if box == "waiting" else row.created_at.desc()
    statement = select(row).where(*conditions).order_by(order, row.id).offset(offset).limit(size)
    rows = (await session.scalars(statement)).all()
    total = await session.scalar(select(func.count()).select_from(row).where(*conditions)) or 0
    if rows:
        await looked_at(session, caller, f"referral requests: {box}")
    await _withhold(session, caller, rows)
    return Listed(rows, total)


async def _withhold(session: AsyncSession, caller: Principal, rows: Sequence[ReferralRequestRow]) -> None:
    """Take out of the rows, which are only shown, where somebody hidden is, unless the caller's organisation
    sent it; and show who wrote them the words about danger, which the annex has.
    """
    others = [row.id for row in rows if row.sender_id != caller.organisation_id]
    asked = select(ReferralRequestRow.id).where(
        ReferralRequestRow.id.in_(others), func.homeward_request_hidden(ReferralRequestRow.id)
    )
    hidden = set(await session.scalars(asked)) if others else set()
    own = await own_words(session, [row.id for row in rows])
    for row in rows:
        said = row.said
        if row.id in hidden:
            person = {**said.get("person", {}), "address": None, "location_hidden": True}
            said = {**said, "ward": None, "person": person}
        if row.id in own:
            said = as_sent(said, own[row.id])
        if said is not row.said:
            session.expunge(row)  # what is left out is never written
            row.said = said


async def count_waiting(session: AsyncSession, caller: Principal) -> int:
    """How many requests wait for the caller's organisation, counted to `COUNTED_TO` and one."""
    some = select(ReferralRequestRow.id).where(_mine_to_answer(caller), _WAITING).limit(COUNTED_TO + 1)
    return await session.scalar(select(func.count()).select_from(some.subquery())) or 0


async def read_request(session: AsyncSession, caller: Principal, request_id: UUID) -> RequestFile:
    """One request; whom it may mean only for who may take it on. Raises not-found."""
    row = await session.get(ReferralRequestRow, request_id)
    if row is None:
        raise HomewardError("not-found")
    to_answer = bool(await session.get(ReferralReviewerRow, (request_id, caller.organisation_id)))
    found = await _candidates(session, request_id) if to_answer and row.state == "waiting" else ()
    people = [each.person_id for each in found]
    await looked_at(session, caller, "referral request", (), people)
    await _withhold(session, caller, [row])
    return RequestFile(row, to_answer, found)


async def _candidates(session: AsyncSession, request_id: UUID) -> tuple[Candidate, ...]:
    columns = tuple(Candidate.__dataclass_fields__)
    found = func.homeward_request_candidates(request_id).table_valued(*columns)
    return tuple(Candidate(**row._mapping) for row in await session.execute(select(found)))
