"""One case: its state, its person, its timeline and notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from api.cases.merged import withheld
from api.cases.schemas import CaseEvent, CaseNote
from api.cases.viewer import viewer_of
from api.looks.notes import looked
from api.safety.line import UNASKED, SafetyLine, safety_lines
from api.web.principals import Principal
from discharge.cases.events import event_as_known
from discharge.cases.model import SNAPSHOT, Case
from discharge.disclosure import UNTOLD, Telling
from discharge.errors import HomewardError
from discharge.other_cases import (
    StandIns,
    others_of,
    others_recorded,
    recorded_without_cases,
    without_cases,
)
from discharge.sight import recorded_without_danger, recorded_without_homes, recorded_without_place
from discharge.store.addresses import TODAY, home_of
from discharge.store.tables import (
    CaseEventRow,
    CaseRow,
    CommandRow,
    NoteRow,
    OutboxRow,
    Person,
    PersonAddress,
    PersonContact,
)
from discharge.store.tables.commands import LATE
from discharge.store.tables.outbox import EVERY_ITEM
from housing_checks.checks.own_words import NOTES_READ_BY_TEAM
from housing_checks.strands.definitions import unknown_kinds


@dataclass(frozen=True)
class CaseFile:
    """A case with its person, as one look shows it: as much of both as the caller may see.

    `address` is none where the caller may not see it; `place_seen` is false where ward and bed are withheld,
    `homes_seen` where it is which homes were offered and let; `telling` says what else is told of the case;
    `homes_before` are where they lived until another home was let or named, the last one first;
    `safety` is the line that every case shows. Of a `newer`
    one, which a newer build wrote, this one may not know all.
    """

    case: Case
    person: Person
    updated_at: datetime
    address: PersonAddress | None
    contacts: Sequence[PersonContact]
    homes_before: Sequence[PersonAddress] = ()
    place_seen: bool = True
    homes_seen: bool = True
    telling: Telling = UNTOLD
    newer: bool = False
    safety: SafetyLine = UNASKED


async def read_case(
    session: AsyncSession, caller: Principal, case_id: UUID, what: str = "case", action: str = "case.read"
) -> CaseFile:
    """A case and its person, with what the caller may see of them, to do an action.

    Raises not-found for a case that the caller's organisation takes no part in, and part-not-allowed where
    its part does not include the action.
    """
    statement = select(CaseRow, Person).join(Person, Person.id == CaseRow.person_id)
    found = (await session.execute(statement.where(CaseRow.id == case_id))).one_or_none()
    if found is None:
        raise HomewardError("not-found")
    row, person = found
    await looked(session, caller, what, [case_id], [person.id])
    case, viewer = SNAPSHOT.read(row.snapshot), await viewer_of(session, caller)
    caller.require_on(case, action)
    seen = viewer.looks_at(case, person)
    sight = seen.telling.sight
    instead = await withheld(session, caller, case_id, others_of(seen.case))
    return CaseFile(
        case=without_cases(seen.case, instead),
        person=seen.person,
        updated_at=row.updated_at,
        address=await home_address(session, person) if sight.address else None,
        contacts=await _contacts(session, person) if sight.contacts else (),
        homes_before=await _homes_before(session, person) if sight.address else (),
        place_seen=seen.place,
        homes_seen=seen.homes,
        telling=seen.telling,
        newer=SNAPSHOT.is_newer(row.snapshot) or bool(unknown_kinds(case)),
        safety=(await safety_lines(session, caller, [case_id])).of(case_id),
    )


async def _contacts(session: AsyncSession, person: Person) -> Sequence[PersonContact]:
    return (await session.scalars(select(PersonContact).where(PersonContact.person_id == person.id))).all()


async def home_address(session: AsyncSession, person: Person) -> PersonAddress | None:
    """The home address in force; never of somebody whose location is hidden, whatever the database would
    show.
    """
    if person.location_hidden:
        return None
    return await session.scalar(home_of(person.id))


async def _homes_before(session: AsyncSession, person: Person) -> Sequence[PersonAddress]:
    if person.location_hidden:
        return ()
    ended = select(PersonAddress).where(
        PersonAddress.person_id == person.id,
        PersonAddress.kind == "home",
        PersonAddress.until_on <= TODAY,
    )
    return (await session.scalars(ended.order_by(PersonAddress.until_on.desc()))).all()


async def case_of_person(session: AsyncSession, person_id: UUID) -> UUID | None:
    """The open case of a person, if the caller takes part in it."""
    return await session.scalar(
        select(CaseRow.id).where(CaseRow.person_id == person_id, CaseRow.closed_on.is_(None))
    )


async def timeline(session: AsyncSession, caller: Principal, found: CaseFile) -> Sequence[CaseEventRow]:
    """Everything that happened to a case, newest first, with what the reader of the case may see of it; not
    that a note was written which they may not read, nor the id of another case that they may not.
    """
    statement = (
        select(CaseEventRow)
        .where(CaseEventRow.case_id == found.case.case_id)
        .order_by(CaseEventRow.sequence.desc())
    )
    readable = await session.scalars(select(NoteRow.id).where(NoteRow.case_id == found.case.case_id))
    notes = {str(note_id) for note_id in readable}
    rows = [row for row in await session.scalars(statement) if _told(row, notes)]
    for row in rows:
        set_committed_value(row, "payload", _as_seen(row.payload, found))
    await without_other_cases(session, caller, found.case.case_id, rows)
    return rows


async def without_other_cases(
    session: AsyncSession,
    caller: Principal,
    case_id: UUID,
    rows: Sequence[CaseEventRow],
    named: Collection[UUID] = (),
) -> StandIns:
    """Take out of events, which are only shown, the ids of other cases that the caller may not open; what
    stands in their place, also for those that are ``named`` elsewhere.
    """
    others = {each for row in rows for each in others_recorded(row.payload)}
    instead = await withheld(session, caller, case_id, others | set(named))
    for row in rows if instead else ():
        set_committed_value(row, "payload", recorded_without_cases(row.payload, instead))
    return instead


def _told(row: CaseEventRow, notes: Collection[str]) -> bool:
    return row.kind != "note-written" or row.payload["note_id"] in notes


def _as_seen(payload: dict[str, Any], found: CaseFile) -> Any:
    told = recorded_without_danger(payload)
    told = told if found.homes_seen else recorded_without_homes(told)
    return told if found.place_seen else recorded_without_place(told)


async def notes_of(session: AsyncSession, case_id: UUID) -> Mapping[UUID, list[NoteRow]]:
    """Notes by the command they came with; those the caller may not see are not among them."""
    notes: dict[UUID, list[NoteRow]] = {}
    rows = await session.scalars(
        select(NoteRow).where(NoteRow.case_id == case_id).order_by(NoteRow.created_at)
    )
    for row in rows:
        if row.command_id is not None:
            notes.setdefault(row.command_id, []).append(row)
    return notes


async def notes_withheld(session: AsyncSession, case_id: UUID) -> str | None:
    """Who reads the notes that are for the team of a case, told to who is not of it; whether there are any
    is not said.
    """
    reads = await session.scalar(select(func.homeward_reads_own_words(case_id)))
    return None if reads else NOTES_READ_BY_TEAM


async def told(session: AsyncSession, case_id: UUID) -> Sequence[OutboxRow]:
    """What went, or waits to go, to partners about a case, newest first."""
    statement = (
        select(EVERY_ITEM)
        .where(EVERY_ITEM.case_id == case_id, EVERY_ITEM.channel == "partner")
        .order_by(EVERY_ITEM.sequence.desc())
    )
    return (await session.scalars(statement)).all()


async def command_of(session: AsyncSession, command_id: UUID) -> CommandRow:
    """A command of the caller's organisation. Raises not-found."""
    row = await session.get(CommandRow, command_id)
    if row is None:
        raise HomewardError("not-found")
    return row


