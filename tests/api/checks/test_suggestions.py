"""What the case suggests: what to start after the check, whether it is in time, and how the case ended."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from tests.api.conftest import ALL_THE_SAME, Door, Looking
from tests.api.signing_in import sign_in
from tests.housing_checks.homes import FORM_1

STAIRLIFT = "strand_item=adaptation:straight-stairlift"


async def stairs_cannot_be_managed(door: Door, needed_by: str | None = None) -> UUID:
    """Checked on Monday 2 March: the steps and stairs are a no."""
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    if needed_by:
        await door.asked(case_id, "set-needed-by", needed_by=needed_by)
    answers = dict.fromkeys(FORM_1.codes, "yes") | {"steps-stairs": "no"}
    await door.asked(case_id, "complete-check", form="home-check-1", answers=answers)
    return case_id


async def home_again(door: Door) -> UUID:
    case_id = await stairs_cannot_be_managed(door)
    await door.asked(case_id, "start-strand", strand_kind="adaptation", item="grab-rail")
    await door.asked(case_id, "move-strand", strand="adaptation/1", step="fitted")
    await door.asked(case_id, "confirm-discharge", "discharge-team", destination="19", **ALL_THE_SAME)
    return case_id


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_given_a_no_in_the_check_when_the_case_is_opened_then_what_it_suggests_can_be_started(
    door: Door,
) -> None:
    case_id = await stairs_cannot_be_managed(door, "2026-03-30")
    sign_in(door, "coordinator")
    page = await door.client.get(f"/cases/{case_id}")

    said = plain(page.text)
    assert "What the check suggests" in said
    assert "Adaptation: Straight stairlift The check says no to: Steps and stairs." in said
    assert "Usually takes 7 to 28 days. Begin by Mon 2 Mar to be in time for Mon 30 Mar." in said
    assert "Usually costs £1,500 to £3,000, paid by: Disabled Facilities Grant." in said
    assert f"/cases/{case_id}/do/start-strand?{STAIRLIFT}" in page.text

    form = await door.client.get(f"/cases/{case_id}/do/start-strand?{STAIRLIFT}")
    chosen = re.search(r'<option value="([^"]+)" selected>([^<]+)<', form.text)
    assert chosen
    assert chosen[1] == "adaptation:straight-stairlift"
    assert chosen[2] == "Adaptation: Straight stairlift (7 to 28 days)"
    assert "The home is needed by Mon 30 Mar." in form.text


async def test_given_too_few_days_left_when_the_case_is_opened_then_it_says_what_comes_too_late(
    door: Door,
) -> None:
    case_id = await stairs_cannot_be_managed(door, "2026-03-06")
    sign_in(door, "coordinator")
    said = plain((await door.client.get(f"/cases/{case_id}")).text)
    assert "Too late for Fri 6 Mar: if it begins today, it is done on Mon 9 Mar at the earliest." in said
    assert "Usually takes 1 to 7 days. It had to begin by Fri 27 Feb to be sure of Fri 6 Mar." in said

    form = await door.client.get(f"/cases/{case_id}/do/start-strand")
    assert "Adaptation: Straight stairlift (7 to 28 days; too late)" in form.text
    assert "Adaptation: Grab or stair rails (1 to 7 days; may be late)" in form.text

    await door.asked(case_id, "start-strand", strand_kind="adaptation", item="straight-stairlift")
    page = await door.client.get(f"/cases/{case_id}")
    assert STAIRLIFT not in page.text
    assert "24 days after the home is needed" in plain(page.text)


async def test_given_the_ward_when_the_case_is_opened_then_it_sees_what_is_suggested_and_starts_nothing(
    door: Door,
) -> None:
    case_id = await stairs_cannot_be_managed(door)
    sign_in(door, "discharge-team")
    page = await door.client.get(f"/cases/{case_id}")

    assert "What the check suggests" in page.text
    assert "do/start-strand" not in page.text
    assert (await door.get(f"/api/v1/cases/{case_id}")).json()["suggested_strands"][1] == {
        "kind": "adaptation",
        "item": "straight-stairlift",
        "because": ["steps-stairs"],
        "earliest_on": "2026-03-09",
        "begin_by": None,
        "in_time": None,
    }


async def test_given_work_done_at_home_when_the_case_is_closed_then_an_outcome_is_suggested_not_chosen(
    door: Door,
) -> None:
    case_id = await stairs_cannot_be_managed(door)
    assert (await door.get(f"/api/v1/cases/{case_id}")).json()["suggested_outcome"] is None

    case_id = await home_again(door)
    sign_in(door, "coordinator")
    form = await door.client.get(f"/cases/{case_id}/do/close-case")
    assert "What is recorded suggests: Home, made ready. Choose what is true." in form.text
    assert " selected>" not in form.text
    assert (await door.get(f"/api/v1/cases/{case_id}")).json()["suggested_outcome"] == "home-made-ready"


@pytest.mark.browser
async def test_given_suggestions_when_seen_in_a_browser_then_axe_finds_nothing(
    door: Door, looking: Looking
) -> None:
    case_id = await stairs_cannot_be_managed(door, "2026-03-06")
    sign_in(door, "coordinator")
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/do/start-strand?{STAIRLIFT}"):
        for narrow in (False, True):
            seen = await looking.look(path, narrow=narrow)
            assert (seen.faults, seen.console) == ([], []), path
