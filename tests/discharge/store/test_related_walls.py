"""What an organisation is to a case decides which rows PostgreSQL shows: raw SQL, as a bug would send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import CaseSpell, Participant, Strand
from discharge.errors import HomewardError
from discharge.permissions import PERMISSIONS
from discharge.roles import LEADS, RELATIONS
from discharge.store.engine import transaction
from discharge.store.tables import (
    ContactEntry,
    DocumentRow,
    NoteRow,
    Person,
    PersonAddress,
    PersonIdentifier,
    PlaceReader,
    Spell,
    User,
)
from fhir_adapters.store.inbox import Arrived, receive
from fhir_adapters.store.tables import FactRow, Feed
from housing_checks.store.tables import PropertyHoldRow, PropertyRow
from tests.fixtures.cases import TODAY, loaded, open_case, recorded, request
from tests.fixtures.evidence import photo_rows
from tests.fixtures.postgres import Places

CARE = {"responsible-trust", "housing-lead", "referrer", "council"}
SHOWN: dict[str, set[str]] = {
    "cases": CARE | {"landlord", "supplier"},
    "case_events": CARE,
    "case_spells": CARE,
    "spells": CARE,
    "strands": CARE,
    "notes": CARE,
    "person_identifiers": CARE,
    "person_nhs_numbers": CARE,
    "person_addresses": CARE | {"supplier"},
    "documents": set(LEADS),
    "contact_entries": CARE,
    "evidence_files": CARE,
    "evidence_contents": CARE,
}
"""Table -> the relations that see its rows of a case."""


@pytest.fixture
async def case_id(worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID) -> UUID:
    """A case with a row of each kind, in which the landlord's part is changed by each test."""
    async with transaction(worker) as session:
        stay = Spell(
            id=uuid4(), person_id=person_id, organisation_id=places.trust, visit_number="V1",
            status="admitted", folded={},
        )  # fmt: skip
        session.add(stay)
    case = await open_case(worker, person_id, places.trust, places.housing, places.landlord)
    strand = Strand(
        kind="equipment", number=1, item="hospital-bed", started_on=TODAY, owner_role="coordinator",
        partner_id=uuid4(),
    )  # fmt: skip
    spell = CaseSpell(spell_id=stay.id, organisation_id=places.trust)
    await recorded(
        worker, request(case, places.trust, ev.SpellJoined(spell=spell), ev.StrandStarted(strand=strand))
    )
    async with transaction(worker) as session:
        await session.execute(
            text(
                "INSERT INTO person_nhs_numbers (id, person_id, nhs_number) "
                "VALUES (gen_random_uuid(), :person, '9990000018')"
            ),
            {"person": person_id},
        )
        session.add_all(
            (
                PersonAddress(person_id=person_id, lines="2 High St"),
                ContactEntry(
                    case_id=case.case_id,
                    contact_id=uuid4(),
                    number=1,
                    entry="recorded",
                    role="other",
                    source="tried",
                    said_on=TODAY,
                    organisation_id=places.trust,
                ),
                PersonIdentifier(person_id=person_id, organisation_id=places.trust, authority="A", value="1"),
                NoteRow(case_id=case.case_id, organisation_id=places.trust, text="lives alone"),
                DocumentRow(
                    organisation_id=places.trust,
                    person_id=person_id,
                    inbox_id=uuid4(),
                    kind="form",
                    number="D1",
                ),
            )
        )
    async with transaction(owner) as session:
        session.add_all(photo_rows(case.case_id, places.trust))
    return case.case_id


async def relate(worker: AsyncEngine, organisation: UUID, relation: str) -> None:
    async with transaction(worker) as session:
        change = text("UPDATE case_participants SET relation = :relation WHERE organisation_id = :who")
        await session.execute(change, {"relation": relation, "who": organisation})


async def count(api: AsyncEngine, table: str, organisation: UUID, user: UUID | None = None) -> int:
    async with transaction(api, organisation_id=organisation, user_id=user) as session:
        found = await session.scalar(text(f"SELECT count(*) FROM {table}"))
        return int(found or 0)


@pytest.mark.parametrize("relation", [each for each in RELATIONS if each != "own"])
async def test_given_a_relation_then_it_sees_the_rows_that_its_part_needs(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID, relation: str
) -> None:
    await relate(worker, places.landlord, relation)

    seen = {table for table in SHOWN if await count(api, table, places.landlord)}
    assert seen == {table for table, relations in SHOWN.items() if relation in relations}


