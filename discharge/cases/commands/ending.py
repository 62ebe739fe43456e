"""How a case ends and begins again: closed, reopened, merged, entered in error."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from discharge.values import Frozen


class NoteMerge(Frozen):
    """Two people turned out to be one (A40): this case ends as merged into an older one."""

    kind: Literal["note-merge"] = "note-merge"
    into_case_id: UUID


class NoteUnmerge(Frozen):
    """A merge of two people was undone: this case goes on by itself, if it had ended as merged."""

    kind: Literal["note-unmerge"] = "note-unmerge"


class CloseCase(Frozen):
    """Close the case with an outcome."""

    kind: Literal["close-case"] = "close-case"
    outcome: str


class ReopenCase(Frozen):
    """Open a closed case again, with a coded reason."""

    kind: Literal["reopen-case"] = "reopen-case"
    reason: str


class EnterInError(Frozen):
    """The case should never have existed."""

    kind: Literal["enter-in-error"] = "enter-in-error"
