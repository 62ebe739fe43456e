"""Every address of the application, asked by every role of everybody whom a case can meet: of a hidden person
none tells where they are, but the ward to the trust and whom it names.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from itertools import product

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.fhir.resource_types import TYPES
from discharge.permissions import allowed
from discharge.roles import ROLES
from tests.api.conftest import Door
from tests.api.hidden_scene import JOAN, PARTIES, SECRETS, SEEN, Scene, everything_logged, hide, shown_scene
from tests.api.signing_in import sign_in
from tests.api.test_who_may import ANYBODY, INTERFACES, PAGES, SIGNED_IN, routes
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

QUERIES = {
    "/messages": ("?text=A01", "?ward=WARD-SIX", f"?who={JOAN.local}"),
    "/referrals/new": ("?text=ashdown", f"?text={JOAN.nhs}"),
    "/referral-requests": ("?box=sent", "?box=answered"),
    "/duplicates": ("?view=merges", "?view=decided", "?view=tests"),
    "/fhir/R4/ServiceRequest": (f"?subject:identifier=https://fhir.nhs.uk/Id/nhs-number|{JOAN.nhs}",),
    "/fhir/R4/Task": (f"?patient:identifier=https://fhir.nhs.uk/Id/nhs-number|{JOAN.nhs}",),
    "/fhir/R4/DocumentReference": (f"?subject:identifier=https://fhir.nhs.uk/Id/nhs-number|{JOAN.nhs}",),
    "/api/v1/messages": ("?ward=WARD-SIX", f"?who={JOAN.local}"),
    "/api/v1/cases": ("?view=open", "?ward=WARD-SIX", f"?text={JOAN.nhs}"),
    "/worklist": ("?all=1", "?ward=WARD-SIX"),
}
HOMES = ("/homes", "/api/v1/properties")
"""The list of homes tells of no person."""

ROLES_ASKED: Mapping[str, tuple[str, ...]] = {
    "TRUST": ROLES,
    "HOUSING": ("coordinator", "discharge-team", "operator", "admin"),
    "STRANGER": ("coordinator", "operator", "system"),
}
USUAL = ("coordinator", "operator")
"""Roles in which the other organisations ask: between them they may ask for every address."""
ASKERS = [(party, role) for party in PARTIES for role in ROLES_ASKED.get(party, USUAL)]
FORMS_ASKED_BY = (("TRUST", "discharge-team"), ("HOUSING", "coordinator"), ("COUNCIL", "coordinator"))


def paths(known: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Every address that answers GET, with everything that may stand in it, and its action."""
    actions = {**INTERFACES, **PAGES}
    for method, route in sorted(routes()):
        if method != "GET" or route.startswith(("/sign", "/signed-out")):
            continue
        action = actions.get((method, route), "")
        path = route.replace("{resource_id}", f"{{{route.split('/')[-2]}}}")  # of FHIR: what its type has
        names = re.findall(r"{(\w+)}", path)
        assert set(names) <= known.keys(), f"{path}: say in hidden_scene.py what may stand there"
        for values in product(*(known[name] for name in names)):
            yield path.format(**dict(zip(names, values, strict=True))), action
        for query in QUERIES.get(path, ()):
            yield path + query, action


def wanted(known: dict[str, list[str]], party: str, role: str) -> Iterator[str]:
    """What a role of an organisation asks for: whatever its role does at all."""
    for path, action in paths(known):
        form = "/do/" in path and (party, role) not in FORMS_ASKED_BY
        page = role == "system" and not path.startswith(("/api", "/fhir"))
        if not form and not page and (not action or allowed(role, action)):
            yield path


async def ask(door: Door, party: str, role: str, path: str) -> httpx.Response:
    if path.startswith(("/api", "/fhir")):
        return await door.get(path, role, party)
    return await door.client.get(path)


