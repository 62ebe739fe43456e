"""Keys that clients gave their requests, with what came of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base


class RequestKeyRow(Base):
    """A request that changed something under a key of its client's own; the pair of both is unique.

    ``operation`` is the method and address, ``body_hash`` of what was sent. ``result`` is what the operation
    answers with, or the ids to read that by. ``used_at`` is machine time. Commands and referrals hold their
    keys themselves.
    """

    __tablename__ = "request_keys"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    client_key: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID]
    operation: Mapped[str]
    body_hash: Mapped[str]
    result: Mapped[Any] = mapped_column(JSONB)
    used_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
