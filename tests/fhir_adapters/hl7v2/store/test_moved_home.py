"""Somebody was let another home: what feeds restate of the old one, and when they know better."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import Strand
from discharge.store.engine import transaction
from discharge.store.record import Recorded
from discharge.store.tables import CaseRow, PersonAddress, PersonIdentifier
from housing_checks.store import holds
from housing_checks.store.tables import PropertyRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fhir_adapters.hl7v2.store.test_merging import MERGED, SECOND, undone
from tests.fixtures.cases import open_case, recorded, request
from tests.fixtures.postgres import Places

OLD, NEW, THIRD = (
    "1 OLD ROAD^^LEEDS^^LS1 1AA^^H",
    "14 LARCH WALK^^LEEDS^^ZZ99 3VZ^^H",
    "9 ELM WAY^^YORK^^YO1 7AA^^H",
)
LET_ON = date(2026, 3, 5)
LARCH = ("14 Larch Walk", LET_ON, None)


def adt(address: str, message_id: str, sent: str, **more: object) -> bytes:
    return JOAN.but(
        trigger="A08", message_id=message_id, sent=sent, more={"PID": {11: address}}, **more
    ).raw()


JOAN = Sample(more={"PID": {11: OLD}})


@pytest.fixture(autouse=True)
def registered() -> None:
    holds.register()


@pytest.fixture
async def home(owner: AsyncEngine, places: Places) -> UUID:
    async with transaction(owner) as session:
        row = PropertyRow(
            id=uuid4(),
            landlord_id=places.landlord,
            reference="M-014",
            address="14 Larch Walk, Leeds",
            postcode="ZZ99 3VZ",
            ready_on=LET_ON,
            attributes={"property_type": "flat", "bedrooms": 1},
        )
        session.add(row)
    return row.id


async def let_to(intake: Intake, person_id: UUID, home: UUID) -> None:
    """The person was referred, looked for a home and signed for this one."""
    case = await open_case(intake.worker, person_id, intake.organisation_id)
    search = Strand(
        kind="rehousing",
        number=1,
        item="rehousing:1-bed-general",
        started_on=LET_ON,
        owner_role="coordinator",
    )
    started = ev.StrandStarted(strand=search)
    let = ev.PropertyLet(strand=search.key, property_id=home, let_on=LET_ON)
    outcome = await recorded(intake.worker, request(case, intake.organisation_id, started, let))
    assert isinstance(outcome, Recorded)


async def person_of(intake: Intake, number: str | None = None) -> UUID:
    rows = await intake.rows(PersonIdentifier)
    return next(row.person_id for row in rows if number in (None, row.value))


async def homes(intake: Intake, person_id: UUID | None = None) -> list[tuple[str, date | None, date | None]]:
    rows = [row for row in await intake.rows(PersonAddress) if person_id in (None, row.person_id)]
    rows.sort(key=lambda row: (row.until_on is None, row.until_on or date.max, row.lines))
    return [(row.lines.split("\n")[0], row.from_on, row.until_on) for row in rows]


async def test_given_a_let_when_the_feed_restates_the_old_home_then_it_stays_history(
    intake: Intake, home: UUID
) -> None:
    await intake.take(JOAN.raw())
    await let_to(intake, await person_of(intake), home)
    await intake.take(adt(OLD, "M2", "20260309090000"))
    assert await homes(intake) == [("1 OLD ROAD", None, LET_ON), LARCH]


async def test_given_a_let_to_somebody_without_an_address_when_the_feed_first_names_one_then_it_is_history(
    intake: Intake, home: UUID
) -> None:
    """The hospital wrote it down on admission, whenever it sends it."""
    await intake.take(Sample(more={"PID": {11: ""}}).raw())
    await let_to(intake, await person_of(intake), home)
    await intake.take(adt(OLD, "M2", "20260309090000"))
    assert await homes(intake) == [("1 OLD ROAD", None, LET_ON), LARCH]


async def test_given_a_let_when_the_feed_names_the_new_home_too_then_it_is_one_address(
    intake: Intake, home: UUID
) -> None:
    await intake.take(JOAN.raw())
    await let_to(intake, await person_of(intake), home)
    await intake.take(adt(NEW, "M2", "20260309090000"))
    assert [row for row in await homes(intake) if row[2] is None] == [LARCH]


async def test_given_a_let_when_the_feed_begins_to_name_a_third_home_then_the_person_moved_again(
    intake: Intake, home: UUID
) -> None:
    await intake.take(JOAN.raw())
    await let_to(intake, await person_of(intake), home)
    await intake.take(adt(OLD, "M2", "20260306090000"))
    await intake.take(adt(THIRD, "M3", "20260320090000"))
    assert await homes(intake) == [("14 Larch Walk", LET_ON, date(2026, 3, 20)), ("9 ELM WAY", None, None)]


async def test_given_a_change_that_the_feed_told_before_the_let_when_it_arrives_late_then_the_let_stands(
    intake: Intake, home: UUID
) -> None:
    await intake.take(JOAN.raw())
    await let_to(intake, await person_of(intake), home)
    await intake.take(adt(THIRD, "M2", "20260304090000"))
    assert [row for row in await homes(intake) if row[2] is None] == [LARCH]


async def test_given_two_records_that_are_one_when_merged_and_parted_then_the_let_home_follows_its_case(
    intake: Intake, home: UUID
) -> None:
    await intake.take(JOAN.raw(), SECOND.raw())
    kept, retired = await person_of(intake, "H100"), await person_of(intake, "H200")
    await let_to(intake, retired, home)
    await intake.take(MERGED.raw())
    [case] = await intake.rows(CaseRow)
    assert case.person_id == kept
    assert LARCH in await homes(intake, kept)
    assert LARCH not in await homes(intake, retired)
    assert await undone(intake, retired)
    assert LARCH in await homes(intake, retired)
    assert ("1 OLD ROAD", None, None) in await homes(intake, kept)
