"""The numbers of people whom a message hides that has yet to have its effect."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base


class HiddenNumberRow(Base):
    """A number that a message hides, written down in the transaction that stored the message.

    ``kind`` is nhs or local; ``stated_at`` is when the sender said it, in case time. Whoever holds the number
    is hidden while the row is there, and so is whoever gets it: a person who is not yet known begins hidden.
    Only the drain takes rows away.
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
