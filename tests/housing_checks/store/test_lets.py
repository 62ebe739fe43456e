from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases import events as ev
from discharge.cases.model import Case, Strand, StrandKind
from discharge.store.engine import transaction
from discharge.store.record import Recorded, RefusedByRecord
from discharge.store.tables import Person
from housing_checks.store import lets
from housing_checks.store.tables import PropertyLetRow, PropertyRow
from tests.fixtures.cases import TODAY, open_case, recorded, request
from tests.fixtures.postgres import Places

REHOUSING = Strand(
    kind=StrandKind.REHOUSING, number=1, item="rehousing:1-bed", started_on=TODAY, owner_role="coordinator"
)


@pytest.fixture(autouse=True)
def registered() -> None:
    lets.register()


@pytest.fixture
async def home(owner: AsyncEngine, places: Places) -> UUID:
    async with transaction(owner) as session:
        row = PropertyRow(
            id=uuid4(),
            landlord_id=places.landlord,
            reference="M-014",
            address="14 Larch Walk",
            postcode="ZZ99 3VZ",
            ready_on=TODAY,
            attributes={},
        )
        session.add(row)
    return row.id


@pytest.fixture
async def two_cases(worker: AsyncEngine, places: Places) -> list[Case]:
    """Two people who look for a home."""
    cases = []
    for name in ("Ashdown", "Brook"):
        async with transaction(worker) as session:
            person = Person(id=uuid4(), family_name=name)
            session.add(person)
        case = await open_case(worker, person.id, places.trust)
        started = request(case, places.trust, ev.StrandStarted(strand=REHOUSING))
        await recorded(worker, started)
        cases.append(started.case)
    return cases


def let(home: UUID) -> ev.PropertyLet:
    return ev.PropertyLet(strand=REHOUSING.key, property_id=home, let_on=TODAY)


async def running(worker: AsyncEngine) -> list[UUID]:
    query = select(PropertyLetRow.case_id).where(PropertyLetRow.ended_on.is_(None))
    async with transaction(worker) as session:
        return list(await session.scalars(query))


async def test_when_two_cases_let_one_home_at_the_same_moment_then_one_is_refused(
    worker: AsyncEngine, places: Places, two_cases: list[Case], home: UUID
) -> None:
    tries = (recorded(worker, request(case, places.trust, let(home))) for case in two_cases)
    outcomes = await asyncio.gather(*tries)
    won = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, RefusedByRecord)]
    assert [outcome.code for outcome in lost] == ["property-already-let"]
    assert await running(worker) == [won[0].answer.case_id]


async def test_a_refused_let_leaves_no_event_of_its_case(
    worker: AsyncEngine, places: Places, two_cases: list[Case], home: UUID
) -> None:
    first, second = (request(case, places.trust, let(home)) for case in two_cases)
    await recorded(worker, first)
    await recorded(worker, second)
    again = await recorded(worker, request(two_cases[1], places.trust, ev.NeededBySet(needed_by=TODAY)))
    assert isinstance(again, Recorded)


@pytest.mark.parametrize(
    "end",
    [
        ev.StrandCancelled(strand=REHOUSING.key, cancelled_on=TODAY, reason="person-declined"),
        ev.CaseClosed(closed_on=TODAY, outcome="entered-in-error"),
    ],
)
async def test_a_home_is_free_again_when_its_let_was_called_off(
    worker: AsyncEngine, places: Places, two_cases: list[Case], home: UUID, end: ev.Event
) -> None:
    first = request(two_cases[0], places.trust, let(home))
    await recorded(worker, first)
    await recorded(worker, request(first.case, places.trust, end))
    assert await running(worker) == []
    outcome = await recorded(worker, request(two_cases[1], places.trust, let(home)))
    assert isinstance(outcome, Recorded)
