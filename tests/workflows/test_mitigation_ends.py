"""A mitigation's last day passes: a timer opens its item again, and says why."""

from __future__ import annotations

from datetime import date, timedelta

from discharge.cases import commands as cmd
from discharge.cases.model import Case, Stage
from housing_checks.gate.blockers import blocking
from tests.workflows.story import CLOCK, Story

DAY = timedelta(days=1)


async def heaters(story: Story, days: int) -> date:
    """A home without heating, ready with heaters for so many more days; the last one is returned."""
    await story.until_checked(heating="no")
    until_on = CLOCK.today(await story.env.get_current_time()) + days * DAY
    named = cmd.NameMitigation(
        item="heating", mitigation="temporary-heating", role="coordinator", until_on=until_on
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
