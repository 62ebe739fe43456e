"""The suitability check and the gate."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.values import Frozen, YesNoUnknown


class StartCheck(Frozen):
    """Begin the home suitability check on a version of the form."""

    kind: Literal["start-check"] = "start-check"
    form: str


class CompleteCheck(Frozen):
    """Hand in the check: one coded answer for each item."""

    kind: Literal["complete-check"] = "complete-check"
    form: str
    answers: dict[str, YesNoUnknown]


class ConfirmItem(Frozen):
    """Say how one gated item stands now."""

    kind: Literal["confirm-item"] = "confirm-item"
    item: str
    value: YesNoUnknown


class NameMitigation(Frozen):
    """Name what will be done instead of a ``yes``, which role, and who of it, answers, and until when."""

    kind: Literal["name-mitigation"] = "name-mitigation"
    item: str
    mitigation: str
    role: str
    user_id: UUID | None = None
    until_on: date | None = None


class WithdrawMitigation(Frozen):
    """A mitigation no longer holds."""

    kind: Literal["withdraw-mitigation"] = "withdraw-mitigation"
    item: str
