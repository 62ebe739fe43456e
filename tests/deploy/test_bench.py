"""Benches give their figures beside a baseline; how fast a machine is no test can know."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.bench import growth
from deploy.bench.messages import simulated
from deploy.cli import bench as commands
from tests.fixtures.folders import quick_folder
from tests.fixtures.postgres import Database

pytestmark = pytest.mark.slow
BRIEFLY = ("--seconds", "0.2", "--rounds", "1")


def bench(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.cli.main", "bench", *words]
    with quick_folder("bench") as folder:
        environment = {"TMPDIR": str(folder), **settings}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=480
        )


def figures(*words: str) -> dict[str, list[dict[str, Any]]]:
    ended = bench(*words, *BRIEFLY, "--json")
    assert ended.returncode == 0, ended.stderr
    found: dict[str, list[dict[str, Any]]] = {}
    for line in json.loads(ended.stdout):
        found.setdefault(line["bench"], []).append(line)
    return found


def test_given_a_folder_when_hl7_is_measured_then_each_reader_and_listener_stands_beside_its_baseline(
    tmp_path: Path,
) -> None:
    for number, message in enumerate(simulated(3)):
        (tmp_path / f"{number}.hl7").write_bytes(message)
    (tmp_path / "broken.hl7").write_bytes(b"no message")

    found = figures("hl7", "--messages", str(tmp_path))

    assert list(found) == ["reading", "listening, 1 at once", "listening, 16 at once"]
    assert [len(lines) for lines in found.values()] == [4, 4, 4]
    for lines in found.values():
        assert {line["baseline"] for line in lines} == {lines[0]["name"]}
        assert lines[0]["ratio"] == 1
        assert all(line["rate"] > 0 and 0 < line["p50_ms"] <= line["p99_ms"] for line in lines)
    assert {line["name"].split(",")[0]: line["good"] for line in found["reading"]}["homeward"] == 0.75


def test_given_the_drain_when_measured_then_its_statements_and_what_a_reader_feels_are_told() -> None:
    found = figures("drain", "--rush", "40")
    baseline, *drains = found["draining"]
    quiet, busy, rush = found["a rush of messages"]

    assert baseline["statements"] is None
    assert {drain["baseline"] for drain in drains} == {baseline["name"]}
    assert all(drain["rate"] > 0 and 0 < drain["statements"] < 3 for drain in drains)
    assert {quiet["baseline"], busy["baseline"], rush["baseline"]} == {quiet["name"]}
    assert all(line["p95_ms"] > 0 and line["ratio"] > 0 for line in (quiet, busy))


def test_given_commands_when_measured_then_they_stand_beside_bare_updates_and_are_weighed() -> None:
    ended = bench("commands", *BRIEFLY, "--json")
    assert ended.returncode == 0, ended.stderr
    bare, command, started, referral, bare_weight, weight = json.loads(ended.stdout)
    assert (bare["baseline"], started["baseline"]) == (bare["name"], started["name"])
    assert (bare["p50_times"], started["ratio"]) == (1, 1)
    for line in (command, referral):
        assert line["p50_times"] > 0
        assert line["p99_times"] > 0
        assert line["ratio"] > 0
    assert bare_weight["bytes"] < weight["bytes"]
    assert bare_weight["events"] >= 8, "a task, an activity, an update, each with its events"


def test_given_a_database_that_holds_a_record_when_measured_then_it_is_left_alone(
    database: Database,
) -> None:
    ended = bench("drain", HOMEWARD_DATABASE_URL=database.owner_url)
    assert ended.returncode == 1
    assert ended.stderr.startswith("HOMEWARD_DATABASE_URL names a database with a record in it")


def test_given_a_folder_without_messages_when_measured_then_it_says_so(tmp_path: Path) -> None:
    assert bench("hl7", "--messages", str(tmp_path)).stderr.startswith("There is no message in")


def test_given_a_record_that_grows_when_measured_then_every_page_stands_beside_its_smaller_self(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each page is opened, three times at either size; more reads that nobody counts prove nothing here."""
    monkeypatch.setattr(growth, "UNCOUNTED", 0)
    with quick_folder("bench") as folder:
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        ended = CliRunner().invoke(
            commands.bench, ["growth", "--small", "30", "--large", "40", "--reads", "1", "--json"]
        )
    assert ended.exit_code == 0, ended.stderr
    grown = [line for line in json.loads(ended.stdout) if "growth" in line]
    beside = [line for line in json.loads(ended.stdout) if "queries_ms" in line]

    assert {"worklist", "bed days", "alerts", "homes", "messages", "a case"} <= {x["name"] for x in grown}
    assert {line["baseline"] for line in grown} == {"30 open cases"}
    figures = [f"{size}_{each}" for size in ("small", "large") for each in ("ms", "cpu_ms", "bytes")]
    assert all(line[each] > 0 for line in grown for each in (*figures, "growth"))
    assert [line["name"] for line in beside] == ["a case read", "the worklist"]
    assert all(line["read_ms"] > 0 and line["queries_ms"] > 0 for line in beside)


def test_given_open_cases_when_measured_then_the_worker_is_weighed_and_its_runs_are_counted() -> None:
    ended = bench("open-cases", "--open", "10", "--asked", "5", "--json")
    assert ended.returncode == 0, ended.stderr
    before, kept, asked = json.loads(ended.stdout)
    assert [line["runs"] for line in (before, kept, asked)] == [0, 10, 0]
    assert min(line["memory_mib"] for line in (before, kept, asked)) > 0


def test_given_a_life_when_measured_then_its_workflows_are_counted_and_the_stack_is_weighed() -> None:
    ended = bench("life", "--cases", "1", "--day", "0.2s", "--idle", "10", "--json")
    assert ended.returncode == 0, ended.stderr
    lines = json.loads(ended.stdout)
    case, strand, lane, together = (line for line in lines if "runs" in line)
    spent = {line["name"]: line for line in lines if "a_case" in line}

    assert [line["of"] for line in (case, strand, lane, together)] == ["case", "strand", "lane", "all"]
    for what in ("runs", "events", "bytes", "activities", "tasks"):
        assert together[what] == pytest.approx(case[what] + strand[what] + lane[what])
        assert what == "activities" or min(line[what] for line in (case, strand, lane)) > 0
    assert {"transactions", "postgres, ms", "temporal, ms", "worker, ms"} <= spent.keys()
    assert spent["transactions"]["a_case"] > 0
