"""The bed-days report while not every case is summed: what an older build writes beside this one."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.bed_days.figures import add_up
from discharge.cases.model import Case, CaseSpell, Participant
from discharge.store.count_anew import count_anew
from discharge.store.counted_sums import add_changes, differing_sums
from discharge.store.engine import transaction
from discharge.store.projections import COUNTED, Change, Part, project_part
from discharge.store.record_rows import columns_of
from discharge.store.row_writes import Values
from discharge.store.tables import CaseRow
from tests.api.bed_days.test_figures import CASES, PARTICIPANT, TODAY, kept, reported, some_case
from tests.api.web.test_principals import principal
from tests.fixtures.postgres import Places

PERIODS = [
    (date(2026, 1, 1), TODAY),
    (date(2026, 1, 10), date(2026, 3, 20)),
    (date(2026, 1, 31), date(2026, 2, 28)),
    (date(2026, 1, 20), date(2026, 2, 14)),
]
"""With whole months, with days before and after them, and with none."""


def as_before(part: Part) -> Part:
    """A table of counted rows as a build writes it that knows no sums."""

    def rows(case: Case) -> list[Values]:
        return [
            {name: value for name, value in row.items() if name not in ("leads", "summands")}
            for row in part.rows(case)
        ]

    return Part(part.table, part.key, rows)


async def recorded_by_an_older_build(worker: AsyncEngine, before: Case, after: Case) -> None:
    change = Change(before, after, ())
    async with transaction(worker) as session:
        values = {**columns_of(after), "counted_version": after.version}
        await session.execute(update(CaseRow).where(CaseRow.id == after.case_id).values(values))
        for part in (PARTICIPANT, *map(as_before, COUNTED)):
            await project_part(session, part, change)


@pytest.mark.parametrize("seed", [1, 2])
async def test_given_an_older_build_that_writes_cases_when_reported_then_the_figures_are_those_of_the_cases(
    worker: AsyncEngine, api: AsyncEngine, places: Places, seed: int
) -> None:
    dice = Random(seed)
    cases = [some_case(dice, places) for _ in range(CASES)]
    await kept(worker, cases)
    async with transaction(worker) as session:
        await add_changes(session)
    for before in cases[::3]:
        same = {"case_id": before.case_id, "person_id": before.person_id, "version": before.version + 1}
        after = some_case(dice, places).model_copy(update=same)
        await recorded_by_an_older_build(worker, before, after)

    callers = [principal("trust-monitor", each) for each in (places.trust, places.stranger)]
    asked = [(caller, period) for caller in callers for period in PERIODS]
    beside_it = [await reported(api, *each) for each in asked]
    async with transaction(worker) as session:
        while await count_anew(session):
            pass
        assert not await differing_sums(session)
    counted = [await reported(api, *each) for each in asked]
    async with transaction(api, organisation_id=places.trust) as session:
        assert not (await add_up(session, callers[0], (*PERIODS[0], TODAY))).uncounted
    async with transaction(worker) as session:
        await session.execute(update(CaseRow).values(summed_version=None))
    one_by_one = [await reported(api, *each) for each in asked]

    assert beside_it == one_by_one
    assert counted == one_by_one
    assert one_by_one[0].finished.value("discharges")


def ended_on(day: date, places: Places) -> Case:
    """A case with one stay, which ended on a day."""
    stay = CaseSpell(spell_id=uuid4(), organisation_id=places.trust, status="discharged", discharged_on=day)
    nothing = {"earlier_discharges": (), "readmissions": (), "discharge": None, "outcome": None}
    part = Participant(organisation_id=places.trust, role="trust", basis="stay", from_on=DAYS[0])
    ends = {"spells": (stay,), "participants": (part,), "closed_on": None, **nothing}
    return some_case(Random(0), places).model_copy(update={"person_id": uuid4(), **ends})


DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]


@pytest.mark.parametrize("added", [True, False])
async def test_given_a_stay_that_ended_on_each_day_when_added_up_then_a_period_holds_each_of_its_days_once(
    worker: AsyncEngine, api: AsyncEngine, places: Places, added: bool
) -> None:
    await kept(worker, [ended_on(day, places) for day in DAYS])
    async with transaction(worker) as session:
        assert not added or await add_changes(session)
    caller = principal("trust-monitor", places.trust)
    for first, last in [
        *PERIODS,
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 1)),
    ]:
        report = await reported(api, caller, (first, last))
        assert report.finished.value("discharges") == sum(first <= day <= last for day in DAYS)
