"""The suitability check and the gate."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.stages import GATED, SINCE_ACCEPTANCE
from discharge.roles import CARE, CASEWORK, CASEWORK_OR_SYSTEM, HOME_OR_SYSTEM, LEADS
from discharge.values import AnswerCode


class StartCheck(CaseCommand):
    """Begin the home suitability check on a version of the form."""

    declared: ClassVar = Declaration("Begin the suitability check", SINCE_ACCEPTANCE, HOME_OR_SYSTEM, LEADS)
    touches: ClassVar = ("check",)

    kind: Literal["start-check"] = "start-check"
    form: str


class MoveCheck(CaseCommand):
    """Go on with the check on the form in force; what still means the same is kept."""

    declared: ClassVar = Declaration(
        "Move the home check to the current form", SINCE_ACCEPTANCE, HOME_OR_SYSTEM, LEADS
    )
    touches: ClassVar = ("check", "item")

    kind: Literal["move-check"] = "move-check"
    form: str


class SaveAnswers(CaseCommand):
    """Save what is answered of a check so far; it may be completed later, and by somebody else.

    ``evidence`` says for single items how their answer is known; ``told_by`` who told all of them, and
    ``through`` how they came. ``text_notes`` names for items that are answered in words the note that holds
    them, and ``told_note_id`` the one with the name of who told them; the door says it, never the client.
    """

    declared: ClassVar = Declaration(
        "Save answers of the suitability check", SINCE_ACCEPTANCE, HOME_OR_SYSTEM, LEADS
    )
    touches: ClassVar = ("item", "mitigation")

    kind: Literal["save-answers"] = "save-answers"
    form: str
    answers: dict[str, AnswerCode] = Field(min_length=1)
    evidence: dict[str, str] = Field(default_factory=dict)
    told_by: str | None = None
    through: str | None = None
    told_note_id: UUID | None = None
    text_notes: dict[str, UUID] = Field(default_factory=dict)
    kept: tuple[str, ...] = ()


class CompleteCheck(CaseCommand):
    """Hand in the check: with what was saved before, an answer to each item that is asked of this person.

    ``kept`` names the items that the asker left as they had seen them: they stay as they stand by then. The
    door says it, never the client.
    """

    declared: ClassVar = Declaration(
        "Complete the suitability check", SINCE_ACCEPTANCE, HOME_OR_SYSTEM, LEADS
    )
    touches: ClassVar = ("item", "mitigation")

    kind: Literal["complete-check"] = "complete-check"
    form: str
    answers: dict[str, AnswerCode]
    evidence: dict[str, str] = Field(default_factory=dict)
    text_notes: dict[str, UUID] = Field(default_factory=dict)
    kept: tuple[str, ...] = ()


class ConfirmItem(CaseCommand):
    """Say how one item of the check stands, and how that is known; a check not begun before begins with it.

    It takes effect on the day on which it was seen or told. ``told_by`` says who told it, ``through`` how it
    came. Where it is not in place, ``owner_role`` and ``due_on`` say whose move it is, and until when. What
    somebody else said differently is not overwritten: both stand until a person settles it. ``text_notes``
    and ``told_note_id`` name notes; the door says them, never the client.
    """

    declared: ClassVar = Declaration("Update a check answer", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("item", "mitigation")

    kind: Literal["confirm-item"] = "confirm-item"
    item: str
    value: AnswerCode
    evidence: str | None = None
    told_by: str | None = None
    through: str | None = None
    owner_role: str | None = None
    due_on: date | None = None
    text_notes: dict[str, UUID] = Field(default_factory=dict)
    told_note_id: UUID | None = None


class SettleAnswer(CaseCommand):
    """Decide which of several people's answers to an item holds, and why."""

    declared: ClassVar = Declaration("Settle different answers", SINCE_ACCEPTANCE, CASEWORK, LEADS)
    touches: ClassVar = ("item", "mitigation")

    kind: Literal["settle-answer"] = "settle-answer"
    item: str
    value: AnswerCode
    reason: str


class NameMitigation(CaseCommand):
    """Name what will be done instead of a ``yes``, which role, and who of it, answers, and until when."""

    declared: ClassVar = Declaration("Record a mitigation", GATED, CASEWORK_OR_SYSTEM, LEADS)
    touches: ClassVar = ("mitigation",)
    depends_on: ClassVar = ("item:{item}",)

    kind: Literal["name-mitigation"] = "name-mitigation"
    item: str
    mitigation: str
    role: str
    user_id: UUID | None = None
    until_on: date | None = None


class WithdrawMitigation(CaseCommand):
    """End a mitigation."""

    declared: ClassVar = Declaration("Withdraw a mitigation", GATED, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("mitigation",)

    kind: Literal["withdraw-mitigation"] = "withdraw-mitigation"
    item: str


class AssignBlocker(CaseCommand):
    """Say whose move an item of the check is that is not ``yes``: which role, who of it, and by when."""

    declared: ClassVar = Declaration(
        "Name the owner and the date of an open item", SINCE_ACCEPTANCE, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("assignment",)

    kind: Literal["assign-blocker"] = "assign-blocker"
    item: str
    role: str
    user_id: UUID | None = None
    due_on: date | None = None


HomeCommand = (
    StartCheck
    | MoveCheck
    | SaveAnswers
    | CompleteCheck
    | ConfirmItem
    | SettleAnswer
    | NameMitigation
    | WithdrawMitigation
    | AssignBlocker
)
"""Every command of this room."""
