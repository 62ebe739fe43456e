"""Feeds, the inbox of raw messages, the facts of each spell, stays that were moved, and unmapped values."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey
from fhir_adapters.store.hidden import HiddenNumberRow, HidingAnswerRow
from fhir_adapters.store.inbox_bytes import InboxBytesRow
from fhir_adapters.store.list_tables import ShadowDifferenceRow, ShadowListRow
from fhir_adapters.store.operator_tables import (
    AlarmRow,
    AlarmRuleRow,
    MessageEditRow,
    ReplayItemRow,
    ReplayRow,
)
from fhir_adapters.store.profiles import ProfileTextRow
from fhir_adapters.store.referral_contacts import ReferralContactsRow

__all__ = [
    "AlarmRow",
    "AlarmRuleRow",
    "FactRow",
    "Feed",
    "HiddenNumberRow",
    "HidingAnswerRow",
    "InboxBytesRow",
    "InboxRow",
    "MessageEditRow",
    "ProfileTextRow",
    "ReferralContactsRow",
    "ReplayItemRow",
    "ReplayRow",
    "ShadowDifferenceRow",
    "ShadowListRow",
]


class Feed(Base):
    """One source of messages: an HL7 v2 feed of a trust, or a FHIR client. ``profile`` names its feed
    profile.

    A message belongs to the feed whose ``port``, ``certificate`` (SHA-256 of the client's) or
    ``sending_application`` and ``sending_facility`` (MSH-3, MSH-4) it matches; an empty column is not asked
    for. Every feed belongs to an organisation; what nobody claimed belongs to the one that runs the service.

    ``networks`` (CIDR) are where its messages may come from, empty for anywhere; ``refused_times`` counts
    what came from elsewhere. ``message_bytes`` and ``messages_per_second`` replace the listener's own limits.
    """

    __tablename__ = "feeds"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    protocol: Mapped[str]
    profile: Mapped[str | None]
    port: Mapped[int | None]
    certificate: Mapped[str | None]
    sending_application: Mapped[str | None]
    sending_facility: Mapped[str | None]
    last_heard_at: Mapped[datetime | None]
    last_case_time: Mapped[datetime | None]
    networks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    message_bytes: Mapped[int | None]
    messages_per_second: Mapped[float | None]
    refused_times: Mapped[int] = mapped_column(default=0, server_default="0")
    refused_at: Mapped[datetime | None]


CAME_ODDLY = {
    "ix_inbox_other_bytes": "same_id_other_bytes IS TRUE",
    "ix_inbox_again": "times_received > 1",
    "ix_inbox_with_care": "state = 'interpreted' AND reason IS NOT NULL",
}
"""Few among many: each kind of message that operators look for by how it came has a list of its own."""


class InboxRow(Base):
    """One message, byte for byte, committed before it was acknowledged.

    ``raw`` are its bytes, ``size`` their number. They lie beside it by month; those that an earlier version
    kept lie in ``raw_inline`` (with no ``size``) until they are moved. They are empty once their month was
    let go.
    ``message_id`` is MSH-10 (or ``sha256:...`` where there is none). ``state`` is stored, interpreted,
    not-used, parked, unassigned, rejected or superseded (an edited message stands in for it).
    ``same_id_other_bytes`` flags a control id seen before with other bytes. ``edited_from`` is the message
    that an edited one stands in for; that one begins as proposed, and a second person has it stored or
    declined. ``read_by`` names profile, version and text (the beginning of its SHA-256) of the last reading,
    ``ward`` what it read of PV1-3, in capitals. ``person_key`` orders the drain: one person at a time, in
    ``sequence``.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("feed_id", "message_id", "sha256"),
        Index("ix_inbox_waiting", "sequence", postgresql_where="state = 'stored'"),
        Index("ix_inbox_not_moved", "sequence", postgresql_where="raw_inline IS NOT NULL"),
        Index("ix_inbox_person_key", "feed_id", "person_key"),
        Index("ix_inbox_organisation", "organisation_id", "received_at", "sequence"),
        Index("ix_inbox_feed", "feed_id", "received_at", "sequence"),
        Index("ix_inbox_type", "organisation_id", "message_type", "trigger", "received_at", "sequence"),
        Index(
            "ix_inbox_asks",
            "organisation_id",
            "state",
            "code",
            "reason",
            "received_at",
            "sequence",
            postgresql_where="state NOT IN ('stored', 'interpreted')",
        ),
        Index(
            "ix_inbox_ward",
            "organisation_id",
            "ward",
            "received_at",
            "sequence",
            postgresql_where="ward IS NOT NULL",
        ),
        *(
            Index(name, "organisation_id", "received_at", "sequence", postgresql_where=where)
            for name, where in CAME_ODDLY.items()
        ),
        Index("ix_inbox_edited_from", "edited_from", postgresql_where="edited_from IS NOT NULL"),
        Index(
            "ix_inbox_application_answer",
            "feed_id",
            postgresql_where="application_answer IN ('owed', 'not-sent')",
        ),
        CheckConstraint("application_answer IN ('owed', 'sent', 'not-sent')", name="application_answer"),
    )

    id: Mapped[UuidKey] = mapped_column()
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("feeds.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    message_id: Mapped[str]
    sha256: Mapped[str]
    raw_inline: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int | None]
    content_type: Mapped[str]
    charset: Mapped[str | None]
    message_type: Mapped[str | None]
    trigger: Mapped[str | None]
    version: Mapped[str | None]
    event_time: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    times_received: Mapped[int] = mapped_column(default=1, server_default="1")
    acknowledgement: Mapped[str | None]
    person_key: Mapped[str | None]
    same_id_other_bytes: Mapped[bool] = mapped_column(default=False, server_default="false")
    state: Mapped[str] = mapped_column(default="stored", server_default="stored")
    code: Mapped[str | None]
    reason: Mapped[str | None]
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    spell_id: Mapped[UUID | None]
    handled_at: Mapped[datetime | None]
    edited_from: Mapped[UUID | None] = mapped_column(ForeignKey("inbox.id"))
    read_by: Mapped[str | None]
    ward: Mapped[str | None]
    application_answer: Mapped[str | None]
    raw: Mapped[bytes] = column_property(
        func.coalesce(
            raw_inline,
            select(InboxBytesRow.raw)
            .where(InboxBytesRow.inbox_id == id, InboxBytesRow.received_at == received_at)
            .correlate_except(InboxBytesRow)
            .scalar_subquery(),
            literal(b"", LargeBinary),
        )
    )

    @property
    def kept(self) -> bool:
        """Whether its bytes are there: they may have been let go with their month."""
        return bool(self.raw) or not self.size


