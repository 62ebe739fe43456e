"""Breaks the walls of PostgreSQL on purpose, and tells which breakage no test notices.

python -m tests.guards.walls [WALL...]

A wall of `walls.toml` names tables and functions, and the tests that guard them. Each condition of a policy
or of a function is left out in turn, each statement of a function left out, each policy opened as a whole,
and each privilege that a role has not granted, in the template that the databases of the tests are copied
from. A breakage that survives has to be listed in `walls.toml`, with its reason.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.embedded.keys import Keys
from tests.fixtures.postgres import KEPT, LENT, TEMPLATE, Server, lent_server

HERE = Path(__file__).parent
PRISTINE = "homeward_pristine"
ROLES = ("homeward_api", "homeward_worker")
TOKEN = re.compile(
    r"\(|\)|;|\b(?:SELECT|AND|OR|WHERE|ON|IF|WHEN|THEN|ELSE|END|DO|GROUP|ORDER|RETURNING|UNION|JOIN|LEFT"
    r"|CROSS|LOOP)\b"
)
STEP = re.compile(r"^[ ]*((?:DELETE FROM|UPDATE|INSERT INTO|PERFORM|RAISE)\b[^;]*);", re.MULTILINE)
"""A statement of a function that does something for itself."""
JOINS = ("AND", "OR")
LEFT_OUT = {"AND": "true", "WHERE": "true", "OR": "false", "IF": "false"}
"""What stands for a condition that is left out, by the word before it, or that joins it to another."""


@dataclass(frozen=True)
class Breakage:
    """One way to break a wall: what it is in, what becomes of it, and the statement that does it."""

    place: str
    change: str
    statement: str

    @property
    def name(self) -> str:
        return f"{self.place}: {self.change}"


@dataclass(frozen=True)
class Wall:
    """Tables and functions, and the tests that are to notice when they are open."""

    name: str
    tests: tuple[str, ...]
    tables: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()


def rows() -> Mapping[str, Any]:
    """What `walls.toml` holds: the walls, and under `known` the breakages that are explained."""
    return tomllib.loads((HERE / "walls.toml").read_text())


def walls() -> Mapping[str, Wall]:
    """All walls by name."""
    return {
        name: Wall(name, **{key: tuple(each) for key, each in row.items()})
        for name, row in rows().items()
        if name != "known"
    }


def conditions(text: str) -> Iterator[tuple[int, int, str]]:
    """Each condition of a statement: where it begins and ends, and what stands for it when it is left out."""
    begins, joined = [0], [""]
    for token in TOKEN.finditer(text + ";"):
        word, here = token.group(), token.start()
        if word == "(":
            begins.append(token.end())
            joined.append("")
            continue
        by = word if word in LEFT_OUT and word in JOINS else joined[-1]
        if by and text[begins[-1] : here].strip():
            yield begins[-1], here, LEFT_OUT[by]
        if word == ")" and len(begins) > 1:
            begins.pop()
            joined.pop()
            continue
        begins[-1], joined[-1] = token.end(), word if word in LEFT_OUT else ""


def broken(text: str) -> Iterator[tuple[str, str]]:
    """A statement with one condition left out: which, and the statement without it."""
    for begin, end, instead in conditions(text):
        was = " ".join(text[begin:end].split())
        if was.lower() not in ("true", "false"):
            yield was, f"{text[:begin]} {instead} {text[end:]}"


def shortened(text: str) -> Iterator[tuple[str, str]]:
    """A function with one statement left out: which, and the function without it."""
    for found in STEP.finditer(text):
        yield " ".join(found[1].split()), f"{text[: found.start(1)]}NULL{text[found.end(1) :]}"


def of_tables(server: psycopg.Connection, tables: tuple[str, ...]) -> Iterator[Breakage]:
    """Policies of the roles with a condition less, or none, and privileges that a role has not."""
    found = server.execute(
        "SELECT tablename, policyname, qual, with_check FROM pg_policies"
        " WHERE tablename = ANY (%s) AND policyname <> 'owner_functions' ORDER BY 1, 2",
        [list(tables)],
    )
    for table, policy, reads, writes in found.fetchall():
        for how, condition in (("USING", reads), ("WITH CHECK", writes)):
            if condition is None or condition == "true":
                continue
            place, alter = f"{table}.{policy}", f"ALTER POLICY {policy} ON {table} {how}"
            yield Breakage(place, f"{how} true", f"{alter} (true)")
            for was, becomes in broken(condition):
                yield Breakage(place, f"{how} without {was}", f"{alter} ({becomes})")
    for table in tables:
        for role in ROLES:
            for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                held = server.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, privilege])
                if held.fetchall() == [(False,)]:
                    grant = f"GRANT {privilege} ON {table} TO {role}"
                    yield Breakage(table, grant, grant)


def of_functions(server: psycopg.Connection, functions: tuple[str, ...]) -> Iterator[Breakage]:
    """Functions with a condition less, or open to a role that may not call them."""
    for name in functions:
        (definition, signature) = server.execute(
            "SELECT pg_get_functiondef(oid), oid::regprocedure::text FROM pg_proc WHERE proname = %s", [name]
        ).fetchall()[0]
        head, quote, body = definition.partition("$function$")
        before: Counter[str] = Counter()
        for was, becomes in (*broken(body), *shortened(body)):
            before[was] += 1
            which = f" ({before[was]})" if before[was] > 1 else ""
            yield Breakage(name, f"without {was}{which}", head + quote + becomes)
        for role in ROLES:
            held = server.execute("SELECT has_function_privilege(%s, %s, 'EXECUTE')", [role, signature])
            if held.fetchall() == [(False,)]:
                grant = f"GRANT EXECUTE ON FUNCTION {signature} TO {role}"
                yield Breakage(name, grant, grant)


@dataclass
class Siege:
    """One session of tests: first the walls as they are, then each breakage, in a child that stops at the
    first test that notices it; whichever noticed one there before is asked first.
    """

    server: Server
    wall: Wall
    failed: bool = False
    fault: str = ""
    tried: int = 0
    unnoticed: list[Breakage] = field(default_factory=list)
    first: dict[str, list[int]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._restore()
        failing = self._noticed(session.items, list(range(len(session.items))))
        if failing is not None:
            self.fault = f"fails as it is: {session.items[failing].nodeid}"
            return True
        with self.server.superuser(PRISTINE) as found:
            breakages = [*of_tables(found, self.wall.tables), *of_functions(found, self.wall.functions)]
        for each in breakages:
            if self._break(each):
                self.tried += 1
                self._try(session.items, each)
        return True

    def _restore(self) -> None:
        """A template with all walls shut: the wall before left its last one open."""
        self.server.drop(TEMPLATE)
        self.server.create(TEMPLATE, PRISTINE)

    def _break(self, breakage: Breakage) -> bool:
        """A template with one wall open; False where PostgreSQL itself refuses it."""
        self._restore()
        with self.server.superuser(TEMPLATE) as opened, contextlib.suppress(psycopg.errors.DatabaseError):
            opened.execute(breakage.statement.encode())
            return True
        return False

    def _try(self, items: list[pytest.Item], breakage: Breakage) -> None:
        first = self.first.setdefault(breakage.place, [])
        found = self._noticed(items, [*first, *(each for each in range(len(items)) if each not in first)])
        if found is None:
            self.unnoticed.append(breakage)
        else:
            self.first[breakage.place] = [found, *(each for each in first if each != found)]
        print(f"\n{breakage.name}" if found is None else ".", end="", flush=True)

    def _noticed(self, items: list[pytest.Item], order: list[int]) -> int | None:
        """The number of the test that fails, in a child."""
        read, write = os.pipe()
        process = os.fork()
        if process == 0:
            self._be_child([(number, items[number]) for number in order], write)
        os.close(write)
        os.waitpid(process, 0)
        said = os.read(read, 16).decode()
        os.close(read)
        return int(said) if said else None

    def _be_child(self, tests: list[tuple[int, pytest.Item]], write: int) -> None:
        held = dict(KEPT)
        KEPT.clear()  # the connection is the parent's: neither used nor, as long as it is held, closed
        following = [*(item for _, item in tests[1:]), None]
        for (number, item), after in zip(tests, following, strict=True):
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            except BaseException:
                self.failed = True
            if self.failed:
                os.write(write, str(number).encode())
                os._exit(1)
        os._exit(len(held) and 0)


def besiege(server: Server, wall: Wall) -> Siege:
    """Break a wall in every way."""
    siege = Siege(server, wall)
    print(f"{wall.name}: ", end="", flush=True)
    options = [
        "-o",
        "addopts=--import-mode=importlib",
        "-p",
        "no:terminal",
        "-p",
        "no:cacheprovider",
        "--timeout=60",
    ]
    pytest.main([*options, *wall.tests], plugins=[siege])
    if siege.fault or not siege.tried:
        raise SystemExit(siege.fault or "nothing was tried")
    print(f"\n{wall.name}: {siege.tried} breakages, {len(siege.unnoticed)} not noticed", flush=True)
    return siege


def main() -> int:
    """Break the walls, and return 0 if each breakage that no test notices is explained."""
    chosen = [wall for name, wall in walls().items() if not sys.argv[1:] or name in sys.argv[1:]]
    known = {row["breakage"] for row in rows().get("known", [])}
    strangers: list[str] = []
    with lent_server() as lent:
        os.environ |= lent
        port, _, keys = lent[LENT].partition(":")
        server = Server(int(port), Keys(Path(keys)))
        server.create(PRISTINE, TEMPLATE)
        for siege in [besiege(server, wall) for wall in chosen]:
            strangers += [each.name for each in siege.unnoticed if each.name not in known]
    print("\n".join(["", f"{len(strangers)} breakages go unnoticed and are not explained.", *strangers]))
    return int(bool(strangers))


if __name__ == "__main__":
    sys.exit(main())
