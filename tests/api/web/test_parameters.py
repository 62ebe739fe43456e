"""A parameter that an address does not know is refused by name, on every route and on pages with filters."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from tests.api.conftest import Door
from tests.api.signing_in import sign_in

KNOWN = (
    "about, after, before, case, code, feed, id, only, reason, since, size, state, text, unmapped, until, "
    "ward, who, words"
)
NOBODY = str(UUID(int=0))


def addresses(door: Door) -> list[tuple[str, str, dict[str, Any]]]:
    """Every method and address of the JSON interface, as its description says, with what stands in it."""
    return [
        (method.upper(), path, operation)
        for path, item in door.app.openapi()["paths"].items()
        if path.startswith("/api/v1")
        for method, operation in item.items()
    ]


async def asked(door: Door, method: str, path: str, query: str) -> dict[str, Any]:
    """The problem that is answered, in short; empty where it is none."""
    address = re.sub(r"{(\w+)}", lambda found: "1" if found[1] == "sequence" else NOBODY, path)
    answer = await door.client.request(method, f"{address}?{query}", headers=door.headers("coordinator"))
    body = answer.json() if answer.headers.get("content-type", "").endswith("problem+json") else {}
    return body | {"status": answer.status_code}


async def test_given_any_route_when_a_parameter_is_not_declared_then_it_is_refused_by_name(
    door: Door,
) -> None:
    every = addresses(door)
    assert len(every) > 40
    for method, path, _ in every:
        told = await asked(door, method, path, "nosuchthing=1")
        assert (told["status"], told["code"], told["where"]) == (422, "unknown-parameter", "nosuchthing"), (
            path
        )


async def test_given_any_route_when_everything_that_the_description_names_is_sent_then_it_is_known(
    door: Door,
) -> None:
    for method, path, operation in addresses(door):
        named = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        told = await asked(door, method, path, "&".join(f"{name}=1" for name in named))
        assert told.get("code") != "unknown-parameter" or "not known here" not in told["reason"], path


async def test_given_several_faults_then_each_is_named_with_the_nearest_known(door: Door) -> None:
    answer = await door.get("/api/v1/messages?whoo=x&q=2&size=1&size=2&%22evil%20=1", "operator")

    assert [(each["where"], each["reason"]) for each in answer.json()["problems"]] == [
        ("whoo", "whoo is not known here; the nearest is who"),
        ("q", f"q is not known here; known are: {KNOWN}"),
        ("size", "size is given more than once"),
        ("parameter", f"parameter is not known here; known are: {KNOWN}"),
    ]


async def test_given_nobody_signed_in_then_no_name_is_told(door: Door) -> None:
    answer = await door.client.get("/api/v1/messages?q=1")

    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


async def test_given_a_replay_of_what_nobody_can_name_then_it_is_refused_and_reads_nothing_again(
    door: Door,
) -> None:
    wish = {"messages": {"stat": "parked"}, "reason": "the feed was mended"}
    answer = await door.post("/api/v1/replays", wish, "operator")

    assert (answer.status_code, answer.json()["where"]) == (422, "messages.stat")


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        ("/worklist?wrd=6B", "the nearest is ward"),
        ("/worklist?view=opne", "the nearest is open"),
        ("/worklist?only=alert", "the nearest is alerts"),
        ("/alerts?lvl=RED", "the nearest is level"),
        ("/alerts?level=GREEN", "known are: STOP, RED+, RED, AMBER"),
        ("/referral-requests?box=waitin", "the nearest is waiting"),
        ("/reports/bed-days?from=2026-01-01", "the nearest is from_on"),
    ],
)
async def test_given_a_page_when_its_filter_is_misspelt_then_it_says_so(
    door: Door, address: str, nearest: str
) -> None:
    sign_in(door, "discharge-team")
    page = await door.client.get(address)

    assert page.status_code == 422
    assert nearest in page.text


async def test_given_an_operators_pages_when_misspelt_then_they_say_so(door: Door) -> None:
    sign_in(door, "operator")
    for address in ("/messages?q=1", "/duplicates?view=merge"):
        assert (await door.client.get(address)).status_code == 422


@pytest.mark.parametrize("tracking", ["utm_source=mail", "fbclid=1", "gclid=2", "mc_eid=3"])
async def test_given_what_a_mail_program_adds_then_a_page_opens_all_the_same(
    door: Door, tracking: str
) -> None:
    sign_in(door, "discharge-team")
    for path in ("/worklist", "/alerts", "/reports/bed-days"):
        assert (await door.client.get(f"{path}?{tracking}")).status_code == 200
