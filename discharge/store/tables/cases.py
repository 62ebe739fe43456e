"""The case: its events, its snapshot, and the projections that pages and reports read."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey

SAID_SAFE = "(snapshot #>> '{check,answers,safety-confirmed}') = 'confirmed'"
"""Of a case whose check says that safety is confirmed; written out, as its index is."""


class CaseRow(Base):
    """One case. ``snapshot`` is the coded :class:`discharge.cases.model.Case`; columns are what lists filter
    and sort by. ``summed_version`` is the version up to which its stays are counted, with their summands;
    ``counted_version`` says the same to builds that know none. ``next_look_at`` is the machine instant of its
    workflow's timer. ``differs`` says in what it was not as its events say when it was
    last held against them, at ``swept_at``.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_open_person", "person_id", unique=True, postgresql_where="closed_on IS NULL"
        ),  # one person has one open case
        Index("ix_cases_swept", "swept_at", postgresql_where="closed_on IS NULL"),
        Index("ix_cases_differing", "referrer_id", postgresql_where="differs IS NOT NULL"),
        Index("ix_cases_next_look", "next_look_at", postgresql_where="next_look_at IS NOT NULL"),
        Index("ix_cases_external_id", "external_id", postgresql_where="external_id IS NOT NULL"),
        Index(
            "ix_cases_number_alone",
            text("substr(external_id, strpos(external_id, '|'))"),
            postgresql_where="external_id IS NOT NULL",
        ),
        Index(
            "ix_cases_other_numbers",
            text("homeward_number_keys(snapshot #> '{referral,other_ids}')"),
            postgresql_using="gin",
            postgresql_where="(snapshot #> '{referral,other_ids}') <> '[]'",
        ),
        Index(
            "ix_cases_waiting_longest",
            text("(discharged_on IS NOT NULL)"),
            "ready_on",
            "expected_discharge_on",
            "id",
            postgresql_where="closed_on IS NULL",
        ),  # the order of the worklist, so that a page of it is all that is read
        Index("ix_cases_closed", text("closed_on DESC"), "id", postgresql_where="closed_on IS NOT NULL"),
        Index("ix_cases_referred", text("referred_on DESC"), "id"),
        Index("ix_cases_said_safe", "id", postgresql_where=text(f"closed_on IS NULL AND {SAID_SAFE}")),
        Index("ix_cases_open_ward", "ward", postgresql_where="closed_on IS NULL AND ward IS NOT NULL"),
        Index("ix_cases_uncounted", "id", postgresql_where="counted_version IS DISTINCT FROM version"),
        Index("ix_cases_unsummed", "id", postgresql_where="summed_version IS DISTINCT FROM version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    stage: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    snapshot: Mapped[JsonObject]
    referred_on: Mapped[date]
    referrer_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    ward: Mapped[str | None]
    pathway: Mapped[str | None]
    expected_discharge_on: Mapped[date | None]
    needed_by: Mapped[date | None]
    ready_on: Mapped[date | None]
    discharged_on: Mapped[date | None]
    awaiting_spell: Mapped[bool] = mapped_column(default=False, server_default="false")
    external_id: Mapped[str | None]
    outcome: Mapped[str | None]
    closed_on: Mapped[date | None]
    next_look_at: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]
    differs: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    counted_version: Mapped[int | None]
    summed_version: Mapped[int | None]


class CaseEventRow(Base):
    """What happened, in order. ``payload`` is the coded event; who, when and why stand beside it."""

    __tablename__ = "case_events"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[JsonObject]
    effective_on: Mapped[date]
    case_time: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    command_id: Mapped[UUID] = mapped_column(index=True)
    organisation_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    role: Mapped[str]
    reason: Mapped[str | None]


class CaseCommandRow(Base):
    """Every command that a case ever answered, with the answer: the same command again changes nothing.

    Commands of people, facts of a feed and reports of strands alike; a command may be refused before its
    case exists. One that failed and was tried again by hand has an answer for each try.
    """

    __tablename__ = "case_commands"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    command_id: Mapped[UUID] = mapped_column(primary_key=True)
    tries_by_hand: Mapped[int] = mapped_column(primary_key=True, default=0, server_default="0")
    answer: Mapped[JsonObject]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CaseOwnerRow(Base):
    """Who answers for a case in each organisation."""

    __tablename__ = "case_owners"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    team_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]


class CaseParticipantRow(Base):
    """Which organisation takes part in a case; this table decides access.

    ``relation`` is what the organisation is to the case now (`discharge.cases.relations`): policies ask it.
    """

    __tablename__ = "case_participants"
    __table_args__ = (
        UniqueConstraint("case_id", "organisation_id", "from_on"),
        Index("ix_case_participants_relation", "organisation_id", "relation"),
        Index(
            "ix_case_participants_ended",
            "organisation_id",
            "until_on",
            postgresql_where="until_on IS NOT NULL",
        ),
    )

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str]
    relation: Mapped[str]
    basis: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class CaseSpellRow(Base):
    """The stays that belong to a case."""

    __tablename__ = "case_spells"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    spell_id: Mapped[UUID] = mapped_column(ForeignKey("spells.id"), primary_key=True, index=True)


class ReadyPeriodRow(Base):
    """Ready periods, every one of them, per stay."""

    __tablename__ = "ready_periods"

    id: Mapped[UuidKey]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    spell_id: Mapped[UUID | None]
    ready_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_by: Mapped[str | None]


class DelayReasonRow(Base):
    """Reasons recorded against waiting nights; the id is the reason's own."""

    __tablename__ = "delay_reasons"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str]
    code: Mapped[str]
    owner_role: Mapped[str]
    owner_organisation_id: Mapped[UUID | None]
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class StrandRow(Base):
    """Work to make the home ready, for lists and reports. ``next_look_at`` is the machine instant at which
    its workflow looks again.
    """

    __tablename__ = "strands"
    __table_args__ = (
        Index(
            "ix_strands_next_look",
            "next_look_at",
            postgresql_where="status = 'open' AND next_look_at IS NOT NULL",
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    item: Mapped[str]
    status: Mapped[str]
    step: Mapped[str]
    required: Mapped[bool]
    partner_id: Mapped[UUID | None]
    due_on: Mapped[date | None]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    next_look_at: Mapped[datetime | None]


class AlertRow(Base):
    """Early warnings; the id is the alert's own."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("ix_alerts_open", "owner_role", "case_id", postgresql_where="cleared_at IS NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    rule: Mapped[str]
    level: Mapped[str]
    fact: Mapped[str]
    threshold: Mapped[str]
    source: Mapped[str]
    owner_role: Mapped[str]
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    escalations: Mapped[int]
    cleared_at: Mapped[datetime | None]


class FollowUpRow(Base):
    """Contacts owed after discharge."""

    __tablename__ = "follow_ups"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    outcome: Mapped[str | None]
    contacted_at: Mapped[datetime | None]
