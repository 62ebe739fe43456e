"""Photos and documents of a case, as far as the caller may see them; each look is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import CaseFile, read_case
from api.cases.viewer import is_hidden
from api.web.principals import Principal
from discharge.cases.relations import relation_of
from discharge.errors import HomewardError
from discharge.sight import sight_of
from discharge.store.evidence import IS_THERE
from discharge.store.tables import EvidenceContentRow, EvidenceFileRow
from discharge.store.tables.evidence import REMOVED

READ = "evidence.read"


@dataclass(frozen=True)
class FilesOfCase:
    """What is on the items of a case; `withheld`: what it shows is shown to nobody."""

    found: CaseFile
    rows: Sequence[EvidenceFileRow]

    @property
    def withheld(self) -> bool:
        """Whether the person's whereabouts are hidden, so that no photo of their home is shown."""
        return is_hidden(self.found.person)


async def files_of(
    session: AsyncSession,
    caller: Principal,
    case_id: UUID,
    what: str,
    *,
    item: str = "",
    offset: int = 0,
    size: int | None = None,
) -> FilesOfCase:
    """The files of a case, or of one item or hazard, the newest first, and that some were removed. Raises
    not-found, and part-not-allowed.
    """
    caller.require(READ)
    found = await read_case(session, caller, case_id, what, READ)
    wanted = _newest(found, caller)
    if item:
        wanted = wanted.where(EvidenceFileRow.item == item)
    return FilesOfCase(found, (await session.scalars(wanted.offset(offset).limit(size))).all())


async def files_of_hazards(session: AsyncSession, caller: Principal, found: CaseFile) -> FilesOfCase:
    """The files of the hazards of a case that was read, the newest first; none for who may not see any."""
    if not caller.may_on(found.case, READ) or not found.case.hazards:
        return FilesOfCase(found, ())
    wanted = _newest(found, caller).where(EvidenceFileRow.item.in_(found.case.hazards))
    return FilesOfCase(found, (await session.scalars(wanted)).all())


def _newest(found: CaseFile, caller: Principal) -> Select[EvidenceFileRow]:
    seen = or_(IS_THERE, EvidenceFileRow.state == REMOVED)
    of_case = EvidenceFileRow.case_id == found.case.case_id
    wanted = select(EvidenceFileRow).where(of_case, seen, shown(found, caller))
    return wanted.order_by(EvidenceFileRow.created_at.desc(), EvidenceFileRow.id)


def shown(found: CaseFile, caller: Principal) -> ColumnElement[bool]:
    """Among the files of a case those that the caller sees: a landlord those of hazards that it knows."""
    if sight_of(relation_of(found.case, caller.organisation_id)).own_only:
        return EvidenceFileRow.item.in_(found.case.hazards)
    return true()


@dataclass(frozen=True)
class OpenedFile:
    """One file that may be opened, with the bytes that were asked for."""

    found: CaseFile
    row: EvidenceFileRow
    content: bytes


async def open_file(
    session: AsyncSession, caller: Principal, case_id: UUID, file_id: UUID, what: str, *, small: bool = False
) -> OpenedFile:
    """One file with its bytes, or with its thumbnail. Raises not-found, also for one that was removed, and
    evidence-withheld.
    """
    listed = await one_file(session, caller, case_id, file_id, what)
    if listed.withheld:
        raise HomewardError("evidence-withheld")
    row, column = listed.rows[0], EvidenceContentRow.thumbnail if small else EvidenceContentRow.content
    of_file = EvidenceContentRow.case_id == case_id, EvidenceContentRow.sha256 == row.sha256
    content = await session.scalar(select(column).where(*of_file)) if row.state != REMOVED else None
    if content is None:
        raise HomewardError("not-found")
    return OpenedFile(listed.found, row, content)


async def one_file(
    session: AsyncSession, caller: Principal, case_id: UUID, file_id: UUID, what: str
) -> FilesOfCase:
    """One file of a case, without its bytes. Raises not-found."""
    caller.require(READ)
    found = await read_case(session, caller, case_id, what, READ)
    row = await session.scalar(
        select(EvidenceFileRow).where(
            EvidenceFileRow.case_id == case_id,
            EvidenceFileRow.id == file_id,
            or_(IS_THERE, EvidenceFileRow.state == REMOVED),
            shown(found, caller),
        )
    )
    if row is None:
        raise HomewardError("not-found")
    return FilesOfCase(found, (row,))
