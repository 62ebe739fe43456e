"""Registers the organisations of an installation, read from a YAML file: who they are and what connects them.

A file lists organisations, their teams, the partners that messages go to, the feeds that messages come from,
people who are named for safety before they first sign in, and homes to let. Loading it again changes what
differs and adds what is new; nothing is taken away, and a home that is there stays as people have changed it.
Ids follow from codes, so that every loading agrees on them. Written by the owner of the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml
from pydantic import AfterValidator, Field, model_validator
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables.organisations import Organisation, PartnerRow, Team, User
from discharge.values import Frozen
from fhir_adapters.feeds.alarms import AlarmRule
from fhir_adapters.hl7v2.send.links import host_and_port
from fhir_adapters.hl7v2.send.sends import Parties
from fhir_adapters.partners.settings import PartnerTls, SignIn, is_encrypted, keeps_secrets
from fhir_adapters.store.tables import AlarmRuleRow, Feed
from housing_checks.store.safety_tables import SafetyAdviserRow
from housing_checks.store.tables import PropertyRow
from housing_checks.strands.rehousing.model import Property

SHA256_DIGITS = 64
CaseworkRole = Literal["discharge-team", "coordinator"]
"""Roles in which people record and read what is said about safety."""


class ListedOrganisation(Frozen):
    """One organisation; `kind` decides what it does here, `sharing_basis` what its referrals go by."""

    code: str
    name: str
    kind: str
    ods_code: str | None = None
    sharing_basis: str | None = None


class ListedTeam(Frozen):
    """A team inside an organisation."""

    organisation: str
    code: str
    name: str


class ListedPartner(Frozen):
    """Where an organisation receives messages; an endpoint that begins with a slash is below the base
    address.

    `transport` is fhir or hl7v2; the latter has `mllp://host:port`, the feed `profile` whose `sends` say what
    it takes, and its `header` (MSH-3 to MSH-6). `tls` and `sign_in` name files in the folder of partners'
    secrets.
    """

    organisation: str
    kind: str
    endpoint: str
    transport: Literal["fhir", "hl7v2"] = "fhir"
    profile: str | None = None
    header: Parties | None = None
    tls: PartnerTls | None = None
    sign_in: SignIn | None = None

    @model_validator(mode="after")
    def _reachable(self) -> ListedPartner:
        if self.transport == "hl7v2":
            if not self.profile:
                raise ValueError("a partner by hl7v2 needs a profile with the facts that it accepts")
            if self.endpoint != "/":
                host_and_port(self.endpoint)
            if self.sign_in:
                raise ValueError("HL7 v2 has no sign-in; use a client certificate (tls)")
        if self.tls and not is_encrypted(self.endpoint):
            raise ValueError("tls needs an address that begins with https:// or mllps://")
        if self.sign_in and not (self.endpoint.startswith("/") or keeps_secrets(self.endpoint)):
            raise ValueError("a token is sent only by https://")
        return self


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(
            f"{text!r} is not a network: write it as 10.20.0.0/16, or 10.20.1.7 for one"
        ) from error


Network = Annotated[str, AfterValidator(_network)]


def _sha256(text: str) -> str:
    digits = text.replace(":", "").lower()
    if len(digits) != SHA256_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise ValueError(f"a certificate is named by its SHA-256, {SHA256_DIGITS} hexadecimal digits")
    return digits


class ListedFeed(Frozen):
    """One source of HL7 v2 messages and what a message must show to belong to it.

    `port_after_mllp` gives it a port of its own, counted from the port of the listener. `certificate` is the
    SHA-256 of the client's certificate in hexadecimal digits, with or without colons. `networks` are where
    its messages may come from; none means anywhere.
    """

    code: str
    organisation: str
    profile: str
    port: int | None = None
    port_after_mllp: int | None = None
    certificate: Annotated[str, AfterValidator(_sha256)] | None = None
    sending_application: str | None = None
    sending_facility: str | None = None
    networks: tuple[Network, ...] = ()
    message_bytes: int | None = Field(default=None, gt=0)
    messages_per_second: float | None = Field(default=None, gt=0)


class ListedAlarm(AlarmRule):
    """When messages should arrive, be read and go out: replaces the usual rules of its kind, for one feed or
    for all.
    """

    feed: str | None = None


class ListedHome(Frozen):
    """A home that a landlord may let."""

    landlord: str
    reference: str
    address: str
    postcode: str
    ready_on: date | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)


class ListedAdviser(Frozen):
    """Somebody who is named for safety before they first sign in: `subject` is what their OpenID provider
    will call them, name and role are what it will vouch for.
    """

    organisation: str
    subject: str
    name: str
    role: CaseworkRole
    kind: Literal["adviser", "safeguarding-lead"] = "adviser"


class Places(Frozen):
    """The whole file."""

    organisations: list[ListedOrganisation] = Field(default_factory=list)
    teams: list[ListedTeam] = Field(default_factory=list)
    partners: list[ListedPartner] = Field(default_factory=list)
    feeds: list[ListedFeed] = Field(default_factory=list)
    alarms: list[ListedAlarm] = Field(default_factory=list)
    safety_advisers: list[ListedAdviser] = Field(default_factory=list)
    homes: list[ListedHome] = Field(default_factory=list)


def read_places(file: Path) -> Places:
    """The file, checked. Raises OSError, yaml.YAMLError or pydantic's ValidationError."""
    return Places.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Here:
    """What a file leaves to the installation: today (case time), where partners are, our MLLP port, and the
    OpenID provider by whom people sign in.
    """

    today: date
    partner_url: str = ""
    partner_hl7_url: str = ""
    mllp_port: int = 2575
    openid_issuer: str | None = None


