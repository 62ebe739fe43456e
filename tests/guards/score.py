"""Judges what mutmut found: how many breakages of each guard some test notices, and which others are known.

A survivor is known when `survivors.toml` names its function, the line as it was and as it became, and says
why no test notices it. Numbers of mutants are not used: they move with every edit.
"""

from __future__ import annotations

import contextlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

LEAST = 90.0
"""Of a hundred breakages of a group, those that some test must notice."""
NOTICED = frozenset({"killed", "timeout", "segfault"})


@dataclass(frozen=True)
class Survivor:
    """One breakage that no test notices: the line as it was, and as it became."""

    function: str
    was: str
    becomes: str


@dataclass
class Found:
    """What became of the breakages of one file."""

    path: str
    statuses: Counter[str]
    survivors: list[Survivor]

    @property
    def tried(self) -> int:
        return self.statuses.total()

    @property
    def noticed(self) -> int:
        return sum(self.statuses[status] for status in NOTICED)


def judge(places: Mapping[str, Path], listed: Path) -> int:
    """Print the score of each file and group, and each survivor that is not listed; 0 when all is well."""
    known = _known(listed)
    groups = {name: list(_found_in(place)) for name, place in places.items()}
    found = [each for files in groups.values() for each in files]
    width = max(len(each.path) for each in found)
    print(f"{'file':{width}}  tried  noticed  explained  score")
    for name, files in (*groups.items(), ("all groups", found)):
        for each in files if name in groups else ():
            print(_row(each.path, [each], known, width))
        print(_row(f"{name}:", files, known, width))
    strangers = [(each.path, one) for each in found for one in each.survivors if one not in known]
    for path, one in strangers:
        print(f"\n{path}: {one.function}\n  was     {one.was}\n  becomes {one.becomes}")
    _say_what_is_listed_in_vain(known, found)
    if strangers:
        print(f"\n{len(strangers)} breakages go unnoticed and are not in {listed.name}.")
    low = [name for name, files in groups.items() if _score(files) < LEAST]
    if low:
        print(f"\nBelow {LEAST:.0f} in a hundred: {', '.join(low)}.")
    return int(bool(strangers or low))


def _row(name: str, files: list[Found], known: Mapping[Survivor, str], width: int) -> str:
    tried, noticed = sum(each.tried for each in files), sum(each.noticed for each in files)
    explained = sum(one in known for each in files for one in each.survivors)
    return f"{name:{width}}  {tried:5}  {noticed:7}  {explained:9}  {_score(files):5.1f}"


def _score(found: list[Found]) -> float:
    tried = sum(each.tried for each in found)
    return 100 * sum(each.noticed for each in found) / tried if tried else 100.0


def _say_what_is_listed_in_vain(known: Mapping[Survivor, str], found: list[Found]) -> None:
    modules = {each.path.removesuffix(".py").replace("/", ".") for each in found}
    alive = {one for each in found for one in each.survivors}
    for one in known:
        if one not in alive and any(one.function.startswith(f"{module}.") for module in modules):
            print(
                f"\nlisted, but noticed or gone: {one.function}\n  was     {one.was}\n  becomes {one.becomes}"
            )


def _known(listed: Path) -> dict[Survivor, str]:
    rows = tomllib.loads(listed.read_text()).get("survivor", [])
    return {
        Survivor(row["function"], change["was"], change["becomes"]): row["reason"]
        for row in rows
        for change in row["changes"]
    }


def _found_in(place: Path) -> Iterator[Found]:
    made = place / "mutants"
    with contextlib.chdir(place):
        for meta in sorted(made.rglob("*.py.meta")):
            path = str(meta.relative_to(made)).removesuffix(".meta")
            yield _found(path)


def _found(path: str) -> Found:
    data = SourceFileMutationData(path=path)
    data.load()
    statuses = {name: str(status_by_exit_code[code]) for name, code in data.exit_code_by_key.items()}
    survivors = [_survivor(name, path) for name, status in statuses.items() if status not in NOTICED]
    return Found(path, Counter(statuses.values()), survivors)


def _survivor(name: str, path: str) -> Survivor:
    lines = get_diff_for_mutant(name, path=path).split("\n")[2:]
    function, owner = orig_function_and_class_names_from_key(name)
    module = path.removesuffix(".py").replace("/", ".")
    return Survivor(
        ".".join(part for part in (module, owner, function.rpartition(".")[2]) if part),
        _side(lines, "-"),
        _side(lines, "+"),
    )


def _side(lines: list[str], mark: str) -> str:
    return " ".join(line[1:].strip() for line in lines if line.startswith(mark))
