"""What the bed-days report adds up: each stay with its delay counted, and each home let.

Kept beside the case in the same transaction, so that a report reads a few numbers of each case and not the
case. ``discharge.delays`` says how they are counted; nothing here decides anything.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Date, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject


class CountedStayRow(Base):
    """One stay of a case that counts. A stay that has ended has its numbers; one that somebody waits in has
    none yet, and its nights as runs that are alike (`discharge.delays.spans`), each a place of five arrays.

    ``closed_on`` is the case's. ``true`` is null where it cannot be known. ``attributed`` is nights by
    national reason.
    """

    __tablename__ = "counted_stays"
    __table_args__ = (
        Index("ix_counted_stays_ended_on", "ended_on", postgresql_where="ended_on IS NOT NULL"),
        Index("ix_counted_stays_waiting", "case_id", postgresql_where="ended_on IS NULL"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    closed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    died: Mapped[bool]
    published: Mapped[int | None]
    true: Mapped[int | None]
    assumed: Mapped[bool]
    held: Mapped[int | None]
    without_reason: Mapped[int | None]
    outside: Mapped[int]
    back_after: Mapped[int | None]
    back_kind: Mapped[str | None]
    failed: Mapped[bool]
    attributed: Mapped[JsonObject | None]
    span_from: Mapped[list[date]] = mapped_column(ARRAY(Date))
    span_to: Mapped[list[date | None]] = mapped_column(ARRAY(Date))
    span_code: Mapped[list[str | None]] = mapped_column(ARRAY(Text))
    span_held: Mapped[list[bool]] = mapped_column(ARRAY(Boolean))
    span_published: Mapped[list[bool]] = mapped_column(ARRAY(Boolean))


class CountedLettingRow(Base):
    """One home let to the person of a case: when looking began, and the day it was let."""

    __tablename__ = "counted_lettings"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    closed_on: Mapped[date | None]
    started_on: Mapped[date]
    let_on: Mapped[date] = mapped_column(index=True)
