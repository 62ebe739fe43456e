from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures import ports
from tests.fixtures.folders import quick_folder


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that PostgreSQL's own user can reach, which pytest's is not."""
    with quick_folder("test") as folder:
        yield folder


@pytest.fixture
def free_ports() -> list[int]:
    return [ports.free_port(), ports.free_port()]


@pytest.fixture
def free_port() -> int:
    return ports.free_port()
