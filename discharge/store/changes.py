"""What changed in a case since somebody saw it, read from its events."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.events import EVENT
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.cases.parts import kinds_changing, overlap, parts_of, room_of
from discharge.errors import HomewardError
from discharge.store.tables import CaseEventRow

MOST = 1_000
"""So many events are looked at; after more of them what was seen is too old, and counts as changed."""


async def changed_since(
    session: AsyncSession, case_id: UUID, seen: int | None, judged: Collection[str]
) -> tuple[str, ...]:
    """Which of these parts changed after a version of the case; none where nobody said what they saw."""
    if seen is None or not judged:
        return ()
    rooms = {room_of(part) for part in judged}
    later = select(CaseEventRow.payload).where(
        CaseEventRow.case_id == case_id,
        CaseEventRow.sequence > seen,
        CaseEventRow.kind.in_(kinds_changing(rooms)),
    )
    payloads = (await session.scalars(later.order_by(CaseEventRow.sequence).limit(MOST + 1))).all()
    if len(payloads) > MOST:
        return tuple(sorted(judged))
    changed = [part for payload in payloads for part in parts_of(EVENT.read(payload))]
    return tuple(dict.fromkeys(overlap(judged, changed)))


def require_version(case: Case, seen: int | None) -> None:
    """Nobody has seen a version that the case has not reached. Raises no-such-version: with it, whatever
    changed would pass as seen.
    """
    if seen is not None and seen > case.version:
        raise HomewardError("no-such-version", where="seen_version")


async def case_at(session: AsyncSession, case_id: UUID, version: int) -> Case:
    """The case as it stood at a version. Raises recorded-by-newer-version where this build does not know all
    that happened until then.
    """
    until = select(CaseEventRow.payload).where(
        CaseEventRow.case_id == case_id, CaseEventRow.sequence <= version
    )
    payloads = await session.scalars(until.order_by(CaseEventRow.sequence))
    return fold(Case(case_id=case_id), (EVENT.whole(payload) for payload in payloads))
