"""Reading and recording for one who asks: who may, of which case, and what is written down of the look.

A look at an annex or at its questions stands in an audit of its own. In that of the case it would say that
somebody has a reason to look here again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.viewer import viewer_of
from api.looks.notes import who
from api.safety.line import NOBODY_NAMED, SafetyLine, who_reads, whom_to_ask
from api.web.principals import Principal
from api.web.request_keys import KeyedWrite
from discharge.cases.model import IN_HOSPITAL, SNAPSHOT, Case
from discharge.cases.relations import relations
from discharge.clocks import london_date
from discharge.errors import HomewardError
from discharge.permissions import allowed
from discharge.reference.policy import policy_on
from discharge.roles import CARE, ROLES
from discharge.store.tables import CaseRow, Person, User
from housing_checks.safety.commands import SafetyRequest
from housing_checks.safety.model import Stamp
from housing_checks.store import safety, safety_advisers, safety_uncased
from housing_checks.store.safety_tables import SafetyClockRow, SafetyLookRow
from housing_checks.store.safety_uncased import Uncased

ASK = "safety.ask"
MOST_LOOKS = 200
MOST_REASON = 200
_KEYS = UUID("5d1d4c5e-2b7e-4a37-9a59-0f2f6f0f5a11")
"""Of a request's own key its id is made, so that no other table holds that it came."""


@dataclass(frozen=True)
class SafetyFile:
    """What somebody reads about the safety of one person: the line, what they recorded, and the annex where
    they are named on it. `ask` is their adviser, `nobody` says that nobody would read what they write.
    """

    case: Case
    person: Person
    line: SafetyLine
    entries: Sequence[safety.Entry]
    annex: safety.AnnexFile | None
    looks: Sequence[SafetyLookRow]
    choices: Sequence[User]
    ask: str
    nobody: bool

    @property
    def who_reads(self) -> str:
        """Who reads what they write, in words."""
        return who_reads(self.ask, read=not self.nobody)


async def read(session: AsyncSession, caller: Principal, case_id: UUID, what: str) -> SafetyFile:
    """What the caller reads. Raises not-found, role-not-allowed, part-not-allowed."""
    case, person = await _case(session, caller, case_id)
    await safety.note_look(session, who(caller), case_id, what)
    annex = await safety.read_annex(session, case_id)
    entries = annex.entries if annex else await safety.read_entries(session, case_id)
    ask = await whom_to_ask(session, caller)
    confirmed = case_id in await safety.confirmed_among(session, [case_id])
    return SafetyFile(
        case=case,
        person=person,
        line=SafetyLine(confirmed, ask or NOBODY_NAMED),
        entries=entries,
        annex=annex,
        looks=await safety.looks(session, case_id, MOST_LOOKS),
        choices=await _choices(session, case) if annex else (),
        ask=ask,
        nobody=not (ask or await safety_advisers.has_reader(session, case_id)),
    )


async def record(
    session: AsyncSession, keyed: KeyedWrite, case_id: UUID, asked: SafetyRequest, now: datetime
) -> None:
    """Record something in the annex of a case, once under its key. Raises as `safety.record_entry`."""
    caller = keyed.caller
    await keyed.require_unused(session)
    case, _ = await _case(session, caller, case_id)
    in_hospital = case.stage in IN_HOSPITAL and not case.in_community
    recording = safety.Recording(
        event_id=uuid5(_KEYS, f"{caller.client_id}|{keyed.key}") if keyed.key else uuid4(),
        case_id=case_id,
        who=who(caller),
        asked=asked,
        stamp=Stamp(at=now, in_hospital=in_hospital),
        body_hash=keyed.body_hash,
    )
    await safety.record_entry(session, recording, policy_on(london_date(now)))


