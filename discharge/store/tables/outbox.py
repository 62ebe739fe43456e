"""The outbox: what must reach a case's workflow, and what must reach a partner.

What is over, of cases that closed long ago, lies in `outbox_past` by month of `created_at`, in the same
columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Table,
    UniqueConstraint,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from discharge.store.base import Base, JsonObject, core_table

TO_BE_RELAYED: Mapping[str, None] = {"relayed_at": None, "relay_after": None}
"""What has the relay take a row at its next round."""
OPEN_ITEMS = "channel = 'partner' AND state IN ('held', 'pending', 'dead')"
"""Items for partners that somebody still waits for; written so that their index answers."""


class OutboxRow(Base):
    """One thing to tell. ``sequence`` orders everything; ``key`` is the same on every try.

    ``channel`` is ``case-signal`` (to a case workflow: ``payload`` is a coded command body) or ``partner``
    (a lane). ``state`` is held (no lawful basis yet), pending, delivered, dead or skipped. ``sent_at``,
    ``received_at``, ``accepted_at`` and ``acted_at`` are four separate facts. ``relayed_at`` says when the
    workflow was told, ``relay_after`` until when the relay leaves a row alone, because another one tells it
    just now or telling it failed (``relay_tries`` times). ``needs_basis`` rows may leave only while the case
    has a lawful basis for sharing. ``organisation_id`` is the organisation whose act caused the row.
    ``attempts`` counts the tries that left the house or may have; ``leaving_at`` is when the first began.
    ``basis_ended_at`` says since when there was no basis for an item that waited; it stays on one that was on
    its way just then. ``resent_from`` is the item that a person had sent once more as this one; that one may
    be past.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "ix_outbox_unrelayed",
            "sequence",
            postgresql_where="relayed_at IS NULL AND state IN ('pending', 'skipped')",
        ),
        Index(
            "ix_outbox_relay_later",
            "case_id",
            postgresql_where="relayed_at IS NULL AND relay_after IS NOT NULL",
        ),
        Index("ix_outbox_open", "state", postgresql_where=OPEN_ITEMS),
        Index("ix_outbox_dead", "sequence", postgresql_where="state = 'dead'"),
        Index("ix_outbox_lane", "partner_id", "case_id", "sequence"),
        Index(
            "ix_outbox_lane_waiting",
            "partner_id",
            "case_id",
            postgresql_where="channel = 'partner' AND state = 'pending'",
        ),
        Index(
            "ix_outbox_received",
            "partner_id",
            "organisation_id",
            "received_at",
            postgresql_where="channel = 'partner' AND state = 'delivered'",
        ),
        Index("ix_outbox_cause_inbox", "cause_inbox_id", postgresql_where="cause_inbox_id IS NOT NULL"),
        Index("ix_outbox_resent_from", "resent_from", postgresql_where="resent_from IS NOT NULL"),
    )

    sequence: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[UUID]
    channel: Mapped[str]
    kind: Mapped[str]
    case_id: Mapped[UUID] = mapped_column(index=True)
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partners.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    payload: Mapped[JsonObject]
    cause_command_id: Mapped[UUID | None]
    cause_inbox_id: Mapped[UUID | None]
    needs_basis: Mapped[bool] = mapped_column(default=False, server_default="false")
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    relayed_at: Mapped[datetime | None]
    relay_after: Mapped[datetime | None]
    relay_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    last_attempt_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    error_detail: Mapped[str | None]
    leaving_at: Mapped[datetime | None]
    basis_ended_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    released_reason: Mapped[str | None]
    resent_from: Mapped[int | None] = mapped_column(BigInteger)


_ITEM = core_table(OutboxRow)
OUTBOX_PAST = Table(
    "outbox_past",
    Base.metadata,
    *(
        Column(
            each.name, each.type, primary_key=each.name in ("sequence", "created_at"), nullable=each.nullable
        )
        for each in _ITEM.columns
    ),
    Index("ix_outbox_past_case_id", "case_id"),
    Index("ix_outbox_past_cause_inbox_id", "cause_inbox_id", postgresql_where="cause_inbox_id IS NOT NULL"),
    postgresql_partition_by="RANGE (created_at)",
)
EVERY_ITEM = aliased(OutboxRow, union_all(select(_ITEM), select(OUTBOX_PAST)).subquery("items"))
"""Every item, also what is past: to be read only."""
