"""Tries every breakage of a group in one pytest session: the tests are collected once, and each breakage is a
child process that runs only those that reach its function, the last that noticed one there first, then the
quickest.

python loop.py CHILDREN FILES... -- TESTS...

It runs in the folder that `tests.guards.run` prepared; mutmut makes the breakages and reads what is kept.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from mutmut.__main__ import create_mutants_for_file
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir
from mutmut.utils.format_utils import mangled_name_from_mutant_name

CPU_SECONDS = 30
"""After which a breakage that never ends has been noticed."""
NOTICED, SURVIVED, NO_TESTS, NEVER_ENDS = 1, 0, 33, -24
"""As mutmut keeps them."""


def made(files: list[Path]) -> list[SourceFileMutationData]:
    """Break the files in every way, in the copy under `mutants`."""
    set_mutant_under_test("mutant_generation")
    with contextlib.redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
    found = []
    for path in files:
        copy = Path("mutants") / path
        os.utime(copy, (0, 0))
        create_mutants_for_file(path, copy)
        data = SourceFileMutationData(path=path)
        data.load()
        found.append(data)
    return found


@dataclass(frozen=True)
class Child:
    """One breakage of a file, and the tests that reach it; without a file, nothing is broken."""

    data: SourceFileMutationData | None
    name: str
    tests: list[pytest.Item]


@dataclass
class Loop:
    """The session: first all tests as they are, then each breakage."""

    children: int
    files: list[SourceFileMutationData]
    order: dict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))
    running: dict[int, tuple[Child, int]] = field(default_factory=dict)
    failed: bool = False
    clean: bool = False

    def pytest_sessionstart(self) -> None:
        """A failing example is as good as the smallest one, and each run tries the same ones."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("guards", settings(), phases=phases, derandomize=True)
        settings.load_profile("guards")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._look_who_reaches_what(session)
        gc.freeze()  # what is there already is left alone by the children, and so is shared by them
        if self.failed or not self._unbroken_is_well(session.items):
            return True
        self.clean = True
        for data in self.files:
            for name in data.exit_code_by_key:
                self._try(data, name)
        while self.running:
            self._take()
        return True

    def _unbroken_is_well(self, tests: list[pytest.Item]) -> bool:
        """Whether as many children as run at once find nothing where nothing is broken: none is in the way of
        another, and what they find later is the breakage.
        """
        for _ in range(self.children):
            self._begin(Child(None, "", tests))
        return {self._take() for _ in range(self.children)} == {SURVIVED}

    def _look_who_reaches_what(self, session: pytest.Session) -> None:
        took: dict[pytest.Item, float] = {}
        set_mutant_under_test("stats")
        for item in session.items:
            state()._stats.clear()
            began = time.perf_counter()
            _run(item)
            took[item] = time.perf_counter() - began
            for function in state()._stats:
                self.order[function].append(item)
        set_mutant_under_test("")
        for tests in self.order.values():
            tests.sort(key=took.__getitem__)

    def _try(self, data: SourceFileMutationData, name: str) -> None:
        tests = list(self.order.get(mangled_name_from_mutant_name(name), ()))
        if not tests:
            data.exit_code_by_key[name] = NO_TESTS
            return
        if len(self.running) >= self.children:
            self._take()
        self._begin(Child(data, name, tests))

    def _begin(self, child: Child) -> None:
        read, write = os.pipe()
        process = os.fork()
        if process == 0:
            self._be_broken(child.name, child.tests, write)
        os.close(write)
        self.running[process] = child, read

    def _be_broken(self, name: str, tests: list[pytest.Item], write: int) -> None:
        """What a child does; it says which test noticed, and never returns."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        set_mutant_under_test(name)
        self.failed = False
        for number, item in enumerate(tests):
            try:
                _run(item)
            except BaseException:
                self.failed = True
            if self.failed:
                os.write(write, str(number).encode())
                os._exit(NOTICED)
        os._exit(SURVIVED)

    def _take(self) -> int:
        """Note how one child ended; the test that noticed is asked first the next time."""
        process, status = os.wait()
        child, read = self.running.pop(process)
        said = os.read(read, 16)
        os.close(read)
        ended = os.waitstatus_to_exitcode(status)
        ended = ended if ended >= 0 else NEVER_ENDS
        if child.data:
            child.data.exit_code_by_key[child.name] = ended
            if said:
                known = self.order[mangled_name_from_mutant_name(child.name)]
                known.remove(child.tests[int(said)])
                known.insert(0, child.tests[int(said)])
        return ended


def _run(item: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def main() -> int:
    """Return 0 once every breakage was tried; 1 when a test fails without any."""
    children, *rest = sys.argv[1:]
    at = rest.index("--")
    here = Path.cwd()
    loop = Loop(int(children), made([each for glob in rest[:at] for each in sorted(Path().glob(glob))]))
    sys.path[:] = [str(here / "mutants"), *(each for each in sys.path if Path(each or ".").resolve() != here)]
    os.environ["PY_IGNORE_IMPORTMISMATCH"] = "1"
    os.chdir("mutants")
    options = ["--rootdir=.", "-q", "--tb=native", "--assert=plain", "-p", "no:cacheprovider"]
    pytest.main([*options, *rest[at + 1 :]], plugins=[loop])
    os.chdir(here)
    for data in loop.files:
        data.save()
    return int(not loop.clean)


if __name__ == "__main__":
    sys.exit(main())
