"""The processor time that the benches tell: finer than the system's hundredths of a second."""

from __future__ import annotations

import os

import psutil

from deploy.bench.processor_clock import ProcessorClock
from deploy.embedded.processes import Running


def test_given_a_little_work_when_weighed_then_it_is_told_from_none() -> None:
    clock = ProcessorClock([Running("this", os.getpid(), psutil.Process().create_time())])
    readings = []
    for _ in range(20):
        readings.append(clock.seconds())
        sum(range(1_000))

    assert len(set(readings)) > 15, (
        "each piece of work is a hundred times shorter than a hundredth of a second"
    )
