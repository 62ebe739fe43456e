"""`homeward up` as a person meets it: the command, its output, signals, kill -9."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from deploy.embedded.ports import Ports
from deploy.embedded.processes import Records
from deploy.embedded.stack import ORDER
from tests.fixtures.ports import free_offset, is_free

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

COMMAND = [sys.executable, "-m", "deploy.cli.main", "up"]


def until(condition: Callable[[], bool], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def offset() -> int:
    return free_offset()


class Up:
    """A running `homeward up` and what it printed."""

    def __init__(self, data: Path, offset: int) -> None:
        self.output = data.with_suffix(".out")
        with self.output.open("w") as file:
            command = [*COMMAND, "--data", str(data), "--port-offset", str(offset)]
            self.process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)

    def printed(self) -> str:
        return self.output.read_text()

    def wait_until_up(self) -> None:
        until(lambda: "Homeward is up" in self.printed() or self.process.poll() is not None)
        assert self.process.poll() is None, self.printed()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@contextmanager
def up(data: Path, offset: int) -> Iterator[Up]:
    running = Up(data, offset)
    try:
        running.wait_until_up()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        running.output.unlink()


def refused(*arguments: str) -> str:
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return " ".join(ended.stderr.split())


def alive(data: Path) -> dict[str, int]:
    return {running.name: running.pid for running in Records(data / "run").alive(ORDER)}


def has_changed(data: Path, name: str, first: int) -> bool:
    return alive(data).get(name, first) != first


def ends_well(stack: Up, data: Path, offset: int, how: signal.Signals) -> None:
    """Asked to stop it stops, and leaves no process and no open port."""
    pids = alive(data).values()
    assert stack.stop(how) == 0, stack.printed()
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert all(is_free(port) for _, port in Ports().shifted(offset).items())


def test_given_a_live_owner_when_another_comes_then_it_is_refused_in_a_sentence_and_the_owner_ends_well(
    data: Path, offset: int
) -> None:
    with up(data, offset) as owner:
        words = refused("--data", str(data), "--port-offset", str(offset + 1))
        assert f"already runs on {data} (process {owner.process.pid})" in words
        assert "--data" in words
        ends_well(owner, data, offset, signal.SIGINT)


def test_given_a_supervisor_killed_when_started_again_then_leftovers_are_stopped_all_is_back_and_ends_well(
    data: Path, offset: int
) -> None:
    with up(data, offset) as lost:
        lost.process.kill()
        lost.process.wait()
    left = alive(data)
    assert "postgres" in left
    with up(data, offset) as stack:
        assert f"leftover of the last run: postgres (process {left['postgres']})" in stack.printed()
        assert set(alive(data)) >= {"postgres", "temporal", "openid"}
        ends_well(stack, data, offset, signal.SIGTERM)


def test_given_any_part_killed_when_the_supervisor_sees_it_then_it_is_started_again(
    data: Path, offset: int
) -> None:
    with up(data, offset) as stack:
        for name, first in alive(data).items():
            os.kill(first, signal.SIGKILL)
            until(functools.partial(has_changed, data, name, first))
        until(lambda: stack.printed().count(" is back") == len(alive(data)))


def test_given_a_port_in_use_when_started_then_it_is_refused_in_a_sentence(data: Path, offset: int) -> None:
    port = Ports().shifted(offset).mllp
    with socket.create_server(("127.0.0.1", port)):
        words = refused("--data", str(data), "--port-offset", str(offset))
    assert f"Port {port} (mllp)" in words
    assert "--mllp-port" in words
    assert alive(data) == {}
