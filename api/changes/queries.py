"""What others changed in a case since somebody saw it, as far as whoever asks may see it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import CaseFile, read_case, without_other_cases
from api.cases.viewer import viewer_of
from api.changes.views import Changes, changed_parts, standing_parts
from api.web.names import directory
from api.web.principals import Principal
from discharge.cases.model import Case
from discharge.cases.relations import relation_of
from discharge.other_cases import others_of, without_cases
from discharge.sight import seen_case
from discharge.store.changes import MOST, case_at
from discharge.store.tables import CaseEventRow


async def changes_since(
    session: AsyncSession,
    caller: Principal,
    case_id: UUID,
    seen: int,
    met: Collection[str] = (),
    *,
    others_only: bool = False,
) -> Changes:
    """The parts that changed after a version, with what they were and are; `met` are those that a save was
    refused for; with `others_only` nothing is told that the caller did.
    """
    found = await read_case(session, caller, case_id, "what others changed")
    now, known = found.case, await directory(session)
    if seen >= now.version:
        return Changes((), now.version)
    if not caller.may_on(now, "case.follow"):
        return Changes(standing_parts(now, known, met), now.version)
    later = select(CaseEventRow).where(CaseEventRow.case_id == case_id, CaseEventRow.sequence > seen)
    if others_only:
        later = later.where(CaseEventRow.user_id.is_distinct_from(caller.user_id))
    events = (await session.scalars(later.order_by(CaseEventRow.sequence).limit(MOST))).all()
    before = await _as_it_was(session, caller, found, seen)
    instead = await without_other_cases(session, caller, case_id, events, others_of(before))
    before = without_cases(before, instead)
    return Changes(changed_parts(before, now, events, known, met, caller.user_id), now.version)


async def _as_it_was(session: AsyncSession, caller: Principal, found: CaseFile, seen: int) -> Case:
    """The case at a version, with what the caller may see of it today."""
    viewer, own = await viewer_of(session, caller), caller.organisation_id
    was = await case_at(session, found.case.case_id, seen)
    relation = relation_of(found.case, own)
    return seen_case(was, relation, own, place=found.place_seen, homes=viewer.homes)
