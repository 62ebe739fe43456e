"""The person left, did not leave after all, or died."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model import IN_HOSPITAL
from discharge.cases.stages import ANY, HOME
from discharge.roles import CARE, CASEWORK_OR_SYSTEM, LEADS, WARD_OR_SYSTEM


class ConfirmDischarge(CaseCommand):
    """Record by hand that the person left, when no A03 came.

    For a home that is not ready, or was not checked, it needs a reason (``unready-reasons``) and who decided
    it: the door keeps the name as a note, and says here which.
    """

    declared: ClassVar = Declaration("Confirm the discharge", IN_HOSPITAL, WARD_OR_SYSTEM, LEADS)
    touches: ClassVar = ("leaving",)
    depends_on: ClassVar = ("item", "mitigation", "home-ready")

    kind: Literal["confirm-discharge"] = "confirm-discharge"
    destination: str
    method: str = "1"
    discharged_at: datetime | None = None
    unready_reason: str | None = None
    decided_by_note: UUID | None = None


class CancelDischarge(CaseCommand):
    """Record by hand that the discharge did not happen."""

    declared: ClassVar = Declaration("Record that the discharge did not happen", HOME, WARD_OR_SYSTEM, LEADS)
    touches: ClassVar = ("leaving",)

    kind: Literal["cancel-discharge"] = "cancel-discharge"


class RecordDeath(CaseCommand):
    """The person died; every contact stops at once."""

    declared: ClassVar = Declaration("Record that the person died", ANY, CASEWORK_OR_SYSTEM, CARE)
    touches: ClassVar = ("ending",)

    kind: Literal["record-death"] = "record-death"


class WithdrawDeath(CaseCommand):
    """The person did not die after all: the trust took back what it had said; sent by the relay."""

    declared: ClassVar = Declaration("Record that the trust cancelled a death", ANY)
    touches: ClassVar = ("ending",)

    kind: Literal["withdraw-death"] = "withdraw-death"


LeavingCommand = ConfirmDischarge | CancelDischarge | RecordDeath | WithdrawDeath
"""Every command of this room."""
