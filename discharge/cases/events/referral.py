"""A referral comes, is restated, taken on or returned."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import Referral
from discharge.values import Frozen, YesNoUnknown


class ReferralReceived(Frozen):
    """A ward asked for help with somebody's home."""

    kind: Literal["referral-received"] = "referral-received"
    person_id: UUID
    referral: Referral


class ReferralAmended(Frozen):
    """What is asked for was restated or corrected, as it is from now on; None says nothing.

    ``changed`` names what is said otherwise than before; older ones do not say it.
    """

    kind: Literal["referral-amended"] = "referral-amended"
    ward: str | None
    reasons: tuple[str, ...]
    needs: tuple[str, ...]
    pathway: str | None
    tenure: str | None = None
    lives_alone: YesNoUnknown | None = None
    changed: tuple[str, ...] | None = None


class ReferralAccepted(Frozen):
    """The referral was taken on."""

    kind: Literal["referral-accepted"] = "referral-accepted"
    accepted_on: date


class ReferralReturned(Frozen):
    """The referral went back to the ward, with a coded reason."""

    kind: Literal["referral-returned"] = "referral-returned"
    returned_on: date
    reason: str
