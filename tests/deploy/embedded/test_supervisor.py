from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from deploy.embedded import processes
from deploy.embedded.failures import DataInUse, PartFailed
from deploy.embedded.part import Part
from deploy.embedded.processes import Records, Running
from deploy.embedded.stack import environment
from deploy.embedded.supervisor import Supervisor, back_off
from tests.deploy.embedded.telling import Told, until

STEADY = "import time; open({!r},'a').write('x'); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STEADY


def part(name: str, flag: Path, script: str = STEADY, **options: object) -> Part:
    async def ready() -> bool:
        return flag.exists()

    command = [sys.executable, "-c", script.format(str(flag))]
    return Part(name=name, title=name, command=command, ready=ready, start_seconds=60, **options)  # type: ignore[arg-type]


def starts(flag: Path) -> int:
    return len(flag.read_text()) if flag.exists() else 0


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    with Supervisor(tmp_path, Told()) as ours:
        yield ours
        await ours.stop()


def pid_of(data: Path, name: str) -> int:
    found = Records(data / "run").find(name)
    assert found is not None
    return found.pid


async def test_given_a_part_when_it_is_killed_then_it_is_started_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    await supervisor.start_together([part("steady", flag)])
    first = pid_of(tmp_path, "steady")
    os.kill(first, signal.SIGKILL)
    await until(lambda: starts(flag) == 2)
    records = Records(tmp_path / "run")
    await until(lambda: bool(records.find("steady")) and pid_of(tmp_path, "steady") != first)


async def test_given_a_finished_part_that_may_finish_when_it_ends_well_then_it_is_not_started_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    flag, told = tmp_path / "flag", supervisor._progress
    assert isinstance(told, Told)
    script = "open({!r},'a').write('x')"

    async def ready() -> bool:
        return True

    command = [sys.executable, "-c", script.format(str(flag))]
    once = Part(name="once", title="once", command=command, ready=ready, finishes=True)
    await supervisor.start_together([once])
    await until(lambda: "once has finished" in told.notes)
    assert starts(flag) == 1


async def test_given_a_part_that_ends_at_once_when_started_then_the_failure_names_its_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    broken = part("broken", tmp_path / "never", script="print('no such thing {}'); raise SystemExit(3)")
    with pytest.raises(PartFailed, match=r"broken ended at once \(3\)[\s\S]*broken\.log[\s\S]*no such thing"):
        await supervisor.start_together([broken])


async def test_given_a_part_that_ignores_sigterm_when_stopped_then_it_is_killed_after_its_time(
    tmp_path: Path,
) -> None:
    with Supervisor(tmp_path, Told()) as ours:
        await ours.start_together([part("stubborn", tmp_path / "flag", STUBBORN, stop_seconds=0.3)])
        pid = pid_of(tmp_path, "stubborn")
        await ours.stop()
    assert not psutil.pid_exists(pid)
    assert Records(tmp_path / "run").find("stubborn") is None


async def test_given_parts_when_stopped_then_the_last_started_goes_first(tmp_path: Path) -> None:
    told = Told()
    with Supervisor(tmp_path, told) as ours:
        await ours.start_together([part("first", tmp_path / "a")])
        await ours.start_together([part("second", tmp_path / "b")])
        await ours.stop()
    assert [note for note in told.notes if "stopped" in note] == ["second stopped", "first stopped"]


async def test_given_a_live_owner_when_another_supervisor_comes_then_it_is_refused_by_name(
    tmp_path: Path,
) -> None:
    with (
        Supervisor(tmp_path, Told()),
        pytest.raises(DataInUse, match=rf"already runs on {tmp_path} \(process {os.getpid()}\)"),
        Supervisor(tmp_path, Told()),
    ):
        pass


