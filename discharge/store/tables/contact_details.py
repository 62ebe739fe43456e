"""Whom to call about a case: what staff recorded beside what feeds said, and every earlier version of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import UUID as PgUuid  # noqa: N811
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey
from discharge.store.tables.persons import ORDINARY

RECORDED, CORRECTED, ENDED = "recorded", "corrected", "ended"


class ContactEntry(Base):
    """One version of one contact of a case; none is ever changed. The contact stands as its newest says.
    With a case that ends as merged it goes to the one that goes on: ``came_from`` names the former cases.

    ``entry`` is recorded, corrected or ended. ``message`` is what feeds said of it when staff corrected or
    ended it: ``kind``, ``name`` and ``value``, and in ``values`` everything that they said in its place.
    ``said_by`` is who said it, ``source`` how it is known. One of restricted ``sensitivity`` is for the
    organisation that recorded it and for the housing lead.
    """

    __tablename__ = "contact_entries"
    __table_args__ = (
        UniqueConstraint("contact_id", "number"),
        Index("ix_contact_entries_case_id", "case_id"),
    )

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    contact_id: Mapped[UUID]
    number: Mapped[int]
    entry: Mapped[str]
    role: Mapped[str]
    name: Mapped[str | None]
    about: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    safe_to_ring: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    hours: Mapped[str | None]
    language: Mapped[str | None]
    interpreter: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    source: Mapped[str]
    said_by: Mapped[str | None]
    said_on: Mapped[date]
    reason: Mapped[str | None]
    message: Mapped[JsonObject | None]
    came_from: Mapped[list[UUID]] = mapped_column(ARRAY(PgUuid(as_uuid=True)), server_default="{}")
    sensitivity: Mapped[str] = mapped_column(default=ORDINARY, server_default=ORDINARY)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
