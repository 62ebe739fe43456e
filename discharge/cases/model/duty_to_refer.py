"""The duty to refer. Reasons for waiting and ready periods are the business of `discharge.delays`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from discharge.values import Frozen, YesNoUnknown


class Homelessness(Frozen):
    """The homelessness flag and the duty to refer (Housing Act 1996 s213B) as recorded facts."""

    flag: YesNoUnknown = "unknown"
    flagged_on: date | None = None
    referred_on: date | None = None
    council_id: UUID | None = None
    acknowledged_on: date | None = None

    @property
    def referred_to_council_on(self) -> date | None:
        """The day the referral was made, where it is known to which council."""
        return self.referred_on if self.council_id is not None else None
