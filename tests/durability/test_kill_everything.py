"""A hospital is played while everything beneath it is killed; then a checker of its own looks for losses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fixtures.expected_stays import plan_of, stays_in_the_plan, stays_in_the_record
from tests.fixtures.folders import quick_folder
from tests.fixtures.stack import HOMEWARD, Stack, wait_for

CHECK = Path(__file__).parent / "check.py"
DAY = "2s"
PARTNER_FAILURES = {
    "HVC": ("lose-answer", "server-error", "lose-answer"),
    "HVE": ("lose-answer", "server-error", "lose-answer"),
    "RXH-PAS": ("lose-answer",),
}


@pytest.fixture
def stack() -> Iterator[Stack]:
    with quick_folder("durability") as data:
        stack = Stack(data, DAY)
        stack.start()
        yield stack
        stack.stop()


class Simulation:
    """`homeward simulate` in a process of its own, seen through its ledger."""

    def __init__(self, stack: Stack) -> None:
        self.ledger = stack.data / "ledger.jsonl"
        play = ["--wards", "2", "--patients", "22", "--days", "45", "--seed", "11", "--past", "2"]
        command = [*HOMEWARD, "simulate", *stack.options, *play, "--ledger", str(self.ledger)]
        with (stack.data / "simulate.log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def lines(self, what: str) -> list[dict[str, object]]:
        text = self.ledger.read_text() if self.ledger.exists() else ""
        lines = (json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines())
        return [line for line in lines if line["what"] == what]

    def has_done(self, steps: int) -> bool:
        assert self.process.poll() is None, "the simulation ended early"
        return len(self.lines("done")) >= steps


def checked(stack: Stack, simulation: Simulation) -> subprocess.CompletedProcess[str]:
    log = stack.data / "partner" / "received.jsonl"
    files = ["--ledger", str(simulation.ledger), "--partner-log", str(log)]
    command = [sys.executable, str(CHECK), "--database", stack.database_url, *files, "--old", "20"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def let_partners_fail(stack: Stack) -> None:
    """Each partner loses some answers, and those that many cases tell are out of order for a while.

    The trust's own system hears of one case after the other on one line: a few failures in a row there would
    pause it, rightly, for longer than this test cares to wait.
    """
    for org, modes in PARTNER_FAILURES.items():
        for mode in modes:
            order = {"mode": mode, "count": 2}
            httpx.post(f"{stack.partner_url}/control/{org}/failures", json=order, trust_env=False)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_given_a_hospital_at_work_when_everything_is_killed_then_nothing_is_lost(stack: Stack) -> None:
    let_partners_fail(stack)
    simulation = Simulation(stack)
    for steps, part in ((40, "worker"), (90, "temporal"), (150, "postgres"), (200, "api"), (230, "mllp")):
        wait_for(f"{steps} steps are done", lambda steps=steps: simulation.has_done(steps), 240)  # type: ignore[misc]
        stack.kill(part)
    wait_for("270 steps are done", lambda: simulation.has_done(270), 240)
    stack.kill_everything()
    stack.start()
    let_partners_fail(stack)
    simulation.process.wait(600)
    assert simulation.process.returncode == 0

    findings = checked(stack, simulation)

    def quiet() -> bool:
        nonlocal findings
        findings = checked(stack, simulation)
        return findings.returncode == 0

    try:
        wait_for("everything is quiet", quiet, 180)
    except AssertionError:
        pytest.fail(findings.stdout + findings.stderr)
    print(findings.stdout)
    begun = simulation.lines("begin")[0]
    assert stays_in_the_record(stack.database_url) == stays_in_the_plan(plan_of(begun))
    assert simulation.lines("lost"), "nothing was ever away: the kills were not felt"