def tells(scene: Scene, answer: httpx.Response, path: str) -> set[str]:
    """Which kinds of secret an answer holds; what somebody typed is shown to them again."""
    shown = answer.text.upper()
    typed = path.partition("?")[2].upper()
    found = {
        kind for kind, words in SECRETS.items() if any(word in shown and word not in typed for word in words)
    }
    about_a_home = path.startswith(HOMES) or "/do/offer-property" in path
    if scene.home_id.upper() in shown and scene.home_id not in path:
        found.add("new home")
    return found - {"new home"} if about_a_home else found


async def walk(scene: Scene) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each organisation the kinds of secret that it read; and each address that told too much."""
    read: dict[str, set[str]] = {party: set() for party in PARTIES}
    faults: dict[str, set[str]] = {}
    for party, role in ASKERS:
        sign_in(scene.door, role, party)
        named = {"ward"} if (party, role) == ("COUNCIL", "coordinator") else set()
        for path in dict.fromkeys(wanted(scene.known, party, role)):
            answer = await ask(scene.door, party, role, path)
            assert answer.status_code < 500, f"{party} {role} {path}"
            told = tells(scene, answer, path)
            read[party] |= told
            if too_much := told - SEEN[party] - named:
                faults[f"{party} {role} {path}"] = too_much
    return read, faults


@pytest.fixture
async def scene(door: Door, intake: Intake, owner: AsyncEngine) -> Scene:
    return await shown_scene(door, intake, owner)


async def test_given_a_hidden_person_when_everybody_asks_for_everything_then_nobody_reads_where_they_are(
    scene: Scene, intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a case, a request, a merge, a pair, a dead letter, a parked and an edited message."""
    caplog.set_level(logging.DEBUG, logger="homeward")
    await hide(scene, intake)

    read, faults = await walk(scene)

    assert faults == {}
    assert read["TRUST"] == set(SEEN["TRUST"])
    assert read["HOUSING"] == set(SEEN["HOUSING"])
    assert read["COUNCIL"] == {*SEEN["COUNCIL"], "ward"}
    written = (caplog.text + await everything_logged(scene.door.worker)).upper()
    assert {kind for kind, words in SECRETS.items() if any(word in written for word in words)} == set()


async def test_given_nobody_hidden_when_the_same_is_asked_then_it_tells_what_the_test_looks_for(
    scene: Scene,
) -> None:
    """The walk has teeth: each kind of secret is there to be read."""
    told: set[str] = set()
    for party, role in (("TRUST", "operator"), ("HOUSING", "coordinator"), ("STRANGER", "system")):
        sign_in(scene.door, role, party)
        for path in wanted(scene.known, party, role):
            told |= tells(scene, await ask(scene.door, party, role, path), path)
    assert told == set(SECRETS)


def test_given_every_address_when_walked_then_none_is_left_out_but_those_that_tell_of_nobody() -> None:
    """A new address is walked by itself; one without an action is for anybody, or shows people their own."""
    known = {name: ["x"] for _, path in routes() for name in re.findall(r"{(\w+)}", path)}
    known |= {row.name: ["x"] for row in TYPES}
    walked = {path for path, action in paths(known) if not action}
    free = {path for method, path in ANYBODY | SIGNED_IN if method == "GET"}
    of_other_tests = ("/feeds", "/messages/", "/dead-letters", "/reports/", "/cases/x/documents/")
    assert {path for path in walked if not path.startswith(of_other_tests)} - {
        re.sub(r"{\w+}", "x", path) for path in free
    } == set()


async def test_given_beds_swapped_with_a_hidden_person_then_the_message_tells_nothing_of_either(
    door: Door, intake: Intake
) -> None:
    """A message about two shows addresses only where both may be seen."""
    hidden = Sample(message_id="M2", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK")
    await intake.take(Sample().raw(), hidden.but(more={"PV1": {16: "Y"}}).raw())
    second = hidden.text().split("\r")
    swap = "\r".join([*Sample("A17", "S1", sent="20260303090000").text().split("\r")[:-1], *second[2:]])
    [done] = await intake.take(swap.encode())
    assert done.state == "interpreted"
    sign_in(door, "operator")

    page = (await door.client.get(f"/messages/{done.inbox_id}")).text

    assert "BROOK" in page
    assert not any(word in page for kind in ("address", "phone") for word in SECRETS[kind])
