"""Why somebody waits, until when the home is needed, and the duty to refer."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model import IN_HOSPITAL
from discharge.cases.stages import OPEN
from discharge.roles import CARE, CASEWORK_OR_SYSTEM, REFERRING
from discharge.values import YesNoUnknown


class SetNeededBy(CaseCommand):
    """Set the day by which the home must be ready."""

    declared: ClassVar = Declaration(
        "Set the day the home is needed by", IN_HOSPITAL, CASEWORK_OR_SYSTEM, REFERRING
    )
    touches: ClassVar = ("needed-by",)

    kind: Literal["set-needed-by"] = "set-needed-by"
    needed_by: date | None


class RecordDelayReason(CaseCommand):
    """Record why the person is waiting from a day on; a new national reason ends the one before it."""

    declared: ClassVar = Declaration("Record why the person is waiting", OPEN, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("reason",)

    kind: Literal["record-delay-reason"] = "record-delay-reason"
    reason_kind: Literal["national", "local"]
    code: str
    owner_role: str
    owner_organisation_id: UUID | None = None
    to_on: date | None = None


class EndDelayReason(CaseCommand):
    """A reason for waiting no longer holds."""

    declared: ClassVar = Declaration("End a reason for waiting", OPEN, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("reason",)

    kind: Literal["end-delay-reason"] = "end-delay-reason"
    reason_id: UUID


class FlagHomelessness(CaseCommand):
    """Record whether the person may be homeless or threatened with it."""

    declared: ClassVar = Declaration("Record homelessness", OPEN, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("homelessness",)

    kind: Literal["flag-homelessness"] = "flag-homelessness"
    flag: YesNoUnknown


class RecordDutyToRefer(CaseCommand):
    """Record that the homelessness referral (duty to refer) was made to a council, which must be named."""

    declared: ClassVar = Declaration(
        "Record the homelessness referral to a council", OPEN, CASEWORK_OR_SYSTEM, CARE
    )
    touches: ClassVar = ("duty-to-refer",)

    kind: Literal["record-duty-to-refer"] = "record-duty-to-refer"
    council_id: UUID | None = None


class AcknowledgeDutyToRefer(CaseCommand):
    """Record that the council acknowledged the homelessness referral."""

    declared: ClassVar = Declaration("Record the council's answer", OPEN, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("duty-to-refer",)

    kind: Literal["acknowledge-duty-to-refer"] = "acknowledge-duty-to-refer"


WaitingCommand = (
    SetNeededBy
    | RecordDelayReason
    | EndDelayReason
    | FlagHomelessness
    | RecordDutyToRefer
    | AcknowledgeDutyToRefer
)
"""Every command of this room."""
