"""A check that moved to another form says what was kept, and lists what is asked again."""

from __future__ import annotations

import html
from collections.abc import Iterator
from uuid import UUID

import pytest

from housing_checks.checks.form import form_of
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.housing_checks.form_two import FORM_2, form_two_in_force

FORM_1 = form_of("home-check-1")


@pytest.fixture
async def case_id(door: Door) -> UUID:
    """A case whose check was begun on the first form."""
    made = await door.referred()
    await door.asked(made, "accept-referral")
    said = {"heating": "no", "keys": "yes", "food": "yes"}
    await door.asked(made, "save-answers", form=FORM_1.code, answers=said)
    return made


@pytest.fixture
def second_form(case_id: UUID) -> Iterator[None]:
    with form_two_in_force():
        yield


async def check_page(door: Door, case_id: UUID) -> str:
    sign_in(door, "coordinator")
    return html.unescape((await door.client.get(f"/cases/{case_id}/check")).text)


def again(page: str) -> str:
    return page.partition('id="again"')[2].partition("</details>")[0]


@pytest.mark.usefixtures("second_form")
async def test_given_a_check_that_moved_then_its_page_lists_what_is_asked_again_until_it_is_answered(
    door: Door, case_id: UUID
) -> None:
    assert "Moved to these questions" not in await check_page(door, case_id)
    status = await door.asked(case_id, "move-check", form=FORM_2.code)
    assert status["state"] == "accepted", status
    case = (await door.get(f"/api/v1/cases/{case_id}", "coordinator")).json()["case"]
    kept = case["check"]["kept"]
    assert kept
    page = await check_page(door, case_id)
    assert f"Moved to these questions on 2 March 2026: {len(kept)} answers kept." in page
    listed = again(page)
    assert f'href="/cases/{case_id}/check/items/wishes"' in listed
    assert [code for code in kept if f"/items/{code}?" in listed or f'/items/{code}"' in listed] == []
    await door.asked(case_id, "confirm-item", item="wishes", value="unknown")
    assert '/items/wishes"' not in again(await check_page(door, case_id))


@pytest.mark.usefixtures("second_form")
async def test_given_an_answer_that_no_longer_stands_when_its_history_opens_then_it_says_why(
    door: Door, case_id: UUID
) -> None:
    await door.asked(case_id, "move-check", form=FORM_2.code)
    item = f"/api/v1/cases/{case_id}/check/items/heating"
    moved = (await door.get(item, "coordinator")).json()["history"]
    assert [(each["kind"], each["stands"], each["why_not"]) for each in moved] == [
        ("item-answered", True, None),
        ("check-started", True, None),
        ("item-answered", True, None),
    ]
    for place in ("own-home", "other-home"):
        await door.asked(case_id, "confirm-item", "discharge-team", item="destination", value=place)
    left = (await door.get(item, "coordinator")).json()
    assert left["answer"] is None
    assert [(each["kind"], each["why_not"]) for each in left["history"]] == [
        ("building-left", None),
        ("item-answered", "It is about the former building"),
        ("check-started", None),
        ("item-answered", "It is about the former building"),
    ]
    assert [each["stands"] for each in left["history"]] == [True, False, True, False]
    sign_in(door, "coordinator")
    page = (await door.client.get(f"/cases/{case_id}/check/items/heating")).text
    assert page.count("Does not stand. It is about the former building.") == 2
