"""What every scenario may ask for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.scenarios.stack import WholeStack, whole_stack
from tests.scenarios.telling import Cast, Story

About = Callable[..., Story]
HERE = Path(__file__).parent


class Shared:
    """The one stack that all scenarios share; each story has people of its own. It ends with the last:
    its days of two seconds would go on, and take a share of the machine from all tests that come after.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._now: tuple[WholeStack, Cast] | None = None

    def now(self) -> tuple[WholeStack, Cast]:
        """The stack, started for the first that asks, and its people."""
        if self._now is None:
            stack = self._open.enter_context(whole_stack())
            self._now = stack, Cast(stack.today())
        return self._now

    def end(self) -> None:
        self._now = None
        self._open.close()


SHARED = Shared()


@pytest.fixture(scope="session")
def shared() -> Iterator[Shared]:
    yield SHARED
    SHARED.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None, None, None]:
    try:
        return (yield)
    finally:
        if nextitem is None or HERE not in nextitem.path.parents:
            SHARED.end()


@pytest.fixture
def stack(shared: Shared) -> WholeStack:
    return shared.now()[0]


@pytest.fixture
def cast(shared: Shared) -> Cast:
    return shared.now()[1]


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
