"""The suitability check and the gate."""

from __future__ import annotations

from datetime import date
from typing import Literal

from discharge.cases.model import Mitigation
from discharge.values import Frozen, YesNoUnknown


class CheckStarted(Frozen):
    """The home suitability check began."""

    kind: Literal["check-started"] = "check-started"
    form: str
    started_on: date


class CheckCompleted(Frozen):
    """The check was completed with a coded answer for every item.

    ``changed`` names the items of which it says something else than was known; older ones do not say it.
    """

    kind: Literal["check-completed"] = "check-completed"
    completed_on: date
    answers: dict[str, YesNoUnknown]
    gated: tuple[str, ...]
    changed: tuple[str, ...] | None = None


class GateItemSet(Frozen):
    """One gated item was confirmed, denied or doubted again."""

    kind: Literal["gate-item-set"] = "gate-item-set"
    item: str
    value: YesNoUnknown
    as_of: date


class MitigationNamed(Frozen):
    """A named role answers for a mitigation instead of a ``yes``."""

    kind: Literal["mitigation-named"] = "mitigation-named"
    item: str
    mitigation: Mitigation


class MitigationWithdrawn(Frozen):
    """End a mitigation: somebody said so, or the day until which it was named has passed."""

    kind: Literal["mitigation-withdrawn"] = "mitigation-withdrawn"
    item: str
    withdrawn_on: date
    because: Literal["said", "ended"] = "said"


class HomeBecameReady(Frozen):
    """Every gated item is ``yes`` or mitigated, and no required strand is open."""

    kind: Literal["home-became-ready"] = "home-became-ready"
    ready_on: date


class HomeNoLongerReady(Frozen):
    """The gate shut again."""

    kind: Literal["home-no-longer-ready"] = "home-no-longer-ready"
    since: date
