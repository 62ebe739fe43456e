"""Sums are those of the counted rows, in whichever order these change and whatever is added up between."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.cases.model import Case
from discharge.store.counted_sums import add_changes, differing_sums
from discharge.store.engine import transaction
from discharge.store.projections import COUNTED, Change, project_part
from discharge.store.tables import CountedChangeRow, CountedMonthRow, CountedSumRow
from tests.api.bed_days.test_figures import kept, some_case
from tests.fixtures.postgres import Places

Sums = Counter[tuple[UUID, str, str, date]]


def due(cases: list[Case]) -> dict[Any, int]:
    """What the rows of some cases add up to."""
    found: Sums = Counter()
    for row in (row for case in cases for part in COUNTED for row in part.rows(case)):
        for lead in row["leads"]:
            for what, key, day, n in row["summands"]:
                found[lead, what, key, date.fromisoformat(day)] += n
    return {key: n for key, n in found.items() if n}


async def sums(engine: AsyncEngine, *, added: bool = False) -> dict[Any, int]:
    """What is kept, with the changes that wait to be added."""
    found: Sums = Counter()
    async with transaction(engine) as session:
        while added and await add_changes(session):
            pass
        for table in (CountedSumRow,) if added else (CountedSumRow, CountedChangeRow):
            for row in await session.scalars(select(table)):
                found[row.organisation_id, row.what, row.key, row.day] += row.n
            if added:
                assert 0 not in found.values()
        assert not await differing_sums(session)
    return {key: n for key, n in found.items() if n}


async def rewrite(session: AsyncSession, before: Case | None, after: Case) -> None:
    for part in COUNTED:
        await project_part(session, part, Change(before, after, ()))


@pytest.mark.parametrize("seed", [1, 2])
async def test_given_cases_that_change_in_any_way_when_added_up_then_the_sums_are_those_of_their_rows(
    worker: AsyncEngine, places: Places, seed: int
) -> None:
    dice = Random(seed)
    cases = [some_case(dice, places) for _ in range(20)]
    await kept(worker, cases)
    assert await sums(worker) == due(cases)
    for _ in range(60):
        place = dice.randrange(len(cases))
        before = cases[place]
        after = some_case(dice, places).model_copy(update={"case_id": before.case_id})
        async with transaction(worker) as session:
            await rewrite(session, dice.choice((before, before, None)), after)
            if dice.random() < 0.3:
                await add_changes(session)
        cases[place] = after
    assert await sums(worker) == due(cases)
    assert await sums(worker, added=True) == due(cases)
    async with transaction(worker) as session:
        for case in cases:
            await rewrite(session, case, case.model_copy(update={"outcome": "merged"}))
    assert await sums(worker, added=True) == {}


async def test_given_somebody_who_writes_when_changes_are_added_then_none_is_lost_and_nobody_waits(
    worker: AsyncEngine, places: Places
) -> None:
    dice = Random(3)
    cases = [some_case(dice, places) for _ in range(20)]
    await kept(worker, cases)
    after = cases[0].model_copy(update={"ready_periods": (), "spells": (), "discharge": None})
    async with transaction(worker) as writer:
        await rewrite(writer, cases[0], after)
        async with transaction(worker) as one, transaction(worker) as other:
            assert await asyncio.wait_for(add_changes(one), 5)
            assert await asyncio.wait_for(add_changes(other), 5) == 0
            await asyncio.wait_for(rewrite(writer, after, cases[0]), 5)
            await asyncio.wait_for(rewrite(writer, cases[0], after), 5)
    assert await sums(worker) == due([after, *cases[1:]])
    assert await sums(worker, added=True) == due([after, *cases[1:]])


async def test_given_a_sum_or_a_row_that_was_changed_by_hand_when_held_against_each_other_then_it_is_found(
    owner: AsyncEngine, worker: AsyncEngine, places: Places
) -> None:
    dice = Random(4)
    await kept(worker, [some_case(dice, places) for _ in range(20)])
    await sums(worker, added=True)
    async with transaction(owner) as session:
        changed = "UPDATE counted_sums SET n = n + 1 WHERE organisation_id = :trust AND what = 'stated'"
        await session.execute(text(changed), {"trust": places.trust})
        of_months = "UPDATE counted_months SET n = n + 1 WHERE organisation_id = :stranger"
        await session.execute(text(of_months), {"stranger": places.stranger})
    async with transaction(worker) as session:
        assert await differing_sums(session) == {places.trust, places.stranger}


async def test_given_another_organisation_when_it_reads_sums_then_it_sees_its_own_and_no_door_writes_any(
    worker: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    dice = Random(5)
    await kept(worker, [some_case(dice, places) for _ in range(20)])
    await sums(worker, added=True)
    await kept(worker, [some_case(dice, places) for _ in range(20)])
    for table in (CountedSumRow, CountedMonthRow, CountedChangeRow):
        for organisation in (places.trust, places.stranger, places.landlord):
            async with transaction(api, organisation_id=organisation) as session:
                seen = set(await session.scalars(select(table.organisation_id)))
            assert seen == {organisation} - {places.landlord}
    for engine in (api, worker):
        for statement in (
            "UPDATE counted_sums SET n = 0",
            "DELETE FROM counted_changes",
            "INSERT INTO counted_changes SELECT FROM counted_changes",
        ):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with engine.begin() as connection:
                    await connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="permission denied"):
        async with api.begin() as connection:
            await connection.execute(select(func.homeward_add_changes(1)))
