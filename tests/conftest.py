"""What every test may ask for, and how the suite is shared out."""

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.fixtures.postgres"]

# How long an example takes, or the making of one, says something about the machine only.
settings.register_profile("homeward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homeward")

TOGETHER = {"tests/scenarios/": "scenarios", "tests/durability/": "servers", "tests/deploy/": "servers"}
"""Folders whose tests go to one process, one after the other: they start or share whole stacks."""


class FileByFile(LoadScopeScheduling):
    """A process takes whole files, or a whole group of those that start servers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((group for folder, group in TOGETHER.items() if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FileByFile:
    """Share out file by file."""
    return FileByFile(config, log)
