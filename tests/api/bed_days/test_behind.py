"""The people behind each figure of the bed-days report, held against the figure and against the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from random import Random
from statistics import fmean, median

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api.bed_days.behind import parts_behind, people_behind
from api.bed_days.measures import Measure, measure_of, of_band, of_reason
from api.bed_days.queries import BedDaysQuery, bed_days
from api.web.paging import Page
from api.web.principals import Principal
from discharge.delays.definitions import DEFINITIONS
from discharge.delays.released import counterfactual
from discharge.delays.report import BedDaysReport
from discharge.delays.spreads import percentile
from discharge.store.engine import transaction
from discharge.store.tables import CaseParticipantRow, CaseRow, CountedLettingRow, CountedStayRow
from tests.api.bed_days.test_figures import CASES, FAR_OFF, FIRST, PERIODS, TODAY, kept, some_case
from tests.api.web.test_principals import principal
from tests.fixtures.postgres import Places

EVERYBODY = Page(1, 500)
AGAINST = ("fixed:30", "register-average", "none")

Of = Callable[[Sequence[int]], float | None]
BY_PARTS: dict[str, Of] = {
    "mean-with-zeros": lambda parts: round(fmean(parts), 2) if parts else None,
    "mean-without-zeros": lambda parts: round(fmean(parts), 2) if parts else None,
    "median": lambda parts: median(parts) if parts else None,
    "ninetieth": lambda parts: percentile(Counter(parts), 90),
}
"""Figures that are not the sum of the parts; the parts of people are 1 each."""
LIKE = {
    "waiting-median": "median",
    "waiting-ninetieth": "ninetieth",
    "start-to-let-mean": "mean-with-zeros",
    "start-to-let-median": "median",
}


def asking(period: int, against: str = "fixed:30") -> BedDaysQuery:
    return BedDaysQuery(*PERIODS[period], TODAY, counterfactual(against, TODAY))


def figures_of(report: BedDaysReport) -> Iterator[tuple[str, float | None]]:
    """Everything on the report that has people, with its number."""
    for each in (*report.finished.figures, *report.waiting.figures, *report.letting, report.released):
        yield each.key, each.value
    for name, group in (("finished", report.finished), ("waiting", report.waiting)):
        yield from ((of_band(name, band), people) for band, people in group.bands.items())
        yield from ((of_reason(name, row.code), row.nights) for row in group.reasons)


def added_up(of: str, parts: Sequence[int], report: BedDaysReport) -> float | None:
    """The figure, from each one's part."""
    if of == "percent-delayed":
        everybody = report.finished.value("discharges")
        return round(100 * len(parts) / everybody, 1) if everybody else None
    if found := BY_PARTS.get(LIKE.get(of, of)):
        return found(parts)
    claims = of not in ("released-days", "let-sooner-days") or parts
    return sum(parts) if claims else None


async def measured(session: AsyncSession, caller: Principal, of: str, asked: BedDaysQuery) -> list[int]:
    measure = measure_of(of, asked)
    assert measure, of
    total, parts = await parts_behind(session, caller, asked, measure, EVERYBODY)
    assert len(parts) == total
    assert [each.part for each in parts] == sorted((each.part for each in parts), reverse=True)
    return [each.part for each in parts]


async def differences(api: AsyncEngine, caller: Principal, asked: BedDaysQuery) -> set[str]:
    """The figures that their people do not add up to."""
    async with transaction(api, organisation_id=caller.organisation_id) as session:
        report = await bed_days(session, caller, asked)
        found = list(figures_of(report))
        assert {of for of, _ in found} >= set(DEFINITIONS)
        people = {of: await measured(session, caller, of, asked) for of, _ in found}
    return {of for of, value in found if (value or 0) != (added_up(of, people[of], report) or 0)}


async def as_earlier_versions_wrote(worker: AsyncEngine) -> None:
    """A part that ends one day led its case until then, for the wall of PostgreSQL."""
    ends = CaseParticipantRow.until_on == FAR_OFF
    async with transaction(worker) as session:
        await session.execute(update(CaseParticipantRow).where(ends).values(relation="responsible-trust"))


