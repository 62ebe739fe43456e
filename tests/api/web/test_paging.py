"""One way to page: every list says where its next page begins, and following it shows each row once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from api.web.page.templates_environment import Frame
from api.web.paging import SIZE, BeyondTheEnd, Page, TurnedPage, Turns, turns
from discharge.roles import Role
from discharge.store.engine import transaction
from fhir_adapters.store.tables import AlarmRow
from tests.api.conftest import Door
from tests.api.failed_commands.test_pages import failed
from tests.api.signing_in import hidden, sign_in
from tests.fixtures.contract import operations

ALARM = {
    "kind": "nothing-arrived",
    "fact": "Nothing for 90 minutes.",
    "threshold": "60 minutes",
    "raised_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "told_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "times_told": 1,
}
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


def test_given_any_list_when_no_size_is_asked_for_then_its_pages_are_of_one_size() -> None:
    sizes = {
        (operation.name, each["schema"]["default"])
        for operation in operations()
        for each in operation.said.get("parameters", ())
        if each["name"] == "size"
    }
    assert {size for _, size in sizes} == {SIZE}
    assert len(sizes) > 20


@pytest.mark.parametrize(
    ("page", "following", "expected"),
    [
        (1, None, Turns("", "")),
        (1, "2", Turns("", "/list?box=sent&page=2")),
        (2, "3", Turns("/list?box=sent", "/list?box=sent&page=3")),
        (3, None, Turns("/list?box=sent&page=2", "")),
    ],
)
def test_given_a_page_of_a_list_then_it_leads_to_those_beside_it_and_keeps_what_was_asked(
    page: int, following: str | None, expected: Turns
) -> None:
    assert turns("/list", Page(page, 10), following, box="sent", kind="") == expected


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


@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/alerts"])
async def test_given_a_page_by_its_number_and_by_where_it_begins_when_asked_then_it_is_refused(
    door: Door, path: str
) -> None:
    answer = await door.get(f"{path}?page=2&after=3", "discharge-team")

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["where"] == "page"


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


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (99, "99"), (100, "99+")])
def test_given_what_waits_then_the_menu_counts_no_further_than_two_digits(number: int, words: str) -> None:
    assert Frame(waiting={"/alerts": number}).waiting_words("/alerts") == words


async def test_given_a_form_on_a_later_page_when_it_is_refused_then_that_page_comes_back_with_what_was_typed(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.web.paging.SIZE", 1)
    first, second = await failed(door), await failed(door)
    sign_in(door, "operator")
    page = await door.client.get("/failed-requests?page=2")
    assert "2 to 2 of 2 requests" in page.text
    assert f'action="/failed-requests/{second}?page=2"' in page.text
    typed = hidden(page.text) | {"reason": "no", "decision": "give-up"}
    answer = await door.client.post(f"/failed-requests/{second}?page=2", data=typed)
    assert (answer.status_code, 'value="no"' in answer.text) == (422, True)
    assert (f"Request {second}" in answer.text, f"Request {first}" in answer.text) == (True, False)
    kept = await door.client.post(f"/failed-requests/{second}?page=2", data=typed | {"reason": "Obsolete."})
    assert kept.headers["location"] == "/failed-requests?decided=give-up&page=2"
    led = await door.client.get(kept.headers["location"])
    assert (led.status_code, led.headers["location"]) == (303, "/failed-requests?decided=give-up&page=1")
    assert "1 request" in (await door.client.get(led.headers["location"])).text


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("/homes", "coordinator"),
        ("/worklist?view=closed", "coordinator"),
        ("/alerts?only=waiting", "coordinator"),
        ("/referral-requests?box=sent", "coordinator"),
        ("/messages/alarms", "operator"),
    ],
)
async def test_given_a_page_beyond_the_end_when_opened_then_it_leads_to_one_that_is_there(
    door: Door, address: str, role: Role
) -> None:
    sign_in(door, role)
    beside = "&" if "?" in address else "?"
    answer = await door.client.get(f"{address}{beside}page=5")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}{beside}page=1")
    assert (await door.client.get(answer.headers["location"])).status_code == 200


def test_given_a_counted_list_when_turned_beyond_the_end_then_the_last_page_is_named() -> None:
    with pytest.raises(BeyondTheEnd) as found:
        TurnedPage(9, 10).next(21)
    assert found.value.last == 3
    assert TurnedPage(3, 10).next(21) is None
    assert Page(9, 10).next(21) is None, "a program is told that nothing follows"


async def test_given_more_alarms_than_a_page_when_turned_then_each_is_seen_once_and_messages_say_so(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.web.paging.SIZE", 1)
    monkeypatch.setattr("api.messages.pages.FIRST", Page(1, 1))
    async with transaction(door.worker) as session:
        for subject in ("A1", "B2"):
            about = {"organisation_id": door.places.trust, "subject_id": uuid4(), "subject": subject}
            session.add(AlarmRow(**about, **ALARM))
    sign_in(door, "operator")
    pages = [(await door.client.get(f"/messages/alarms{more}")).text for more in ("", "?page=2")]
    assert sorted(subject for page in pages for subject in ("A1", "B2") if f"from {subject}" in page) == [
        "A1",
        "B2",
    ]
    assert 'href="/messages/alarms?page=2">Next page' in pages[0]
    assert 'href="/messages/alarms">Previous page' in pages[1]
    assert "All alarms" in (await door.client.get("/messages")).text
