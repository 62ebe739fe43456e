"""What every test may ask for, and how the suite is shared out."""

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["tests.fixtures.postgres"]

# How long an example takes, or the making of one, says something about the machine only.
settings.register_profile("homeward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homeward")

WHOLE_STACKS = ("tests/scenarios/", "tests/durability/", "tests/deploy/")


class FileByFile(LoadScopeScheduling):
    """A process takes whole files. What starts whole stacks goes to one: two would be in each other's way."""

    def _split_scope(self, nodeid: str) -> str:
        return "whole stacks" if nodeid.startswith(WHOLE_STACKS) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FileByFile:
    """Share out file by file."""
    return FileByFile(config, log)
