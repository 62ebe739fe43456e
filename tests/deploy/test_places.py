from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded import openid
from deploy.embedded.stack import PLACES
from deploy.partner.app import DEMO_PARTNERS
from deploy.places import (
    Here,
    ListedFeed,
    ListedOrganisation,
    ListedPartner,
    Places,
    organisation_id,
    read_places,
    register,
)
from discharge.codes.participation import PARTNER_KINDS
from discharge.store.engine import transaction
from discharge.store.tables import PartnerRow
from fhir_adapters.feeds.alarms import AlarmRule
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.store.inbox import feed_doors
from fhir_adapters.partners.settings import sign_in_of, tls_of
from fhir_adapters.store.tables import AlarmRuleRow, Feed

TODAY = date(2031, 4, 7)
BY_HL7 = {"transport": "hl7v2", "profile": "itk-2.4"}
HERE = Here(TODAY, "http://partner.example")
TABLES = ("organisations", "teams", "partners", "feeds", "properties")


async def counts(owner: AsyncEngine) -> dict[str, int]:
    async with transaction(owner) as session:
        return {table: await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES}


@pytest.mark.slow
async def test_given_the_demo_when_registered_twice_then_everything_is_there_once(owner: AsyncEngine) -> None:
    demo = read_places(PLACES)
    await register(owner, demo, HERE)
    once = await counts(owner)
    await register(owner, demo, HERE)
    assert await counts(owner) == once
    assert once == {
        "organisations": len(demo.organisations),
        "teams": len(demo.teams),
        "partners": len(demo.partners),
        "feeds": len(demo.feeds),
        "properties": len(demo.homes),
    }


@pytest.mark.slow
async def test_given_a_partner_below_the_base_address_when_it_moves_then_its_endpoint_follows(
    owner: AsyncEngine,
) -> None:
    demo = read_places(PLACES)
    await register(owner, demo, Here(TODAY, "http://old.example"))
    await register(owner, demo, Here(TODAY, "http://new.example"))
    async with transaction(owner) as session:
        query = text("SELECT endpoint FROM partners WHERE organisation_id = :id")
        assert await session.scalar(query, {"id": organisation_id("HVC")}) == "http://new.example/HVC/fhir/R4"


def test_given_the_demo_when_read_then_it_agrees_with_what_it_names() -> None:
    demo = read_places(PLACES)
    codes = {organisation.code for organisation in demo.organisations}
    assert {person.homeward_org for person in openid.people()} <= codes
    assert {partner.organisation for partner in demo.partners} == set(DEMO_PARTNERS)
    assert {partner.kind for partner in demo.partners} <= {row.code for row in PARTNER_KINDS}
    for feed in demo.feeds:
        assert profile_named(feed.profile).name == feed.profile


def test_given_a_misspelt_word_when_read_then_it_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "places.yaml"
    file.write_text("organisations:\n  - {code: A, name: A, kind: trust, odscode: A}\n")
    with pytest.raises(ValidationError, match="odscode"):
        read_places(file)


def a_feed(**more: object) -> ListedFeed:
    return ListedFeed.model_validate({"code": "PAS", "organisation": "RXH", "profile": "itk-2.4"} | more)


@pytest.mark.parametrize(
    "wrong",
    [
        {"networks": ["10.20.0.1/16"]},
        {"networks": ["the trust"]},
        {"certificate": "ab:cd"},
        {"certificate": "z" * 64},
        {"message_bytes": 0},
        {"messages_per_second": -1},
    ],
    ids=str,
)
def test_given_a_feed_that_nothing_could_go_by_when_read_then_it_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_feed(**wrong)


def test_given_a_certificate_as_openssl_prints_it_when_read_then_it_is_as_the_listener_compares_it() -> None:
    assert a_feed(certificate=":".join(["AB"] * 32)).certificate == "ab" * 32


@pytest.mark.slow
async def test_given_networks_and_limits_of_a_feed_when_registered_then_its_door_has_them(
    owner: AsyncEngine, api: AsyncEngine
) -> None:
    trust = ListedOrganisation(code="RXH", name="Trust", kind="trust")
    listed = a_feed(networks=["10.20.0.0/16", "fd00::/8"], message_bytes=9, messages_per_second=2.5)
    await register(owner, Places(organisations=[trust], feeds=[listed]), HERE)
    async with transaction(api) as session:
        [door] = await feed_doors(session)
    assert (door.networks, door.message_bytes, door.messages_per_second) == (
        ("10.20.0.0/16", "fd00::/8"),
        9,
        2.5,
    )


