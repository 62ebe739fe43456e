"""Small files, short functions: rules of the house that a machine can count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("discharge", "housing_checks", "fhir_adapters", "workflows", "api", "deploy")
LONGEST_FILE, LONGEST_FUNCTION = 500, 60

ROOM_OF_TASKS = "fhir_adapters/background.py"
TASKS_AWAITED_AT_ONCE = {
    "deploy/embedded/lifecycle.py": "the start and the wish to stop, whichever is first, are its whole life",
    "deploy/health_server.py": "what is served is awaited at its end, and readiness asks whoever it serves",
}
"""Elsewhere a task belongs to a group, which hears of its end, or is begun by `spawn` or `Background`."""

MODULES_OF_A_NOUN = {"routes", "pages", "views", "json_views", "schemas", "queries", "service"}
NO_NAMES = {"common", "helpers", "models", "presenters", "utils", "utilities"}
ROOMS_WITHOUT_LOOSE_MODULES = ("api", "fhir_adapters/hl7v2")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions() -> Iterator[tuple[str, Function]]:
    for path in sources(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.name}", node


def length(function: Function) -> int:
    """Lines of the body, without its docstring: a long explanation is no long function."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_given_all_files_when_counted_then_none_is_too_long() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources(*PACKAGES, "tests")}
    assert {path: count for path, count in lines.items() if count > LONGEST_FILE} == {}


def test_given_all_functions_when_counted_then_most_are_short() -> None:
    lengths = {name: length(function) for name, function in functions()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    assert median(lengths.values()) < 10
    assert quantiles(lengths.values(), n=10)[8] <= 35


def test_given_all_functions_when_read_then_all_are_typed() -> None:
    untyped = [name for name, function in functions() if function.returns is None]
    assert untyped == []


def test_given_all_tasks_when_looked_for_then_none_can_end_without_a_word() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in sources(*PACKAGES)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"create_task", "ensure_future"}
        if not (isinstance(node.value, ast.Name) and node.value.id == "group")
    }
    assert found - set(TASKS_AWAITED_AT_ONCE) == {ROOM_OF_TASKS}


def test_given_rooms_when_looked_at_then_no_module_lies_beside_them() -> None:
    loose = [path for room in ROOMS_WITHOUT_LOOSE_MODULES for path in (ROOT / room).glob("*.py")]
    assert {path.name for path in loose} == {"__init__.py"}


def test_given_the_api_when_looked_at_then_a_folder_is_a_noun_and_its_modules_have_known_names() -> None:
    """A folder is no kind of module; a module of another name is named by its noun, never `case_queries`."""
    folders = [path for path in (ROOT / "api").rglob("*") if path.is_dir() and any(path.glob("*.py"))]
    assert [path.name for path in folders if path.name in MODULES_OF_A_NOUN | NO_NAMES] == []
    named = [path.stem for folder in folders for path in folder.glob("*.py")]
    parts = [(name, set(name.split("_")) & (MODULES_OF_A_NOUN | NO_NAMES)) for name in named]
    assert [name for name, kinds in parts if kinds and name not in MODULES_OF_A_NOUN] == []
