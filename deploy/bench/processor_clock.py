"""Processor time of programs that run, finer than the hundredths of a second in which the system tells it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable

import psutil

from deploy.embedded.processes import Running

_OF_A_PROCESS = 2
"""What Linux numbers the clock of a whole process by: `clock_getcpuclockid(3)`, `CPUCLOCK_SCHED`."""


class ProcessorClock:
    """What some programs, and all that each of them started, have spent. Who belongs to them is asked once,
    for that takes longer than many a read; what ends later is counted with who started it.
    """

    def __init__(self, programs: Iterable[Running]) -> None:
        self._parents = [found for each in programs if (found := each.process()) is not None]
        self._all = [
            *self._parents,
            *(child for each in self._parents for child in each.children(recursive=True)),
        ]

    def seconds(self) -> float:
        """Processor time so far, in seconds."""
        return sum(map(_own, self._all)) + sum(map(_of_ended, self._parents))


def _own(process: psutil.Process) -> float:
    with contextlib.suppress(OSError, psutil.Error):
        if psutil.LINUX:
            return time.clock_gettime((~process.pid << 3) | _OF_A_PROCESS)
        return sum(process.cpu_times()[:2])
    return 0.0


def _of_ended(process: psutil.Process) -> float:
    """What those of its children spent that have ended, in hundredths of a second."""
    with contextlib.suppress(psutil.Error):
        return sum(process.cpu_times()[2:4])
    return 0.0
