"""The whole story by clients that are made from the description alone: one in Python, one in TypeScript."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.places import organisation_id
from deploy.simulate import referrals
from deploy.simulate.scenes import PARTIES
from housing_checks.checks.form import form_in_force
from tests.scenarios.conftest import About
from tests.scenarios.stack import WholeStack
from tests.scenarios.telling import Story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROOT = Path(__file__).resolve().parents[2]
STORIES = ROOT / "tests" / "clients"
PYTHON = ROOT / ".venv" / "clients" / "bin"
NODE = ROOT / "node_modules" / ".bin"
TYPESCRIPT = (
    "--strict", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext",
    "--skipLibCheck", "--outDir", "out",
)  # fmt: skip
ANY = "application/octet-stream"
CONFIG = {"content_type_overrides": {"text/csv": ANY, "*/*": ANY}, "post_hooks": []}
SUMMARY = "Went home with a walking frame."
STAGES = ["referred", "accepted", "checked", "making-ready", "ready", "discharged", "followed-up", "closed"]


def _run(folder: Path, *command: str | Path, said: str = "") -> str:
    done = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def _made_in_python(folder: Path) -> list[str]:
    """A client is generated; what the generator could not make fails."""
    (folder / "config.json").write_text(json.dumps(CONFIG))
    said = _run(
        folder, PYTHON / "openapi-python-client", "generate", "--path", "openapi.json", "--meta", "none",
        "--output-path", "homeward_client", "--config", "config.json", "--fail-on-warning",
    )  # fmt: skip
    assert "homeward_client" in said
    (folder / "story.py").write_text((STORIES / "story.py").read_text())
    return [str(PYTHON / "python"), "story.py"]


def _made_in_typescript(folder: Path) -> list[str]:
    """Types are generated, and the story is checked against them before it runs."""
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "story.ts").write_text((STORIES / "story.ts").read_text())
    _run(
        folder, NODE / "openapi-typescript", "openapi.json", "--default-non-nullable", "false",
        "-o", "homeward.d.ts",
    )  # fmt: skip
    _run(folder, NODE / "tsc", *TYPESCRIPT, "story.ts")
    return ["node", "out/story.js"]


def _asked(story: Story) -> dict[str, Any]:
    stack = story.stack
    body = referrals.json_body(story.person, {"reasons": ["equipment"]}, story.day(1), "")
    del body["external_id"]
    return {
        "url": stack.url,
        "tokens": {
            who: stack.headers(PARTIES[who])["Authorization"].removeprefix("Bearer ")
            for who in ("ward", "adviser", "coordinator", "equipment", "landlord", "monitor")
        }
        | {"operator": stack.headers(("operator", "RXH"))["Authorization"].removeprefix("Bearer ")},
        "first_day": str(story.first_day),
        "referral": body,
        "form": form_in_force(story.day(2)).code,
        "partner": str(organisation_id("HVE")),
    }


@pytest.mark.parametrize("made", [_made_in_python, _made_in_typescript], ids=["python", "typescript"])
def test_given_a_client_made_from_the_description_when_it_tells_the_whole_story_then_the_case_is_closed(
    made: Any, somebody: About, stack: WholeStack, tmp_path: Path
) -> None:
    described = stack.get(PARTIES["ward"], "/api/v1/openapi.json")
    (tmp_path / "openapi.json").write_text(described.text)
    client = made(tmp_path)  # before the story begins: meanwhile weeks go by, and answers run out
    stack.name_adviser()
    nora = somebody(began_days_ago=42)
    nora.is_admitted(day=0)
    nora.then_the_hospital_message_was_used()
    nora.a_summary_is_sent(day=0, text=SUMMARY)

    told = json.loads(_run(tmp_path, *client, said=json.dumps(_asked(nora))))

    assert told["stages"] == STAGES
    assert told["faults"] == ["#/note", "#/reason", "#/seen_version"]
    assert told["seen"]["closed"]
    assert told["seen"]["documents"] == [SUMMARY]
    assert {"ADT", "MDM"} <= set(told["seen"]["messages"])
    assert told["seen"]["figures"] == ["nights", True]
    assert told["seen"]["events"] > len(STAGES)
    nora.case_id = told["case_id"]
    nora.then_the_case_is("closed")
    nora.then_partner_has("HVE", resourceType="Task", status="requested", code="hospital-bed")
