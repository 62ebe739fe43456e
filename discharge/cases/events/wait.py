"""Why somebody waits, until when the home is needed, and the duty to refer."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.delays.model import DelayReason
from discharge.values import Frozen, YesNoUnknown


class NeededBySet(Frozen):
    """The day by which the home must be ready was set."""

    kind: Literal["needed-by-set"] = "needed-by-set"
    needed_by: date | None


class DelayReasonRecorded(Frozen):
    """A reason for waiting was recorded, with its owner."""

    kind: Literal["delay-reason-recorded"] = "delay-reason-recorded"
    reason: DelayReason


class DelayReasonEnded(Frozen):
    """A reason for waiting no longer holds from a day on."""

    kind: Literal["delay-reason-ended"] = "delay-reason-ended"
    reason_id: UUID
    to_on: date


class HomelessnessFlagged(Frozen):
    """Whether the person may be homeless or threatened with it was recorded."""

    kind: Literal["homelessness-flagged"] = "homelessness-flagged"
    flag: YesNoUnknown
    flagged_on: date


class DutyToReferSent(Frozen):
    """A homelessness referral (duty to refer) was made to the council the person chose, outside Homeward, and
    recorded here. Older ones may name no council.
    """

    kind: Literal["duty-to-refer-sent"] = "duty-to-refer-sent"
    referred_on: date
    council_id: UUID | None = None


class DutyToReferAcknowledged(Frozen):
    """The council acknowledged the homelessness referral."""

    kind: Literal["duty-to-refer-acknowledged"] = "duty-to-refer-acknowledged"
    acknowledged_on: date
