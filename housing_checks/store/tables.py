"""Properties that may be offered, and the lets that take them off the list."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey


class PropertyRow(Base):
    """A home a landlord may let. ``attributes`` is the coded
    :class:`housing_checks.rehousing.model.Property`.
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


class PropertyLetRow(Base):
    """A let. One property is let once at a time: the partial unique index refuses a second."""

    __tablename__ = "property_lets"
    __table_args__ = (
        Index("uq_property_lets_property", "property_id", unique=True, postgresql_where="ended_on IS NULL"),
    )

    id: Mapped[UuidKey]
    property_id: Mapped[UUID] = mapped_column(ForeignKey("properties.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    strand: Mapped[str]
    let_on: Mapped[date]
    ended_on: Mapped[date | None]
