"""The person left, did not leave after all, or died."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from discharge.values import Frozen


class ConfirmDischarge(Frozen):
    """Record by hand that the person left, when no A03 came.

    For a home that is not ready, or was not checked, it needs a reason (``unready-reasons``) and who decided
    it: the door keeps the name as a note, and says here which.
    """

    kind: Literal["confirm-discharge"] = "confirm-discharge"
    destination: str
    method: str = "1"
    discharged_at: datetime | None = None
    unready_reason: str | None = None
    decided_by_note: UUID | None = None


class CancelDischarge(Frozen):
    """Record by hand that the discharge did not happen."""

    kind: Literal["cancel-discharge"] = "cancel-discharge"


class RecordDeath(Frozen):
    """The person died; every contact stops at once."""

    kind: Literal["record-death"] = "record-death"


class WithdrawDeath(Frozen):
    """The person did not die after all: the trust took back what it had said; sent by the relay."""

    kind: Literal["withdraw-death"] = "withdraw-death"
