"""The one row that fixes case time, and the signs of life of the running parts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base


class CaseClockRow(Base):
    """Origin and factor of case time: stored at first start, fixed for the life of this database."""

    __tablename__ = "case_clock"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    origin: Mapped[datetime]
    case_origin: Mapped[datetime]
    factor: Mapped[float]


class HeartbeatRow(Base):
    """When a part (worker, drain, relay, mllp) was last alive. ``due_at`` says by when one that runs on a
    schedule is late.
    """

    __tablename__ = "heartbeats"

    part: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    detail: Mapped[str | None]
    due_at: Mapped[datetime | None]
