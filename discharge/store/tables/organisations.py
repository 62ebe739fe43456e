"""Organisations, their teams and people who sign in, and the partners that messages go to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from discharge.store.base import Base, JsonObject, UuidKey

FHIR, HL7_V2 = "fhir", "hl7v2"


class Organisation(Base):
    """A trust, council, landlord, equipment service or housing-health service.

    ``code`` is ours and unique; ``ods_code`` is optional because most landlords have none.
    ``sharing_basis`` is the basis that its agreement gives a referral that states none.
    """

    __tablename__ = "organisations"

    id: Mapped[UuidKey]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    ods_code: Mapped[str | None]
    sharing_basis: Mapped[str | None]


class Team(Base):
    """A team inside an organisation that can own a case."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    code: Mapped[str]
    name: Mapped[str]


class User(Base):
    """Somebody who signed in, as their OpenID provider names them; role and organisation come from its
    claims. ``disabled_at`` is set while an administrator keeps them out.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[UuidKey]
    issuer: Mapped[str]
    subject: Mapped[str]
    display_name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[str]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]


class PartnerRow(Base):
    """Where an organisation receives messages, at most once by each ``transport`` (``fhir`` or ``hl7v2``).

    ``endpoint`` is a URL: https:// for FHIR, mllp:// or mllps://host:port for HL7 v2. ``profile`` is the feed
    profile that says what an HL7 v2 partner takes, ``header`` its MSH-3 to MSH-6. ``paused_at`` is set while
    it rests, ``pause_code`` and ``pause_reason`` say why; one incident a pause. ``probe_after`` is when to
    try again; without it a paused partner is switched off. ``tls`` and ``sign_in`` say how it is known and
    who we are there, by names of files, never with a secret.
    """

    __tablename__ = "partners"
    __table_args__ = (UniqueConstraint("organisation_id", "transport"),)

    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    endpoint: Mapped[str]
    kind: Mapped[str]
    transport: Mapped[str] = mapped_column(default=FHIR, server_default=FHIR)
    profile: Mapped[str | None]
    header: Mapped[JsonObject | None]
    tls: Mapped[JsonObject | None]
    sign_in: Mapped[JsonObject | None]
    consecutive_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    paused_at: Mapped[datetime | None]
    pause_code: Mapped[str | None]
    pause_reason: Mapped[str | None]
    probe_after: Mapped[datetime | None]
