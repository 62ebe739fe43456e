"""What operators do with messages, as rows: replays, edits by two people, alarms and their rules."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey


class ReplayRow(Base):
    """Messages that somebody wants read again: which (``wanted``), why, and how far it is.

    ``state`` is waiting (nobody has looked which messages these are), working, done, or stopped by somebody.
    """

    __tablename__ = "replays"
    __table_args__ = (
        Index("ix_replays_organisation", "organisation_id", "asked_at"),
        Index("ix_replays_open", "asked_at", postgresql_where="state IN ('waiting', 'working')"),
    )

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    wanted: Mapped[JsonObject]
    reason: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    total: Mapped[int | None]
    finished_at: Mapped[datetime | None]
    stopped_by: Mapped[UUID | None]
    stopped_reason: Mapped[str | None]


class ReplayItemRow(Base):
    """One message of a replay. ``outcome`` is empty while it waits, then ``put-back`` or why it was not.

    ``was_state``, ``was_code`` and ``was_reason`` are what the message was before.
    """

    __tablename__ = "replay_items"
    __table_args__ = (Index("ix_replay_items_open", "replay_id", postgresql_where="outcome IS NULL"),)

    replay_id: Mapped[UUID] = mapped_column(ForeignKey("replays.id"), primary_key=True)
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"), primary_key=True, index=True)
    was_state: Mapped[str | None]
    was_code: Mapped[str | None]
    was_reason: Mapped[str | None]
    outcome: Mapped[str | None]
    at: Mapped[datetime | None]


class MessageEditRow(Base):
    """An edited message (``inbox_id``) in place of another (``original_id``), whose bytes stay as they came.

    ``state`` is proposed, approved or declined; the database refuses a decision by who proposed it.
    """

    __tablename__ = "message_edits"
    __table_args__ = (
        Index("ix_message_edits_organisation", "organisation_id", "proposed_at"),
        Index("uq_message_edits_open", "original_id", unique=True, postgresql_where="state = 'proposed'"),
    )

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    original_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"))
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"), unique=True)
    reason: Mapped[str]
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(default="proposed", server_default="proposed")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decided_reason: Mapped[str | None]


class AlarmRuleRow(Base):
    """One rule of an installation: it replaces the usual rules of its kind, for one feed or for all."""

    __tablename__ = "alarm_rules"

    id: Mapped[UuidKey]
    kind: Mapped[str]
    feed_id: Mapped[UUID | None] = mapped_column(ForeignKey("feeds.id"))
    rule: Mapped[JsonObject]


class AlarmRow(Base):
    """Something about messages that is not as it should be; raised once, told again with a gap, cleared by
    itself.

    ``subject`` is the code of a feed or of a partner's organisation. All times are machine time.
    """

    __tablename__ = "alarms"
    __table_args__ = (
        Index("uq_alarms_open", "kind", "subject_id", unique=True, postgresql_where="cleared_at IS NULL"),
        Index("ix_alarms_organisation", "organisation_id", "raised_at"),
    )

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    subject: Mapped[str]
    fact: Mapped[str]
    threshold: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    told_at: Mapped[datetime] = mapped_column(server_default=func.now())
    times_told: Mapped[int] = mapped_column(default=1, server_default="1")
    cleared_at: Mapped[datetime | None]
