"""Starts the parts in order, watches them, starts again what dies, and stops them in reverse.

A lock on the data directory keeps a second supervisor out. It goes with the process that holds it, so after
`kill -9` the next supervisor gets in, finds what the last one left running by its records, and stops that
first.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Protocol

import psutil

from deploy.embedded import processes
from deploy.embedded.failures import DataInUse, PartFailed
from deploy.embedded.part import Part
from deploy.embedded.processes import Records
from fhir_adapters.background import Background

BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
MOST_ONCE_UP_SECONDS = 0.5
"""For a part that had come up: whoever uses it waits for it."""
ASK_SECONDS = 0.1
_CALM_SECONDS = 30.0
_OURSELVES = "supervisor"


class Progress(Protocol):
    """Who wants to be told what happens."""

    def starting(self, title: str) -> None:
        """Work on a part has begun."""

    def ready(self, title: str, seconds: float) -> None:
        """A part answers."""

    def note(self, words: str) -> None:
        """Something worth a line."""


class Supervisor:
    """One for a data directory. `run` is the whole life of it; used as a context it holds the lock."""

    def __init__(self, data: Path, progress: Progress) -> None:
        self._logs = data / "logs"
        self._folder = data / "run"
        self._records = Records(self._folder)
        self._progress = progress
        self._parts: list[Part] = []
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._watchers = Background()
        self._lock: IO[str] | None = None

    def __enter__(self) -> Supervisor:
        """Take the data directory. Raises DataInUse."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self._folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise DataInUse(self._words_about_owner()) from None
        self._records.remember(_OURSELVES, os.getpid())
        return self

    def __exit__(self, *_: object) -> None:
        """Give the data directory back."""
        self._records.forget(_OURSELVES)
        if self._lock:
            self._lock.close()

    def _words_about_owner(self) -> str:
        owner = self._records.find(_OURSELVES)
        who = f" (process {owner.pid})" if owner else ""
        return (
            f"Homeward already runs on {self._folder.parent}{who}. "
            "Stop it with Ctrl-C there, or choose another directory with --data."
        )

    async def stop_leftovers(self, parts: Sequence[str]) -> None:
        """Stop what an earlier supervisor left behind, last started first."""
        for running in reversed(self._records.alive(parts)):
            process = running.process()
            if process is not None:
                self._progress.note(
                    f"Stopping a leftover of the last run: {running.name} (process {running.pid})"
                )
                await processes.stop(process, signal.SIGINT, 20)
        for name in parts:
            self._records.forget(name)

    async def start_together(self, parts: Sequence[Part]) -> None:
        """Start parts that do not need each other, and go on when all answer. Raises PartFailed."""
        with _first_failure():
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(self._start_and_watch(part))

    async def stop(self) -> None:
        """Stop all parts, last started first; each has its time to end well."""
        await self._watchers.stop()
        for part in reversed(self._parts):
            await self._stop_part(part)

    async def _start_and_watch(self, part: Part) -> None:
        self._progress.starting(part.title)
        begun = _now()
        self._parts.append(part)
        await self._start(part)
        await part.after()
        self._progress.ready(part.title, _now() - begun)
        self._watchers.start(part.title, partial(self._watch, part))

    async def _start(self, part: Part) -> None:
        await part.before()
        process = await processes.start(
            part.command, part.environment, self._log(part), part.user, part.dies_with_us
        )
        self._running[part.name] = process
        with contextlib.suppress(psutil.NoSuchProcess):
            self._records.remember(part.name, process.pid)
        await self._wait_until_ready(part, process)

    async def _wait_until_ready(self, part: Part, process: asyncio.subprocess.Process) -> None:
        deadline = _now() + part.start_seconds
        while not await part.ready():
            if process.returncode is not None:
                raise PartFailed(self._words_about(part, f"ended at once ({process.returncode})"))
            if _now() > deadline:
                raise PartFailed(self._words_about(part, f"did not answer in {part.start_seconds:.0f} s"))
            await asyncio.sleep(ASK_SECONDS)

    async def _watch(self, part: Part) -> None:
        failures, up = 0, True
        while True:
            begun = _now()
            code = await self._running[part.name].wait()
            self._records.forget(part.name)
            if part.finishes and code == 0:
                self._progress.note(f"{part.title} has finished")
                return
            failures = 0 if _now() - begun > _CALM_SECONDS else failures + 1
            pause = back_off(failures, came_up=up)
            self._progress.note(f"{part.title} ended ({code}); starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            up = await self._restart(part)

    async def _restart(self, part: Part) -> bool:
        """Whether it came up; a part that does not, whatever the reason, is left for the next round."""
        try:
            await self._start(part)
        except Exception as failure:
            self._progress.note(f"{part.title} has not restarted yet: {failure or type(failure).__name__}")
            await self._stop_process(part)
            return False
        self._progress.note(f"{part.title} is back")
        return True

    async def _stop_part(self, part: Part) -> None:
        if await self._stop_process(part):
            self._progress.note(f"{part.title} stopped")
        self._records.forget(part.name)

    async def _stop_process(self, part: Part) -> bool:
        process = self._running.get(part.name)
        if process is None or process.returncode is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(part.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), part.stop_seconds)
        except TimeoutError:
            process.kill()
            await process.wait()
        return True

    def _log(self, part: Part) -> Path:
        return self._logs / f"{part.name}.log"

    def _words_about(self, part: Part, what: str) -> str:
        log = self._log(part)
        last = (
            log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
            if log.exists()
            else []
        )
        return "\n".join([f"{part.title} {what}. Its log is {log}.", *last])


def back_off(failures: int, *, came_up: bool) -> float:
    """Seconds until a part is started again that has ended so many times in a row soon after its start."""
    pause = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
    return min(pause, MOST_ONCE_UP_SECONDS) if came_up else pause


@contextlib.contextmanager
def _first_failure() -> Iterator[None]:
    """Of several parts that failed together, one is enough to tell about."""
    try:
        yield
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


def _now() -> float:
    return asyncio.get_running_loop().time()
