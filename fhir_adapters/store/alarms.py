"""Looking whether messages come, are read and go out; alarms raised once, told again with a gap, cleared."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, or_, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.clocks import london_date, london_midnight
from discharge.clocks.registry import CLOCK_ROWS, REQUEST_CLOCK
from discharge.permissions import PERMISSIONS
from discharge.reference.followed_folder import FileFault
from discharge.reference.kind import KINDS
from discharge.reference.policy import book_in_force
from discharge.reference.site import Override
from discharge.store.engine import transaction
from discharge.store.months import Missing, months_missing
from discharge.store.record import CASE_SIGNAL
from discharge.store.tables import (
    CaseRow,
    CommandRow,
    HeartbeatRow,
    Organisation,
    OutboxRow,
    PartnerRow,
    ReferralRequestRow,
)
from discharge.store.tables.outbox import OPEN_ITEMS
from fhir_adapters.feeds.alarms import ALARM_KINDS, AlarmRule, Breach, Whose, in_force, judge, rules_for
from fhir_adapters.feeds.book import DEFAULT_PROFILE
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.store.message_search import BEYOND, UNASSIGNED
from fhir_adapters.store.referral_commands import SERVICE_KINDS
from fhir_adapters.store.tables import AlarmRow, AlarmRuleRow, Feed, InboxRow

log = logging.getLogger("homeward.alarms")
LOCK = "homeward.alarms"


@dataclass(frozen=True, slots=True)
class Observed:
    """One figure about a feed or a partner: minutes, or messages. `feed_id` where a feed may have rules;
    `more` is told behind the figure.
    """

    kind: str
    organisation_id: UUID
    subject_id: UUID
    subject: str
    value: float
    feed_id: UUID | None = None
    more: str = ""


async def look_for_alarms(
    engine: AsyncEngine,
    now: datetime | None = None,
    faults: Sequence[FileFault[Profile]] = (),
    reference: Sequence[FileFault[Override]] = (),
) -> bool:
    """Raise, tell again and clear. `now` is machine time; never busy, so that it rests between two looks.
    `faults` are the files of profiles that cannot be used, `reference` those of the site's reference data.
    """
    at = now or datetime.now(UTC)
    async with transaction(engine) as session:
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended(LOCK, 0))
        if not await session.scalar(select(lock)):
            return False
        raised = {(row.kind, row.subject_id): row for row in await session.scalars(_OPEN)}
        for each in await watch(session, at, faults, reference):
            if each.rule is not None:
                seen = each.seen
                breach = judge(each.rule, seen.value)
                if breach and seen.more:
                    breach = replace(breach, fact=f"{breach.fact} {seen.more}")
                _settle(session, seen, breach, raised.get((seen.kind, seen.subject_id)), at)
    return False


@dataclass(frozen=True, slots=True)
class Watched:
    """A figure with the rules that it is held against, whose they are, and which of them is in force."""

    seen: Observed
    whose: Whose
    rules: Sequence[AlarmRule]
    rule: AlarmRule | None


async def watch(
    session: AsyncSession,
    now: datetime,
    faults: Sequence[FileFault[Profile]] = (),
    reference: Sequence[FileFault[Override]] = (),
) -> list[Watched]:
    """Every figure beside its rules; `now` is machine time."""
    rules = await _rules(session)
    found: list[Watched] = []
    for seen in [*await observe(session, now, faults), *await _reference(session, now, reference)]:
        own = rules.get(seen.feed_id, []) if seen.feed_id else []
        whose, its = rules_for(seen.kind, own, rules.get(None, []), london_date(now))
        found.append(Watched(seen, whose, its, in_force(its, now)))
    return found


_CASE_TIME = text("SELECT homeward_case_time()")
_OPEN = select(AlarmRow).where(AlarmRow.cleared_at.is_(None)).with_for_update()


def _settle(
    session: AsyncSession, seen: Observed, breach: Breach | None, row: AlarmRow | None, now: datetime
) -> None:
    if breach is None:
        if row is not None:
            row.cleared_at = now
            log.info("alarm cleared: %s %s", seen.kind, seen.subject)
        return
    if row is None:
        session.add(_new(seen, breach, now))
    elif now - row.told_at >= breach.again:
        row.told_at, row.times_told = now, row.times_told + 1
        row.fact, row.threshold = breach.fact, breach.threshold
    else:
        return
    log.warning("alarm: %s %s: %s Expected: %s", seen.kind, seen.subject, breach.fact, breach.threshold)


def _new(seen: Observed, breach: Breach, now: datetime) -> AlarmRow:
    return AlarmRow(
        organisation_id=seen.organisation_id,
        kind=seen.kind,
        subject_id=seen.subject_id,
        subject=seen.subject,
        fact=breach.fact,
        threshold=breach.threshold,
        raised_at=now,
        told_at=now,
        times_told=1,
    )


async def _rules(session: AsyncSession) -> dict[UUID | None, list[AlarmRule]]:
    found: dict[UUID | None, list[AlarmRule]] = {}
    known = [each.code for each in ALARM_KINDS]
    for row in await session.scalars(select(AlarmRuleRow).where(AlarmRuleRow.kind.in_(known))):
        found.setdefault(row.feed_id, []).append(AlarmRule.model_validate(row.rule, extra="ignore"))
    return found


async def observe(
    session: AsyncSession, now: datetime, faults: Sequence[FileFault[Profile]] = ()
) -> list[Observed]:
    """Every figure that a rule may be about. A feed that was never heard is not connected yet: the page of
    feeds shows it.
    """
    feeds = (await session.scalars(select(Feed))).all()
    parked = await _by_feed(session, func.count(), InboxRow.state == "parked", InboxRow.state.not_in(BEYOND))
    oldest = await _by_feed(session, func.min(InboxRow.received_at), InboxRow.state == "stored")
    broken = {fault.name: fault for fault in faults}
    found: list[Observed] = []
    for feed in feeds:
        about = (feed.organisation_id, feed.id, feed.code)
        if feed.protocol == "hl7v2" and feed.last_heard_at is not None and feed.code != UNASSIGNED:
            found.append(Observed("nothing-arrived", *about, _minutes(feed.last_heard_at, now), feed.id))
        if feed.protocol == "hl7v2" and feed.code != UNASSIGNED:
            found.append(_of_profile(feed, broken.get(feed.profile or DEFAULT_PROFILE), now))
        found.append(Observed("too-many-parked", *about, parked.get(feed.id, 0), feed.id))
        found.append(Observed("too-long-waiting", *about, _minutes(oldest.get(feed.id), now), feed.id))
    return [
        *found,
        *await _outgoing(session, now),
        *await _failed(session),
        *await _differing(session),
        *await _late_schedules(session, now),
        *await _months(session),
        *await _requests(session),
        *await _hidden_by_others(session),
        *await _unnamed(session),
    ]


def _of_profile(feed: Feed, fault: FileFault[Profile] | None, now: datetime) -> Observed:
    more = fault.line if fault else ""
    since = _minutes(fault.since if fault else None, now)
    return Observed("profile-not-used", feed.organisation_id, feed.id, feed.code, since, feed.id, more)


def _minutes(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() / 60 if since else 0.0


async def _by_feed(session: AsyncSession, figure: Any, *conditions: Any) -> dict[UUID, Any]:
    counted = await session.execute(
        select(InboxRow.feed_id, figure).where(*conditions).group_by(InboxRow.feed_id)
    )
    return {feed_id: value for feed_id, value in counted}  # noqa: C416 - a row is no pair to mypy


async def _requests(session: AsyncSession) -> list[Observed]:
    """For each housing service: how long ago, in case time, the oldest of its referral requests was due;
    before that, how long ago its clock began to warn.
    """
    case_time = (await session.execute(_CASE_TIME)).scalar_one()
    row = ReferralRequestRow
    waiting = select(row.service_id, func.min(row.due_at)).where(row.state == "waiting")
    counted = await session.execute(waiting.group_by(row.service_id))
    oldest = {service_id: due for service_id, due in counted}  # noqa: C416 - a row is no pair to mypy
    services = (Organisation.kind.in_(SERVICE_KINDS), Organisation.id.in_(oldest))
    clock = CLOCK_ROWS.as_on(REQUEST_CLOCK, london_date(case_time))
    found: list[Observed] = []
    for each in await session.scalars(select(Organisation).where(or_(*services))):
        due, about = oldest.get(each.id), (each.id, each.id, each.code)
        overdue = max(0.0, _minutes(due, case_time))
        warned = clock.warns_at(due) if due and not overdue else None
        found += [
            Observed("request-overdue", *about, overdue),
            Observed("request-due-soon", *about, max(0.0, _minutes(warned, case_time))),
        ]
    return found


async def _outgoing(session: AsyncSession, now: datetime) -> Sequence[Observed]:
    """For each partner and each who tells it something: since when something waits, or nothing has gone.

    What is over is not walked through: the outbox keeps it.
    """
    waits = await _waiting(session)
    went = {(partner, teller): at for partner, teller, at in await session.execute(LAST_RECEIVED)}
    named = select(PartnerRow, Organisation.code).join(
        Organisation, Organisation.id == PartnerRow.organisation_id
    )
    partners = {partner.id: (partner, code) for partner, code in await session.execute(named)}
    found: list[Observed] = []
    for partner_id, teller in sorted(waits.keys() | went.keys(), key=str):
        partner, code = partners[partner_id]
        about = (teller, uuid5(partner_id, str(teller)), code)
        waiting, last = waits.get((partner_id, teller)), went.get((partner_id, teller))
        unsent = _minutes(max(waiting, last or waiting), now) if waiting else 0.0
        found += [
            Observed("nothing-sent", *about, unsent),
            Observed("partner-paused", *about, _minutes(partner.paused_at, now)),
        ]
    return found


LAST_RECEIVED = text("""
SELECT partners.id, organisations.id, last.received_at
FROM partners CROSS JOIN organisations CROSS JOIN LATERAL (
    SELECT received_at FROM outbox
    WHERE partner_id = partners.id AND organisation_id = organisations.id
      AND channel = 'partner' AND state = 'delivered' AND received_at IS NOT NULL
    ORDER BY received_at DESC LIMIT 1) AS last
