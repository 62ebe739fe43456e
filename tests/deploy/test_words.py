"""What people read uses the terms of the field: no word that the glossary puts out stands in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "words.md"
ROWS = [
    line.strip("|").split("|")
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
    if line[:1] == "|"
]
OUT = sorted({word for row in ROWS[2:] for each in row[3].split(";") if (word := each.strip())})
FOUND = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, OUT))})(?![\w-])", re.IGNORECASE)

PYTHON = [
    *sorted((ROOT / "api").rglob("*.py")),
    *sorted((ROOT / "discharge" / "codes").glob("*.py")),
    *sorted((ROOT / "discharge" / "errors").glob("*.py")),
    *(ROOT / "discharge" / name for name in ("permissions.py", "next_actions.py", "pathway_words.py")),
    *(
        ROOT / "discharge" / "cases" / name
        for name in ("actions.py", "follow_ups.py", "stages.py", "unready.py")
    ),
    *(ROOT / "discharge" / "risk" / name for name in ("rules.py", "facts.py", "named.py")),
    *(ROOT / "housing_checks" / name for name in ("contradictions.py", "checks/form.py", "gate/rules.py")),
    *(
        ROOT / "fhir_adapters" / name
        for name in ("hl7v2/process/causes.py", "shadow/causes.py", "feeds/alarms.py")
    ),
    *(
        ROOT / "fhir_adapters" / name
        for name in ("hl7v2/interpret/notes.py", "hl7v2/process/replays.py", "feeds/advice.py")
    ),
    *sorted((ROOT / "fhir_adapters" / "feeds" / "check").glob("*.py")),
    *(ROOT / name for name in ("deploy/settings.py", "discharge/delays/definitions.py")),
]
TEXT = [
    *sorted((ROOT / "api").glob("*/templates/*.html")),
    *sorted((ROOT / "api" / "static").glob("**/offline/*.js")),
    *sorted((ROOT / "deploy" / "guide").glob("*.md")),
    *sorted((ROOT / "discharge").rglob("*.yaml")),
    *sorted((ROOT / "housing_checks").rglob("*.yaml")),
    *(
        ROOT / "fhir_adapters" / name
        for name in ("feeds/alarms.yaml", "feeds/alarm_kinds.yaml", "hl7v2/process/parked_causes.yaml")
    ),
    *sorted((ROOT / "api" / "contract").glob("*.yaml")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
]


def _said(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that people may read, with their lines: all but docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_given_words_in_a_module_when_read_then_none_is_out(path: Path) -> None:
    assert [(line, FOUND.findall(text), text) for line, text in _said(path) if FOUND.search(text)] == []


@pytest.mark.parametrize("path", TEXT, ids=_name)
def test_given_a_template_or_a_document_when_read_then_no_word_in_it_is_out(path: Path) -> None:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    assert [(number, FOUND.findall(line), line) for number, line in lines if FOUND.search(line)] == []


def test_given_the_glossary_then_every_term_has_a_meaning_and_a_source_and_they_are_in_order() -> None:
    terms = [row[0].strip() for row in ROWS[2:-1]]
    assert all(row[1].strip() and row[2].strip() for row in ROWS[2:-1])
    assert terms == sorted(terms)
    assert "taken on" in OUT
