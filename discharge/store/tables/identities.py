"""Who is who over time: former NHS numbers, merges with what they moved, and pairs that may be one person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey


class PersonNhsNumber(Base):
    """An NHS number that a person has or had; it finds them either way.

    ``from_at`` and ``until_at`` are in case time, as the messages said; ``until_at`` is None while it is
    the number in use.
    """

    __tablename__ = "person_nhs_numbers"
    __table_args__ = (
        UniqueConstraint("person_id", "nhs_number"),
        Index("ix_person_nhs_numbers_nhs_number", "nhs_number"),
    )

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    nhs_number: Mapped[str]
    status: Mapped[str | None]
    from_at: Mapped[datetime | None]
    until_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PersonMerge(Base):
    """Two people became one record, and whether that was undone.

    ``cause`` is ``message`` or ``decision``; ``cause_id`` is the inbox row or the decision. ``moved`` lists,
    by kind, the ids of what went from the retired to the surviving person. ``effective_at`` is in case time.
    """

    __tablename__ = "person_merges"
    __table_args__ = (Index("ix_person_merges_organisation", "organisation_id", "recorded_at"),)

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    survivor_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    retired_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    cause: Mapped[str]
    cause_id: Mapped[UUID]
    moved: Mapped[JsonObject]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    undone_at: Mapped[datetime | None]
    undone_cause: Mapped[str | None]
    undone_cause_id: Mapped[UUID | None]


class MovedRecord(Base):
    """Where something that a merge moved belongs by itself: back there it goes when the merge is undone.

    ``kind`` is identifier, nhs-number, spell, document or case.
    """

    __tablename__ = "moved_records"

    kind: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    home_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    merge_id: Mapped[UUID] = mapped_column(ForeignKey("person_merges.id"))


class DuplicatePair(Base):
    """Two records that may be one person, for people to decide; ``left_id`` is the lesser id.

    ``rules`` are the rules that offered it, ``evidence`` which fields agree, differ or are not known (codes
    only). ``state`` is open, same, not-same or settled (it became one, or no longer applies).
    ``decided_evidence`` is what was known when people decided: the pair is offered again only when more
    agrees than that.
    """

    __tablename__ = "duplicate_pairs"
    __table_args__ = (
        UniqueConstraint("organisation_id", "left_id", "right_id"),
        Index("ix_duplicate_pairs_state", "organisation_id", "state"),
    )

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    left_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    right_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    evidence: Mapped[JsonObject]
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    source_inbox_id: Mapped[UUID | None]
    offered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]
    decided_evidence: Mapped[JsonObject | None]


class PairLeftOut(Base):
    """A record of which pairs are not offered: ``common-values`` where too many share its family name and
    birth date, ``many-pairs`` where so many of its pairs wait already.
    """

    __tablename__ = "pairs_left_out"
    __table_args__ = (CheckConstraint("cause IN ('common-values', 'many-pairs')", name="cause"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
    cause: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdentityDecision(Base):
    """What somebody decided about who is who: kept before it is called taken, carried out once by the drain.

    ``kind`` is same, not-same or undo-merge; it concerns ``pair_id`` or ``merge_id``. ``reason`` is the
    person's own words. ``state`` is taken, done or refused (with ``code``).
    """

    __tablename__ = "identity_decisions"
    __table_args__ = (
        UniqueConstraint("client_id", "client_key"),
        Index("ix_identity_decisions_taken", "created_at", postgresql_where="state = 'taken'"),
        Index("ix_identity_decisions_pair_id", "pair_id"),
        Index("ix_identity_decisions_merge_id", "merge_id"),
    )

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID | None]
    role: Mapped[str]
    client_id: Mapped[str]
    client_key: Mapped[str]
    kind: Mapped[str]
    pair_id: Mapped[UUID | None] = mapped_column(ForeignKey("duplicate_pairs.id"))
    merge_id: Mapped[UUID | None] = mapped_column(ForeignKey("person_merges.id"))
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="taken", server_default="taken")
    code: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    handled_at: Mapped[datetime | None]
