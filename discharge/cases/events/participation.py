"""Who owns the case, who takes part, and on what basis partners may be told."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import Owner, Participant, SharingBasis
from discharge.values import Frozen


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
    """The basis for sharing with partners ended."""

    kind: Literal["sharing-basis-withdrawn"] = "sharing-basis-withdrawn"
    withdrawn_on: date
