"""A trust's own list by the JSON interface and its page: taken whole or not at all, seen by its trust."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, AuditWrite
from tests.api.conftest import Door
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import NHS, Sample

FEED = "RXH-PAS"
LIST = f"NHS Number,Ward,EDD\n{NHS},ELM,12/03/2026\n9990000026,OAK,\n"
BAD = "NHS Number,EDD\n1234567891,Joan Ashdown\n"


@pytest.fixture
async def feed(intake: Intake) -> Intake:  # noqa: F811
    await intake.take(Sample(more={"PV2": {9: "20260309"}}).raw())
    return intake


async def give(door: Door, csv: str = LIST, role: str = "operator", **query: str) -> httpx.Response:
    headers = door.headers(role) | {"Content-Type": "text/csv"}
    asked = {"feed": FEED, "listed_at": "2026-03-02T10:20:00Z"} | query
    return await door.client.post("/api/v1/shadow-lists", params=asked, content=csv, headers=headers)


async def get(door: Door, path: str = "", role: str = "operator", organisation: str | None = None) -> Any:
    return await door.client.get(f"/api/v1/shadow-lists{path}", headers=door.headers(role, organisation))


async def test_given_a_list_when_given_then_the_day_and_its_differences_can_be_read(
    door: Door, feed: Intake
) -> None:
    made = await give(door)
    assert made.status_code == 201, made.text
    day = made.json()
    assert (day["day"], day["listed"], day["held"], day["on_both"], day["agreement"]) == (
        "2026-03-02", 2, 1, 1, 0.0,
    )  # fmt: skip
    listed = (await get(door)).json()["shadow_lists"]
    assert [each["id"] for each in listed] == [day["id"]]
    found = (await get(door, f"/{day['id']}")).json()
    assert [(each["kind"], each["column"], each["theirs"], each["ours"]) for each in found["differing"]] == [
        ("differs", "expected_discharge_on", "2026-03-12", "2026-03-09"),
        ("only-theirs", None, "", ""),
    ]
    assert found["differing"][0]["message_id"]
    assert found["causes"] == {"older-here": 1, "never-arrived": 1}
    only = (await get(door, f"/{day['id']}?kind=only-theirs")).json()
    assert [each["nhs_number"] for each in only["differing"]] == ["9990000026"]


async def test_given_a_day_when_read_then_the_look_is_noted_with_everybody_on_it(
    door: Door, feed: Intake
) -> None:
    day = (await give(door)).json()
    await get(door, f"/{day['id']}", role="trust-monitor")
    async with transaction(door.worker) as session:
        (look,) = await session.scalars(select(AuditRead).where(AuditRead.what.startswith("comparison")))
        assert (look.role, look.purpose, len(look.person_ids)) == ("trust-monitor", "service-report", 1)
        (taken,) = await session.scalars(select(AuditWrite).where(AuditWrite.action == "trust-list-compared"))
        assert taken.subject == f"feed {FEED} 2026-03-02"


async def test_given_a_list_with_faults_when_given_then_each_is_told_and_nothing_is_kept(
    door: Door, feed: Intake
) -> None:
    refused = await give(door, BAD)
    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, "invalid-body")
    assert [(each["line"], each["column"]) for each in told["problems"]] == [
        (2, "nhs_number"),
        (2, "expected_discharge_on"),
    ]
    assert "Joan" not in refused.text
    assert (await get(door)).json() == {"shadow_lists": [], "next": None}


@pytest.mark.parametrize(
    ("change", "status", "where"),
    [
        ({"feed": "somebody-elses"}, 404, "feed"),
        ({"mapping": "none-such"}, 422, "mapping"),
        ({"listed_at": "2030-01-01T09:00:00Z"}, 422, "listed_at"),
        ({"listed_at": "soon"}, 422, "listed_at"),
    ],
)
async def test_given_something_that_does_not_fit_when_given_then_its_place_is_told(
    door: Door, feed: Intake, change: dict[str, str], status: int, where: str
) -> None:
    refused = await give(door, **change)
    assert (refused.status_code, refused.json()["where"]) == (status, where)


async def test_given_an_empty_body_when_given_then_it_is_refused(door: Door, feed: Intake) -> None:
    assert (await give(door, "\n")).json()["where"] == "list"


@pytest.mark.parametrize("role", ["coordinator", "discharge-team", "system", "admin"])
async def test_given_another_role_when_asking_then_it_is_refused(door: Door, feed: Intake, role: str) -> None:
    assert (await give(door, role=role)).status_code == 403
    assert (await get(door, role=role)).status_code == 403


async def test_given_another_organisation_when_asking_then_there_is_nothing(door: Door, feed: Intake) -> None:
    day = (await give(door)).json()
    assert (await get(door, organisation="STRANGER")).json() == {"shadow_lists": [], "next": None}
    assert (await get(door, f"/{day['id']}", organisation="STRANGER")).status_code == 404


async def upload(door: Door, csv: str, **typed: str) -> httpx.Response:
    page = await door.client.get("/shadow")
    token = re.search(r'action="/shadow".*?name="form_token" value="([^"]+)"', page.text, re.DOTALL)
    assert token, page.text
    form = {"form_token": token[1], "feed": FEED, "listed_at": "2026-03-02 10:20"} | typed
    return await door.client.post("/shadow", data=form, files={"list": ("list.csv", csv, "text/csv")})


async def test_given_the_page_when_a_list_is_chosen_then_its_day_is_shown_without_a_script(
    door: Door, feed: Intake
) -> None:
    sign_in(door, "operator")
    sent = await upload(door, LIST)
    assert sent.status_code == 303, sent.text
    day = await door.client.get(sent.headers["location"])
    for words in ("ASHDOWN, JOAN", "Expected date of discharge", "2026-03-12", "2026-03-09", "Never arrived"):
        assert words in day.text, words
    assert "/messages/" in day.text
    overview = await door.client.get("/shadow")
    assert "0.0 %" in overview.text
    assert "On their list, in no bed here: 1" in overview.text


@pytest.mark.parametrize(
    ("csv", "typed", "told"),
    [
        (BAD, {}, "line 2: expected_discharge_on: write it as 2026-07-09"),
        ("", {}, "choose a CSV file that is not empty"),
        (LIST, {"listed_at": "soon"}, "write it as 2026-07-09 08:00"),
        (LIST, {"feed": ""}, "choose one of your feeds"),
    ],
)
async def test_given_the_page_when_something_is_wrong_then_it_comes_back_and_says_what(
    door: Door, feed: Intake, csv: str, typed: dict[str, str], told: str
) -> None:
    sign_in(door, "operator")
    back = await upload(door, csv, **typed)
    assert back.status_code == 422
    assert told in back.text
    assert "Joan" not in back.text


async def test_given_a_trust_monitor_when_looking_then_links_to_messages_are_left_out(
    door: Door, feed: Intake
) -> None:
    day = (await give(door)).json()
    sign_in(door, "trust-monitor")
    page = await door.client.get(f"/shadow/{day['id']}")
    assert page.status_code == 200
    assert "/messages/" not in page.text
