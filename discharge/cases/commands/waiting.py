"""Why somebody waits, until when the home is needed, and the duty to refer."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.values import Frozen, YesNoUnknown


class SetNeededBy(Frozen):
    """Set the day by which the home must be ready."""

    kind: Literal["set-needed-by"] = "set-needed-by"
    needed_by: date | None


class RecordDelayReason(Frozen):
    """Record why the person waits from a day on; a new national reason ends the one before it."""

    kind: Literal["record-delay-reason"] = "record-delay-reason"
    reason_kind: Literal["national", "local"]
    code: str
    owner_role: str
    owner_organisation_id: UUID | None = None
    to_on: date | None = None


class EndDelayReason(Frozen):
    """A reason for waiting no longer holds."""

    kind: Literal["end-delay-reason"] = "end-delay-reason"
    reason_id: UUID


class FlagHomelessness(Frozen):
    """Record whether the person may be homeless or threatened with it."""

    kind: Literal["flag-homelessness"] = "flag-homelessness"
    flag: YesNoUnknown


class RecordDutyToRefer(Frozen):
    """Record that the homelessness referral (duty to refer) was made to a council, which must be named."""

    kind: Literal["record-duty-to-refer"] = "record-duty-to-refer"
    council_id: UUID | None = None


class AcknowledgeDutyToRefer(Frozen):
    """Record that the council acknowledged the homelessness referral."""

    kind: Literal["acknowledge-duty-to-refer"] = "acknowledge-duty-to-refer"
