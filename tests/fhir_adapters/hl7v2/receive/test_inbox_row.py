"""What hides a person takes effect before its message is acknowledged, whatever waits before it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import Person, PersonAddress, PersonContact
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived, numbers_hidden
from fhir_adapters.hl7v2.send.mllp_client import acknowledgement_code
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.inbox import HiddenNumber, receive
from fhir_adapters.store.tables import FactRow, Feed, HiddenNumberRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import connected, listening
from tests.fhir_adapters.hl7v2.samples import NHS, Sample
from tests.fixtures.postgres import Places

JOAN = Sample()
HIDING = JOAN.but(message_id="M2", trigger="A31", sent="20260303090000", more={"ZU8": {4: "2"}})
LIFTING = HIDING.but(message_id="M9", sent="20260309090000", more={"ZU8": {4: "0"}})
HERS = {HiddenNumber("nhs", NHS), HiddenNumber("local", "H100", "RXH")}
BATCH = b"FHS|^~\\&|PAS|RXH\rBHS|^~\\&|PAS|RXH\r"


def itk() -> Profile:
    return shipped_profiles().newest("itk-2.4")


def found(raw: bytes) -> set[HiddenNumber]:
    numbers = numbers_hidden(raw, read_envelope(raw), itk())
    assert all(number.stated_at for number in numbers)
    return {number._replace(stated_at=None) for number in numbers}


@pytest.mark.parametrize(
    "raw",
    [
        HIDING.raw(),
        HIDING.but(more={"PV1": {16: "s"}}).raw(),
        HIDING.but(more={"PV1": {16: " Y^x"}}).raw(),
        HIDING.but(more={"PV1": {16: "\\X59\\"}}).raw(),
        HIDING.raw().replace(b"\r", b"\n"),
        HIDING.raw().replace(b"\r", b"\r\n"),
        HIDING.raw().replace(b"|", b"*"),
        HIDING.but(more={"PV1": {16: "Y"}}).raw().replace(b"\rPV1|", b"PV1|"),
        HIDING.raw("utf-16"),
        BATCH + JOAN.raw() + HIDING.raw() + b"BTS|2\rFTS|1\r",
        HIDING.but(trigger="A40").raw(),
        JOAN.but(trigger="A17", visit="").raw() + b"PV1||I\r" + b"ZU8||||1\r",
    ],
)
def test_given_a_message_that_hides_however_it_is_written_then_its_numbers_are_found(raw: bytes) -> None:
    assert found(raw) == HERS


@pytest.mark.parametrize(
    "raw",
    [
        JOAN.raw(),
        LIFTING.raw(),
        HIDING.but(more={"PV1": {16: "I"}}).raw(),
        HIDING.but(more={"ZU8": {3: "2", 5: "2"}}).raw(),
        HIDING.but(processing="T").raw(),
        HIDING.but(trigger="A60").raw(),
        HIDING.but(family="ZZZTEST").raw(),
        JOAN.but(tail=("NTE|1||ZU8||||2 was said",)).raw(),
        b"no message",
    ],
)
def test_given_a_message_that_hides_nobody_then_there_is_none(raw: bytes) -> None:
    assert found(raw) == set()


async def person_at_a_door(intake: Intake, nhs: str = NHS) -> tuple[bool, int, int]:
    """As the trust sees her: whether she is hidden, and how many addresses and contacts are shown."""
    async with transaction(intake.listener, organisation_id=intake.organisation_id) as session:
        hidden = await session.scalar(select(Person.location_hidden).where(Person.nhs_number == nhs))
        addresses = await session.scalar(select(func.count()).select_from(PersonAddress))
        contacts = await session.scalar(select(func.count()).select_from(PersonContact))
        return bool(hidden), addresses or 0, contacts or 0


async def waiting(intake: Intake, number: int) -> None:
    """So many messages that wait, of other people."""
    row = arrived(JOAN.raw(), read_envelope(JOAN.raw()), claimed=True)
    rows = text(
        "INSERT INTO inbox (id, feed_id, organisation_id, message_id, sha256, raw_inline, content_type, "
        "person_key, state) SELECT gen_random_uuid(), :feed, :organisation, 'W' || n, 'W' || n, :raw, :kind, "
        "'W' || n, 'stored' FROM generate_series(1, :number) AS n"
    )
    async with transaction(intake.worker) as session:
        values = {"feed": intake.feed_id, "organisation": intake.organisation_id, "number": number}
        await session.execute(rows, {**values, "raw": row.raw, "kind": row.content_type})


async def test_given_20000_messages_that_wait_when_one_hides_then_it_has_hidden_before_its_ack(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw())
    assert await person_at_a_door(intake) == (False, 1, 2)
    await waiting(intake, 20_000)

    async with listening(PostgresInbox(intake.listener)) as (port, _), connected(port) as line:
        answer = await line.ask(HIDING.raw())

    assert acknowledgement_code(answer) == "AA"
    assert await person_at_a_door(intake) == (True, 0, 0)


async def test_given_a_batch_that_hides_then_it_hides_before_and_after_it_is_taken_apart(
    intake: Intake,
) -> None:
    await intake.take(JOAN.raw())
    async with listening(PostgresInbox(intake.listener)) as (port, _), connected(port) as line:
        await line.ask(BATCH + HIDING.raw() + b"BTS|1\rFTS|1\r")

    assert (await person_at_a_door(intake))[0]
    await intake.drain()
    assert await person_at_a_door(intake) == (True, 0, 0)
    assert await intake.rows(HiddenNumberRow) == []


async def stored(intake: Intake, *messages: Sample) -> None:
    """Messages kept as the listener keeps them."""
    async with transaction(intake.worker) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        for message in messages:
            raw, read = message.raw(), read_envelope(message.raw())
            hides = numbers_hidden(raw, read, itk())
            await receive(session, feed, arrived(raw, read, claimed=True, hides=hides))


@pytest.mark.parametrize("number", ["nhs", "local", "former"])
async def test_given_somebody_not_yet_known_when_they_become_known_then_they_begin_hidden(
    intake: Intake, worker: AsyncEngine, number: str
) -> None:
    await stored(intake, HIDING)
    person = uuid4()
    become = {
        "nhs": "SELECT 1",
        "local": "INSERT INTO person_identifiers (id, person_id, organisation_id, authority, value) "
        f"VALUES (gen_random_uuid(), '{person}', '{intake.organisation_id}', 'RXH', 'H100')",
        "former": "INSERT INTO person_nhs_numbers (id, person_id, nhs_number) "
        f"VALUES (gen_random_uuid(), '{person}', '{NHS}')",
    }
    async with transaction(worker) as session:
        session.add(Person(id=person, nhs_number=NHS if number == "nhs" else None))
        await session.flush()
        await session.execute(text(become[number]))

    async with transaction(worker) as session:
        assert (await session.get_one(Person, person)).location_hidden


async def test_given_a_record_merged_with_the_one_that_is_named_then_both_are_hidden(
    intake: Intake, worker: AsyncEngine
) -> None:
    kept, retired = uuid4(), uuid4()
    async with transaction(worker) as session:
        session.add(Person(id=kept))
        await session.flush()
        session.add(Person(id=retired, nhs_number=NHS, merged_into=kept))
    await stored(intake, HIDING)

    assert {row.id for row in await intake.rows(Person) if row.location_hidden} == {kept, retired}


async def test_given_the_drain_has_read_it_then_the_feed_hides_her_and_another_message_lifts_that(
    intake: Intake,
) -> None:
    await stored(intake, JOAN, HIDING)
    await intake.drain()

    assert await intake.rows(HiddenNumberRow) == []
    assert await person_at_a_door(intake) == (True, 0, 0)

    await stored(intake, LIFTING)
    assert (await person_at_a_door(intake))[0]
    await intake.drain()
    assert await person_at_a_door(intake) == (False, 1, 2)


async def test_given_it_hides_and_waits_for_a_person_then_she_stays_hidden_until_a_later_one_lifts(
    intake: Intake,
) -> None:
    await stored(intake, JOAN, HIDING.but(born="19700101", local=""))
    assert [done.state for done in await intake.drain()] == ["interpreted", "parked"]
    assert await person_at_a_door(intake) == (True, 0, 0)

    await stored(intake, LIFTING.but(message_id="M8", sent="20260302230000"))
    await intake.drain()
    assert (await person_at_a_door(intake))[0]

    await stored(intake, LIFTING)
    await intake.drain()
    assert await intake.rows(HiddenNumberRow) == []
    assert await person_at_a_door(intake) == (False, 1, 2)


async def test_given_the_same_bytes_again_after_it_was_lifted_then_nobody_is_hidden_anew(
    intake: Intake,
) -> None:
    await stored(intake, JOAN, HIDING, LIFTING)
    await intake.drain()
    await stored(intake, HIDING)

    assert not (await person_at_a_door(intake))[0]


async def test_given_another_organisations_message_then_nobody_hides_by_it(
    intake: Intake, api: AsyncEngine, places: Places
) -> None:
    await intake.take(JOAN.raw())
    [message] = {row.inbox_id for row in await intake.rows(FactRow)}
    hide = text("SELECT homeward_hide_numbers(:inbox, CAST(:numbers AS json))")
    numbers = f'[{{"kind": "nhs", "value": "{NHS}"}}]'
    async with transaction(api, organisation_id=places.stranger) as session:
        await session.execute(hide, {"inbox": message, "numbers": numbers})

    assert await intake.rows(HiddenNumberRow) == []
