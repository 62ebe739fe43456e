"""Documents and answered forms that a feed sent about a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, UuidKey
from discharge.store.tables.persons import ORDINARY


class DocumentRow(Base):
    """One document by its own number at one organisation, as everything said of it makes it.

    ``kind`` is document or form; ``relation`` (addendum or replacement) says how it stands to
    ``parent_number``. ``completion``, ``availability`` and ``confidentiality`` are TXA-17, 19 and 18 as sent
    (tables 0271, 0273, 0272). ``answers`` are a form's questions with what was answered. ``stated_at`` and
    ``cancelled_at`` are in case time; ``superseded`` says that another document replaced it, also where that
    one is not to be seen; ``inbox_id`` is the message that spoke last.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        Index("ix_documents_parent", "organisation_id", "parent_number"),
    )

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    spell_id: Mapped[UUID | None] = mapped_column(ForeignKey("spells.id"))
    inbox_id: Mapped[UUID]
    kind: Mapped[str]
    number: Mapped[str]
    parent_number: Mapped[str | None]
    relation: Mapped[str | None]
    type_code: Mapped[str | None]
    title: Mapped[str | None]
    completion: Mapped[str | None]
    availability: Mapped[str | None]
    confidentiality: Mapped[str | None]
    written_at: Mapped[datetime | None]
    stated_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    superseded: Mapped[bool] = mapped_column(default=False, server_default="false")
    content_type: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    answers: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    sensitivity: Mapped[str] = mapped_column(default=ORDINARY, server_default=ORDINARY)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
