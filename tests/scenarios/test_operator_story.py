"""An operator and a feed whose profile was wrong: fifty messages wait for one cause, the profile is mended,
all are replayed from the page, the cases are right, and who did it and why stays on record.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from fhir_adapters.feeds.profile_loader import PROFILES
from tests.scenarios.stack import WholeStack, until, whole_stack
from tests.scenarios.telling import Cast, Story
from tests.scenarios.test_browser_story import CHROMIUM, Somebody, browser, somebody_at  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

PEOPLE, WITH_CASES = 50, 3
OPERATOR_NAME = "Ivan Brook"
WHY = "The hospital's own number is in CX-4 RXH again, profile corrected"
SHIPPED = (PROFILES / "itk-2.4.yaml").read_text(encoding="utf-8")
WRONG = re.sub(
    r"(?ms)^identifiers:\n.*?\n\n",
    "identifiers:\n  nhs_number:\n    - {field: 3, authority: OLDNHS}\n  local:\n"
    "    - {field: 3, authority: OLDPAS}\n\n",
    SHIPPED,
)
"""The profile as somebody left it: it asks for numbers of authorities that the hospital no longer names."""


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of profiles in which the feed's is wrong."""
    assert WRONG != SHIPPED
    (tmp_path / "itk-2.4.yaml").write_text(WRONG, encoding="utf-8")
    monkeypatch.setenv("HOMEWARD_FEED_PROFILES", str(tmp_path))
    return tmp_path


@pytest.fixture
def misread(profiles: Path) -> Iterator[WholeStack]:
    """A stack of its own that reads the feed by the wrong profile."""
    with whole_stack() as running:
        yield running


@pytest.fixture
async def operator(browser: Browser, misread: WholeStack) -> Somebody:  # noqa: F811
    """An operator at a browser, signed in."""
    somebody = await somebody_at(browser, misread)
    await somebody.page.goto("/")
    await somebody.page.get_by_role("button", name="Sign in").click()
    await somebody.page.get_by_role("button", name=OPERATOR_NAME).click()
    await somebody.looks()
    return somebody


def _parked(stack: WholeStack) -> int:
    return int(stack.sql("SELECT count(*) AS found FROM inbox WHERE state = 'parked'")[0]["found"])


def _admitted(stack: WholeStack) -> list[Story]:
    """Fifty admissions, three of them of people whose cases already wait for their stay."""
    cast = Cast(stack.today())
    stories = [Story(stack, cast.next(), began_days_ago=2) for _ in range(PEOPLE)]
    for story in stories[:WITH_CASES]:
        story.is_referred_by_the_ward(day=0)
    for story in stories:
        story.is_admitted(day=0)
    return stories


async def test_given_fifty_messages_parked_for_one_cause_when_the_profile_is_corrected_and_all_replayed_then_cases_are_right(  # noqa: E501
    misread: WholeStack, profiles: Path, operator: Somebody
) -> None:
    stories = _admitted(misread)
    until(lambda: _parked(misread) == PEOPLE, "fifty messages are parked")
    await operator.goes_to("/messages/parked")
    await operator.reads(f"{PEOPLE} messages for 1 cause")
    await operator.reads("The profile does not know the number")
    await operator.follows("See one of them")
    await operator.reads("Patient identifier list")

    await operator.goes_to("/feeds/unmapped")
    await operator.reads("identifiers: {nhs_number: [{field: 3, authority: NHS, type: NH}]}")

    (profiles / "itk-2.4.yaml").write_text(SHIPPED, encoding="utf-8")
    digest = hashlib.sha256(SHIPPED.encode()).hexdigest()[:12]
    held = "SELECT sha256 FROM profile_texts ORDER BY taken_at DESC LIMIT 1"
    until(lambda: misread.sql(held)[0]["sha256"].startswith(digest), "the worker reads by the corrected file")
    await operator.goes_until("/feeds", f"itk-2.4.yaml, {digest}")
    await operator.goes_to("/messages/parked")
    await operator.page.get_by_label("What did you correct").fill(WHY)
    await operator.presses("Replay all with this cause")
    replay = operator.page.url
    until(lambda: _parked(misread) == 0, "no message is parked any more")
    used = "SELECT count(*) AS found FROM inbox WHERE state = 'interpreted'"
    until(lambda: misread.sql(used)[0]["found"] == PEOPLE, "all were used")

    await operator.goes_to(replay.removeprefix(misread.url))
    await operator.reads(f"{PEOPLE} of {PEOPLE} messages read")
    await operator.reads(f"{PEOPLE}: Back in the queue, in its old place, to be read again")
    await operator.reads(f"{PEOPLE}: Used")
    await operator.reads(WHY)
    await operator.reads(OPERATOR_NAME)
    query = "SELECT count(*) AS found FROM cases WHERE ward = 'ELM' AND NOT awaiting_spell"
    until(lambda: misread.sql(query)[0]["found"] == WITH_CASES, "every case knows its stay and ward")
    assert {story.case()["stage"] for story in stories[:WITH_CASES]} == {"referred"}
    await _is_followed(operator, misread)


async def _is_followed(operator: Somebody, stack: WholeStack) -> None:
    """One of the messages tells who had it read again, and what its case learned from it."""
    query = (
        "SELECT cause_inbox_id FROM outbox WHERE channel = 'case-signal' AND cause_inbox_id IS NOT NULL"
        " ORDER BY sequence LIMIT 1"
    )
    [row] = stack.sql(query)
    await operator.goes_to(f"/messages/{row['cause_inbox_id']}")
    await operator.reads(WHY)
    await operator.reads("What it changed in the case")
    written = "SELECT role, subject FROM audit_writes WHERE action = 'messages replayed'"
    assert [each["role"] for each in stack.sql(written)] == ["operator"]
