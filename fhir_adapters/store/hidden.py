"""The numbers of people whom a message hides, and what the trust that knows them answered to a FHIR label."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, UuidKey


class HiddenNumberRow(Base):
    """A number that a message hides, written down in the transaction that stored the message.

    ``kind`` is nhs or local; ``stated_at`` is when the sender said it, in case time. Whoever holds the number
    is hidden while the row is there, and so is whoever gets it: a person who is not yet known begins hidden.
    The drain takes rows away; what a FHIR label hid stays until its sender takes it back, and is lifted by an
    answer (`HidingAnswerRow`). What a trust keeps stays whatever its sender does: ``withdrawn_at`` says since
    when that no longer asks for it.
    """

    __tablename__ = "hidden_numbers"
    __table_args__ = (CheckConstraint("kind IN ('nhs', 'local')", name="kind"),)

    value: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(primary_key=True, server_default="")
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"), primary_key=True, index=True)
    stated_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[datetime | None]


class HidingAnswerRow(Base):
    """What a trust answered to a hiding that another organisation asked for by label: ``kept`` or ``lifted``,
    and why. Nothing is changed; of several answers the last counts.
    """

    __tablename__ = "hiding_answers"
    __table_args__ = (
        CheckConstraint("answer IN ('kept', 'lifted')", name="answer"),
        Index("ix_hiding_answers_inbox_id", "inbox_id", "person_id"),
    )

    id: Mapped[UuidKey]
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    answer: Mapped[str]
    reason: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
