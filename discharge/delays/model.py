"""What delay is counted from: ready periods of a stay, and the reasons recorded against their nights."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.values import Frozen

EndedBy = Literal["discharged", "met-criteria-again", "died", "transferred", "left"]


class ReadyPeriod(Frozen):
    """One unbroken time in which the person did not meet the criteria to reside.

    The first night counted is that of ``ready_on``; ``ended_on`` is the day it ended (``None`` while open).
    Source: Discharge Ready Date guidance; every period is kept, not only the last.
    """

    ready_on: date
    ended_on: date | None = None
    ended_by: EndedBy | None = None
    spell_id: UUID | None = None
    basis: str | None = None


class DelayReason(Frozen):
    """Why a night was spent waiting, whose it is, from when until when (``to_on``: the first day without it).

    A person has several local reasons at a time and one national one (of the 37 in force since 27 May 2024).
    """

    reason_id: UUID
    kind: Literal["national", "local"]
    code: str
    owner_organisation_id: UUID | None = None
    owner_role: str
    from_on: date
    to_on: date | None = None

    def runs(self, night: date) -> bool:
        """Whether the reason holds at the midnight that ends a night."""
        return self.from_on <= night and (self.to_on is None or night < self.to_on)