async def uncounted_half(session: AsyncSession) -> None:
    """Half of the cases are not counted as this version counts, and what is kept of them is wrong."""
    half = list(await session.scalars(select(CaseRow.id).order_by(CaseRow.id).limit(CASES // 2)))
    await session.execute(update(CaseRow).where(CaseRow.id.in_(half)).values(summed_version=None))
    stays, lettings = (
        update(table).where(table.case_id.in_(half)) for table in (CountedStayRow, CountedLettingRow)
    )
    await session.execute(stays.values(published=999, held=999, back_after=3))
    await session.execute(lettings.values(started_on=FIRST - timedelta(days=999)))


async def test_given_any_cases_when_a_figure_is_opened_then_its_people_add_up_to_it_for_each_caller(
    worker: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    dice = Random(2)
    await kept(worker, [some_case(dice, places) for _ in range(CASES)])
    await as_earlier_versions_wrote(worker)
    trust, stranger, nobody = (
        principal("trust-monitor", each) for each in (places.trust, places.stranger, places.landlord)
    )
    for caller, asked in (
        (trust, asking(0)),
        (trust, asking(0, "register-average")),
        (trust, asking(1, "none")),
        (stranger, asking(0)),
        (nobody, asking(0)),
    ):
        assert await differences(api, caller, asked) == set()

    async with transaction(worker) as session:
        await uncounted_half(session)
    assert await differences(api, trust, asking(1)) == set()


NUMBERS: dict[str, Callable[..., int | None]] = {
    "mean-with-zeros": lambda count: count.published,
    "true-days": lambda count: count.true,
    "died-days": lambda count: count.true,
    "held-days": lambda count: count.held,
    "without-reason": lambda count: count.without_reason,
    "reason:finished:HP5": lambda count: count.attributed["HP5"],
    "waiting-median": lambda count: count.published,
    "waiting-true-days": lambda count: count.true,
    "waiting-held-days": lambda count: count.held,
    "waiting-without-reason": lambda count: count.without_reason,
    "reason:waiting:WC4": lambda count: count.attributed["WC4"],
}


def wanted(of: str) -> Measure:
    measure = measure_of(of, asking(0))
    assert measure
    return measure


async def test_given_the_people_of_a_figure_then_each_part_is_what_the_rules_count_in_the_order_of_the_page(
    worker: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    dice = Random(3)
    await kept(worker, [some_case(dice, places) for _ in range(CASES)])
    caller = principal("trust-monitor", places.trust)
    async with transaction(api, organisation_id=places.trust) as session:
        for of, number in NUMBERS.items():
            found = await people_behind(session, caller, asking(0), wanted(of), EVERYBODY)
            assert found.parts, of
            counts = {key: each.count for key, each in found.stays.items()}
            keys = [(each.case_id, each.number) for each in found.parts]
            assert [each.part for each in found.parts] == [number(counts[key]) for key in keys], of
            order = [
                (-each.part, -(counts[key].true or 0), counts[key].published, *key)
                for key, each in zip(keys, found.parts, strict=True)
            ]
            assert order == sorted(order), of
        lets = await people_behind(session, caller, asking(0), wanted("start-to-let-mean"), EVERYBODY)
    days = [lets.lettings[each.case_id, each.number] for each in lets.parts]
    assert [each.part for each in lets.parts] == [each.days for each in days]
    assert [(-each.days, each.let_on, each.case_id) for each in days] == sorted(
        (-each.days, each.let_on, each.case_id) for each in days
    )


async def test_given_more_people_than_a_page_holds_then_pages_follow_each_other_and_end_with_the_last(
    worker: AsyncEngine, api: AsyncEngine, places: Places
) -> None:
    dice = Random(8)
    await kept(worker, [some_case(dice, places) for _ in range(CASES)])
    caller, measure = principal("trust-monitor", places.trust), wanted("mean-with-zeros")
    async with transaction(api, organisation_id=places.trust) as session:
        total, everybody = await parts_behind(session, caller, asking(0), measure, EVERYBODY)
        pages = -(-total // 7)
        cut = [
            await parts_behind(session, caller, asking(0), measure, Page(number, 7))
            for number in range(1, pages + 1)
        ]
        beyond = await people_behind(session, caller, asking(0), measure, Page(9_999, 7))
    assert pages > 2
    assert [each for _, parts in cut for each in parts] == everybody
    assert (beyond.page.number, beyond.parts) == (pages, cut[-1][1])