async def test_given_rules_of_alarms_when_registered_twice_then_each_is_one_row_with_its_feed(
    owner: AsyncEngine,
) -> None:
    places = Places.model_validate(
        {
            "organisations": [{"code": "T", "name": "T", "kind": "trust"}],
            "feeds": [{"code": "f", "organisation": "T", "profile": "itk-2.4"}],
            "alarms": [
                {"feed": "f", "kind": "nothing-arrived", "days": ["mon"], "at_most": 5, "again_after": 9},
                {"kind": "too-many-parked", "at_most": 3, "again_after": 9},
            ],
        }
    )
    for _ in range(2):
        await register(owner, places, HERE)
    async with transaction(owner) as session:
        rules = {row.kind: row for row in await session.scalars(select(AlarmRuleRow))}
        feed = (await session.scalars(select(Feed))).one()

    assert rules["nothing-arrived"].feed_id == feed.id
    assert rules["too-many-parked"].feed_id is None
    assert AlarmRule.model_validate(rules["nothing-arrived"].rule).days == ("mon",)


SIGN_IN = {"kind": "bearer", "token": "council-token"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"endpoint": "http://council.example", "sign_in": SIGN_IN}, "a token is sent only by https://"),
        ({"endpoint": "http://council.example", "tls": {}}, "begins with https:// or mllps://"),
        ({"endpoint": "mllp://pas.example:1", "tls": {}} | BY_HL7, "begins with https:// or mllps://"),
        ({"endpoint": "mllps://pas.example:1", "sign_in": SIGN_IN} | BY_HL7, "HL7 v2 has no sign-in"),
        ({"endpoint": "https://council.example", "tls": {"certificate": "us.pem"}}, "needs its key"),
        ({"endpoint": "https://council.example", "tls": {"verify": False}}, "verify"),
        (
            {"endpoint": "https://council.example", "sign_in": {"kind": "bearer", "token": "../x"}},
            "not the name",
        ),
    ],
)
def test_given_a_partner_that_would_not_be_safe_when_read_then_it_is_refused(
    wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        ListedPartner(organisation="HVC", kind="council", **wrong)


async def test_given_a_partner_with_a_sign_in_when_registered_then_only_names_of_files_are_kept(
    owner: AsyncEngine,
) -> None:
    council = ListedOrganisation(code="HVC", name="Council", kind="council")
    how = {"tls": {"ca": "council-ca.pem"}, "sign_in": SIGN_IN}
    partner = ListedPartner.model_validate(
        {"organisation": "HVC", "kind": "council", "endpoint": "https://council.example"} | how
    )
    await register(owner, Places(organisations=[council], partners=[partner]), HERE)
    async with transaction(owner) as session:
        kept = (await session.scalars(select(PartnerRow))).one()
        assert (tls_of(kept), sign_in_of(kept)) == (partner.tls, partner.sign_in)


ISSUER = "https://sign-in.example"
NAMED = text(
    "SELECT users.display_name, users.role, organisations.code, advisers.kind"
    " FROM safety_advisers AS advisers JOIN users ON users.id = advisers.user_id"
    " JOIN organisations ON organisations.id = advisers.organisation_id"
    " WHERE users.issuer = :issuer AND advisers.ended_at IS NULL ORDER BY organisations.code"
)


async def named(owner: AsyncEngine, issuer: str = ISSUER) -> list[tuple[Any, ...]]:
    async with transaction(owner) as session:
        return [tuple(row) for row in await session.execute(NAMED, {"issuer": issuer})]


def test_given_the_demo_when_read_then_its_safety_advisers_can_sign_in_as_they_are_listed() -> None:
    people = {person.sub: person for person in openid.people()}
    listed = read_places(PLACES).safety_advisers
    assert {adviser.organisation for adviser in listed} == {"RXH", "HHP"}
    for adviser in listed:
        person = people[adviser.subject]
        expected = (person.name, person.homeward_role, person.homeward_org)
        assert (adviser.name, adviser.role, adviser.organisation) == expected


@pytest.mark.slow
async def test_given_safety_advisers_when_registered_then_they_are_named_once_and_one_who_ended_stays_so(
    owner: AsyncEngine,
) -> None:
    demo, here = read_places(PLACES), Here(TODAY, openid_issuer=ISSUER)
    await register(owner, demo, here)
    await register(owner, demo, here)
    marcus, nora = await named(owner)
    assert nora == ("Nora Field", "discharge-team", "RXH", "adviser")
    assert marcus == ("Marcus Bell", "coordinator", "HHP", "adviser")
    async with transaction(owner) as session:
        await session.execute(text("UPDATE safety_advisers SET ended_at = now()"))
    await register(owner, demo, here)
    assert await named(owner) == []


@pytest.mark.slow
async def test_given_no_sign_in_provider_when_registered_then_nobody_is_named_for_safety(
    owner: AsyncEngine,
) -> None:
    await register(owner, read_places(PLACES), HERE)
    async with transaction(owner) as session:
        assert await session.scalar(text("SELECT count(*) FROM safety_advisers")) == 0
