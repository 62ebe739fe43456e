"""Every row of the FHIR types: it is read, searched by each of its parameters, and stated, as it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest

from api.fhir.cases import fitting_ids
from api.fhir.model import ResourceType
from api.fhir.queries import CaseQueries
from api.fhir.resource_types import TYPES
from api.fhir.search import asked
from discharge.store.tables import CaseRow
from fhir_adapters.fhir.parser import check_resource
from tests.api.conftest import Door
from tests.api.fhir.posting import FHIR, NHS, told
from tests.api.test_attack import Scene, scene  # noqa: F401
from tests.fhir_adapters.hl7v2.conftest import intake  # noqa: F401 - a feed of the trust

Resource = dict[str, Any]


def _person(resource: Resource) -> str:
    return str((resource.get("subject") or resource["for"])["reference"])


VALUES: Mapping[str, Callable[[Resource], str]] = {
    "_id": lambda resource: str(resource["id"]),
    "based-on": lambda resource: str(resource["basedOn"][0]["reference"]),
    "url": lambda resource: "{url}|{version}".format(**resource),
    "version": lambda resource: str(resource["version"]),
    "_lastUpdated": lambda _: "ge2020",
    "focus": lambda resource: str(resource["focus"]["reference"]),
    "identifier": lambda resource: "{system}|{value}".format(**resource["identifier"][-1]),
    "patient": _person,
    "status": lambda resource: str(resource["status"]),
    "subject": _person,
}
"""Parameter -> the value by which a search finds a resource. A new parameter has a row here."""


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_given_a_row_when_stated_then_it_says_what_the_row_offers_and_no_name_is_written_twice(
    kind: ResourceType,
) -> None:
    stated = kind.statement()

    assert {each["name"] for each in stated.get("searchParam", [])} == {each.name for each in kind.parameters}
    assert (kind.find is not None) is bool(kind.parameters)
    assert len(kind.names) == sum(1 + len(each.forms) for each in kind.parameters)
    assert [kind.whole, kind.part].count(None) >= 1, "a whole case, a part of one, or neither"
    statement = {"resourceType": "CapabilityStatement", "status": "active", "date": "2026-03-01"}
    rest = [{"mode": "server", "resource": [stated]}]
    more = {"kind": "instance", "fhirVersion": "4.0.1", "format": [FHIR], "software": {"name": "x"}}
    check_resource(
        {**statement, **more, "implementation": {"description": "x"}, "rest": rest},
        None,
    )


@pytest.mark.parametrize("query", ["", "_id=1", "status=active"])
def test_given_a_search_about_no_person_when_found_and_counted_then_nobody_is_looked_at(query: str) -> None:
    nobody: Any = None
    for kind in TYPES:
        if (kind.whole or kind.part) and query.partition("=")[0] in ("", *kind.names):
            key = kind.part.id if kind.part else CaseRow.id
            asker = CaseQueries(nobody, "http://homeward.test", nobody, key)
            assert "persons" not in str(fitting_ids(asker, asked(kind, query))), kind.name


async def test_given_every_row_when_asked_in_every_way_then_it_answers_as_it_states(
    scene: Scene,  # noqa: F811
) -> None:
    stated = (await scene.door.client.get("/fhir/R4/metadata")).json()["rest"][0]["resource"]
    assert [each["type"] for each in stated] == [kind.name for kind in TYPES]
    for kind in TYPES:
        resource = await _read(scene, kind)
        await _refuses(scene.door, kind)
        for parameter in kind.parameters:
            value = VALUES[parameter.name](resource)
            for name in (parameter.name, *parameter.forms):
                await _searched(scene.door, resource, name, _as_written(name, value))


async def _read(scene: Scene, kind: ResourceType) -> Resource:  # noqa: F811
    """One resource of the type, read by its id, and well formed."""
    for resource_id in scene.known["resource_id"]:
        answer = await _ask(scene.door, f"{kind.name}/{resource_id}")
        if answer.status_code == 200:
            resource: Resource = answer.json()
            assert (resource["resourceType"], resource["id"]) == (kind.name, resource_id)
            check_resource(resource, None)
            return resource
    raise AssertionError(f"the scene has no {kind.name}")


async def _refuses(door: Door, kind: ResourceType) -> None:
    """What does not exist, is not offered or is not looked at."""
    for unknown in (uuid4(), "no-id"):
        assert told(await _ask(door, f"{kind.name}/{unknown}"))[:2] == (404, "not-found"), kind.name
    search = await _ask(door, f"{kind.name}?colour=red")
    assert told(search) == (400, "search-parameter", "colour") if kind.find else search.status_code == 404
    created = await door.post(f"/fhir/R4/{kind.name}", {}, "system", **{"Content-Type": FHIR})
    assert created.status_code == (400 if kind.creates else 405 if kind.find else 404), kind.name


def _as_written(name: str, value: str) -> str:
    """The value as a form of the name takes it: a number of the person where the form asks for one."""
    return f"{NHS}|9990000018" if name.endswith((":identifier", ".identifier")) else value


async def _searched(door: Door, resource: Resource, name: str, value: str) -> None:
    """Found by this parameter; and `self` and `next` find the same again, a page at a time."""
    kind = resource["resourceType"]
    where: str | None = f"{kind}?{name}={quote(value, safe='|/')}&_count=1"
    found: list[Resource] = []
    while where:
        page = (await _ask(door, where)).json()
        assert page["resourceType"] == "Bundle", (where, page)
        links = {each["relation"]: each["url"].rpartition("/fhir/R4/")[2] for each in page["link"]}
        assert (await _ask(door, links["self"])).json() == page, where
        found += [each["resource"] for each in page.get("entry", [])]
        where = links.get("next")
    assert resource in found, (kind, name, value)
    assert len({each["id"] for each in found}) == len(found) == page["total"]


async def _ask(door: Door, path: str) -> Any:
    assert not urlsplit(path).netloc, path
    return await door.get(f"/fhir/R4/{path}", "coordinator")
