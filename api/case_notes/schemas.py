"""Withdrawing the words of a note, as interfaces take and answer it."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.cases.schemas import CaseNote
from api.web.schemas import Schema


class NoteWithdrawal(BaseModel):
    """What becomes of the words."""

    model_config = ConfigDict(extra="forbid")

    about_danger: bool = Field(
        description="True when they speak of abuse or danger: people named for safety read them from then on."
        " Otherwise they are erased. For everybody else the two are alike"
    )


class WithdrawnNote(Schema):
    """The note as it stands now."""

    case_id: UUID
    note: CaseNote
    who_reads: str | None = Field(
        description="Who reads them, told to the person who withdrew them; null where they were erased"
    )
