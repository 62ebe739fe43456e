"""A mitigation's last day passes: a timer opens its item again, also where no worker ran on that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from temporalio.testing import WorkflowEnvironment

from discharge.cases import commands as cmd
from discharge.cases.model import Case, Stage
from discharge.clocks import CaseClock
from discharge.store.engine import Sessions
from housing_checks.gate.blockers import blocking
from tests.fixtures.postgres import Places
from tests.workflows import story as told
from tests.workflows.story import Story, at_work
from tests.workflows.waiting import until
from workflows import worker_pool

DAY = timedelta(days=1)
JO = UUID(int=1)


async def heaters(story: Story, days: int) -> date:
    """A home without heating, ready with heaters for so many more days; the last one is returned."""
    await story.until_checked(heating="no")
    until_on = told.CLOCK.today(await story.env.get_current_time()) + days * DAY
    named = cmd.NameMitigation(
        item="heating", mitigation="temporary-heating", role="coordinator", user_id=JO, until_on=until_on
    )
    await story.do(named)
    assert (await story.case()).stage is Stage.READY
    return until_on


def why_shut(case: Case) -> list[tuple[str, str]]:
    return [(each.code, each.why) for each in blocking(case)]


async def test_given_a_mitigation_when_its_last_day_passes_then_a_timer_opens_its_item_again_with_the_reason(
    story: Story,
) -> None:
    await heaters(story, days=2)
    await story.days(1)
    assert why_shut(await story.case()) == [], "it holds through its last day"
    await story.days(2)
    case = await story.until(why_shut, "the item that blocks again")
    assert why_shut(case) == [("heating", "mitigation-ended")]
    assert "the mitigation ended on" in blocking(case)[0].words
    assert case.stage is not Stage.READY


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> CaseClock:
    """A day of case time takes three seconds."""
    clock = CaseClock.starting(datetime.now(UTC), DAY / timedelta(seconds=3))
    monkeypatch.setattr(told, "CLOCK", clock)
    return clock


@pytest.mark.slow
async def test_given_no_worker_on_that_day_then_the_item_opens_again_as_soon_as_one_is_back(
    fast: CaseClock, dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID
) -> None:
    story = Story(dev_server, sessions, places, person_id)
    needs = worker_pool.Needs(sessions=sessions, client=dev_server.client, clock=fast)
    async with at_work(needs):
        last_day = await heaters(story, days=4)

    async def is_over() -> bool:
        return fast.today(datetime.now(UTC)) > last_day + DAY

    await until(is_over, "the end of the last day")
    assert why_shut(await story.case()) == [], "nobody looked"
    async with at_work(needs):
        case = await story.until(why_shut, "the item that blocks again")
    assert why_shut(case) == [("heating", "mitigation-ended")]
    await needs.clients.close()
    await needs.links.close()
