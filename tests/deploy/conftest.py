from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.folders import quick_folder


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that PostgreSQL's own user can reach, which pytest's is not."""
    with quick_folder("test") as folder:
        yield folder


@pytest.fixture
def free_ports() -> list[int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return [one.getsockname()[1], other.getsockname()[1]]


@pytest.fixture
def free_port(free_ports: list[int]) -> int:
    return free_ports[0]