async def register(engine: AsyncEngine, places: Places, here: Here) -> None:
    """Write the places to the record. A home that does not say when is ready today."""
    async with transaction(engine) as session:
        for organisation in places.organisations:
            await _put(session, Organisation, organisation_id(organisation.code), organisation.model_dump())
        for team in places.teams:
            await _put_of_organisation(session, Team, f"team/{team.organisation}/{team.code}", team)
        for partner in places.partners:
            await _put_of_organisation(session, PartnerRow, _path(partner), _at(partner, here))
        for feed in places.feeds:
            await _put_of_organisation(session, Feed, f"feed/{feed.code}", _on(feed, here), protocol="hl7v2")
        for number, alarm in enumerate(places.alarms):
            await _put(session, AlarmRuleRow, *_alarm(number, alarm))
        for home in places.homes:
            await _add_home(session, *_home(home, here.today))
        for adviser in places.safety_advisers if here.openid_issuer else ():
            await _name_adviser(session, here.openid_issuer or "", adviser)


def organisation_id(code: str) -> UUID:
    """The id of an organisation, the same in every loading."""
    return _id(f"organisation/{code}")


def _id(path: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"homeward:{path}")


def _path(partner: ListedPartner) -> str:
    also = "" if partner.transport == "fhir" else f"/{partner.transport}"
    return f"partner/{partner.organisation}{also}"


def _at(partner: ListedPartner, here: Here) -> ListedPartner:
    if partner.transport == "hl7v2" and partner.endpoint == "/":
        return partner.model_copy(update={"endpoint": here.partner_hl7_url})
    address = here.partner_url if partner.endpoint.startswith("/") else ""
    return partner.model_copy(update={"endpoint": address + partner.endpoint})


def _on(feed: ListedFeed, here: Here) -> ListedFeed:
    own = here.mllp_port + feed.port_after_mllp if feed.port_after_mllp else feed.port
    return feed.model_copy(update={"port": own})


def _alarm(number: int, alarm: ListedAlarm) -> tuple[UUID, dict[str, Any]]:
    feed_id = _id(f"feed/{alarm.feed}") if alarm.feed else None
    rule = alarm.model_dump(mode="json", exclude={"feed"})
    return _id(f"alarm/{number}"), {"kind": alarm.kind, "feed_id": feed_id, "rule": rule}


def _home(home: ListedHome, today: date) -> tuple[UUID, dict[str, Any]]:
    id_, landlord_id = _id(f"home/{home.landlord}/{home.reference}"), organisation_id(home.landlord)
    ready_on = home.ready_on or today
    checked = Property(property_id=id_, landlord_id=landlord_id, ready_on=ready_on, **home.attributes)
    return id_, {
        "landlord_id": landlord_id,
        "reference": home.reference,
        "address": home.address,
        "postcode": home.postcode,
        "ready_on": ready_on,
        "attributes": checked.model_dump(mode="json", exclude={"property_id", "landlord_id", "ready_on"}),
    }


async def _add_home(session: AsyncSession, id_: UUID, values: dict[str, Any]) -> None:
    """A home that is on the list stays as people have changed it since."""
    row = insert(PropertyRow).values(id=id_, **values)
    await session.execute(row.on_conflict_do_nothing(index_elements=["id"]))


async def _name_adviser(session: AsyncSession, issuer: str, adviser: ListedAdviser) -> None:
    """Name somebody once: whom an administrator has named, or whose part has ended, stays as they are."""
    who = {"issuer": issuer, "subject": adviser.subject}
    path = f"{issuer}/{adviser.subject}"
    organisation = organisation_id(adviser.organisation)
    user = insert(User).values(
        id=_id(f"user/{path}"),
        display_name=adviser.name,
        organisation_id=organisation,
        role=adviser.role,
        **who,
    )
    await session.execute(user.on_conflict_do_nothing())
    user_id = await session.scalar(select(User.id).filter_by(**who))
    row = insert(SafetyAdviserRow).values(
        id=_id(f"adviser/{path}"), organisation_id=organisation, user_id=user_id, kind=adviser.kind
    )
    await session.execute(row.on_conflict_do_nothing())


async def _put_of_organisation(
    session: AsyncSession, table: type[Base], path: str, listed: Frozen, **more: Any
) -> None:
    values = listed.model_dump(exclude={"port_after_mllp"}) | more
    values["organisation_id"] = organisation_id(values.pop("organisation"))
    await _put(session, table, _id(path), values)


async def _put(session: AsyncSession, table: type[Base], id_: UUID, values: dict[str, Any]) -> None:
    await session.execute(
        insert(table).values(id=id_, **values).on_conflict_do_update(index_elements=["id"], set_=values)
    )
