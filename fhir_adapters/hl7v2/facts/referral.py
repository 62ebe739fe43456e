"""What a message asks of the housing service."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from discharge.cases.model import Asked


class ReferralReported(Asked):
    """A referral to the housing service (REF): made, changed or withdrawn, in codes of our lists.

    The note is free text: it goes to the case's notes, not into the facts.
    """

    kind: Literal["referral-reported"] = "referral-reported"
    action: Literal["made", "changed", "withdrawn"]
    stated_at: AwareDatetime | None = None
    referred_on: date | None = None
    visit_number: str | None = None
    note: str | None = Field(default=None, exclude=True, repr=False)
