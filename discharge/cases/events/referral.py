"""A referral comes, is restated, taken on or returned."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import Referral
from discharge.values import Frozen


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
