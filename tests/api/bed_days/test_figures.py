"""The bed-days report as PostgreSQL adds it up, beside the same cases read and counted one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.bed_days.queries import BedDaysQuery, bed_days
from api.web.principals import Principal
from discharge.cases.model import (
    Case,
    CaseSpell,
    Discharge,
    Participant,
    Readmission,
    Referral,
    Stage,
    Strand,
)
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.delays.released import counterfactual
from discharge.delays.report import BedDaysReport
from discharge.permissions import PERMISSIONS
from discharge.roles import LEADS
from discharge.store.count_anew import UNCOUNTED, count_anew
from discharge.store.engine import transaction
from discharge.store.projections import COUNTED, PARTS, Change, project_part
from discharge.store.record_rows import columns_of
from discharge.store.tables import AuditRead, CaseParticipantRow, CaseRow, CountedStayRow, Person
from tests.api.web.test_principals import principal
from tests.fixtures.postgres import Places

FIRST = date(2026, 1, 1)
TODAY = FIRST + timedelta(days=90)
FAR_OFF = date(2999, 1, 1)
"""A part that ends one day has ended for the report; the wall of PostgreSQL still shows its case."""
CASES = 80
PERIODS = [(FIRST, TODAY), (FIRST + timedelta(days=20), FIRST + timedelta(days=45)), (TODAY, TODAY)]
PARTICIPANT = next(part for part in PARTS if part.table is CaseParticipantRow)


def some_day(dice: Random, first: date = FIRST) -> date:
    return first + timedelta(days=dice.randrange(0, 40))


def some_period(dice: Random, spell_id: UUID | None) -> ReadyPeriod:
    begun = some_day(dice)
    ended = dice.choice((None, some_day(dice, begun)))
    by = dice.choice(("discharged", "met-criteria-again", "died")) if ended else None
    return ReadyPeriod.model_validate(
        {"ready_on": begun, "ended_on": ended, "ended_by": by, "spell_id": spell_id}
    )


def some_reason(dice: Random) -> DelayReason:
    kind, code = dice.choice((("national", "WC4"), ("national", "HP5"), ("local", "adaptation-minor")))
    begun = some_day(dice)
    return DelayReason.model_validate(
        {
            "reason_id": uuid4(),
            "kind": kind,
            "code": code,
            "owner_role": "council",
            "from_on": begun,
            "to_on": dice.choice((None, some_day(dice, begun))),
        }
    )


def some_stay(dice: Random, trust: UUID) -> CaseSpell:
    begun = some_day(dice)
    left = dice.choice((None, some_day(dice, begun)))
    return CaseSpell(
        spell_id=uuid4(),
        organisation_id=trust,
        status="discharged" if left else "admitted",
        admitted_on=dice.choice((begun, None)),
        discharged_on=left,
        died=bool(left) and dice.random() < 0.2,
    )


def left_on(day: date, spell_id: UUID | None) -> Discharge:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Discharge(discharged_on=day, discharged_at=at, told_by="hand", spell_id=spell_id)


def came_back(dice: Random, spells: list[CaseSpell]) -> dict[str, Any]:
    """Some left, some of them came back, some of those left again."""
    if not spells or dice.random() < 0.4:
        return {}
    first = left_on(spells[0].discharged_on or some_day(dice), spells[0].spell_id)
    if len(spells) == 1:
        return {"discharge": first}
    days = dice.randrange(0, 30)
    back = Readmission(
        spell_id=spells[1].spell_id,
        readmitted_on=first.discharged_on + timedelta(days=days),
        days_after=days,
    )
    again = spells[1].discharged_on
    return {
        "earlier_discharges": (first,),
        "readmissions": (back,),
        "discharge": left_on(again, spells[1].spell_id) if again else None,
    }


def some_home(dice: Random) -> dict[str, Strand]:
    begun = some_day(dice)
    steps = {"let": some_day(dice, begun)} if dice.random() < 0.5 else {}
    strand = Strand(
        kind="rehousing", number=1, item="x", started_on=begun, owner_role="coordinator", steps=steps
    )
    return {strand.key: strand}


def some_case(dice: Random, places: Places) -> Case:
    spells = [some_stay(dice, places.trust) for _ in range(dice.choice((0, 1, 1, 2)))]
    closed = some_day(dice) if dice.random() < 0.4 else None
    outcomes = ("home-as-it-is", "died", "self-discharged", "entered-in-error", "merged")
    trust = dice.random() < 0.85
    part = Participant(
        organisation_id=places.trust if trust else places.stranger,
        role=dice.choice(("trust", "trust", "landlord")),
        basis="stay",
        from_on=FIRST,
        until_on=dice.choice((FIRST, FAR_OFF)) if dice.random() < 0.2 else None,
    )
    return Case(
        case_id=uuid4(),
        version=7,
        stage=Stage.CLOSED if closed else Stage.READY,
        person_id=uuid4(),
        referral=Referral(referred_on=FIRST, organisation_id=places.housing, ward="6B"),
        spells=tuple(spells),
        participants=(part,),
        ready_periods=tuple(
            some_period(dice, dice.choice([None, *(each.spell_id for each in spells)]))
            for _ in range(dice.randrange(0, 4))
        ),
        delay_reasons=tuple(some_reason(dice) for _ in range(dice.randrange(0, 4))),
        strands=some_home(dice),
        outcome=dice.choice(outcomes) if closed else None,
        closed_on=closed,
        **came_back(dice, spells),
    )


async def kept(worker: AsyncEngine, cases: list[Case]) -> None:
    """The cases as the record keeps them, counted."""
    async with transaction(worker) as session:
        session.add_all(Person(id=case.person_id) for case in cases)
        await session.flush()
        for case in cases:
            session.add(CaseRow(id=case.case_id, summed_version=case.version, **columns_of(case)))
            await session.flush()
            for part in (PARTICIPANT, *COUNTED):
                await project_part(session, part, Change(None, case, ()))


async def reported(
    api: AsyncEngine, caller: Principal, period: tuple[date, date], against: str = "fixed:30"
) -> BedDaysReport:
    asked = BedDaysQuery(*period, TODAY, counterfactual(against, TODAY))
    async with transaction(api, organisation_id=caller.organisation_id) as session:
        return await bed_days(session, caller, asked)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_given_any_cases_when_postgresql_adds_them_up_then_each_figure_is_what_the_rules_give(
    worker: AsyncEngine, api: AsyncEngine, places: Places, seed: int
) -> None:
    dice = Random(seed)
    await kept(worker, [some_case(dice, places) for _ in range(CASES)])
    callers = [principal("trust-monitor", places.trust), principal("trust-monitor", places.stranger)]
    asked = [(caller, period) for caller in callers for period in PERIODS]

    added_up = [await reported(api, *each) for each in asked]
    async with transaction(worker) as session:
        await session.execute(update(CaseRow).values(summed_version=None))
    one_by_one = [await reported(api, *each) for each in asked]
    async with transaction(worker) as session:
        half = select(CaseRow.id).order_by(CaseRow.id).limit(CASES // 2)
        await session.execute(
            update(CaseRow).where(CaseRow.id.in_(half)).values(summed_version=CaseRow.version)
        )

    assert added_up == one_by_one
    assert [await reported(api, *each) for each in asked] == one_by_one
    assert added_up[0].finished.value("discharges")
    assert added_up[0].waiting.value("waiting")
    assert added_up[0].letting[0].value
    assert await reported(api, callers[0], PERIODS[0], "register-average") != added_up[0]


def test_given_the_report_then_its_relations_are_those_of_the_wall_of_counted_stays() -> None:
    """The statement leaves to the wall which cases are led."""
    assert set(PERMISSIONS["reports.read"].relations) == set(LEADS)


async def test_given_cases_that_nobody_counted_when_counted_anew_then_their_rows_are_as_if_recorded_now(
    worker: AsyncEngine, places: Places
) -> None:
    dice = Random(4)
    await kept(worker, [some_case(dice, places) for _ in range(CASES)])
    columns = list(CountedStayRow.__table__.columns)
    everything = select(*columns).order_by(CountedStayRow.case_id, CountedStayRow.number)
    async with transaction(worker) as session:
        before = (await session.execute(everything)).all()
        await session.execute(update(CaseRow).values(summed_version=1))
        await session.execute(update(CountedStayRow).values(published=999, outside=999))
        while await count_anew(session):
            pass
        assert (await session.execute(everything)).all() == before
        assert not await session.scalar(select(func.count()).where(UNCOUNTED))


async def test_given_a_report_when_read_then_it_is_one_look_with_its_period_and_at_nobody(
    worker: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    dice = Random(5)
    await kept(worker, [some_case(dice, places) for _ in range(CASES)])
    async with transaction(worker) as session:
        half = select(CaseRow.id).limit(CASES // 2)
        await session.execute(update(CaseRow).where(CaseRow.id.in_(half)).values(summed_version=None))
    await reported(api, principal("trust-monitor", places.trust), PERIODS[1])
    async with transaction(worker) as session:
        [look] = (await session.scalars(select(AuditRead))).all()
    assert (look.what, look.purpose) == ("bed days report, 2026-01-21 to 2026-02-15", "service-report")
    assert (look.case_ids, look.person_ids) == ([], [])
