"""How a case ends and begins again: closed, reopened, merged, entered in error."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand


class NoteMerge(CaseCommand):
    """Two people turned out to be one (A40): this case ends as merged into an older one."""

    touches: ClassVar = ("ending",)

    kind: Literal["note-merge"] = "note-merge"
    into_case_id: UUID


class NoteUnmerge(CaseCommand):
    """A merge of two people was undone: this case goes on by itself, if it had ended as merged."""

    touches: ClassVar = ("ending",)

    kind: Literal["note-unmerge"] = "note-unmerge"


class CloseCase(CaseCommand):
    """Close the case with an outcome."""

    touches: ClassVar = ("ending",)
    depends_on: ClassVar = ("contact",)

    kind: Literal["close-case"] = "close-case"
    outcome: str


class ReopenCase(CaseCommand):
    """Reopen a closed case, with a coded reason."""

    touches: ClassVar = ("ending",)

    kind: Literal["reopen-case"] = "reopen-case"
    reason: str


class EnterInError(CaseCommand):
    """The case should never have existed."""

    touches: ClassVar = ("ending",)

    kind: Literal["enter-in-error"] = "enter-in-error"
