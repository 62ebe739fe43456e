"""Referrals that are requests: kept with what was sent, routed to who may take them on, taken on or answered.

A request answers alike whatever is held of the person, so that nobody can guess by sending one. Times are
case time, except where a limit counts attempts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Answer
from discharge.cases.decide.common import not_in_future
from discharge.cases.decide.referral import check_codes
from discharge.clocks import london_date
from discharge.clocks.registry import REQUEST_CLOCK, clock_from
from discharge.errors import HomewardError
from discharge.reference.policy import policy_on
from discharge.store.tables import Organisation, ReferralRequestRow
from fhir_adapters.referrals import ReferralValues
from fhir_adapters.store.danger_in_requests import danger_words, keep_words, without_danger
from fhir_adapters.store.referral_commands import find_service

MOST_BY_CLIENT_AN_HOUR = 60
MOST_OF_PERSON_A_DAY = 5
"""Requests by one client, and by one organisation about one NHS number: whoever tries numbers and birth dates
out sends many. Machine time.
"""

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "council": "council",
        "landlord": "landlord",
        "equipment-service": "equipment-service",
        "care-provider": "care-provider",
    }
)
"""Kind of organisation -> the part that it takes when its request is taken on; all others are referrers."""
TRUST = "trust"
OTHER_PART = "community-referrer"

FEED = "hl7v2:"
"""What the client id of a feed begins with."""

ROUTE = text("SELECT homeward_route_request(:request_id)")


@dataclass(frozen=True)
class Sender:
    """Who refers, through which client, and under which key of theirs. ``inbox_id`` is a feed's message."""

    organisation_id: UUID
    role: str
    client_id: str
    client_key: str
    body_hash: str
    user_id: UUID | None = None
    inbox_id: UUID | None = None


async def find_by_key(session: AsyncSession, client_id: str, client_key: str) -> ReferralRequestRow | None:
    """The request that a client sent under one of its own keys."""
    return await session.scalar(
        select(ReferralRequestRow).where(
            ReferralRequestRow.client_id == client_id, ReferralRequestRow.client_key == client_key
        )
    )


async def keep(
    session: AsyncSession, sender: Sender, values: ReferralValues, now: datetime
) -> ReferralRequestRow:
    """Keep a request and route it; `now` is case time. What it says of danger goes to the annex. Raises
    too-many-referrals, and what a case would refuse of the values.
    """
    day = london_date(now)
    check_codes(values, day)
    not_in_future(values.referred_on or day, now, "referred_on")
    same = await _waits_already(session, sender)
    if same is not None:
        return same
    await _within_limits(session, sender, values)
    row = ReferralRequestRow(
        id=uuid4(),
        sender_id=sender.organisation_id,
        service_id=await find_service(session, sender.organisation_id),
        user_id=sender.user_id,
        role=sender.role,
        client_id=sender.client_id,
        client_key=sender.client_key,
        body_hash=sender.body_hash,
        inbox_id=sender.inbox_id,
        external_id=values.external_id,
        nhs_number=values.person.nhs_number,
        said=without_danger(values).model_dump(mode="json"),
        requested_at=now,
        due_at=clock_from(REQUEST_CLOCK, now, policy_on(london_date(now))),
    )
    session.add(row)
    await session.flush()
    await session.execute(ROUTE, {"request_id": row.id})
    await keep_words(session, row, danger_words(values), row.id)
    return row


async def _waits_already(session: AsyncSession, sender: Sender) -> ReferralRequestRow | None:
    """The same content by the same organisation, as long as it waits: sent twice, it is one request."""
    return await session.scalar(
        select(ReferralRequestRow)
        .where(
            ReferralRequestRow.sender_id == sender.organisation_id,
            ReferralRequestRow.body_hash == sender.body_hash,
            ReferralRequestRow.state == "waiting",
        )
        .limit(1)
    )


async def _within_limits(session: AsyncSession, sender: Sender, values: ReferralValues) -> None:
    if sender.client_id.startswith(FEED):  # a feed has limits of its own, and its message is never lost
        return
    count = select(func.count()).select_from(ReferralRequestRow)
    row = ReferralRequestRow
    an_hour = count.where(row.client_id == sender.client_id, row.created_at > func.now() - timedelta(hours=1))
    of_person = count.where(
        row.sender_id == sender.organisation_id,
        row.nhs_number == values.person.nhs_number,
        row.created_at > func.now() - timedelta(days=1),
    )
    if (await session.scalar(an_hour) or 0) >= MOST_BY_CLIENT_AN_HOUR or (
        await session.scalar(of_person) or 0
    ) >= MOST_OF_PERSON_A_DAY:
        raise HomewardError("too-many-referrals")


def part_of(sender: Organisation, lies_elsewhere: bool) -> str:
    """The part that a sender takes once its request is taken on: a trust is the person's own, as long as no
    other has them in a bed.
    """
    if sender.kind == TRUST and not lies_elsewhere:
        return TRUST
    return PARTS.get(sender.kind, OTHER_PART)


async def wait_again(session: AsyncSession, answer: Answer) -> None:
    """A request whose command its case refused waits again for whoever may take it on."""
    if answer.outcome == "accepted":
        return
    await session.execute(
        update(ReferralRequestRow)
        .where(ReferralRequestRow.command_id == answer.command_id, ReferralRequestRow.state == "taken-on")
        .values(state="waiting", command_id=None, case_id=None, answered_at=None, answered_by=None)
    )