class FactRow(Base):
    """One fact read from one message: what, about which spell, from when. The spell is a fold over these."""

    __tablename__ = "facts"
    __table_args__ = (UniqueConstraint("inbox_id", "ordinal"),)

    id: Mapped[UuidKey]
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"))
    ordinal: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    spell_id: Mapped[UUID | None] = mapped_column(ForeignKey("spells.id"), index=True)
    kind: Mapped[str]
    effective_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    content_hash: Mapped[str]
    payload: Mapped[JsonObject]


class StayMoveRow(Base):
    """What one feed said of a stay that belongs to another number, another person, or both: all that is said
    of ``number`` belongs to ``to_number`` and ``person_id``.
    """

    __tablename__ = "stay_moves"
    __table_args__ = (
        UniqueConstraint("organisation_id", "content_hash"),
        Index("ix_stay_moves_number", "organisation_id", "number"),
        Index("ix_stay_moves_to_number", "organisation_id", "to_number"),
    )

    id: Mapped[UuidKey]
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str]
    to_number: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    from_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    stated_at: Mapped[datetime | None]
    content_hash: Mapped[str]


class UnmappedRow(Base):
    """A coded value that a feed sent and its profile does not map; gone once every message that holds it was
    read by a profile that does.

    ``place`` is the field, such as PV1-2, ``key`` the key of the profile that would map it (empty where none
    does); ``times`` is the number of messages, ``example_inbox_id`` the newest of them.
    """

    __tablename__ = "unmapped_values"

    id: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("feeds.id"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    example_inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"))
    key: Mapped[str] = mapped_column(default="", server_default="")
    times: Mapped[int]
    first_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UnmappedMessageRow(Base):
    """One message that holds a value which its profile did not map when it was read last."""

    __tablename__ = "unmapped_messages"

    value_id: Mapped[UUID] = mapped_column(
        ForeignKey("unmapped_values.id", ondelete="CASCADE"), primary_key=True
    )
    inbox_id: Mapped[UUID] = mapped_column(ForeignKey("inbox.id"), primary_key=True, index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))


class SentMessage(Base):
    """One HL7 v2 message as it leaves, byte for byte the same at every try.

    ``key`` is the key of its outbox item, which may be past by now: an item that is replaced becomes another
    message. The last answer's
    code and words stand beside it. ``organisation_id`` is the receiver, who alone may read the bytes.
    """

    __tablename__ = "sent_messages"
    __table_args__ = (UniqueConstraint("organisation_id", "control_id"),)

    key: Mapped[UUID] = mapped_column(primary_key=True)
    outbox_sequence: Mapped[int] = mapped_column(BigInteger, index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    control_id: Mapped[str]
    event: Mapped[str]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    built_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
