"""What every test may ask for, and how the suite is shared out."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.fixtures.postgres"]

# How long an example takes, or the making of one, says something about the machine only.
settings.register_profile("homeward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homeward")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where two processes share the suite, one takes the tests with servers, which would get in each other's
    way, and the rest go file by file.
    """
    for item in items:
        group = "servers" if item.get_closest_marker("slow") else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
