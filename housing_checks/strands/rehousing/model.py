"""A home that may be let, and what a person needs of one. Both are coded: an address stays in the store.

The first attributes of a property match the social housing lettings log (CORE); the access class is that of
the London Accessible Housing Register, A (wheelchair throughout) to F (general needs), G where not assessed.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from discharge.stored import Stored
from discharge.values import Frozen

AccessClass = Literal["A", "B", "C", "D", "E", "F", "G"]
PropertyType = Literal["bedsit", "bungalow", "flat", "maisonette", "house", "shared"]
Scheme = Literal["general", "supported", "older-low", "extra-care"]
Washing = Literal["bath", "level-access-shower", "wet-room"]
Heating = Literal["gas", "electric", "heat-pump", "district", "oil", "solid-fuel", "none"]
PropertyStatus = Literal["notice-given", "void", "under-repair", "let", "withdrawn"]


class HomeAttributes(Frozen):
    """What a landlord says of a home. Rent and charges are pence a week; widths are millimetres; floor 0 is
    the ground floor.

    ``restrictions`` are the landlord's own conditions, by code; ``area`` is a coded neighbourhood.
    """

    uprn: str | None = None
    property_type: PropertyType
    bedrooms: int = Field(ge=0)
    floor: int = 0
    lift: bool = False
    access_class: AccessClass = "G"
    steps: int = Field(default=0, ge=0)
    door_width_mm: int | None = None
    washing: Washing = "bath"
    stairlift: bool = False
    track_hoist: bool = False
    room_for_hospital_bed: bool = False
    heating: Heating = "gas"
    energy_rating: Literal["A", "B", "C", "D", "E", "F", "G"] | None = None
    broadband: bool = False
    scheme: Scheme = "general"
    area: str | None = None
    rent_pence: int = Field(default=0, ge=0)
    charges_pence: int = Field(default=0, ge=0)
    assistance_dog: bool = True
    care_on_site: bool = False
    status: PropertyStatus = "void"
    void_on: date | None = None
    repairs_complete_on: date | None = None
    restrictions: tuple[str, ...] = ()


class Property(HomeAttributes):
    """One home: whose it is, when it is ready, and its attributes."""

    property_id: UUID
    landlord_id: UUID
    ready_on: date

    @property
    def weekly_pence(self) -> int:
        """What the person pays a week, rent and charges together."""
        return self.rent_pence + self.charges_pence

    @property
    def available_on(self) -> date:
        """The day somebody can move in: ready, and major repairs done."""
        return max(self.ready_on, self.repairs_complete_on or self.ready_on)

    @property
    def step_free(self) -> bool:
        """Whether one gets in without steps or stairs: no steps, and the ground floor or a lift."""
        return self.steps == 0 and self.level_reached

    @property
    def level_reached(self) -> bool:
        """Whether no stairs lead to the home: ground floor or below, or a lift."""
        return self.floor <= 0 or self.lift


PROPERTY: Stored[Property] = Stored(TypeAdapter(Property))
"""Reads a home as its landlord described it, with codes that only a newer build has."""


class Need(Frozen):
    """What a home must have for this person (hard) and what would be good (soft).

    It knows nothing of age, sex, ethnicity, religion or any other protected characteristic beyond what the
    person needs of the building. ``schemes`` are the kinds of scheme that a person confirmed eligibility for.
    """

    bedrooms_min: int = 0
    bedrooms_max: int = 9
    access_class: AccessClass = "G"
    level_reached: bool = False
    step_free: bool = False
    door_width_mm: int | None = None
    hoist: bool = False
    hospital_bed: bool = False
    assistance_dog: bool = False
    schemes: frozenset[Scheme] = frozenset({"general"})
    met_restrictions: frozenset[str] = frozenset()
    excluded_areas: frozenset[str] = frozenset()
    weekly_pence_max: int | None = None
    needed_by: date | None = None
    interim_exists: bool = False
    preferred_areas: frozenset[str] = frozenset()
    level_shower: bool = False
    care_on_site: bool = False
