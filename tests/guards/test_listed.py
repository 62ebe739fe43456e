"""What `make guards` looks at is there: files, their tests, and the reasons of what survives."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.guards.run import HERE, ROOT, Group, groups


@pytest.mark.parametrize("group", groups().values(), ids=list(groups()))
def test_given_a_group_then_its_files_and_its_tests_are_there(group: Group) -> None:
    assert all(list(ROOT.glob(pattern)) for pattern in group.files)
    assert all((ROOT / path).exists() for path in group.tests)


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
