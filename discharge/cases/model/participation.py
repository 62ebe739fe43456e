"""Who owns the case, who takes part, and on what basis partners may be told."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from discharge.values import Frozen


class Participant(Frozen):
    """An organisation that takes part in the case, on what basis, from and until which day.

    ``basis`` is how it came to take part: the referral, an order, or a recorded basis for sharing.
    """

    organisation_id: UUID
    role: str
    basis: str
    from_on: date
    until_on: date | None = None


class Owner(Frozen):
    """Who answers for the case in one organisation."""

    organisation_id: UUID
    team_id: UUID | None = None
    user_id: UUID | None = None


class SharingBasis(Frozen):
    """A recorded lawful basis for sharing with partners about the case (consent, or another one by code).

    ``recorded_by`` and ``organisation_id`` say who stated it; None where an earlier version recorded it.
    """

    basis: str
    recorded_on: date
    recorded_by: UUID | None = None
    organisation_id: UUID | None = None
    withdrawn_on: date | None = None
