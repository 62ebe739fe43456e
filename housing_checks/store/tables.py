"""Properties that may be offered, and what takes them off the list: offers, reservations and lets."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey
from housing_checks.store import safety_tables
from housing_checks.strands.rehousing.model import PROPERTY, Property

__all__ = ["PropertyHoldRow", "PropertyRow", "property_of", "safety_tables"]


class PropertyRow(Base):
    """A home a landlord may let. ``attributes`` is the coded
    :class:`housing_checks.strands.rehousing.model.Property`; one that was withdrawn says when and why.
    """

    __tablename__ = "properties"
    __table_args__ = (UniqueConstraint("landlord_id", "reference"),)

    id: Mapped[UuidKey]
    landlord_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    reference: Mapped[str]
    address: Mapped[str]
    postcode: Mapped[str]
    ready_on: Mapped[date]
    attributes: Mapped[JsonObject]
    withdrawn_on: Mapped[date | None]
    withdrawn_because: Mapped[str | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PropertyHoldRow(Base):
    """Who a home is kept for. ``state`` is ``offered``, ``accepted`` (reserved) or ``let``.

    A property is held once at a time: the partial unique index refuses a second. An offer's hold has its
    offer's id and ends with the day to answer (``held_until``), whether or not anybody wrote that down yet.
    """

    __tablename__ = "property_holds"
    __table_args__ = (
        Index("uq_property_holds_property", "property_id", unique=True, postgresql_where="ended_on IS NULL"),
    )

    id: Mapped[UuidKey]
    property_id: Mapped[UUID] = mapped_column(ForeignKey("properties.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    strand: Mapped[str]
    state: Mapped[str]
    since_on: Mapped[date]
    held_until: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_because: Mapped[str | None]


def property_of(row: PropertyRow) -> Property:
    """The home in the words of the rules; its status says so where it was withdrawn."""
    columns = {"property_id": row.id, "landlord_id": row.landlord_id, "ready_on": row.ready_on}
    status = {"status": "withdrawn"} if row.withdrawn_on is not None else {}
    return PROPERTY.shown({**row.attributes, **columns, **status})
