"""What the bed-days report is made of: each stay with its delay counted, each home let, and what they add up
to.

Kept beside the case in the same transaction, so that a report reads sums and no case. ``discharge.delays``
says how they are counted; nothing here decides anything.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, ForeignKey, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid  # noqa: N811
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject

Leads = Annotated[list[UUID], mapped_column(ARRAY(PgUuid(as_uuid=True)), server_default="{}")]
StoredSummands = Annotated[list[list[Any]], mapped_column(JSONB, server_default="[]")]
"""Each with its figure, key, day and number. A build that knows none of them leaves both as they are."""


class CountedStayRow(Base):
    """One stay of a case that counts. A stay that has ended has its numbers; one that somebody waits in has
    none yet, and its nights as runs that are alike (`discharge.delays.spans`), each a place of five arrays.

    ``closed_on`` is the case's. ``true`` is null where it cannot be known. ``attributed`` is nights by
    national reason. ``leads`` are the organisations that lead the case, ``summands`` what the stay adds to
    the figures of each (`discharge.delays.summands`): a trigger writes every change of either.
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
    leads: Mapped[Leads]
    summands: Mapped[StoredSummands]


class CountedLettingRow(Base):
    """One home let to the person of a case: when looking began, and the day it was let."""

    __tablename__ = "counted_lettings"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    closed_on: Mapped[date | None]
    started_on: Mapped[date]
    let_on: Mapped[date] = mapped_column(index=True)
    leads: Mapped[Leads]
    summands: Mapped[StoredSummands]


class CountedChangeRow(Base):
    """By how much a sum changed with one counted row. Written by a trigger only, in the transaction of the
    case, and added to the sums by a schedule: commands add rows here and wait for no one.
    """

    __tablename__ = "counted_changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    what: Mapped[str]
    key: Mapped[str]
    day: Mapped[date]
    n: Mapped[int]


class CountedSumRow(Base):
    """One sum of an organisation: of a figure (``what``), under one key, on or from one day. With the changes
    not yet added it is the sum over all counted rows of the cases that the organisation leads.
    """

    __tablename__ = "counted_sums"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]


class CountedMonthRow(Base):
    """The sums of the days of a month (its first day) together, for reports over long periods."""

    __tablename__ = "counted_months"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
