"""Whatever a person or a program can open is measured as the record grows, or is named here with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import pytest
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from api.web.registry import PAGES, ROUTERS
from deploy.bench.opened import EVERYTHING, EXAMPLES

DOES_NOT_GROW = {
    "/": "leads to the worklist",
    "/healthz": "asks nothing",
    "/api/v1/openapi.json": "is of the build",
    "/api/v1/clock": "one row",
    "/api/v1/hazard-schemes": "reference data",
    "/api/v1/check-forms": "reference data",
    "/api/v1/check-forms/{code}": "reference data",
    "/api/v1/codes": "reference data",
    "/api/v1/codes/{name}": "reference data",
    "/fhir/R4/metadata": "is of the build",
    "/fhir/R4/Questionnaire": "reference data",
    "/fhir/R4/Questionnaire/{resource_id}": "reference data",
    "/sign-in": "sign-in",
    "/sign-in/start": "sign-in",
    "/sign-in/callback": "sign-in",
    "/signed-out": "sign-in",
    "/offline": "is of the build",
    "/offline-worker.js": "is of the build",
    "/offline/session": "sign-in",
    "/kept-forms/{kept}": "one row by its key",
    "/cases/{case_id}/contact-details/{contact_id}/change": "one contact by its key",
    "/api/v1/replays/{replay_id}": "one replay by its key",
    "/messages/replays/{replay_id}": "one replay by its key",
    "/messages/edits/{edit_id}": "one edit by its key",
    "/cases/{case_id}/notes/{note_id}/withdraw": "one note by its key",
    "/cases/{case_id}/hazards/{number}/files": "photos of one hazard by its number",
    **{
        f"{api}/cases/{{case_id}}/evidence/{{file_id}}{what}": "one photo by its key"
        for api, what in (
            *(("/api/v1", what) for what in ("/content", "/thumbnail")),
            *(("", what) for what in ("", "/content", "/picture", "/remove", "/thumbnail")),
        )
    },
}


def addresses() -> Iterator[str]:
    for router in (*ROUTERS, *PAGES):
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in route.methods:
                yield route.path


@pytest.mark.parametrize("address", sorted({*addresses()}))
def test_given_something_to_open_then_the_bench_of_growth_opens_it(address: str) -> None:
    pattern, _, _ = compile_path(address)
    plain = [re.sub(r"\{\w+\}", "x", each.path.partition("?")[0]) for each in EVERYTHING]
    opened = any(pattern.match(each) for each in plain)
    assert opened != (address in DOES_NOT_GROW), f"{address}: a row in opened.py, or a reason here"


def test_given_the_rows_then_each_has_a_name_of_its_own_and_every_example_is_used() -> None:
    names = [each.name for each in EVERYTHING]
    assert len(names) == len(set(names))
    used = {name for each in EVERYTHING for _, name, _, _ in Formatter().parse(each.path) if name}
    assert used == set(EXAMPLES)
