"""The suitability check and the gate."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from pydantic import Field

from discharge.codes.casework import mitigation_days
from discharge.values import Frozen, YesNoUnknown


class Check(Frozen):
    """The home suitability check: which form, when begun, when completed, and its coded answers."""

    form: str
    started_on: date
    completed_on: date | None = None
    answers: dict[str, YesNoUnknown] = Field(default_factory=dict)


class Mitigation(Frozen):
    """What will be done instead of a ``yes``: the role, and where named the person, that answers for it, and
    the last day on which it holds. Older ones name no day: then the days of its code count.
    """

    code: str
    role: str
    named_on: date
    named_by: UUID | None = None
    user_id: UUID | None = None
    until_on: date | None = None

    @property
    def ends_on(self) -> date:
        """The last day on which it holds."""
        return self.until_on or self.named_on + timedelta(days=mitigation_days(self.code))


class GateItem(Frozen):
    """One thing that must be so before the person leaves."""

    code: str
    value: YesNoUnknown = "unknown"
    as_of: date | None = None
    mitigation: Mitigation | None = None

    @property
    def satisfied(self) -> bool:
        """A gated item is satisfied by ``yes`` or by a named mitigation; ``unknown`` blocks."""
        return self.value == "yes" or self.mitigation is not None
