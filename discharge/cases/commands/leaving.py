"""The person left, did not leave after all, or died."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand


class ConfirmDischarge(CaseCommand):
    """Record by hand that the person left, when no A03 came.

    For a home that is not ready, or was not checked, it needs a reason (``unready-reasons``) and who decided
    it: the door keeps the name as a note, and says here which.
    """

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

    touches: ClassVar = ("leaving",)

    kind: Literal["cancel-discharge"] = "cancel-discharge"


class RecordDeath(CaseCommand):
    """The person died; every contact stops at once."""

    touches: ClassVar = ("ending",)

    kind: Literal["record-death"] = "record-death"


class WithdrawDeath(CaseCommand):
    """The person did not die after all: the trust took back what it had said; sent by the relay."""

    touches: ClassVar = ("ending",)

    kind: Literal["withdraw-death"] = "withdraw-death"
