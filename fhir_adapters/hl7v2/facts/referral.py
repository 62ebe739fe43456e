"""What a message asks of the housing service."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from discharge.values import Frozen, YesNoUnknown


class ReferralReported(Frozen):
    """A referral to the housing service (REF): made, changed or withdrawn, in codes of our lists.

    `external_id` is the sender's own number. The note is free text: it goes to the case's notes, not into the
    facts.
    """

    kind: Literal["referral-reported"] = "referral-reported"
    action: Literal["made", "changed", "withdrawn"]
    stated_at: AwareDatetime | None = None
    external_id: str | None = None
    referred_on: date | None = None
    visit_number: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: YesNoUnknown = "unknown"
    homeless: YesNoUnknown = "unknown"
    pathway: str | None = None
    expected_discharge_on: date | None = None
    ready_on: date | None = None
    sharing_basis: str | None = None
    note: str | None = Field(default=None, exclude=True, repr=False)