async def late_refusals(session: AsyncSession, caller: Principal) -> Sequence[CommandRow]:
    """What the caller, or their team, asked for, was told "taken", and was refused later; until
    acknowledged.
    """
    mine = CommandRow.user_id == caller.user_id
    if caller.team_id is not None:
        mine = mine | (CommandRow.team_id == caller.team_id)
    statement = select(CommandRow).where(mine, text(LATE)).order_by(CommandRow.created_at.desc()).limit(100)
    return (await session.scalars(statement)).all()


def event_summary(row: CaseEventRow) -> CaseEvent:
    """One event for an interface: coded, with who and when beside it; one of a newer build as it is kept."""
    known = event_as_known(row.payload)
    return CaseEvent(
        sequence=row.sequence,
        kind=row.kind,
        effective_on=row.effective_on,
        case_time=row.case_time,
        recorded_at=row.recorded_at,
        command_id=row.command_id,
        organisation_id=row.organisation_id,
        user_id=row.user_id,
        role=row.role,
        reason=row.reason,
        event=known.model_dump(mode="json") if known else dict(row.payload),
    )


def note_summary(row: NoteRow) -> CaseNote:
    """One note for an interface, with the command that it came with."""
    return CaseNote(
        note_id=row.id,
        command_id=row.command_id,
        item=row.item,
        text=row.text,
        recorded_at=row.created_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )


async def waiting_commands(session: AsyncSession, caller: Principal) -> Sequence[CommandRow]:
    """What the caller asked for and is not answered yet."""
    statement = (
        select(CommandRow)
        .where(CommandRow.user_id == caller.user_id, CommandRow.state == "taken")
        .order_by(CommandRow.created_at.desc())
        .limit(100)
    )
    return (await session.scalars(statement)).all()
