"""Two cases that were one: what the one that ends hands to the one that goes on, and what came of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from discharge.cases.model.hazards import Hazard
from discharge.cases.model.home import Assignment, ItemAnswer
from discharge.values import Frozen


class HandedOver(Frozen):
    """What a case that ends as merged hands over: what people said of the items of its check, on which form;
    the needs that its referral names; its open hazards; and whose move its items are. ``home_let_id`` is the
    home that was let there. ``stays`` names what is not handed over, by kind.
    """

    form: str | None = None
    statements: dict[str, tuple[ItemAnswer, ...]] = Field(default_factory=dict)
    needs: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    assigned: dict[str, Assignment] = Field(default_factory=dict)
    home_let_id: UUID | None = None
    stays: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class MergedCase(Frozen):
    """A case that was merged into this one: the items and the hazards that came over, the needs that its
    referral names, and what stayed behind, by reason. ``parted_on`` is the day on which that was undone.
    """

    case_id: UUID
    merged_on: date
    items: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    left: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    parted_on: date | None = None
