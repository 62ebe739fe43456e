"""The case into which one was merged, and those merged into it, as the page names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.web.page import words
from api.web.principals import Principal
from discharge.cases.model import SNAPSHOT, Case
from discharge.other_cases import StandIns, stand_ins
from discharge.store.tables import CaseRow
from housing_checks.merge_words import SAFETY, merged_words, stayed_behind

ENDED = (
    "What people said in its check, its open hazards and whose move its items are went there. Mitigations,"
    " photos, letters and records of capacity are on this case only."
)


@dataclass(frozen=True)
class MergedLine:
    """What is said of the other case, where it opens, and what did not come from it; no address for a reader
    who may not see it.
    """

    text: str
    href: str
    link: str
    lines: tuple[str, ...]


async def opened(session: AsyncSession, caller: Principal, ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of some cases, that were merged with one, the caller may open."""
    if not ids:
        return frozenset()
    rows = await session.scalars(select(CaseRow).where(CaseRow.id.in_(ids)))
    return frozenset(row.id for row in rows if caller.may_on(SNAPSHOT.read(row.snapshot), "case.read"))


async def withheld(
    session: AsyncSession, caller: Principal, case_id: UUID, ids: Collection[UUID]
) -> StandIns:
    """What stands in a case for the ids of others that the caller may not open."""
    others = frozenset(ids) - {case_id}
    return stand_ins(case_id, others - await opened(session, caller, others))


def merged_lines(case: Case, may_open: Collection[UUID]) -> tuple[MergedLine, ...]:
    """What the page says of the cases that were merged with this one."""
    return tuple(_lines(case, may_open))


def _lines(case: Case, may_open: Collection[UUID]) -> Iterator[MergedLine]:
    if case.merged_into is not None:
        day = words.day(case.closed_on)
        text = f"This case was merged into another case of the same person on {day}. The other one goes on."
        yield _line(text, case.merged_into, may_open, "Open the case that goes on", (ENDED,))
    for merged in case.merged_cases.values():
        stayed = (*stayed_behind(merged), SAFETY) if merged.parted_on is None else ()
        text = f"{merged_words(merged)}."
        yield _line(text, merged.case_id, may_open, "Open the other case", stayed)


def _line(
    text: str, case_id: UUID, may_open: Collection[UUID], link: str, lines: tuple[str, ...]
) -> MergedLine:
    if case_id in may_open:
        return MergedLine(text, f"/cases/{case_id}", link, lines)
    return MergedLine(f"{text} Your organisation does not see the other case.", "", "", lines)
