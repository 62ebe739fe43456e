"""Who decides: capacity for each decision, best interests, advocates, attorneys, and liberty."""

from __future__ import annotations

from typing import Literal

from discharge.cases.model import Advocate, BestInterests, DecisionCapacity, Liberty, Representative
from discharge.values import Frozen


class CapacityRecorded(Frozen):
    """Capacity for one decision was recorded. What was decided for the person before holds only while they
    are found to lack it.
    """

    kind: Literal["capacity-recorded"] = "capacity-recorded"
    capacity: DecisionCapacity


class BestInterestsDecided(Frozen):
    """A best-interests decision was recorded."""

    kind: Literal["best-interests-decided"] = "best-interests-decided"
    decision: str
    best_interests: BestInterests


class AdvocateRecorded(Frozen):
    """An advocate is needed for a decision, or was instructed."""

    kind: Literal["advocate-recorded"] = "advocate-recorded"
    decision: str
    advocate: Advocate


class RepresentativeRecorded(Frozen):
    """An attorney or deputy was recorded."""

    kind: Literal["representative-recorded"] = "representative-recorded"
    representative: Representative


class LibertyRecorded(Frozen):
    """It was recorded whether the person will be free to leave, and how far an authorisation is."""

    kind: Literal["liberty-recorded"] = "liberty-recorded"
    liberty: Liberty
