"""One way to page: every list says where its next page begins, and following it shows each row once."""

from __future__ import annotations

import pytest

from tests.api.conftest import Door
from tests.api.failed_commands.test_pages import failed
from tests.fixtures.contract import operations

HOME = {
    "address": "1 Invented Row",
    "postcode": "ZZ99 3WZ",
    "ready_on": "2026-03-09",
    "attributes": {"property_type": "flat", "bedrooms": 1},
}


def test_given_all_lists_when_described_then_each_is_paged_in_one_way() -> None:
    lists = [each for each in operations() if each.method == "get" and each.name.startswith("list_")]
    for operation in lists:
        names = {each["name"] for each in operation.said["parameters"]}
        assert {"after", "size"} <= names, operation.name


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_given_three_homes_when_paged_then_each_is_seen_once_and_the_last_page_says_so(
    door: Door, size: int
) -> None:
    for number in range(3):
        made = await door.post("/api/v1/properties", HOME | {"reference": f"R-{number}"}, "coordinator")
        assert made.status_code == 201, made.text
    seen: list[str] = []
    after = ""
    for _ in range(4):
        page = (await door.get(f"/api/v1/properties?size={size}&after={after}", "coordinator")).json()
        seen += [each["reference"] for each in page["properties"]]
        after = page["next"]
        if after is None:
            break
    assert after is None
    assert seen == ["R-0", "R-1", "R-2"]


async def test_given_the_codes_when_paged_then_all_lists_are_there(door: Door) -> None:
    first = (await door.get("/api/v1/codes?size=20")).json()
    second = (await door.get(f"/api/v1/codes?size=500&after={first['next']}")).json()
    whole = (await door.get("/api/v1/codes?size=500")).json()

    assert len(first["lists"]) == 20
    assert second["lists"] == []
    assert whole["next"] is None
    assert len(whole["lists"]) > 40


async def test_given_a_place_that_is_no_page_when_asked_then_it_is_refused(door: Door) -> None:
    answer = await door.get("/api/v1/codes?after=yesterday")

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["where"] == "after"


async def test_given_two_failed_commands_when_paged_then_each_is_seen_once_and_both_are_counted(
    door: Door,
) -> None:
    ids = [str(await failed(door)), str(await failed(door))]
    path = "/api/v1/failed-commands?size=1"
    first = (await door.get(path, "operator")).json()
    second = (await door.get(f"{path}&after={first['next']}", "operator")).json()
    assert [page["failed_commands"][0]["command_id"] for page in (first, second)] == ids
    assert (first["total"], second["total"], second["next"]) == (2, 2, None)


async def test_given_the_last_page_that_can_be_asked_for_then_every_list_answers(door: Door) -> None:
    """How many rows come before it is a number that every query takes."""
    case_id = await door.referred()
    asked = ((f"/api/v1/cases/{case_id}/who-looked", "discharge-team"), ("/api/v1/users", "admin"))
    for path, role in asked:
        answer = await door.get(f"{path}?after=999999&size=500", role)
        assert (answer.status_code, answer.json()["next"]) == (200, None), path
