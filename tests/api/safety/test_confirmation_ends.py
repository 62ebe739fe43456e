"""A confirmation ends by its day, by new answers, because it is taken back, or by words about danger from any
door: the check says the same each time, so that nobody can tell which it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from tests.api.cases.test_danger_notes import (
    ADVISER,
    DOORS,
    WORDS,
    WRITER,
    Scene,
    by_item_of_a_check,
    intake,
    scene,
)
from tests.api.safety.scene import acted, answers, post
from tests.api.safety.test_check_item import ITEM, ended
from tests.housing_checks.form_two import form_two_in_force

__all__ = ("intake", "scene")

End = Callable[[Scene], Awaitable[None]]


@pytest.fixture(autouse=True)
def second_form() -> Iterator[None]:
    with form_two_in_force():
        yield


@pytest.fixture
def end_by_its_day(owner: AsyncEngine) -> End:
    async def over(_: Scene) -> None:
        async with transaction(owner) as session:
            await session.execute(text("UPDATE safety_confirmations SET until_on = homeward_today()"))

    return over


async def by_answers(scene: Scene) -> None:
    body = {"event": answers(asked="alone", disclosed="no"), "words": {}}
    sent = await post(scene.door, f"/api/v1/cases/{scene.case_id}/safety", body, WRITER)
    assert sent.status_code == 201, sent.text


async def by_taking_it_back(scene: Scene) -> None:
    taken = await acted(scene.door, scene.case_id, {"kind": "confirmation-withdrawn"}, ADVISER)
    assert taken.status_code == 201, taken.text


async def by_item(scene: Scene) -> None:
    said = {"kind": "confirm-item", "item": "food", "value": "yes", "evidence": "told"}
    await scene.ask(said | {"item_notes": {"food": WORDS}, "danger_items": ["food"]})


async def confirmed(scene: Scene) -> None:
    """The ward asked, and the adviser confirmed; the check says so."""
    await by_answers(scene)
    sure = await acted(scene.door, scene.case_id, {"kind": "safety-confirmed"}, ADVISER)
    assert sure.status_code == 201, sure.text
    await scene.settled()
    assert await line_and_item(scene) == (True, "confirmed")


async def line_and_item(scene: Scene) -> tuple[bool, str]:
    path = f"/api/v1/cases/{scene.case_id}"
    line = (await scene.door.get(path, "coordinator", "HOUSING")).json()["safety"]["confirmed"]
    item = (await scene.door.get(f"{path}/check/items/{ITEM}", "coordinator", "HOUSING")).json()
    return line, item["answer"]["value"]


async def last_said(scene: Scene) -> dict[str, Any]:
    """The last thing said of the item as everybody reads it, without its number, its id and its time."""
    path = f"/api/v1/cases/{scene.case_id}/timeline"
    told = (await scene.door.get(path, "coordinator", "HOUSING")).json()["events"]
    last = next(each for each in told if each["event"].get("item") == ITEM)
    return {
        name: value for name, value in last.items() if name not in ("sequence", "recorded_at", "command_id")
    }


ENDS = (by_answers, by_taking_it_back, by_item, *(each for each in DOORS if each is not by_item_of_a_check))


@pytest.mark.parametrize("way", ENDS, ids=lambda each: each.__name__)
async def test_given_a_confirmation_when_it_ends_in_any_way_then_line_and_item_say_what_they_say_at_its_day(
    scene: Scene, end_by_its_day: End, way: End
) -> None:
    await scene.door.asked(scene.case_id, "start-check", form="home-check-2")
    said = []
    for end in (end_by_its_day, way):
        await confirmed(scene)
        await end(scene)
        assert await ended(scene.door) == 1
        assert await line_and_item(scene) == (False, "unknown")
        said.append(await last_said(scene))
    assert said[0] == said[1]
    assert (said[0]["reason"], said[0]["role"]) == ("confirmation-ended", "system")
