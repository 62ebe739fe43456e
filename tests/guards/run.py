"""Breaks every guarding line on purpose, and tells which breakage no test notices.

python -m tests.guards.run [--children N] [--score] [GROUP...]

A group of `guards.toml` names files and the quick tests that guard them. mutmut breaks the files of each
group in a copy of the tree under build/guards, and `loop.py` tries each breakage there, beside one PostgreSQL
that all share. What it found is read by `tests.guards.score`; a breakage that survives has to be listed, with
its reason, in `survivors.toml`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.postgres import lent_server
from tests.guards.score import judge

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "guards"
PACKAGES = ("discharge", "housing_checks", "fhir_adapters", "workflows", "api", "deploy")
HANGS = 60
"""Seconds after which a test that a breakage left hanging has noticed it; undisturbed, none takes two."""
BESIDE = ("node_modules", "package.json", "README.md", "docs")
"""What tests read besides the code."""


@dataclass(frozen=True)
class Group:
    """Files that are broken, and the tests that are to notice it."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def place(self) -> Path:
        return BUILD / self.name


def groups() -> Mapping[str, Group]:
    """All groups by name, as `guards.toml` lists them."""
    rows = tomllib.loads((HERE / "guards.toml").read_text())
    return {name: Group(name, tuple(row["files"]), tuple(row["tests"])) for name, row in rows.items()}


def main() -> int:
    """Run the groups, print the score, and return 0 if it is good enough and every survivor is explained."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("groups", nargs="*", metavar="GROUP", help="groups of guards.toml (all of them)")
    asked.add_argument("--children", type=int, default=2, help="how many breakages are tried at once")
    asked.add_argument("--score", action="store_true", help="run nothing; judge what the last run found")
    given = asked.parse_args()
    chosen = [group for name, group in groups().items() if not given.groups or name in given.groups]
    if not given.score:
        with lent_server() as server:
            for group in chosen:
                run(group, given.children, server)
    return judge({group.name: group.place for group in chosen}, HERE / "survivors.toml")


def run(group: Group, children: int, server: Mapping[str, str]) -> None:
    """Have the files of a group broken, in a copy of the tree of its own."""
    prepare(group)
    tests = [f"--timeout={HANGS}", *group.tests]
    command = [sys.executable, str(HERE / "loop.py"), str(children), *group.files, "--", *tests]
    began = time.monotonic()
    print(f"{group.name}: ", end="", flush=True)
    with (group.place / "log").open("w") as log:
        done = subprocess.run(
            command,
            cwd=group.place,
            env={**os.environ, **server},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    if done.returncode:
        raise SystemExit(f"the tests fail as they are; {group.place / 'log'}:\n{_tail(group.place / 'log')}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def prepare(group: Group) -> None:
    """Make the copy anew: links to what is read only, and a configuration that names this group's files."""
    shutil.rmtree(group.place, ignore_errors=True)
    made = group.place / "mutants"
    made.mkdir(parents=True)
    for name in (*PACKAGES, "tests"):
        (group.place / name).symlink_to(ROOT / name)
    for name in BESIDE:
        (made / name).symlink_to(ROOT / name)
    (group.place / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + _configuration(group))


def _configuration(group: Group) -> str:
    rows = {"source_paths": list(PACKAGES), "only_mutate": list(group.files)}
    written = "\n".join(f"{key} = {value!r}".replace("'", '"') for key, value in rows.items())
    return f"\n[tool.mutmut]\n{written}\n"


if __name__ == "__main__":
    sys.exit(main())
