"""Referring, taking on or returning, owning, taking part, sharing, ending and beginning again."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import CaseSpell, Frozen, YesNoUnknown


class Refer(Frozen):
    """Open a case, or join one that is open for the person; asks for nothing that is already held.

    ``organisation_id`` is the referring trust; ``service_id`` the housing-health service that takes the
    referral, found at the door; both take part in the case from the first day.
    """

    kind: Literal["refer"] = "refer"
    person_id: UUID
    organisation_id: UUID
    service_id: UUID | None = None
    spell: CaseSpell | None = None
    ward: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: YesNoUnknown = "unknown"
    homeless: YesNoUnknown = "unknown"
    pathway: str | None = None
    expected_discharge_on: date | None = None
    ready_on: date | None = None
    sharing_basis: str | None = None
    external_id: str | None = None


class AcceptReferral(Frozen):
    """Take the referral on, and say who answers for it."""

    kind: Literal["accept-referral"] = "accept-referral"
    team_id: UUID | None = None
    user_id: UUID | None = None


class ReturnReferral(Frozen):
    """Send the referral back to the ward with a coded reason."""

    kind: Literal["return-referral"] = "return-referral"
    reason: str


class AmendReferral(Frozen):
    """The referrer restates what is asked for; what is None, or an empty list, stays as it is."""

    kind: Literal["amend-referral"] = "amend-referral"
    ward: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    pathway: str | None = None


class WithdrawReferral(Frozen):
    """The ward, or the person, no longer wants the help."""

    kind: Literal["withdraw-referral"] = "withdraw-referral"
    reason: str


class AssignOwner(Frozen):
    """Name who answers for the case in the asker's organisation (assignment, cover, handover)."""

    kind: Literal["assign-owner"] = "assign-owner"
    team_id: UUID | None = None
    user_id: UUID | None = None


class AddParticipant(Frozen):
    """Let an organisation take part in the case."""

    kind: Literal["add-participant"] = "add-participant"
    organisation_id: UUID
    role: str
    basis: str


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
