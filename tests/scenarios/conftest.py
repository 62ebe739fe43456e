"""What every scenario may ask for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import pytest

from tests.scenarios.stack import WholeStack, whole_stack
from tests.scenarios.telling import Cast, Story

About = Callable[..., Story]


@pytest.fixture(scope="session")
def stack() -> Iterator[WholeStack]:
    """The one stack that all scenarios share; each story has people of its own."""
    with whole_stack() as running:
        yield running


@pytest.fixture(scope="session")
def cast(stack: WholeStack) -> Cast:
    """The people of this session's stories."""
    return Cast(stack.today())


@pytest.fixture
def somebody(stack: WholeStack, cast: Cast) -> About:
    """Begins a story about a new person."""

    def begin(began_days_ago: int = 0) -> Story:
        return Story(stack, cast.next(), began_days_ago)

    return begin


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the parts of the stack logged beside a scenario that failed."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(stack, WholeStack):
        report.sections.append(("logs of the stack", stack.logs()))
    return report
