"""Two people work on one case at the same time, each in a browser of their own, on the real stack."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.scenarios.conftest import About
from tests.scenarios.stack import WholeStack
from tests.scenarios.telling import Story
from tests.scenarios.test_browser_story import (
    CHROMIUM,
    COORDINATOR,
    WARD,
    Somebody,
    browser,
    somebody_at,
)

__all__ = ["browser"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture
def checked(somebody: About) -> Story:
    """Somebody whose home was checked: three things are not right."""
    story = somebody(began_days_ago=3)
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1)
    story.referral_is_accepted(day=1)
    story.home_is_checked(day=2, heating="no", food="no", keys="no")
    return story


async def answers_item(somebody: Somebody, answer: str) -> None:
    """Answer the item whose form is open."""
    await somebody.answers("What is the answer?", answer)
    await somebody.presses("Save")


async def sets_the_day(somebody: Somebody, when: str, note: str) -> None:
    """Say until when the home is needed; the form asks for no other day, because a day passes in seconds."""
    for part, typed in zip(("Day", "Month", "Year"), when.split(), strict=True):
        await somebody.page.get_by_label(part, exact=True).fill(typed)
    await somebody.page.get_by_label("Note (optional)").fill(note)
    await somebody.presses("Save")


async def test_given_two_people_with_one_case_open_when_both_save_then_nothing_is_lost_or_overwritten_unseen(
    browser: Browser, stack: WholeStack, checked: Story
) -> None:
    ward, coordinator = await somebody_at(browser, stack), await somebody_at(browser, stack)
    await ward.signs_in(WARD)
    await coordinator.signs_in(COORDINATOR)
    form = f"/cases/{checked.case_id}/do/confirm-item"

    await coordinator.goes_to(f"{form}?item=heating")
    await ward.goes_to(f"{form}?item=food")
    await answers_item(ward, "Yes")
    await answers_item(coordinator, "Yes")
    await coordinator.reads("Changed by others while you had the form open")
    await coordinator.reads("Food for 48 hours: now Yes; before: No")
    gate = checked.coded()["gate"]
    assert (gate["heating"]["value"], gate["food"]["value"]) == ("yes", "yes")

    needed_by = f"/cases/{checked.case_id}/do/set-needed-by"
    year = checked.day(400).year + 1
    await coordinator.goes_to(needed_by)
    await ward.goes_to(needed_by)
    await sets_the_day(ward, f"1 June {year}", "The lift is mended by then")
    await sets_the_day(coordinator, f"8 June {year}", "Her son comes on the 7th")
    await coordinator.reads("Somebody else changed the same thing")
    await coordinator.reads(f"Home needed by: now 1 June {year}; before: No date")
    await coordinator.reads(WARD)
    assert await coordinator.page.get_by_label("Note (optional)").input_value() == "Her son comes on the 7th"
    assert checked.coded()["needed_by"] == f"{year}-06-01"
    await coordinator.presses("Save")
    await coordinator.reads("Her son comes on the 7th")
    assert checked.coded()["needed_by"] == f"{year}-06-08"
