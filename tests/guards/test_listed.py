"""What `make guards` looks at is there: files, their tests, and the reasons of what survives."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.guards.run import HERE, ROOT, Group, groups
from tests.guards.walls import Wall, broken, shortened, walls


@pytest.mark.parametrize("group", groups().values(), ids=list(groups()))
def test_given_a_group_then_its_files_and_its_tests_are_there(group: Group) -> None:
    assert all(list(ROOT.glob(pattern)) for pattern in group.files)
    assert all((ROOT / path).exists() for path in group.tests)


@pytest.mark.parametrize("wall", walls().values(), ids=list(walls()))
def test_given_a_wall_then_its_tables_functions_and_tests_are_there(wall: Wall) -> None:
    written = "".join(path.read_text() for path in (ROOT / "discharge/store/migrations/sql").glob("*.sql"))
    assert all(f"CREATE TABLE {table} (" in written for table in wall.tables)
    assert all(f"FUNCTION {name}(" in written for name in wall.functions)
    assert all((ROOT / path).exists() for path in wall.tests)
    assert wall.tables or wall.functions


def test_given_a_condition_then_it_is_left_out_so_that_more_is_allowed_or_less_is_joined() -> None:
    statement = "BEGIN SELECT a FROM b WHERE c = 1 AND (d OR e(f)); IF g OR h THEN RAISE; END IF; END"
    assert dict(broken(statement)).keys() == {
        "c = 1", "(d OR e(f))", "d", "e(f)", "g", "h",
    }  # fmt: skip
    without = dict(broken(statement))
    assert "WHERE true AND (d OR e(f))" in " ".join(without["c = 1"].split())
    assert "AND (d OR false )" in " ".join(without["e(f)"].split())
    assert "IF false OR h THEN" in " ".join(without["g"].split())
    assert [was for was, _ in broken("IF NOT FOUND THEN x; END IF; DELETE FROM t WHERE id = p;")] == [
        "NOT FOUND",
        "id = p",
    ]
    assert list(broken("true AND true")) == []
    first = dict(broken("SELECT CASE s WHEN 'own' THEN a OR b ELSE c END"))
    assert {was: " ".join(without.split()) for was, without in first.items()} == {
        "a": "SELECT CASE s WHEN 'own' THEN false OR b ELSE c END",
        "b": "SELECT CASE s WHEN 'own' THEN a OR false ELSE c END",
    }
    assert [was for was, _ in broken("SELECT coalesce(a, b) AND EXISTS (SELECT FROM t)")] == [
        "coalesce(a, b)",
        "EXISTS (SELECT FROM t)",
    ]


def test_given_a_function_then_each_statement_that_does_something_is_left_out() -> None:
    body = "BEGIN\n    DELETE FROM a\n    WHERE b;\n    IF c THEN\n        RAISE d;\n    END IF;\nEND"
    assert dict(shortened(body)) == {
        "DELETE FROM a WHERE b": body.replace("DELETE FROM a\n    WHERE b", "NULL"),
        "RAISE d": body.replace("RAISE d", "NULL"),
    }


def test_given_a_survivor_then_it_has_a_reason_and_its_function_is_in_a_file_that_is_guarded() -> None:
    guarded = {path for group in groups().values() for pattern in group.files for path in ROOT.glob(pattern)}
    for row in tomllib.loads((HERE / "survivors.toml").read_text()).get("survivor", []):
        assert len(row["reason"]) > 20
        assert row["changes"]
        assert _file(row["function"], guarded)


def _file(function: str, guarded: set[Path]) -> Path | None:
    """The file that a function of this name is in."""
    name = function.rpartition(".")[2]
    return next(
        (
            path
            for path in guarded
            if function.startswith(".".join(path.relative_to(ROOT).with_suffix("").parts) + ".")
            and f"def {name}(" in path.read_text()
        ),
        None,
    )
