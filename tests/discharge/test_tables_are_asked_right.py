"""The code asks the tables of errors and permissions only for rows that they have."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from discharge.errors import ERRORS
from discharge.permissions import PERMISSIONS

ROOT = Path(__file__).parents[2]
PACKAGES = ("discharge", "housing_checks", "fhir_adapters", "workflows", "api", "deploy")
RAISED = {"HomewardError": 0, "Refused": 0, "Unavailable": 0}
ASKED = {"require": 0, "may": 0}


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _literals(calls: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Every string literal at the given argument of the given calls, with where it stands."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node) in calls:
                    position = calls[_name(node)]
                    found = node.args[position] if len(node.args) > position else None
                    if isinstance(found, ast.Constant) and isinstance(found.value, str):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", found.value


@pytest.mark.parametrize(
    ("calls", "table"), [(RAISED, ERRORS), (ASKED, PERMISSIONS)], ids=["errors", "permissions"]
)
def test_given_a_code_written_in_the_code_then_its_table_has_the_row(
    calls: dict[str, int], table: dict[str, object]
) -> None:
    found = list(_literals(calls))
    assert found
    assert [(place, code) for place, code in found if code not in table] == []
