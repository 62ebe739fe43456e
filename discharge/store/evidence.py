"""Photos and documents: kept in one transaction with the command that adds them, theirs once the case has
recorded it, and deleted with the event that removes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Envelope
from discharge.cases.events import (
    Event,
    HazardCorrected,
    HazardLandlordTold,
    HazardReferred,
    ItemEvidenceAdded,
    ItemEvidenceRemoved,
)
from discharge.cases.model import Case
from discharge.store.tables import CommandRow
from discharge.store.tables.evidence import KEPT, REMOVED, WAITING, EvidenceContentRow, EvidenceFileRow

DAY = timedelta(days=1)
CHANGE_AT_MOST = 200
"""Files forgotten in one transaction."""

_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('homeward.evidence:' || :case_id, 0))")


@dataclass(frozen=True)
class NewFile:
    """A file as it is to be kept, and the digest of what was sent."""

    file_id: UUID
    item: str
    evidence: str
    media_type: str
    content: bytes
    source_sha256: str
    thumbnail: bytes | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None


async def keep_file(session: AsyncSession, envelope: Envelope, team_id: UUID | None, new: NewFile) -> None:
    """Keep a file beside the command that adds it, in the caller's transaction."""
    digest = hashlib.sha256(new.content).hexdigest()
    row = EvidenceFileRow(
        id=new.file_id,
        case_id=envelope.case_id,
        command_id=envelope.command_id,
        item=new.item,
        evidence=new.evidence,
        organisation_id=envelope.actor.organisation_id,
        author_id=envelope.actor.user_id,
        team_id=team_id,
        media_type=new.media_type,
        size=len(new.content),
        width=new.width,
        height=new.height,
        pages=new.pages,
        sha256=digest,
        source_sha256=new.source_sha256,
    )
    session.add(row)
    await session.flush()
    content = {
        "case_id": envelope.case_id,
        "sha256": digest,
        "content": new.content,
        "thumbnail": new.thumbnail,
    }
    await session.execute(insert(EvidenceContentRow).values(**content).on_conflict_do_nothing())


async def one_file_at_a_time(session: AsyncSession, case_id: UUID) -> None:
    """Until the transaction ends nobody else adds a file to the case, or deletes bytes: what is there is
    counted, and looked for, before one is added.
    """
    await session.execute(_IN_TURN, {"case_id": str(case_id)})


_BEING_RECORDED = exists().where(
    CommandRow.id == EvidenceFileRow.command_id, CommandRow.state.in_(("taken", "accepted"))
)
IS_THERE = or_(EvidenceFileRow.state == KEPT, (EvidenceFileRow.state == WAITING) & _BEING_RECORDED)
"""Of a file that the case has, or is about to have; one whose command was refused is not there."""


async def same_file(session: AsyncSession, case_id: UUID, item: str, source_sha256: str) -> UUID | None:
    """The file on this item that was made from the same bytes."""
    same = select(EvidenceFileRow.id).where(
        EvidenceFileRow.case_id == case_id,
        EvidenceFileRow.item == item,
        EvidenceFileRow.source_sha256 == source_sha256,
        IS_THERE,
    )
    return await session.scalar(same.limit(1))


async def file_of(session: AsyncSession, command_id: UUID) -> UUID:
    """The file that a command adds."""
    found = await session.scalars(select(EvidenceFileRow.id).where(EvidenceFileRow.command_id == command_id))
    return found.one()


async def bytes_of_case(session: AsyncSession, case_id: UUID) -> int:
    """How much the files of a case take, also those that the asker does not see."""
    return int(await session.scalar(select(func.homeward_evidence_bytes(case_id))) or 0)


async def bytes_in_a_day(session: AsyncSession, author_id: UUID) -> int:
    """How much somebody added in the last 24 hours of machine time, what they removed since among it."""
    total = select(func.coalesce(func.sum(EvidenceFileRow.size), 0))
    mine = EvidenceFileRow.author_id == author_id, EvidenceFileRow.created_at > func.now() - DAY
    return int(await session.scalar(total.where(*mine)) or 0)


async def settle_evidence(session: AsyncSession, case: Case, events: Iterable[Event]) -> None:
    """Write what events mean for the files of a case; ``case`` is as it is after them (worker role)."""
    for event in events:
        if isinstance(event, ItemEvidenceAdded):
            of_file = EvidenceFileRow.id == event.file.file_id, EvidenceFileRow.case_id == case.case_id
            shown = {"state": KEPT, "shown_to": _shown_to(case, event.file.item)}
            await session.execute(update(EvidenceFileRow).where(*of_file).values(**shown))
        elif isinstance(event, ItemEvidenceRemoved):
            await _remove(session, case.case_id, event)
        elif isinstance(event, HazardCorrected | HazardLandlordTold | HazardReferred):
            hazard = event.hazard.key if isinstance(event, HazardCorrected) else event.hazard
            await _show(session, case, hazard)


def _shown_to(case: Case, item: str) -> list[UUID]:
    """Who is asked about the hazard that a file is on; nobody for an item of the check."""
    hazard = case.hazards.get(item)
    return sorted(hazard.partners) if hazard is not None else []


async def _show(session: AsyncSession, case: Case, hazard: str) -> None:
    """Show the files of a hazard to whoever is asked about it now, and to nobody else."""
    files = EvidenceFileRow.case_id == case.case_id, EvidenceFileRow.item == hazard
    shown = update(EvidenceFileRow).where(*files).values(shown_to=_shown_to(case, hazard))
    await session.execute(shown)


async def _remove(session: AsyncSession, case_id: UUID, event: ItemEvidenceRemoved) -> None:
    """The bytes go at once, unless another file of the case has the same; that it was there stays."""
    of_file = EvidenceFileRow.id == event.file_id, EvidenceFileRow.case_id == case_id
    gone = {
        "state": REMOVED,
        "removed_because": event.because,
        "removed_at": func.now(),
        "source_sha256": None,
    }
    await session.execute(update(EvidenceFileRow).where(*of_file).values(**gone))
    await _drop_contents(session, case_id)


async def _drop_contents(session: AsyncSession, case_id: UUID) -> None:
    """Delete the bytes that no file of a case has any more. Nobody adds the same bytes meanwhile: a door
    would find them there.
    """
    await one_file_at_a_time(session, case_id)
    needed = exists().where(
        EvidenceFileRow.case_id == EvidenceContentRow.case_id,
        EvidenceFileRow.sha256 == EvidenceContentRow.sha256,
        EvidenceFileRow.state != REMOVED,
    )
    await session.execute(delete(EvidenceContentRow).where(EvidenceContentRow.case_id == case_id, ~needed))


async def forget_refused(session: AsyncSession) -> int:
    """Delete files whose command was refused, or failed and was given up: no case has them. Returns how many
    (worker role).
    """
    over = exists().where(
        CommandRow.id == EvidenceFileRow.command_id,
        or_(CommandRow.state == "refused", CommandRow.given_up_at.is_not(None)),
    )
    refused = select(EvidenceFileRow.id).where(EvidenceFileRow.state == WAITING, over).limit(CHANGE_AT_MOST)
    gone = delete(EvidenceFileRow).where(EvidenceFileRow.id.in_(refused)).returning(EvidenceFileRow.case_id)
    cases = (await session.scalars(gone)).all()
    for case_id in sorted(set(cases)):
        await _drop_contents(session, case_id)
    return len(cases)
