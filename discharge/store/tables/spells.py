"""Spells: hospital stays as folded from everything a feed said about them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey


class Spell(Base):
    """Who is in which bed. ``folded`` keeps the whole folded state, raw codes included; the rest are its
    columns.
    """

    __tablename__ = "spells"
    __table_args__ = (UniqueConstraint("organisation_id", "visit_number"),)

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    feed_code: Mapped[str | None]
    visit_number: Mapped[str]
    status: Mapped[str]
    patient_class: Mapped[str | None]
    site: Mapped[str | None]
    ward: Mapped[str | None]
    bay: Mapped[str | None]
    bed: Mapped[str | None]
    admitted_at: Mapped[datetime | None]
    discharged_at: Mapped[datetime | None]
    expected_discharge_on: Mapped[date | None]
    medically_fit: Mapped[bool | None]
    medically_fit_on: Mapped[date | None]
    discharge_method: Mapped[str | None]
    discharge_destination: Mapped[str | None]
    folded: Mapped[JsonObject]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
