"""How a case ends and begins again: closed, reopened, merged, entered in error."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model import Stage
from discharge.cases.stages import ANY, HOME
from discharge.roles import ADMIN, CASEWORK, COORDINATOR, HOME_OR_SYSTEM, LEADS


class NoteMerge(CaseCommand):
    """Two people turned out to be one (A40): this case ends as merged into an older one."""

    declared: ClassVar = Declaration("Note that two people are one", ANY)
    touches: ClassVar = ("ending",)

    kind: Literal["note-merge"] = "note-merge"
    into_case_id: UUID


class NoteUnmerge(CaseCommand):
    """A merge of two people was undone: this case goes on by itself, if it had ended as merged."""

    declared: ClassVar = Declaration("Record that a merge was undone", ANY)
    touches: ClassVar = ("ending",)

    kind: Literal["note-unmerge"] = "note-unmerge"


class CloseCase(CaseCommand):
    """Close the case with an outcome."""

    declared: ClassVar = Declaration("Close the case", HOME, HOME_OR_SYSTEM, LEADS)
    touches: ClassVar = ("ending",)
    depends_on: ClassVar = ("contact",)

    kind: Literal["close-case"] = "close-case"
    outcome: str


class ReopenCase(CaseCommand):
    """Reopen a closed case, with a coded reason."""

    declared: ClassVar = Declaration("Reopen a closed case", frozenset({Stage.CLOSED}), CASEWORK, LEADS)
    touches: ClassVar = ("ending",)

    kind: Literal["reopen-case"] = "reopen-case"
    reason: str


class EnterInError(CaseCommand):
    """The case should never have existed."""

    declared: ClassVar = Declaration("Mark the case as entered in error", ANY, (COORDINATOR, ADMIN), LEADS)
    touches: ClassVar = ("ending",)

    kind: Literal["enter-in-error"] = "enter-in-error"


EndingCommand = NoteMerge | NoteUnmerge | CloseCase | ReopenCase | EnterInError
"""Every command of this room."""
