"""Lists beside the cases: feeds, messages, refused items, homes, stays for the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.principals import Principal
from api.queries.viewer import viewer_of
from discharge.cases.model import SNAPSHOT, Case
from discharge.store.tables import (
    CaseRow,
    HeartbeatRow,
    Organisation,
    OutboxRow,
    PartnerRow,
    Person,
    Spell,
)
from fhir_adapters.store.alarms import Watched, watch
from fhir_adapters.store.message_search import ASKS, BEYOND
from fhir_adapters.store.tables import AlarmRow, Feed, InboxRow

MOST = 100
CLEARED = 20
FROM_FILES = "profile-not-used"
"""The alarm that only a process with the files of profiles can judge."""
ANSWERED_WITHIN = timedelta(minutes=1)
"""A listener that lives sends what it owes much sooner after a message was handled."""


async def feeds(session: AsyncSession, caller: Principal) -> Sequence[Feed]:
    """Every feed of the caller's organisation, the longest silent first."""
    own = select(Feed).where(Feed.organisation_id == caller.organisation_id)
    return (await session.scalars(own.order_by(Feed.last_heard_at.asc().nulls_last()))).all()


async def feeds_heard(session: AsyncSession, caller: Principal) -> Sequence[Feed]:
    """The feeds that what the caller sees depends on: its own, and of each hospital whose stays it sees.

    Only when they were heard is for others to know.
    """
    seen = exists().where(Spell.organisation_id == Feed.organisation_id)
    fitting = select(Feed).where(or_(Feed.organisation_id == caller.organisation_id, seen))
    return (await session.scalars(fitting.order_by(Feed.last_heard_at.asc().nulls_last()))).all()


async def open_alarms(session: AsyncSession, offset: int = 0, size: int = MOST) -> Sequence[AlarmRow]:
    """What is not as it should be with messages of the caller's organisation, the newest first."""
    statement = select(AlarmRow).where(AlarmRow.cleared_at.is_(None))
    ordered = statement.order_by(AlarmRow.raised_at.desc(), AlarmRow.id)
    return (await session.scalars(ordered.offset(offset).limit(size))).all()


async def cleared_alarms(session: AsyncSession) -> Sequence[AlarmRow]:
    """What was not as it should be and is again, the last first."""
    statement = select(AlarmRow).where(AlarmRow.cleared_at.is_not(None)).order_by(AlarmRow.raised_at.desc())
    return (await session.scalars(statement.limit(CLEARED))).all()


async def watched(session: AsyncSession, organisation_id: UUID, now: datetime) -> list[Watched]:
    """What alarms are raised about, for the feeds and partners of an organisation, beside the rules."""
    return [
        each
        for each in await watch(session, now)
        if each.seen.organisation_id == organisation_id and each.seen.kind != FROM_FILES
    ]


async def count_unsent_answers(session: AsyncSession) -> dict[UUID, int]:
    """How many application acknowledgements of each feed did not reach their sender: its connection had
    ended, or the listener that owed them.
    """
    orphaned = and_(InboxRow.application_answer == "owed", InboxRow.handled_at < func.now() - ANSWERED_WITHIN)
    unsent = or_(InboxRow.application_answer == "not-sent", orphaned)
    counted = select(InboxRow.feed_id, func.count()).where(unsent).group_by(InboxRow.feed_id)
    return {row[0]: row[1] for row in await session.execute(counted)}


async def heartbeats(session: AsyncSession) -> Sequence[HeartbeatRow]:
    """When each part of the system was last alive."""
    return (await session.scalars(select(HeartbeatRow).order_by(HeartbeatRow.part))).all()


async def count_waiting(session: AsyncSession) -> dict[UUID, dict[str, int]]:
    """How many messages of each feed wait, for the drain or for a person, by state."""
    counted: dict[UUID, dict[str, int]] = {}
    for waits in (InboxRow.state == "stored", and_(InboxRow.state.in_(ASKS), InboxRow.state.not_in(BEYOND))):
        found = select(InboxRow.feed_id, InboxRow.state, func.count()).where(waits)
        for feed_id, state, count in await session.execute(found.group_by(InboxRow.feed_id, InboxRow.state)):
            counted.setdefault(feed_id, {})[state] = count
    return counted