async def test_given_a_leftover_when_a_supervisor_comes_then_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STEADY.format(str(tmp_path / "flag"))]
    leftover = await processes.start(command, {}, tmp_path / "log", None, dies_with_us=False)
    await until((tmp_path / "flag").exists)
    Records(tmp_path / "run").remember("steady", leftover.pid)
    with Supervisor(tmp_path, Told()) as ours:
        await ours.stop_leftovers(["steady"])
    assert await asyncio.wait_for(leftover.wait(), 30) == -signal.SIGINT


async def test_given_a_supervisor_that_ignores_ctrl_c_when_it_starts_a_part_then_the_part_hears_it(
    tmp_path: Path,
) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        command = [sys.executable, "-c", STEADY.format(str(tmp_path / "flag"))]
        child = await processes.start(command, {}, tmp_path / "log", None, dies_with_us=True)
    finally:
        signal.signal(signal.SIGINT, before)
    await until((tmp_path / "flag").exists)
    child.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(child.wait(), 30) == -signal.SIGINT


async def test_given_a_stranger_with_the_pid_of_a_leftover_when_looked_for_then_it_is_left_alone() -> None:
    here = psutil.Process()
    assert Running("x", here.pid, here.create_time()).process() == here
    assert Running("x", here.pid, here.create_time() - 60).process() is None


async def test_given_a_child_that_dies_with_us_when_its_parent_is_killed_then_it_goes(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    parent_script = (
        "import asyncio,sys,pathlib\n"
        "from deploy.embedded import processes\n"
        "async def main():\n"
        f"    child = await processes.start([sys.executable,'-c',{STEADY.format(str(flag))!r}], {{}},"
        f" pathlib.Path({str(tmp_path / 'log')!r}), None, True)\n"
        "    print(child.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent_script, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    child = int(await asyncio.wait_for(parent.stdout.readline(), 20))
    await until(flag.exists)
    parent.kill()
    await parent.wait()
    await until(lambda: not psutil.pid_exists(child))


async def test_given_a_part_whose_check_fails_oddly_when_it_is_killed_then_it_is_tried_until_it_is_back(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    flag, told = tmp_path / "flag", supervisor._progress
    assert isinstance(told, Told)
    lives = 0

    async def count() -> None:
        nonlocal lives
        lives += 1

    async def ready() -> bool:
        if lives == 2:
            raise ValueError("odd")
        return flag.exists()

    command = [sys.executable, "-c", STEADY.format(str(flag))]
    odd = Part(name="odd", title="odd", command=command, before=count, ready=ready)
    await supervisor.start_together([odd])
    os.kill(pid_of(tmp_path, "odd"), signal.SIGKILL)
    await until(lambda: "odd is back" in told.notes)
    assert "odd has not restarted yet: odd" in told.notes


async def test_given_a_long_log_when_a_part_starts_then_it_makes_way_once(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_bytes(b"old" + bytes(processes._LONGEST_LOG))
    process = await processes.start([sys.executable, "-c", "print('new')"], {}, log, None, dies_with_us=False)
    await process.wait()
    assert log.read_text() == "new\n"
    assert log.with_suffix(".old.log").read_bytes().startswith(b"old")


def test_given_a_part_that_ends_again_and_again_then_only_one_that_never_came_up_is_waited_for_longer() -> (
    None
):
    assert [back_off(times, came_up=False) for times in range(8)] == [
        0.2,
        0.5,
        1.0,
        2.0,
        5.0,
        10.0,
        10.0,
        10.0,
    ]
    assert [back_off(times, came_up=True) for times in range(4)] == [0.2, 0.5, 0.5, 0.5]


def test_given_a_wish_to_compile_nothing_when_our_programs_are_started_then_they_keep_what_they_compile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They would compile all of themselves again after each crash, while somebody waits for them."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("HOMEWARD_LOG_LEVEL", "DEBUG")
    assert "PYTHONDONTWRITEBYTECODE" not in environment()
    assert environment()["HOMEWARD_LOG_LEVEL"] == "DEBUG"
