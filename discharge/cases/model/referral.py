"""What the ward asked for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from discharge.values import Frozen, YesNoUnknown


class Referral(Frozen):
    """What the ward asked for, in codes; ``awaiting_spell`` until the stay it names is known."""

    referred_on: date
    organisation_id: UUID
    ward: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: YesNoUnknown = "unknown"
    pathway: str | None = None
    external_id: str | None = None
    awaiting_spell: bool = False
    accepted_on: date | None = None
    returned_reason: str | None = None
