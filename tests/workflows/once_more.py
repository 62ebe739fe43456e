"""A test whose time-skipping server stood still is run once more with a server of its own, twice at most.

Only that one fault of the server is met so (`tests.workflows.story.StoodStill`); whatever else fails, fails.
"""

from __future__ import annotations

import warnings

import pytest
from _pytest.runner import runtestprotocol

from tests.workflows.story import StoodStill

TIMES = 3
_NAME = f"{StoodStill.__module__}.{StoodStill.__qualname__}"


def stood_still(report: pytest.TestReport) -> bool:
    """Whether it was the server that failed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return report.failed and crash is not None and crash.message.startswith(_NAME)


def run(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test, and again where its server stood still; say in a warning that it did."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for left in reversed(range(TIMES)):
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if not left or not any(stood_still(report) for report in reports):
            break
        warnings.warn(f"{item.nodeid}: the time-skipping server stood still", stacklevel=1)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
