"""Notes on a case, for programs."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.case_notes import service
from api.case_notes.schemas import NoteWithdrawal, WithdrawnNote
from api.cases.note_words import WITHDRAW
from api.cases.queries import note_summary
from api.safety.line import read_by
from api.web.depends import Caller, Ready
from api.web.request_keys import Keyed

router = APIRouter(prefix="/api/v1/cases/{case_id}/notes", tags=["case notes"])


@router.post("/{note_id}/withdraw")
async def withdraw_note(
    case_id: UUID, note_id: UUID, body: NoteWithdrawal, services: Ready, caller: Caller, keyed: Keyed
) -> WithdrawnNote:
    """Withdraw the words of a note, or of an answer, that do not belong on the case. In place of a note's id
    it takes that of a contact, or of a name to know the ward: their words leave where they stood, too.

    They are gone from every answer, page and message; that somebody wrote, and who withdrew it when, stays.
    Doing it again changes nothing; no key is kept of it.
    """
    caller.require(WITHDRAW)
    async with services.begin(caller) as session:
        row = await service.withdraw(session, keyed, case_id, note_id, about_danger=body.about_danger)
        reads = await read_by(session, caller, case_id) if body.about_danger else None
        return WithdrawnNote(case_id=case_id, note=note_summary(row), who_reads=reads)
