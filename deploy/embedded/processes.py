"""Processes of ours: started so that they can be recognised later, and stopped by their own pid only.

A record (pid and start time) is kept for each running part. After `kill -9` of the supervisor its parts may
live on; the record tells them from strangers that got the same pid.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, TypedDict

import psutil

from deploy.embedded.failures import PartFailed

_PR_SET_PDEATHSIG = 1
_SAME_START_SECONDS = 2.0
_LONGEST_LOG = 20 * 1024 * 1024


@dataclass(frozen=True)
class SystemUser:
    """Whom a part runs as; None stands for ourselves everywhere it is asked for."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Running:
    """A process, told from any other: the same pid is given out again, but not with the same start time."""

    name: str
    pid: int
    started: float

    def process(self) -> psutil.Process | None:
        """The process if it still lives, else None."""
        with contextlib.suppress(psutil.Error):
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < _SAME_START_SECONDS
            if same and found.status() != psutil.STATUS_ZOMBIE:
                return found
        return None


class Records:
    """What runs now: one JSON file a part below `run/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def remember(self, name: str, pid: int) -> None:
        """Write down a process that was just started."""
        self._folder.mkdir(parents=True, exist_ok=True)
        started = psutil.Process(pid).create_time()
        unfinished = self._folder / f".{name}"
        unfinished.write_text(json.dumps(asdict(Running(name, pid, started))), encoding="utf-8")
        unfinished.rename(self._folder / f"{name}.json")

    def forget(self, name: str) -> None:
        """It was stopped."""
        (self._folder / f"{name}.json").unlink(missing_ok=True)

    def find(self, name: str) -> Running | None:
        """What was written down under that name; it may be dead by now."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            return Running(**json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8")))
        return None

    def alive(self, names: Iterable[str]) -> list[Running]:
        """Those of `names` that were written down and still live."""
        found = (self.find(name) for name in names)
        return [running for running in found if running and running.process()]


async def start(
    command: list[str], environment: Mapping[str, str], log: Path, user: SystemUser | None, dies_with_us: bool
) -> asyncio.subprocess.Process:
    """Start a process of its own session, so that Ctrl-C reaches us alone and we stop the parts in order."""
    with _opened(log) as output:
        return await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            preexec_fn=_readied(dies_with_us),
            **_identity(user),
        )


def _opened(log: Path) -> BinaryIO:
    """The log to append to; one that has grown long makes way once."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        log.rename(log.with_suffix(".old.log"))
    return log.open("ab")


def run(command: list[str], environment: Mapping[str, str], user: SystemUser | None) -> None:
    """Run to the end; PartFailed with the last words of the program when it fails."""
    ended = subprocess.run(
        command,
        env=dict(environment),
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        **_identity(user),
    )
    if ended.returncode != 0:
        last_words = "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-5:])
        raise PartFailed(last_words or f"{Path(command[0]).name} failed ({ended.returncode})")


async def stop(process: psutil.Process, polite: signal.Signals, patience: float) -> None:
    """Ask, wait, and only then insist."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(polite)
        if not await _gone(process, patience):
            process.kill()
            await _gone(process, patience)


async def _gone(process: psutil.Process, patience: float) -> bool:
    deadline = asyncio.get_running_loop().time() + patience
    while asyncio.get_running_loop().time() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        await asyncio.sleep(0.05)
    return False


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[str | int]


def _identity(user: SystemUser | None) -> _Identity:
    return {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}


def _readied(dies_with_us: bool) -> Callable[[], None]:
    """What a child does before its program begins: hear Ctrl-C again (a shell lets what it starts in the
    background ignore it), and, if asked to, die with us.
    """
    die_with_parent = _die_with_parent() if dies_with_us else None

    def ready() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if die_with_parent:
            die_with_parent()

    return ready


def _die_with_parent() -> Callable[[], None] | None:
    """Linux tells a child when its parent dies. Elsewhere leftovers are found by their records alone."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask
