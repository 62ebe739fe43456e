"""A trust's own lists beside ours: one row a day and feed, and one row a difference."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey


class ShadowListRow(Base):
    """One day's list of a trust, and how far it agreed with what was held here at ``listed_at`` (case time).

    The list itself is not kept, only what differed. ``heard_at`` is when the feed had last said something
    before; ``fields`` counts differences by column. Another list of the same day takes this one's place.
    """

    __tablename__ = "shadow_lists"
    __table_args__ = (UniqueConstraint("feed_id", "day"),)

    id: Mapped[UuidKey]
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("feeds.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    day: Mapped[date]
    listed_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    mapping: Mapped[str]
    sha256: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())
    taken_by: Mapped[UUID | None]
    listed: Mapped[int]
    held: Mapped[int]
    on_both: Mapped[int]
    agreeing: Mapped[int]
    fields: Mapped[JsonObject]

    @property
    def people(self) -> int:
        """Everybody on either list."""
        return self.listed + self.held - self.on_both

    @property
    def rate(self) -> float | None:
        """Which part of all people agreed in everything."""
        return self.agreeing / self.people if self.people else None


class ShadowDifferenceRow(Base):
    """One difference of a day: who, in what, what both say, our evidence, and the guess at the cause."""

    __tablename__ = "shadow_differences"
    __table_args__ = (Index("ix_shadow_differences_list_id", "list_id", "ordinal"),)

    id: Mapped[UuidKey]
    list_id: Mapped[UUID] = mapped_column(ForeignKey("shadow_lists.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    ordinal: Mapped[int]
    kind: Mapped[str]
    column: Mapped[str]
    cause: Mapped[str]
    theirs: Mapped[str]
    ours: Mapped[str]
    line: Mapped[int | None]
    nhs_number: Mapped[str]
    hospital_number: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    case_id: Mapped[UUID | None]
    inbox_id: Mapped[UUID | None]
    said_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
