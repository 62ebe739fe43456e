"""What the person was told about their choice, by letter or in a talk, and who arranges what they pay for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from discharge.values import Frozen, YesNoUnknown


class StatedWish(Frozen):
    """Where the person wishes to live, as a code; their own words stand in the note."""

    wish: str
    said_on: date
    note_id: UUID | None = None


class ChoiceStep(Frozen):
    """One step of the local policy on choice: what was given, by which role, when, and by when an answer is
    due; and the answer.
    """

    step: str
    number: int
    given_on: date
    given_by: str
    recorded_by: UUID | None = None
    response_due_on: date | None = None
    answer: str | None = None
    answered_on: date | None = None
    note_id: UUID | None = None

    @property
    def key(self) -> str:
        """Its name in the case, for instance ``letter-1/1``."""
        return f"{self.step}/{self.number}"


class SelfFunder(Frozen):
    """Whether the person pays for their own care, who arranges it, and since when."""

    self_funder: YesNoUnknown
    since: date
    arranger: str | None = None
    note_id: UUID | None = None