""")
"""When each partner received the last item of each who tells it something: one look into the index each."""


async def _waiting(session: AsyncSession) -> dict[tuple[UUID, UUID], datetime | None]:
    """For each partner and teller with items that are not over: since when one is to be sent."""
    row = OutboxRow
    waits = func.min(row.created_at).filter(row.state == "pending")
    of_open = select(row.partner_id, row.organisation_id, waits).where(
        text(OPEN_ITEMS), row.partner_id.is_not(None), row.organisation_id.is_not(None)
    )
    counted = await session.execute(of_open.group_by(row.partner_id, row.organisation_id))
    return {(partner, teller): since for partner, teller, since in counted if partner and teller}


async def _failed(session: AsyncSession) -> Sequence[Observed]:
    """For each organisation that asked or told something: how much of it failed, and nobody has seen to."""
    asked = select(CommandRow.organisation_id).where(
        CommandRow.state == "failed",
        CommandRow.acknowledged_at.is_(None),
        CommandRow.given_up_at.is_(None),
    )
    told = select(OutboxRow.organisation_id).where(
        OutboxRow.channel == CASE_SIGNAL, OutboxRow.state == "dead", OutboxRow.organisation_id.is_not(None)
    )
    counted = Counter((await session.scalars(union_all(asked, told))).all())
    return [
        Observed("commands-failed", each.id, each.id, each.code, counted[each.id])
        for each in await _named(session, "commands-failed", counted)
    ]


async def _differing(session: AsyncSession) -> Sequence[Observed]:
    """For each organisation that referred: how many open cases were not what their events say."""
    found = select(CaseRow.referrer_id).where(CaseRow.differs.is_not(None), CaseRow.closed_on.is_(None))
    counted = Counter((await session.scalars(found)).all())
    return [
        Observed("case-differs", each.id, each.id, each.code, counted[each.id])
        for each in await _named(session, "case-differs", counted)
    ]


async def _late_schedules(session: AsyncSession, now: datetime) -> Sequence[Observed]:
    """For each housing service, which runs this: how late the latest of the periodic work is."""
    asked = select(HeartbeatRow.part, HeartbeatRow.due_at).where(HeartbeatRow.due_at < now)
    late = (await session.execute(asked.order_by(HeartbeatRow.due_at))).all()
    minutes = _minutes(late[0].due_at, now) if late else 0.0
    more = (
        f"Late: {', '.join(row.part for row in late)}. A worker creates late schedules again." if late else ""
    )
    return await _of_services(session, "schedule-late", minutes, more)


async def _months(session: AsyncSession) -> Sequence[Observed]:
    """For each housing service: how many tables have no partition for the next month, and which."""
    missing = await months_missing(session)
    more = " ".join(_without(each) for each in missing)
    return await _of_services(session, "months-missing", len(missing), more)


def _without(table: Missing) -> str:
    astray = " It holds rows of months that have none." if table.astray else ""
    return f"{table.table} has none from {table.first_month}.{astray}"


async def _of_services(session: AsyncSession, kind: str, value: float, more: str) -> Sequence[Observed]:
    """One figure of the whole installation, told to each housing service."""
    services = await session.scalars(select(Organisation).where(Organisation.kind.in_(SERVICE_KINDS)))
    return [Observed(kind, each.id, each.id, each.code, value, more=more) for each in services]


async def _reference(
    session: AsyncSession, now: datetime, faults: Sequence[FileFault[Override]]
) -> Sequence[Observed]:
    """For each housing service, which runs this: since when a file of the site's reference data cannot be
    used, or a change does not lie over the edition that is in force.
    """
    behind = book_in_force().left_behind(london_date(now))
    since = [fault.since for fault in faults]
    since += [
        london_midnight(KINDS[each.name].edition_on(london_date(now)).heading.effective_from)
        for each in behind
    ]
    told = [fault.line for fault in faults]
    told += [
        f"{each.file}: does not lie over the edition in force of {each.name}; name it in over."
        for each in behind
    ]
    minutes = _minutes(min(since, default=None), now)
    return await _of_services(session, "reference-not-used", minutes, " ".join(told))


_UNANSWERED = text("SELECT organisation_id, people, senders, withdrawn FROM homeward_hidings_unanswered()")


async def _hidden_by_others(session: AsyncSession) -> Sequence[Observed]:
    """For each organisation that hears of it: how many people another organisation hid, with no answer, or
    with none since that took it back.
    """
    waiting = {row.organisation_id: row for row in await session.execute(_UNANSWERED)}
    found = []
    for each in await _named(session, "hidden-by-others", waiting):
        row = waiting.get(each.id)
        more = _asked_by(row.senders, row.withdrawn) if row else ""
        about = ("hidden-by-others", each.id, each.id, each.code)
        found.append(Observed(*about, float(row.people) if row else 0.0, more=more))
    return found


def _asked_by(senders: str, withdrawn: str | None) -> str:
    taken_back = f" Withdrawn by {withdrawn} after it was kept: still hidden." if withdrawn else ""
    return f"Asked for by {senders}.{taken_back} Answer on the page Hidden on request."


MAY_WRITE = PERMISSIONS["safety.ask"]
LEADING_KINDS = ("trust", *SERVICE_KINDS)
"""Kinds of organisations that lead cases, and so write in annexes, before their first case."""

_SAFETY_UNNAMED = text(
    "SELECT organisation_id, named FROM homeward_safety_unnamed(:roles, :kinds, :relations)"
)


async def _unnamed(session: AsyncSession) -> Sequence[Observed]:
    """For each organisation whose people may write in an annex: 1 where nobody of it is named for safety,
    whatever was ever said there.
    """
    whose = {"roles": sorted(MAY_WRITE.roles), "relations": sorted(MAY_WRITE.relations)}
    found = await session.execute(_SAFETY_UNNAMED, {**whose, "kinds": list(LEADING_KINDS)})
    named = {row.organisation_id: row.named for row in found}
    kind = "nobody-named-for-safety"
    return [
        Observed(kind, each.id, each.id, each.code, 0.0 if named.get(each.id, True) else 1.0)
        for each in await _named(session, kind, named)
    ]


async def _named(session: AsyncSession, kind: str, ids: Iterable[UUID]) -> Sequence[Organisation]:
    """The organisations with these ids, and those with an open alarm of a kind, which may clear."""
    before = select(AlarmRow.organisation_id).where(AlarmRow.kind == kind, AlarmRow.cleared_at.is_(None))
    wanted = {*ids, *(await session.scalars(before))}
    return (await session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))).all()
