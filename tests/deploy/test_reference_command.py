"""`homeward reference`: what is in force, and what is wrong with a site's file."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from deploy.cli.main import app
from discharge.reference.policy import put_in_force

CHANGE = """
changes: adaptations
edition: stairlifts-2026
effective_from: 2026-06-01
decided_by: J. Doe, adaptations lead
decided_on: 2026-05-20
reason: New contract for stairlifts
rows:
  straight-stairlift: {lead: {high: 10 days}}
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["reference", *words], env={"HOMEWARD_REFERENCE_DATA": ""})


def test_given_a_sites_change_when_shown_then_it_counts_from_its_day(tmp_path: Path) -> None:
    (tmp_path / "stairlifts.yaml").write_text(CHANGE)
    leads = []
    for day in ("2026-05-31", "2026-06-01"):
        shown = run("show", "adaptations", "--site", str(tmp_path), "--on", day, "--json")
        leads.append(json.loads(shown.stdout)["straight-stairlift"]["lead"]["high"])
    put_in_force(())
    assert leads == ["28 days", "10 days"]
    assert "J. Doe" in run("check", str(tmp_path / "stairlifts.yaml")).stdout


def test_given_a_file_with_a_fault_when_checked_then_file_key_and_nearest_key_are_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "stairlifts.yaml"
    path.write_text(CHANGE.replace("high:", "hihg:"))
    told = run("check", str(path))
    assert told.exit_code == 1
    assert "stairlifts.yaml: rows.straight-stairlift.lead.hihg: " in told.stderr
    assert "did you mean high?" in told.stderr
