"""What the person wants stands first, on the case and on the check, for whom may read it."""

from __future__ import annotations

import html
import re
from uuid import UUID

import pytest

from api.web.page.words import shortened
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.housing_checks.form_two import FORM_2

WISH = "My own bed, with the window open"
LONG = f"To cook on Sundays again, {'for my sister and her boys, ' * 12}and to go to the allotment"


@pytest.fixture
async def case_id(door: Door, second_form: None) -> UUID:
    made = await door.referred()
    await door.asked(made, "accept-referral")
    return made


async def says(door: Door, case_id: UUID, item: str, text: str, **more: object) -> None:
    status = await door.asked(
        case_id,
        "confirm-item",
        "discharge-team",
        item=item,
        value="written",
        item_notes={item: text},
        told_by="person",
        **more,
    )
    assert status["state"] == "accepted", status


async def own_words(door: Door, path: str, role: str = "coordinator") -> str:
    """The part of a page with what the person said; empty where there is none."""
    sign_in(door, role)
    page = html.unescape((await door.client.get(path)).text)
    found = re.search(r'<section class="hw-own-words".*?</section>', page, re.S)
    if found is None:
        return ""
    for heading in ("Facts", "Questions"):
        place = re.search(rf"<h2[^>]*>{heading}</h2>", page)
        assert place is None or found.start() < place.start(), heading
    return found[0]


async def test_given_what_the_person_said_then_case_and_check_say_it_first_and_what_is_left_to_ask(
    door: Door, case_id: UUID
) -> None:
    await says(door, case_id, "wishes", WISH)
    await says(door, case_id, "goals", LONG)
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/check"):
        part = await own_words(door, path)
        assert WISH in part
        assert LONG not in part
        assert f'{shortened(LONG, 160)}</span> <a href="/cases/{case_id}/check/items/goals">Read all' in part
        assert "Not asked yet: fears, who may know." in part
        assert f'href="/cases/{case_id}/check/items/fears"' in part
    assert "Ask the person" not in await own_words(door, f"/cases/{case_id}", "trust-monitor")


async def test_given_nobody_asked_then_the_case_says_so_and_where_to_ask(door: Door, case_id: UUID) -> None:
    part = await own_words(door, f"/cases/{case_id}")
    assert "Not asked yet: what the person wants, goals, fears, who may know." in part
    assert f'href="/cases/{case_id}/check/items/wishes"' in part


async def test_given_the_first_form_then_nothing_is_said_of_words_that_it_does_not_ask(door: Door) -> None:
    case_id = await door.referred()
    await door.asked(case_id, "accept-referral")
    await door.asked(case_id, "start-check", form="home-check-1")
    assert await own_words(door, f"/cases/{case_id}") == ""
    assert await own_words(door, f"/cases/{case_id}/check") == ""


def test_given_the_second_form_then_the_person_s_own_words_are_asked_first() -> None:
    first = [item.code for item in FORM_2.items[:4]]
    assert first == [item.code for item in FORM_2.items if item.own_words]
    assert first == ["wishes", "goals", "fears", "who-to-tell"]


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [("as it is", 8, "as it is"), ("cut between words", 12, "cut between …"), ("abcdef", 3, "abc …")],
)
def test_given_a_long_text_then_it_is_cut_between_words_and_says_so(text: str, most: int, shown: str) -> None:
    assert shortened(text, most) == shown


async def test_given_a_box_for_the_person_s_words_then_it_says_where_words_about_danger_belong(
    door: Door, case_id: UUID
) -> None:
    sign_in(door, "coordinator")
    for path in ("/check/items/fears", "/check/domains/the-person"):
        page = html.unescape((await door.client.get(f"/cases/{case_id}{path}")).text)
        box = page.split('id="note-fears-hint"')[1].split("</div>")[0]
        assert "write them on the safety page" in box, path
