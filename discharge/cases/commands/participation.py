"""Who owns the case, who takes part, and on what basis partners may be told."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from discharge.values import Frozen


class AssignOwner(Frozen):
    """Name who answers for the case in the asker's organisation (assignment, cover, handover)."""

    kind: Literal["assign-owner"] = "assign-owner"
    team_id: UUID | None = None
    user_id: UUID | None = None


class AddParticipant(Frozen):
    """Let an organisation take part in the case, on the basis that is recorded for it.

    ``basis`` may say which recorded basis is meant; it never makes one.
    """

    kind: Literal["add-participant"] = "add-participant"
    organisation_id: UUID
    role: str
    basis: str | None = None


class EndParticipation(Frozen):
    """An organisation no longer takes part."""

    kind: Literal["end-participation"] = "end-participation"
    organisation_id: UUID


class RecordSharingBasis(Frozen):
    """Record consent or another lawful basis for telling partners."""

    kind: Literal["record-sharing-basis"] = "record-sharing-basis"
    basis: str


class WithdrawSharingBasis(Frozen):
    """The person withdrew consent, or the basis ended."""

    kind: Literal["withdraw-sharing-basis"] = "withdraw-sharing-basis"
