"""What every test may ask for, and how the suite is shared out."""

import asyncio
import gc

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests.fixtures.event_loop import LoopPolicy

pytest_plugins = ["tests.fixtures.postgres"]

# How long an example takes, or the making of one, says something about the machine only.
settings.register_profile("homeward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homeward")

# The loop of our programs, which also takes a seventh less of the processor than the other.
asyncio.set_event_loop_policy(LoopPolicy())

YOUNG = 10_000
"""After so many new objects the garbage collector looks at them; at 700 it took a tenth of all time."""

TOGETHER = {"tests/scenarios/": "scenarios", "tests/durability/": "servers", "tests/deploy/": "servers"}
"""Folders whose tests go to one process, one after the other: they start or share whole stacks."""


FIRST = (
    "tests/scenarios/",
    "tests/durability/",
    "tests/deploy/",
    "tests/workflows/",
    "tests/api/",
    "tests/fhir_",
)
"""Folders in the order in which processes take them: long ones begin first, so that short files are left to
even out the end.
"""


class FileByFile(LoadScopeScheduling):
    """A process takes whole files, or a whole group of those that start servers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((group for folder, group in TOGETHER.items() if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FileByFile:
    """Share out file by file."""
    return FileByFile(config, log)


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: nobody need look for garbage among them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long folders first, where several processes share the tests."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    return next((at for at, folder in enumerate(FIRST) if nodeid.startswith(folder)), len(FIRST))
