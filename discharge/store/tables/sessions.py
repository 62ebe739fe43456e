"""Browsers that are signed in, of which a hash of what they hold is kept; and forms that came too late."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base


class SessionRow(Base):
    """One signed-in browser; times are machine time.

    ``role`` and ``organisation_id`` are as they were at sign-in: when they change, the session ends.
    ``id_token`` is what the provider gave, for ending its own session. ``ended_because`` is signed-out,
    idle, too-old, role-changed or disabled.
    """

    __tablename__ = "sessions"

    id_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[str]
    id_token: Mapped[str | None]
    started_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]


class KeptFormRow(Base):
    """What somebody sent with a form of a page after their session had ended; only they read it.

    ``sealed`` is the form with its address, which the API alone can open; of an older build a list
    of name and text.
    """

    __tablename__ = "kept_forms"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    path: Mapped[str]
    sealed: Mapped[Any] = mapped_column("fields", JSONB)
    kept_at: Mapped[datetime]
