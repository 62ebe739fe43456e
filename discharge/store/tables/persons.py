"""People: who they are, how to reach them, where they live. Every row carries a sensitivity."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from discharge.store.base import Base, UuidKey

ORDINARY = "ordinary"
RESTRICTED = "restricted"
DANGER = "danger"
OWN_WORDS = "own-words"
"""Of a note: what a person says of themselves, for the team of their case."""
"""Of words that speak of abuse or danger. They are in the restricted annex, and no row is marked so."""


class Person(Base):
    """A person known from a feed or a referral.

    ``location_hidden`` (ZU8-4, PV1-16, FHIR security labels, PDS restricted) takes effect at once on every
    page and message: it is what feeds said (``hidden_by_feed``, as the drain folds it), and whatever a
    message hides that waits for the drain (``hidden_numbers``). It is asked when a person is read, and never
    written.
    ``test_person`` keeps rehearsals apart from live people. ``merged_into`` follows a merge.
    ``family_key`` and ``given_key`` are what `name_begins` searches.
    ``identity_unknown`` (PID-31): what is said of them is a guess, so that resemblance tells nothing.
    """

    __tablename__ = "persons"
    __table_args__ = (
        Index("ix_persons_nhs_number", "nhs_number"),
        Index("ix_persons_family_name", "family_name", postgresql_ops={"family_name": "text_pattern_ops"}),
        Index("ix_persons_birth_date", "birth_date"),
        Index("ix_persons_family_key", "family_key", postgresql_ops={"family_key": "text_pattern_ops"}),
        Index("ix_persons_given_key", "given_key", postgresql_ops={"given_key": "text_pattern_ops"}),
        Index("ix_persons_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )

    id: Mapped[UuidKey] = mapped_column()
    nhs_number: Mapped[str | None]
    nhs_number_status: Mapped[str | None]
    family_name: Mapped[str | None]
    given_name: Mapped[str | None]
    birth_date: Mapped[date | None]
    sex: Mapped[str | None]
    died_on: Mapped[date | None]
    deceased: Mapped[bool] = mapped_column(default=False, server_default="false")
    hidden_by_feed: Mapped[bool] = mapped_column("location_hidden", default=False, server_default="false")
    test_person: Mapped[bool] = mapped_column(default=False, server_default="false")
    identity_unknown: Mapped[bool] = mapped_column(default=False, server_default="false")
    sensitivity: Mapped[str] = mapped_column(default=ORDINARY, server_default=ORDINARY)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    family_key: Mapped[str | None] = mapped_column(Computed("lower(family_name)", True), deferred=True)
    given_key: Mapped[str | None] = mapped_column(Computed("lower(given_name)", True), deferred=True)
    location_hidden: Mapped[bool] = column_property(
        or_(
            hidden_by_feed,
            and_(
                select(func.homeward_any_number_hidden()).scalar_subquery(),
                func.homeward_hidden_by_number(id),
            ),
        ),
        expire_on_flush=False,
    )


LAST_CHARACTER = chr(0x10FFFF)


def name_begins(word: str) -> ColumnElement[bool]:
    """Among people: those whose family or given name begins with a word, in capitals or not.

    Said by operators that cannot leak a row: only with those does PostgreSQL ask an index before the wall.
    """
    low, high = func.lower(word), func.lower(word + LAST_CHARACTER)
    return or_(
        *(and_(key.op("~>=~")(low), key.op("~<~")(high)) for key in (Person.family_key, Person.given_key))
    )


class PlaceReader(Base):
    """Somebody of another organisation whom a trust has named to know the ward and bed of a person whose
    whereabouts are hidden: for one stay, until a day (case time), with a reason.

    Whether a name is in force is PostgreSQL's answer (`homeward_places_named`): it ends with the stay, too.
    """

    __tablename__ = "place_readers"
    __table_args__ = (
        Index(
            "uq_place_readers_named",
            "spell_id",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    spell_id: Mapped[UUID] = mapped_column(ForeignKey("spells.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    reader_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    until_on: Mapped[date]
    reason: Mapped[str]
    named_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class PersonIdentifier(Base):
    """A local number of a person, as one organisation's authority gave it; since when we know it."""

    __tablename__ = "person_identifiers"
    __table_args__ = (UniqueConstraint("organisation_id", "authority", "value"),)

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    authority: Mapped[str]
    value: Mapped[str] = mapped_column(index=True)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PersonAddress(Base):
    """An address; ``kind`` is home, temporary or postal.

    ``let_id`` names the let that it came from, ``ended_by_let_id`` the let that made it history.
    """

    __tablename__ = "person_addresses"
    __table_args__ = (
        Index("uq_person_addresses_let", "let_id", unique=True, postgresql_where="let_id IS NOT NULL"),
        Index(
            "ix_person_addresses_ended_by_let",
            "ended_by_let_id",
            postgresql_where="ended_by_let_id IS NOT NULL",
        ),
    )

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[str] = mapped_column(default="home", server_default="home")
    lines: Mapped[str]
    postcode: Mapped[str | None]
    uprn: Mapped[str | None]
    sensitivity: Mapped[str] = mapped_column(default=ORDINARY, server_default=ORDINARY)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    let_id: Mapped[UUID | None]
    ended_by_let_id: Mapped[UUID | None]


NEXT_OF_KIN, PRACTICE, GP, CONSULTANT = "next-of-kin", "gp-practice", "gp", "consultant"


class PersonContact(Base):
    """A telephone, e-mail, next of kin, practice or doctor, as feeds or a referral say it; ``kind`` is phone,
    mobile, email, next-of-kin, gp-practice (whose value is its ODS code), gp or consultant. A next of kin has
    a row for each number. ``said_on`` is the day from which it has been said without a break;
    ``organisation_id`` is whose referral says it, none where feeds do.
    """

    __tablename__ = "person_contacts"

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]
    name: Mapped[str | None]
    relationship_code: Mapped[str | None]
    contact_role: Mapped[str | None]
    said_on: Mapped[date | None]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    sensitivity: Mapped[str] = mapped_column(default=ORDINARY, server_default=ORDINARY)
