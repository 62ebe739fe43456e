"""Referrals by organisations that have no part yet for the person, and who may take them on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey


class ReferralRequestRow(Base):
    """One request: what was sent, and what became of it. Nothing that we hold is in it.

    ``said`` are the values of the referral, without what they say of abuse or danger, which waits in the
    annex; ``service_id`` is the housing service that owns the answer; ``state`` is waiting, taken-on,
    declined or withdrawn. Of the times ``created_at`` is machine time, the others are case time.
    ``answer_code`` is of the list ``referral-return-reasons``.
    """

    __tablename__ = "referral_requests"
    __table_args__ = (
        UniqueConstraint("client_id", "client_key"),
        CheckConstraint("state IN ('waiting', 'taken-on', 'declined', 'withdrawn')", name="state"),
        CheckConstraint(
            "NOT coalesce(said -> 'reasons' @> '[\"safety\"]' OR said ->> 'about_danger' = 'true', false)",
            name="not_about_danger",
        ),
        Index("ix_referral_requests_sender_id", "sender_id", "created_at"),
        Index("ix_referral_requests_inbox_id", "inbox_id"),
        Index("ix_referral_requests_waiting", "due_at", postgresql_where="state = 'waiting'"),
        Index(
            "ix_referral_requests_answered",
            text("created_at DESC"),
            "id",
            postgresql_where="state <> 'waiting'",
        ),
    )

    id: Mapped[UuidKey]
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID | None]
    role: Mapped[str]
    client_id: Mapped[str]
    client_key: Mapped[str]
    body_hash: Mapped[str]
    inbox_id: Mapped[UUID | None]
    external_id: Mapped[str | None]
    nhs_number: Mapped[str | None]
    said: Mapped[JsonObject]
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answered_by_user: Mapped[UUID | None]
    answer_code: Mapped[str | None]
    answer: Mapped[str | None]
    command_id: Mapped[UUID | None] = mapped_column(index=True)
    case_id: Mapped[UUID | None]


class ReferralReviewerRow(Base):
    """An organisation that may take a request on, or answer it. The sender never reads this."""

    __tablename__ = "referral_reviewers"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("referral_requests.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisations.id"), primary_key=True, index=True
    )
