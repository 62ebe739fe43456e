"""Photos and documents on a case: which there are, and apart from that what they show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, UuidKey
from discharge.store.tables.persons import ORDINARY

WAITING, KEPT, REMOVED = "waiting", "kept", "removed"


class EvidenceFileRow(Base):
    """One photo or document on an item of the check, or on a hazard. It has no name: names that phones give
    tell of people.

    ``state`` is waiting until the case has recorded it, then kept; of one that was removed the row stays.
    ``sha256`` is of what is kept (:class:`EvidenceContentRow`), ``source_sha256`` of what was sent, by which
    the same file is known again. ``size`` is in bytes, ``width`` and ``height`` in pixels. ``shown_to`` are
    the organisations that see it without seeing the course of the case: of a hazard whom it concerns.
    """

    __tablename__ = "evidence_files"
    __table_args__ = (
        Index("ix_evidence_files_case_id", "case_id", "created_at"),
        Index("ix_evidence_files_author_id", "author_id", "created_at"),
        Index("ix_evidence_files_waiting", "command_id", postgresql_where="state = 'waiting'"),
        CheckConstraint("state IN ('waiting', 'kept', 'removed')", name="state"),
        CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name="media_type"),
    )

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    command_id: Mapped[UUID]
    item: Mapped[str]
    evidence: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    author_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    sha256: Mapped[str]
    source_sha256: Mapped[str | None]
    sensitivity: Mapped[str] = mapped_column(default=ORDINARY, server_default=ORDINARY)
    state: Mapped[str] = mapped_column(default=WAITING, server_default=WAITING)
    shown_to: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    removed_because: Mapped[str | None]
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class EvidenceContentRow(Base):
    """What a photo or document shows, once for each case and digest; both are compressed already."""

    __tablename__ = "evidence_contents"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(deferred=True)
    thumbnail: Mapped[bytes | None] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
