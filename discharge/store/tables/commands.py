"""Commands from pages and APIs, and the free text that came with them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey
from discharge.store.tables.persons import ORDINARY

REFERRAL_NUMBER: ColumnElement[str] = literal_column("(envelope #>> '{command,external_id}')")
"""The sender's own number of a referral; written so that its index answers."""

LATE = (
    "state IN ('refused', 'failed') AND acknowledged_at IS NULL"
    " AND finished_at - created_at > interval '5 seconds'"
)
"""Commands whose asker was told only "taken" before they were refused, and has not seen so yet; written so
that their index answers.
"""


class CommandRow(Base):
    """One command as it was taken, and what became of it.

    ``client_id`` and ``client_key`` are the signed-in client and its own key; the pair is unique, so the same
    request twice is one command. ``state`` is taken, accepted, refused or failed; ``body_hash`` tells a
    repeated key with another body. While ``lease_until`` lies ahead somebody is executing it; afterwards a
    worker takes over, and ``tries`` counts what came to nothing there. An operator may have one that failed
    tried again, which ``tries_by_hand`` counts, or give it up.
    ``answer`` is the stored :class:`discharge.cases.commands.Answer`.
    """

    __tablename__ = "commands"
    __table_args__ = (
        UniqueConstraint("client_id", "client_key"),
        Index("ix_commands_open", "lease_until", postgresql_where="state = 'taken'"),
        Index(
            "ix_commands_failed",
            "created_at",
            "id",
            postgresql_where="state = 'failed' AND given_up_at IS NULL",
        ),
        Index("ix_commands_late", "user_id", postgresql_where=LATE),
        Index(
            "ix_commands_referral_number",
            "organisation_id",
            REFERRAL_NUMBER,
            postgresql_where="kind = 'refer'",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    client_id: Mapped[str]
    client_key: Mapped[str]
    body_hash: Mapped[str]
    kind: Mapped[str]
    envelope: Mapped[JsonObject]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    role: Mapped[str]
    effective_on: Mapped[date]
    seen_version: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="taken", server_default="taken")
    answer: Mapped[JsonObject | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    finished_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    tries_by_hand: Mapped[int] = mapped_column(default=0, server_default="0")
    decided_by: Mapped[UUID | None]
    decided_reason: Mapped[str | None]
    given_up_at: Mapped[datetime | None]


class NoteRow(Base):
    """Free text about a case, kept apart from events so that it can be hidden, shredded or erased. Of words
    that somebody withdrew (``withdrawn_at``, case time) there is no text. ``original_id`` is the note of
    which this is a copy, because its case was merged into this one: what is withdrawn in one is so in both.
    """

    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_original_id", "original_id", postgresql_where="original_id IS NOT NULL"),
    )

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(index=True)
    command_id: Mapped[UUID | None] = mapped_column(index=True)
    item: Mapped[str | None]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    author_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    text: Mapped[str]
    sensitivity: Mapped[str] = mapped_column(default=ORDINARY, server_default=ORDINARY)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    original_id: Mapped[UUID | None]
