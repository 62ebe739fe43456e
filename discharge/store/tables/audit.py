"""Who changed and who looked at what. Append-only, and no data source for features.

Both tables are split by month of `at`, in machine time (`discharge/store/months.py`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Index, func
from sqlalchemy.dialects.postgresql import UUID as PgUuid  # noqa: N811
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey

BY_MONTH = {"postgresql_partition_by": "RANGE (at)"}


class AuditRead(Base):
    """One read of people's records; a list is one row that holds the ids of its cases."""

    __tablename__ = "audit_reads"
    __table_args__ = (
        Index("ix_audit_reads_case_ids", "case_ids", postgresql_using="gin"),
        Index("ix_audit_reads_person_ids", "person_ids", postgresql_using="gin"),
        BY_MONTH,
    )

    id: Mapped[UuidKey]
    at: Mapped[datetime] = mapped_column(server_default=func.now(), primary_key=True)
    organisation_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    client_id: Mapped[str]
    role: Mapped[str]
    purpose: Mapped[str]
    what: Mapped[str]
    case_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUuid(as_uuid=True)))
    person_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PgUuid(as_uuid=True)))


class AuditWrite(Base):
    """One change outside a case's own events (sign-in, release of a dead letter, census loaded, settings)."""

    __tablename__ = "audit_writes"
    __table_args__ = (Index("ix_audit_writes_subject", "subject", "at"), BY_MONTH)

    id: Mapped[UuidKey]
    at: Mapped[datetime] = mapped_column(server_default=func.now(), primary_key=True)
    organisation_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    client_id: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    case_id: Mapped[UUID | None]
    detail: Mapped[JsonObject | None]
