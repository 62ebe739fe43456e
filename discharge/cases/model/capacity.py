"""Who decides: capacity for each decision, best interests, advocates, attorneys, and liberty."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.values import Frozen, YesNoUnknown

CapacityState = Literal["presumed", "has", "lacks", "not-assessed"]
"""A person is presumed to decide until an assessment of this decision says otherwise (Mental Capacity Act
2005, section 1); `not-assessed` is where it is in doubt.
"""


class BestInterests(Frozen):
    """A decision made for somebody who lacks capacity for it: who decided and when, who was consulted, and
    whether the least restrictive way was weighed.
    """

    decided_on: date
    decider: str
    consulted: tuple[str, ...] = ()
    least_restrictive: YesNoUnknown = "unknown"
    recorded_by: UUID | None = None
    note_id: UUID | None = None


class Advocate(Frozen):
    """Who speaks for the person about a decision, as a code; without a day they are needed, and nobody has
    instructed them yet. Their name stands in the note.
    """

    advocate: str
    instructed_on: date | None = None
    note_id: UUID | None = None


class DecisionCapacity(Frozen):
    """Capacity for one decision: what was found, by whom, when and how, and when to look again."""

    decision: str
    capacity: CapacityState
    as_of: date
    assessor: str | None = None
    method: str | None = None
    review_on: date | None = None
    recorded_by: UUID | None = None
    note_id: UUID | None = None
    best_interests: BestInterests | None = None
    advocate: Advocate | None = None


class Representative(Frozen):
    """An attorney or deputy, and whether somebody has seen that they may decide (registration or order)."""

    representative: str
    authority_seen: YesNoUnknown
    recorded_on: date
    note_id: UUID | None = None


class Liberty(Frozen):
    """Whether the person will be free to leave where they go, and if not, how far the authorisation is."""

    state: str
    as_of: date
    until_on: date | None = None
    note_id: UUID | None = None
