"""The bed-days report while not every case is summed: what an older build writes beside this one."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.bed_days.figures import add_up
from discharge.cases.model import Case
from discharge.store.count_anew import count_anew
from discharge.store.counted_sums import add_changes, differing_sums
from discharge.store.engine import transaction
from discharge.store.projections import COUNTED, Change, Part, project_part
from discharge.store.record_rows import columns_of
from discharge.store.row_writes import Values
from discharge.store.tables import CaseRow
from tests.api.bed_days.test_figures import CASES, PARTICIPANT, PERIODS, TODAY, kept, reported, some_case
from tests.api.web.test_principals import principal
from tests.fixtures.postgres import Places


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