async def count_arrived(session: AsyncSession, since: datetime) -> dict[UUID, int]:
    """How many messages came from each feed since an instant of machine time: a feed's whole history would
    have to be walked through.
    """
    arrived = select(InboxRow.feed_id, func.count()).where(InboxRow.received_at >= since)
    return {row[0]: row[1] for row in await session.execute(arrived.group_by(InboxRow.feed_id))}


NOBODY = "Homeward itself"
"""Whose item it is when it is for no partner: a fact that its case could not record."""


@dataclass(frozen=True)
class Item:
    """One thing to tell a partner, and the partner; or a fact for a case, which it could not record."""

    row: OutboxRow
    partner: PartnerRow | None
    organisation: str


async def outgoing(
    session: AsyncSession, state: str = "dead", offset: int = 0, size: int = MOST
) -> list[Item]:
    """What is to be told, in one state; dead ones wait for a person."""
    statement = (
        select(OutboxRow, PartnerRow, Organisation.name)
        .outerjoin(PartnerRow, PartnerRow.id == OutboxRow.partner_id)
        .outerjoin(Organisation, Organisation.id == PartnerRow.organisation_id)
        .where(or_(OutboxRow.channel == "partner", OutboxRow.state == "dead"), OutboxRow.state == state)
        .order_by(OutboxRow.sequence)
        .offset(offset)
        .limit(size)
    )
    return [Item(row, partner, name or NOBODY) for row, partner, name in await session.execute(statement)]


async def count_outgoing(session: AsyncSession) -> dict[str, int]:
    """How many items are in each state."""
    counted = await session.execute(
        select(OutboxRow.state, func.count()).where(OutboxRow.channel == "partner").group_by(OutboxRow.state)
    )
    return dict(counted.all())


async def waiting_lanes(session: AsyncSession) -> dict[tuple[UUID, UUID], int]:
    """How many items wait in each lane, by partner and case."""
    counted = await session.execute(
        select(OutboxRow.partner_id, OutboxRow.case_id, func.count())
        .where(
            OutboxRow.channel == "partner", OutboxRow.state == "pending", OutboxRow.partner_id.is_not(None)
        )
        .group_by(OutboxRow.partner_id, OutboxRow.case_id)
    )
    return {(partner_id, case_id): count for partner_id, case_id, count in counted if partner_id}


async def partners(session: AsyncSession) -> list[tuple[PartnerRow, Organisation]]:
    """Every partner and its organisation."""
    statement = select(PartnerRow, Organisation).join(
        Organisation, Organisation.id == PartnerRow.organisation_id
    )
    return [(partner, of) for partner, of in await session.execute(statement.order_by(Organisation.name))]


@dataclass(frozen=True)
class ReportedCase:
    """One case behind the figures."""

    case: Case
    family_name: str | None
    given_name: str | None


async def reported_cases(
    session: AsyncSession, caller: Principal, from_on: date, *only: ColumnElement[bool]
) -> list[ReportedCase]:
    """Every case that may count in a period that begins on a day: open ones and those closed since, of those
    that the caller's organisation leads. Whoever shows them notes the look.
    """
    statement = (
        select(CaseRow.snapshot, Person)
        .join(Person, Person.id == CaseRow.person_id)
        .where(or_(CaseRow.closed_on.is_(None), CaseRow.closed_on >= from_on), *only)
    )
    viewer = await viewer_of(session, caller)
    every = [(SNAPSHOT.read(snapshot), person) for snapshot, person in await session.execute(statement)]
    return [
        ReportedCase(viewer.case(case, person), person.family_name, person.given_name)
        for case, person in every
        if caller.may_on(case, "reports.read")
    ]