async def name(session: AsyncSession, caller: Principal, case_id: UUID, user_id: UUID, reason: str) -> None:
    """Put somebody who works on the case on the list of its annex. Raises not-found, invalid-body."""
    case, _ = await _case(session, caller, case_id)
    _require_reason(reason)
    if not await safety.is_named(session, case_id):
        raise HomewardError("not-found")
    user = next((each for each in await _choices(session, case) if each.id == user_id), None)
    if user is None:
        raise HomewardError("invalid-body", detail="nobody who may be named", where="user_id")
    named = (user.id, user.organisation_id)
    await safety.name_person(session, who(caller), case_id, named, reason)


async def remove(session: AsyncSession, caller: Principal, case_id: UUID, user_id: UUID, reason: str) -> None:
    """Take somebody off the list. Raises not-found, invalid-body, last-named-person."""
    await _case(session, caller, case_id)
    _require_reason(reason)
    await safety.remove_person(session, who(caller), case_id, user_id, reason)


@dataclass(frozen=True)
class Due:
    """Something due on an annex that the caller reads, and whom it is about."""

    clock: SafetyClockRow
    person: Person


async def due(session: AsyncSession, caller: Principal, offset: int, size: int) -> Sequence[Due]:
    """What is due on the annexes that the caller is named on, the first due first; nothing for others."""
    caller.require(ASK)
    clocks = {each.id: each for each in await safety.running_clocks(session, offset, size)}
    statement = (
        select(SafetyClockRow.id, CaseRow, Person)
        .join(CaseRow, CaseRow.id == SafetyClockRow.case_id)
        .join(Person, Person.id == CaseRow.person_id)
        .where(SafetyClockRow.id.in_(clocks))
    )
    viewer, found = await viewer_of(session, caller), {}
    for clock_id, row, person in await session.execute(statement):
        found[clock_id] = viewer.person(SNAPSHOT.read(row.snapshot), person)
    for case_id in {each.case_id for each in clocks.values()}:
        await safety.note_look(session, who(caller), case_id, "list of what is due")
    return [Due(each, found[key]) for key, each in clocks.items() if key in found]


async def referrals(session: AsyncSession, caller: Principal, offset: int, size: int) -> Sequence[Uncased]:
    """What was said in referrals that have no case, for the advisers who read it; nothing for others."""
    caller.require(ASK)
    return await safety_uncased.uncased(session, who(caller), offset, size)


async def end_referral(session: AsyncSession, caller: Principal, event_id: UUID, reason: str) -> None:
    """An adviser has seen to it, and its words are erased. Raises not-found, invalid-body."""
    caller.require(ASK)
    _require_reason(reason)
    await safety_uncased.end_uncased(session, event_id, reason)


async def _case(session: AsyncSession, caller: Principal, case_id: UUID) -> tuple[Case, Person]:
    caller.require(ASK)
    statement = select(CaseRow, Person).join(Person, Person.id == CaseRow.person_id)
    found = (await session.execute(statement.where(CaseRow.id == case_id))).one_or_none()
    if found is None:
        raise HomewardError("not-found")
    row, person = found
    case, viewer = SNAPSHOT.read(row.snapshot), await viewer_of(session, caller)
    caller.require_on(case, ASK)
    seen = viewer.looks_at(case, person)
    return seen.case, seen.person


def _require_reason(reason: str) -> None:
    if not 3 <= len(reason.strip()) <= MOST_REASON:
        raise HomewardError("invalid-body", detail=f"3 to {MOST_REASON} characters", where="reason")


async def _choices(session: AsyncSession, case: Case) -> Sequence[User]:
    """People of the organisations that care for the person, in roles that record safety."""
    theirs = [organisation for organisation, relation in relations(case).items() if relation in CARE]
    roles = [role for role in ROLES if allowed(role, ASK)]
    people = select(User).where(
        User.organisation_id.in_(theirs), User.disabled_at.is_(None), User.role.in_(roles)
    )
    return (await session.scalars(people.order_by(User.display_name, User.id))).all()
