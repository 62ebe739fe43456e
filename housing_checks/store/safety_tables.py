"""The restricted annex. PostgreSQL asks of each row that the organisation takes part in the case and that the
user of the transaction is on the annex's list; the worker sees of it that a clock is late, and not whose.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey

ALL, OWN = "all", "own"
"""What somebody on the list reads: the annex, or what they recorded themselves."""

ADVISER, SAFEGUARDING = "adviser", "safeguarding-lead"
"""What somebody is in their organisation whom its annexes name from the first answer on."""


class SafetyEventRow(Base):
    """What happened in an annex, in order of ``position``. ``payload`` is coded; ``body_hash`` tells the same
    request again from another under its id. A message has no ``user_id``; a referral that says so opens its
    case later, so that the case may not be there yet, or is a referral request. ``own_case_id`` is where it
    was recorded, if a merge of cases brought it here. ``erased_at``: the referral opened no case, and
    somebody who had seen to its words erased them.
    """

    __tablename__ = "safety_events"
    __table_args__ = (
        Index("ix_safety_events_case_id", "case_id", "position"),
        Index(
            "ix_safety_events_own_case_id",
            "own_case_id",
            postgresql_where="own_case_id IS NOT NULL",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    case_id: Mapped[UUID]
    kind: Mapped[str]
    payload: Mapped[JsonObject]
    in_hospital: Mapped[bool]
    case_time: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    body_hash: Mapped[str]
    own_case_id: Mapped[UUID | None]
    erased_at: Mapped[datetime | None]
    erased_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    erased_reason: Mapped[str | None]


class SafetyNoteRow(Base):
    """Words beside an event of an annex; ``item`` says what they are about."""

    __tablename__ = "safety_notes"

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(index=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("safety_events.id"), index=True)
    item: Mapped[str]
    text: Mapped[str]


class SafetyNamedRow(Base):
    """Somebody on the list of an annex, in one organisation; ``scope`` says what they read."""

    __tablename__ = "safety_named"
    __table_args__ = (
        Index(
            "uq_safety_named_in_force",
            "case_id",
            "user_id",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        Index("ix_safety_named_user_id", "user_id", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[UuidKey]
    case_id: Mapped[UUID]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    scope: Mapped[str]
    reason: Mapped[str]
    named_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    ended_reason: Mapped[str | None]


class SafetyClockRow(Base):
    """A clock of an annex (case time); ``late_at`` is when the sweep found it late. No clock says of what."""

    __tablename__ = "safety_clocks"
    __table_args__ = (
        Index("uq_safety_clocks_clock", "case_id", "clock", unique=True),
        Index(
            "ix_safety_clocks_running",
            "due_at",
            postgresql_where="met_at IS NULL AND late_at IS NULL",
        ),
    )

    id: Mapped[UuidKey]
    case_id: Mapped[UUID]
    clock: Mapped[str]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]


class SafetyLookRow(Base):
    """Somebody looked at an annex, at its questions, or at what a referral without a case says. Only those
    whom the annex names see who.
    """

    __tablename__ = "safety_looks"
    __table_args__ = (Index("ix_safety_looks_case_id", "case_id", "at"),)

    id: Mapped[UuidKey]
    case_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    what: Mapped[str]


class SafetyAdviserRow(Base):
    """Whom an organisation names for safety: each of its cases says to ask them, and from the first answer on
    they are on its annex's list. ``kind`` is ``adviser`` or ``safeguarding-lead``. Whoever the installation's
    file of places names was appointed by nobody who signs in.
    """

    __tablename__ = "safety_advisers"
    __table_args__ = (
        Index(
            "uq_safety_advisers_in_force",
            "organisation_id",
            "user_id",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
    )

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    appointed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    appointed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class SafetyConfirmationRow(Base):
    """A case of which a named person says that safety is confirmed, until a day. There is no row of any other
    case: of one never asked about and of one with a disclosure alike.
    """

    __tablename__ = "safety_confirmations"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    until_on: Mapped[date | None]
