"""A referral comes, is taken on or returned; who owns it and takes part; how a case ends and begins again."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import Frozen, Owner, Participant, Referral, ReopenedStage, SharingBasis


class ReferralReceived(Frozen):
    """A ward asked for help with somebody's home."""

    kind: Literal["referral-received"] = "referral-received"
    person_id: UUID
    referral: Referral


class ReferralAmended(Frozen):
    """The referrer restated what is asked for: ward, reasons, needs and pathway as they are from now on."""

    kind: Literal["referral-amended"] = "referral-amended"
    ward: str | None
    reasons: tuple[str, ...]
    needs: tuple[str, ...]
    pathway: str | None


class ReferralAccepted(Frozen):
    """The referral was taken on."""

    kind: Literal["referral-accepted"] = "referral-accepted"
    accepted_on: date


class ReferralReturned(Frozen):
    """The referral went back to the ward, with a coded reason."""

    kind: Literal["referral-returned"] = "referral-returned"
    returned_on: date
    reason: str


class OwnerAssigned(Frozen):
    """Somebody now answers for the case in one organisation."""

    kind: Literal["owner-assigned"] = "owner-assigned"
    owner: Owner


class ParticipantJoined(Frozen):
    """An organisation takes part from a day on."""

    kind: Literal["participant-joined"] = "participant-joined"
    participant: Participant


class ParticipantLeft(Frozen):
    """An organisation no longer takes part."""

    kind: Literal["participant-left"] = "participant-left"
    organisation_id: UUID
    until_on: date


class SharingBasisRecorded(Frozen):
    """Consent, or another lawful basis, now allows partners to be told."""

    kind: Literal["sharing-basis-recorded"] = "sharing-basis-recorded"
    sharing: SharingBasis


class SharingBasisWithdrawn(Frozen):
    """The basis for telling partners ended."""

    kind: Literal["sharing-basis-withdrawn"] = "sharing-basis-withdrawn"
    withdrawn_on: date


class CaseClosed(Frozen):
    """Nothing more is awaited; the outcome says how it ended (a side exit has its own outcome code)."""

    kind: Literal["case-closed"] = "case-closed"
    closed_on: date
    outcome: str
    merged_into: UUID | None = None


class CaseReopened(Frozen):
    """A late fact or a person opened the case again, at the stage that fits."""

    kind: Literal["case-reopened"] = "case-reopened"
    reopened_on: date
    stage: ReopenedStage
    reason: str
