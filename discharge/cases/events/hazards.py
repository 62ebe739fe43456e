"""Hazards at home, and what was done about them."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import Hazard, HazardStepReached, LandlordTold
from discharge.values import Frozen


class HazardRecorded(Frozen):
    """Somebody found or reported a hazard at home."""

    kind: Literal["hazard-recorded"] = "hazard-recorded"
    hazard: Hazard


class HazardCorrected(Frozen):
    """What is recorded of a hazard was corrected; ``changed`` names the fields that say something else."""

    kind: Literal["hazard-corrected"] = "hazard-corrected"
    hazard: Hazard
    changed: tuple[str, ...]


class HazardLandlordTold(Frozen):
    """The landlord was told of a hazard; its clocks count from then."""

    kind: Literal["hazard-landlord-told"] = "hazard-landlord-told"
    hazard: str
    told: LandlordTold
    landlord_id: UUID | None = None


class HazardMoved(Frozen):
    """A step was taken about a hazard: investigated, summary given, made safe, further work."""

    kind: Literal["hazard-moved"] = "hazard-moved"
    hazard: str
    step: str
    reached: HazardStepReached


class HazardReferred(Frozen):
    """A hazard was referred to a council's environmental health."""

    kind: Literal["hazard-referred"] = "hazard-referred"
    hazard: str
    council_id: UUID
    reached: HazardStepReached


class HazardClosed(Frozen):
    """Nothing more has to be done about a hazard."""

    kind: Literal["hazard-closed"] = "hazard-closed"
    hazard: str
    closed_on: date
    reason: str
