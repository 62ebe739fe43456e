"""Homes that can be let, as interfaces give them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from api.web.schemas import Schema
from housing_checks.strands.rehousing.model import Property


class HomeRecord(Schema):
    """A home on the list; for whom it is held is said to nobody."""

    property_id: UUID
    reference: str
    landlord: str
    landlord_id: UUID
    address: str
    postcode: str
    ready_on: date
    let: bool
    state: str
    held_until: date | None
    changed_at: datetime
    withdrawn_on: date | None
    withdrawn_because: str | None
    attributes: Property


class HomeList(Schema):
    """Homes, the earliest first."""

    properties: list[HomeRecord]
    next: str | None


class WithdrawnHome(HomeRecord):
    """A home that was taken off the list, and how it was held until then."""

    was: str


class HomeWithdrawal(BaseModel):
    """Why a home is not to be had any more: a code of the list property-withdrawal-reasons."""

    because: str
