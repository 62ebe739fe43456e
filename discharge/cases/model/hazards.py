"""Hazards at home: what was found, how serious it is for this person, and what was done about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from discharge.calendar import ENGLAND, Nation
from discharge.values import Frozen

NationKnownBy = Literal["said", "address", "nobody"]
"""How it is known in which nation a home is: somebody said it, or its postcode does; else nobody knows."""


class LandlordTold(Frozen):
    """That the landlord was told: when, by whom, how. ``hour_known`` is false where only the day is known;
    ``told_at`` is then noon of that day, in London.
    """

    told_at: datetime
    told_by: str
    channel: str
    hour_known: bool = True


class HazardStepReached(Frozen):
    """A step of a hazard: on which day, how that is known, who recorded it."""

    on: date
    evidence: str | None = None
    by: UUID | None = None


class Hazard(Frozen):
    """One hazard at home. ``code`` is of the rating scheme ``scheme`` (its edition); ``severity`` is judged
    for this person, its words are the note ``note_id``. ``band`` is what an inspection gave.

    ``landlord_id`` and ``council_id`` are the organisations that are asked about it. ``recorded_at`` is when
    it became known here (case time); ``found_on`` when it was seen or reported. While nobody knows the
    ``nation``, England's times are counted, as the strictest.
    """

    number: int
    code: str
    scheme: str
    room: str
    severity: str
    tenure: str
    nation: Nation = ENGLAND
    nation_known_by: NationKnownBy = "said"
    known_by: str
    found_on: date
    recorded_at: datetime
    band: str | None = None
    inspected_on: date | None = None
    note_id: UUID | None = None
    landlord_id: UUID | None = None
    council_id: UUID | None = None
    told: LandlordTold | None = None
    steps: dict[str, HazardStepReached] = Field(default_factory=dict)
    closed_on: date | None = None
    closed_because: str | None = None

    @property
    def key(self) -> str:
        """The hazard's name inside its case, for instance ``hazard/1``."""
        return f"hazard/{self.number}"

    @property
    def nation_known(self) -> bool:
        """Whether it is known in which nation the home is."""
        return self.nation_known_by != "nobody"

    @property
    def open(self) -> bool:
        """Whether something may still have to be done about it."""
        return self.closed_on is None

    @property
    def partners(self) -> frozenset[UUID]:
        """The organisations that know of it: the landlord once it was told, the council once it was asked."""
        told = self.landlord_id if self.told is not None else None
        return frozenset(each for each in (told, self.council_id) if each is not None)
