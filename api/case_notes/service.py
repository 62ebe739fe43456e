"""Words that do not belong on a case are withdrawn by somebody who may read and write there.

No key is kept of it, and one address takes both: what was erased and what went to the annex are alike for
everybody who was not asked to do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.case_notes.other_words import other_words
from api.cases.note_words import WITHDRAW
from api.cases.queries import CaseFile, read_case
from api.looks.notes import who
from api.web.principals import Principal
from api.web.request_keys import KeyedWrite
from discharge.errors import HomewardError
from discharge.store import audit
from discharge.store.changes import require_version
from discharge.store.tables import NoteRow
from housing_checks.store.withdrawn_notes import withdraw_note


@dataclass(frozen=True)
class NoteOfCase:
    """A note that somebody may withdraw, and its case."""

    found: CaseFile
    row: NoteRow


async def note_of_case(session: AsyncSession, caller: Principal, case_id: UUID, note_id: UUID) -> NoteOfCase:
    """A note that the caller may read, or other words that become one when they are withdrawn. Raises
    not-found, role-not-allowed, part-not-allowed.
    """
    caller.require(WITHDRAW)
    found = await read_case(session, caller, case_id, "words to withdraw")
    caller.require_on(found.case, WITHDRAW)
    noted = select(NoteRow).where(NoteRow.id == note_id, NoteRow.case_id == case_id)
    row = await session.scalar(noted.execution_options(populate_existing=True))
    row = row or await other_words(session, caller, found, note_id)
    if row is None:
        raise HomewardError("not-found")
    return NoteOfCase(found, row)


async def withdraw(
    session: AsyncSession,
    keyed: KeyedWrite,
    case_id: UUID,
    note_id: UUID,
    *,
    about_danger: bool,
    seen_version: int | None = None,
) -> NoteRow:
    """Withdraw the words of a note; the note as it stands then. Doing it again changes nothing.

    Raises as :func:`note_of_case`; and words-withdrawn where they were withdrawn before by somebody else, or
    otherwise.
    """
    caller = keyed.caller
    await keyed.require_unused(session)
    noted = await note_of_case(session, caller, case_id, note_id)
    require_version(noted.found.case, seen_version)
    kept_as = noted.row.id
    if await withdraw_note(session, caller.actor, case_id, kept_as, about_danger=about_danger):
        await audit.note_write(session, who(caller), "words withdrawn", str(kept_as), case_id=case_id)
    return (await note_of_case(session, caller, case_id, note_id)).row
