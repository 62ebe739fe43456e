"""Who owns the case, who takes part, and on what basis partners may be told."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.stages import OPEN
from discharge.roles import CARE, CASEWORK, CASEWORK_OR_SYSTEM, LEADS, PARTS, REFERRING


class AssignOwner(CaseCommand):
    """Name who answers for the case in the asker's organisation (assignment, cover, handover)."""

    declared: ClassVar = Declaration("Change the owner of the case", OPEN, CASEWORK, PARTS)
    touches: ClassVar = ("owner",)

    kind: Literal["assign-owner"] = "assign-owner"
    team_id: UUID | None = None
    user_id: UUID | None = None


class AddParticipant(CaseCommand):
    """Add an organisation to the case in the case, on the basis that is recorded for it.

    ``basis`` may say which recorded basis is meant; it never makes one.
    """

    declared: ClassVar = Declaration("Add an organisation to the case", OPEN, CASEWORK, LEADS)
    touches: ClassVar = ("participant",)

    kind: Literal["add-participant"] = "add-participant"
    organisation_id: UUID
    role: str
    basis: str | None = None


class EndParticipation(CaseCommand):
    """An organisation no longer takes part."""

    declared: ClassVar = Declaration("End an organisation's part", OPEN, CASEWORK, PARTS)
    touches: ClassVar = ("participant",)

    kind: Literal["end-participation"] = "end-participation"
    organisation_id: UUID


class RecordSharingBasis(CaseCommand):
    """Record consent or another lawful basis for sharing with partners."""

    declared: ClassVar = Declaration(
        "Record consent or another basis for sharing", OPEN, CASEWORK_OR_SYSTEM, REFERRING
    )
    touches: ClassVar = ("sharing",)

    kind: Literal["record-sharing-basis"] = "record-sharing-basis"
    basis: str


class WithdrawSharingBasis(CaseCommand):
    """The person withdrew consent, or the basis ended."""

    declared: ClassVar = Declaration(
        "Record that the basis for sharing ended", OPEN, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("sharing",)

    kind: Literal["withdraw-sharing-basis"] = "withdraw-sharing-basis"


ParticipationCommand = (
    AssignOwner | AddParticipant | EndParticipation | RecordSharingBasis | WithdrawSharingBasis
)
"""Every command of this room."""
