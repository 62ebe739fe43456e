"""The check of a case that ends as merged goes to the case that goes on, as a command of its own.

What is told stands in the outbox with the end of the case, in one transaction: a worker that is killed in
between changes nothing, and the key is that of the step in which the case ended, so that it is told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from discharge.cases.commands import Envelope, NoteMergedCase, NotePartedCase
from discharge.cases.events import CaseClosed, CaseMergedIn, CaseParted, CaseReopened
from discharge.cases.model import Actor, Case, HandedOver
from discharge.roles import SYSTEM
from discharge.store.addresses import home_of
from discharge.store.contact_moves import MERGE_UNDONE
from discharge.store.outbox import queue_case_signal
from discharge.store.projections import Change, register_projection
from discharge.store.tables import CaseEventRow, CaseRow, NoteRow
from housing_checks.checks.handing_over import at_another_address, copy_of, handed_over

COPIED = (
    "item",
    "organisation_id",
    "author_id",
    "team_id",
    "text",
    "sensitivity",
    "created_at",
    "withdrawn_at",
    "withdrawn_by",
)
"""What a copy of a note has from the note."""


def register() -> None:
    """Have the record hand checks over from now on; doing it again changes nothing."""
    register_projection(project_merges)


async def project_merges(session: AsyncSession, change: Change) -> None:
    """Hand over, or have taken back, what a case that ended as merged said; a case that had ended itself
    passes on what comes to it (worker role).
    """
    case = change.after
    for event in change.events:
        match event:
            case CaseClosed(outcome="merged", merged_into=UUID() as into):
                handed = handed_over(case, into, event.closed_on)
                if await _at_different_postcodes(session, case.case_id, into):
                    handed = at_another_address(handed)
                await _hand_over(session, case, into, case.case_id, handed, event.closed_on)
            case CaseReopened(reason=reason) if reason == MERGE_UNDONE and change.before is not None:
                await _take_back(session, case, change.before.merged_into, case.case_id, event.reopened_on)
            case CaseMergedIn() if case.merged_into is not None:
                day, source = event.merged.merged_on, event.merged.case_id
                handed = handed_over(case, case.merged_into, day, only=source)
                await _hand_over(session, case, case.merged_into, source, handed, day)
            case CaseParted() if change.before is not None:
                await _drop_notes(session, change.before, event.merged_case_id)
                await _take_back(session, case, case.merged_into, event.merged_case_id, event.parted_on)


async def _hand_over(
    session: AsyncSession, case: Case, into: UUID, source: UUID, handed: HandedOver, on: date
) -> None:
    envelope = _envelope(case, into, on, NoteMergedCase(merged_case_id=source, handed=handed))
    await _copy_notes(session, case.case_id, envelope, handed)
    await queue_case_signal(session, envelope)


async def _at_different_postcodes(session: AsyncSession, *cases: UUID) -> bool:
    """Whether the records of the people of these cases give them homes with different postcodes."""
    people = await session.scalars(select(CaseRow.person_id).where(CaseRow.id.in_(cases)))
    homes = [await session.scalar(home_of(each)) for each in set(people)]
    codes = {"".join(home.postcode.split()).upper() for home in homes if home is not None and home.postcode}
    return len(codes) > 1


async def _take_back(session: AsyncSession, case: Case, into: UUID | None, source: UUID, on: date) -> None:
    if into is not None:
        await queue_case_signal(session, _envelope(case, into, on, NotePartedCase(merged_case_id=source)))


def _envelope(case: Case, into: UUID, on: date, command: NoteMergedCase | NotePartedCase) -> Envelope:
    """Homeward tells it for the organisation that referred the case that ended."""
    return Envelope(
        command_id=uuid5(case.case_id, f"{command.kind}/{into}/{command.merged_case_id}/{case.version}"),
        case_id=into,
        actor=Actor(organisation_id=_referrer(case), role=SYSTEM),
        effective_on=on,
        command=command,
    )


def _referrer(case: Case) -> UUID:
    if case.referral is None:
        raise ValueError("a case without a referral was merged")
    return case.referral.organisation_id


async def _copy_notes(session: AsyncSession, source: UUID, envelope: Envelope, handed: HandedOver) -> None:
    """What is written about the items that are handed over is written in the other case, too, by the same
    people on the same day; it is shown once that case has taken it.
    """
    into, used = envelope.case_id, set(_notes_used(handed))
    happened = select(CaseEventRow.command_id).where(CaseEventRow.case_id == source)
    rows = select(NoteRow).where(NoteRow.case_id == source, NoteRow.command_id.in_(happened))
    copies = [
        {
            **{name: getattr(note, name) for name in COPIED},
            "id": copy_of(note.id, into),
            "original_id": note.original_id or note.id,
            "case_id": into,
            "command_id": envelope.command_id,
        }
        for note in await session.scalars(rows)
        if note.item in handed.statements or copy_of(note.id, into) in used
    ]
    if copies:
        await session.execute(insert(NoteRow).values(copies).on_conflict_do_nothing(index_elements=["id"]))


def _notes_used(handed: HandedOver) -> Iterator[UUID | None]:
    for said in handed.statements.values():
        for each in said:
            yield from (each.note_id, each.told_note_id)
    yield from (hazard.note_id for hazard in handed.hazards)


async def _drop_notes(session: AsyncSession, before: Case, source: UUID) -> None:
    """What is written in the other case is not shown in this one any more: that one has it still."""
    written = (await session.scalars(select(NoteRow.id).where(NoteRow.case_id == source))).all()
    copies = {_copied(each, way) for each in written for way in _ways(before, source)}
    await session.execute(delete(NoteRow).where(NoteRow.case_id == before.case_id, NoteRow.id.in_(copies)))


def _ways(case: Case, source: UUID) -> set[tuple[UUID, ...]]:
    """Through which cases something came from another one to this: by itself, or with one in between."""
    check = case.check
    said = (each for code in check.answers for each in check.said_of(code)) if check is not None else ()
    came = (each.came_from for each in said if source in each.came_from)
    return {(case.case_id,), *((*way[way.index(source) + 1 :], case.case_id) for way in came)}


def _copied(note_id: UUID, way: tuple[UUID, ...]) -> UUID:
    for case_id in way:
        note_id = copy_of(note_id, case_id) or note_id
    return note_id