async def test_given_a_supplier_then_it_sees_its_own_strand_and_who_leads(
    api: AsyncEngine, worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    case = await loaded(worker, case_id)
    own = Strand(
        kind="equipment", number=2, item="commode", started_on=TODAY, owner_role="coordinator",
        partner_id=places.landlord,
    )  # fmt: skip
    council = Participant(organisation_id=places.stranger, role="council", basis="consent", from_on=TODAY)
    await recorded(
        worker,
        request(case, places.trust, ev.StrandStarted(strand=own), ev.ParticipantJoined(participant=council)),
    )

    assert await count(api, "strands", places.landlord) == 1
    assert await count(api, "case_participants", places.landlord) == 3
    assert await count(api, "case_participants", places.stranger) == 4


async def test_given_a_stay_that_joins_then_the_record_keeps_who_is_responsible(
    worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    async with transaction(worker) as session:
        kept = dict(
            (await session.execute(text("SELECT organisation_id, relation FROM case_participants"))).all()
        )
    assert kept == {
        places.trust: "responsible-trust",
        places.housing: "housing-lead",
        places.landlord: "supplier",
    }


async def a_user(worker: AsyncEngine, organisation: UUID, name: str, team: UUID | None = None) -> UUID:
    async with transaction(worker) as session:
        if team is not None:
            await session.execute(
                text("INSERT INTO teams (id, organisation_id, code, name) VALUES (:id, :who, :code, 'T')"
                     " ON CONFLICT DO NOTHING"),
                {"id": team, "who": organisation, "code": str(team)},
            )  # fmt: skip
        user = User(
            id=uuid4(), issuer="i", subject=name, display_name=name, role="discharge-team",
            organisation_id=organisation, team_id=team,
        )  # fmt: skip
        session.add(user)
    return user.id


async def test_given_a_note_about_danger_then_no_note_holds_it(
    worker: AsyncEngine, places: Places, case_id: UUID
) -> None:
    with pytest.raises(HomewardError):
        async with transaction(worker) as session:
            session.add(
                NoteRow(
                    case_id=case_id, organisation_id=places.trust, text="he waits", sensitivity="danger"
                )
            )  # fmt: skip


@dataclass(frozen=True)
class Naming:
    """A hidden person in a bed of the trust, a nurse there, and people of the housing service."""

    nurse: UUID
    named: UUID
    other: UUID
    row: dict[str, Any]


@pytest.fixture
async def naming(
    worker: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID, person_id: UUID
) -> Naming:
    nurse = await a_user(owner, places.trust, "nurse")
    named = await a_user(owner, places.housing, "named")
    other = await a_user(owner, places.housing, "other")
    async with transaction(worker) as session:
        person = await session.get_one(Person, person_id)
        person.hidden_by_feed = True
        spell_id = await session.scalar(select(Spell.id))
    row = {
        "person_id": person_id, "case_id": case_id, "spell_id": spell_id, "organisation_id": places.trust,
        "user_id": named, "reader_organisation_id": places.housing, "until_on": CASE_TODAY, "reason": "visit",
        "named_by": nurse,
    }  # fmt: skip
    return Naming(nurse, named, other, row)


CASE_TODAY = date.today() + timedelta(days=1)  # noqa: DTZ011 - without a stored clock, case time is the machine's


async def put(engine: AsyncEngine, organisation: UUID, user: UUID, **row: Any) -> None:
    async with transaction(engine, organisation_id=organisation, user_id=user) as session:
        session.add(PlaceReader(**row))


async def test_given_somebody_hidden_then_their_stay_is_for_the_trust_and_whom_it_names(
    api: AsyncEngine, places: Places, naming: Naming
) -> None:
    await put(api, places.trust, naming.nurse, **naming.row)

    assert await count(api, "spells", places.trust) == 1
    assert await count(api, "spells", places.housing, naming.named) == 1
    assert await count(api, "spells", places.housing, naming.other) == 0
    assert await count(api, "spells", places.stranger, naming.named) == 0


ENDS = {
    "taken away": "UPDATE place_readers SET ended_at = now()",
    "its day has passed": "UPDATE place_readers SET until_on = homeward_today() - 1",
    "the stay has ended": "UPDATE spells SET status = 'discharged'",
    "the case is closed": "UPDATE cases SET closed_on = homeward_today()",
    "the trust is no longer responsible": "UPDATE case_participants SET relation = 'referrer' "
    "WHERE relation = 'responsible-trust'",
    "the reader left the organisation": "UPDATE users SET organisation_id = (SELECT id FROM organisations "
    "WHERE code = 'LANDLORD') WHERE subject = 'named'",
    "the reader is disabled": "UPDATE users SET disabled_at = now() WHERE subject = 'named'",
}


@pytest.mark.parametrize("ends", ENDS)
async def test_given_a_name_when_its_reason_is_gone_then_it_has_ended_by_itself(
    api: AsyncEngine, owner: AsyncEngine, places: Places, naming: Naming, ends: str
) -> None:
    await put(api, places.trust, naming.nurse, **naming.row)
    async with transaction(owner) as session:
        await session.execute(text(ENDS[ends]))

    assert await count(api, "spells", places.housing, naming.named) == 0


FORGED = ("housing names", "the named person names", "for nobody's bed", "of a stranger", "of a landlord",
          "in somebody else's name", "for a day that is over", "of their own staff")  # fmt: skip


@pytest.mark.parametrize("forged", FORGED)
async def test_given_anybody_but_the_responsible_trust_when_they_name_then_postgresql_refuses(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, naming: Naming, forged: str
) -> None:
    housing = {"organisation_id": places.housing, "named_by": naming.other}
    changes: dict[str, Any] = {
        "housing names": housing,
        "the named person names": housing | {"named_by": naming.named, "user_id": naming.other},
        "for nobody's bed": {},
        "of a stranger": {
            "user_id": await a_user(owner, places.stranger, "far"),
            "reader_organisation_id": places.stranger,
        },
        "of a landlord": {
            "user_id": await a_user(owner, places.landlord, "let"),
            "reader_organisation_id": places.landlord,
        },
        "in somebody else's name": {"named_by": naming.other},
        "for a day that is over": {"until_on": date(2020, 1, 1)},
        "of their own staff": {"user_id": naming.nurse, "reader_organisation_id": places.trust},
    }[forged]
    if forged == "for nobody's bed":
        async with transaction(worker) as session:
            await session.execute(text("UPDATE spells SET status = 'discharged'"))
    row = {**naming.row, **changes}
    who = naming.nurse if row["organisation_id"] == places.trust else row["named_by"]

    with pytest.raises(DBAPIError, match="row-level security"):
        await put(api, row["organisation_id"], who, **row)


async def test_given_what_only_leads_do_then_postgresql_takes_the_command_of_nobody_else(
    owner: AsyncEngine,
) -> None:
    query = text(
        "SELECT with_check FROM pg_policies WHERE tablename = 'commands' AND policyname = 'api_inserts'"
    )
    async with transaction(owner) as session:
        policy = str(await session.scalar(query))
    for kind in ("add-participant", "close-case", "withdraw-referral", "reopen-case", "enter-in-error"):
        assert f"'{kind}'::text" in policy
        assert PERMISSIONS[kind].relations == set(LEADS)


HOLDS_SEEN = {
    "responsible-trust": {"shown"},
    "housing-lead": {"shown", "hidden"},
    "referrer": {"shown"},
    "council": {"shown"},
    "landlord": set(),
    "supplier": set(),
}


@pytest.mark.parametrize("relation", HOLDS_SEEN)
async def test_given_a_home_held_for_a_case_then_who_sees_which_depends_on_the_part_and_on_hiding(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, case_id: UUID, relation: str
) -> None:
    home = PropertyRow(
        landlord_id=places.landlord, reference="M1", address="1 Mill Row", postcode="HA1 1AA", ready_on=TODAY,
        attributes={},
    )  # fmt: skip
    async with transaction(owner) as session:
        session.add(home)
    async with transaction(worker) as session:
        session.add(
            PropertyHoldRow(
                property_id=home.id, case_id=case_id, strand="rehousing/1", state="let", since_on=TODAY
            )
        )
        joined = text(
            "INSERT INTO case_participants (id, case_id, organisation_id, role, basis, from_on, relation)"
            " VALUES (gen_random_uuid(), :case, :who, 'partner', 'order', :day, :relation)"
        )
        about = {"case": case_id, "who": places.stranger, "day": TODAY, "relation": relation}
        await session.execute(joined, about)

    seen = set()
    for hiding in ("shown", "hidden"):
        async with transaction(worker) as session:
            await session.execute(update(Person).values(hidden_by_feed=hiding == "hidden"))
        if await count(api, "property_holds", places.stranger):
            seen.add(hiding)
        assert await count(api, "property_holds", places.landlord) == 1, "its own home, and its part"
    assert seen == HOLDS_SEEN[relation]


async def test_given_a_fact_of_somebody_hidden_then_the_door_reads_nothing_of_where_they_are(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    feed = Feed(id=uuid4(), code="one", organisation_id=places.trust, protocol="hl7v2")
    async with transaction(owner) as session:
        session.add(feed)
    async with transaction(worker) as session:
        arrived = await receive(session, feed, Arrived(raw=b"MSH|", content_type="x-application/hl7-v2+er7"))
        payload = {"names": [], "addresses": [{"lines": ["1 Acacia"]}], "telecoms": [], "practice": "G1"}
        session.add(
            FactRow(
                inbox_id=arrived.id, ordinal=0, person_id=person_id, kind="person-reported", content_hash="h",
                payload=payload,
            )
        )  # fmt: skip
    shown = text("SELECT payload FROM homeward_facts_shown(:inbox, NULL)")

    async def read(organisation: UUID) -> list[Any]:
        async with transaction(api, organisation_id=organisation) as session:
            return list(await session.scalars(shown, {"inbox": arrived.id}))

    assert await read(places.trust) == [payload]
    assert await read(places.housing) == []
    async with transaction(worker) as session:
        await session.execute(update(Person).values(hidden_by_feed=True))
    assert await read(places.trust) == [{"names": []}]
    for column in ("payload", "*"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(api, organisation_id=places.trust) as session:
                await session.execute(text(f"SELECT {column} FROM facts"))
