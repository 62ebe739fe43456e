"""The suitability check and the gate."""

from __future__ import annotations

from typing import Literal

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
    """Name what will be done instead of a ``yes``, and which role answers for it."""

    kind: Literal["name-mitigation"] = "name-mitigation"
    item: str
    mitigation: str
    role: str


class WithdrawMitigation(Frozen):
    """A mitigation no longer holds."""

    kind: Literal["withdraw-mitigation"] = "withdraw-mitigation"
    item: str
