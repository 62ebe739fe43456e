"""Two cases that were one: what Homeward itself tells the one that goes on."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model import HandedOver
from discharge.cases.stages import ANY


class NoteMergedCase(CaseCommand):
    """Another case ended as merged into this one: what was said there is said here, too."""

    declared: ClassVar = Declaration("Note that another case was merged into this one", ANY)
    touches: ClassVar = ("merged-case", "item", "hazard", "assignment")

    kind: Literal["note-merged-case"] = "note-merged-case"
    merged_case_id: UUID
    handed: HandedOver


class NotePartedCase(CaseCommand):
    """The merge of another case into this one was undone: what came from there is taken back."""

    declared: ClassVar = Declaration("Note that a merge into this case was undone", ANY)
    touches: ClassVar = ("merged-case", "item", "hazard")

    kind: Literal["note-parted-case"] = "note-parted-case"
    merged_case_id: UUID


MergesCommand = NoteMergedCase | NotePartedCase
"""Every command of this room."""
