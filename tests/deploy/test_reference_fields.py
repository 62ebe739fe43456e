"""Each field of a row of reference data is read by something that the product does."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from discharge.reference.kind import KINDS
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.shadow.list_mapping import ListMapping
from fhir_adapters.site_reference import EVERY_KIND

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("discharge", "housing_checks", "fhir_adapters", "workflows", "api", "deploy")

EXPLAINED: dict[str, str] = {}
"""Fields that nothing reads by name, with the reason why they are kept."""


def rows() -> dict[str, type[Any]]:
    """Every type of row, with the types that its fields are made of."""
    assert EVERY_KIND
    found: dict[str, type[Any]] = {}
    for kind in (*(each.row for each in KINDS.values()), Profile, ListMapping):
        _collect(kind, found)
    return found


def _collect(kind: Any, found: dict[str, type[Any]]) -> None:
    if isinstance(kind, type) and fields_of(kind):
        if kind.__name__ in found:
            return
        found[kind.__name__] = kind
        for each in get_type_hints(kind).values():
            _collect(each, found)
    for each in get_args(kind):
        _collect(each, found)


def fields_of(kind: type[Any]) -> tuple[str, ...]:
    if dataclasses.is_dataclass(kind):
        return tuple(each.name for each in dataclasses.fields(kind))
    return tuple(kind.model_fields) if issubclass(kind, BaseModel) else ()


@cache
def read() -> frozenset[str]:
    """Each name that the product asks a value for, in code and in templates."""
    return frozenset(_read())


def _read() -> Iterator[str]:
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    yield node.attr
        for path in (ROOT / floor).rglob("*.html"):
            yield from re.findall(r"\.([a-z_]+)", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", rows().values(), ids=rows())
def test_given_a_field_of_a_row_then_something_reads_it_or_it_is_explained(kind: type[Any]) -> None:
    unread = {name for name in fields_of(kind) if name not in read()}
    explained = {name.partition(".")[2] for name in EXPLAINED if name.startswith(f"{kind.__name__}.")}
    assert unread == explained, "have it read, or take it out of the row; what is explained is not read"


def test_given_the_kinds_of_reference_data_then_their_rows_are_among_those_that_are_looked_at() -> None:
    assert {"Clock", "Rule", "Price", "UsualRule", "CheckItem", "CatalogueRow", "Profile", "LeadTime"} <= set(
        rows()
    )


ALL = """
import importlib, pkgutil, {0}
for each in pkgutil.walk_packages({0}.__path__, "{0}."):
    if not each.name.endswith("migrations.env"):
        importlib.import_module(each.name)
"""


@pytest.mark.parametrize(
    "loaded",
    ["import workflows.worker", "import api.web.app", "\n".join(ALL.format(floor) for floor in FLOORS)],
    ids=["worker", "api", "everything"],
)
def test_given_a_process_that_follows_a_sites_folder_then_it_knows_every_kind_that_there_is(
    loaded: str,
) -> None:
    known = "from discharge.reference.kind import KINDS; print(*sorted(KINDS))"
    told = subprocess.run(
        [sys.executable, "-c", f"{loaded}\n{known}"], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == sorted(EVERY_KIND)
