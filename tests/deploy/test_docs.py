"""The documents stay true: what they name is there, and what is there they name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from deploy.cli.main import app
from deploy.documents import PARTS, written
from deploy.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
DOCUMENTS += [*sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "deploy" / "guide").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")
PATH_IN_CODE = re.compile(
    r"`((?:discharge|housing_checks|fhir_adapters|workflows|api|deploy|docs|tests)/[\w./-]*)`"
)
VARIABLE = re.compile(r"HOMEWARD_[A-Z_]+")
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "deploy" / "guide" / "operating.md").read_text(encoding="utf-8")
OF_THE_COMMAND_LINE = {"HOMEWARD_DATA", "HOMEWARD_PORT_OFFSET"}


def commands() -> dict[str, Any]:
    found: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_given_a_document_when_it_names_a_file_then_the_file_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [document.parent / target for target in LINK.findall(text)]
    named = [ROOT / path for path in PATH_IN_CODE.findall(text)]
    assert [path for path in (*linked, *named) if not path.exists()] == []


@pytest.mark.parametrize("document", PARTS)
def test_given_a_generated_part_when_compared_with_its_table_then_it_is_the_same(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert text == written(document, text), "run `make docs`"


def test_given_the_readme_when_it_tells_the_story_then_in_six_files() -> None:
    story = README.split("## The six files that tell the story")[1].split("\n## ")[0]
    assert len(LINK.findall(story)) == 6


@pytest.mark.parametrize("name", sorted(commands()))
def test_given_a_command_when_looked_for_then_the_readme_names_it_and_it_explains_itself(name: str) -> None:
    assert re.search(rf"`(homeward )?{name}\b", README)
    assert commands()[name].help


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_given_a_setting_when_looked_for_then_the_guide_names_it(name: str) -> None:
    assert f"`{variable(name)}`" in GUIDE


DOORS = (ROOT / "deploy" / "guide" / "tls-everywhere.md").read_text(encoding="utf-8")
OF_A_DOOR = re.compile(
    r"^(?!.*_per_).*_(host|port|url|address|issuer|ca|certificate|key|secret|api_key|server_name)$"
)


@pytest.mark.parametrize("name", sorted(filter(OF_A_DOOR.search, Settings.model_fields)))
def test_given_a_setting_of_a_door_when_looked_for_then_the_table_of_doors_names_it(name: str) -> None:
    assert f"`{variable(name)}`" in DOORS


def test_given_the_table_of_doors_when_it_names_a_variable_then_there_is_such_a_setting() -> None:
    assert set(VARIABLE.findall(DOORS)) <= {variable(name) for name in Settings.model_fields}


def test_given_the_guide_when_it_names_a_variable_then_there_is_such_a_setting() -> None:
    known = {variable(name) for name in Settings.model_fields} | OF_THE_COMMAND_LINE
    assert set(VARIABLE.findall(GUIDE)) <= known


@pytest.mark.parametrize("name", ["send", "token", "replay", "census", "bench stack", "simulate"])
def test_given_a_command_about_a_running_stack_when_called_then_it_takes_data_and_port_offset(
    name: str,
) -> None:
    group, _, inner = name.partition(" ")
    command = commands()[group].commands[inner] if inner else commands()[group]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {"--data", "--port-offset"} <= options


def test_given_the_makefile_when_it_has_a_target_for_people_then_help_can_say_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = set(re.findall(r"^([a-z]+):.*## ", makefile, flags=re.MULTILINE))
    assert {"help", "setup", "run", "test", "check", "bench"} <= explained


def test_given_locked_requirements_when_read_then_all_are_hashed_and_none_names_a_host() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-zA-Z0-9_.-]+(?:\[[^\]]*\])?==", text, flags=re.MULTILINE)
        assert len(pinned) > 20
        assert "://" not in text
        assert all(
            "--hash=sha256:" in entry for entry in re.split(r"(?m)^(?=[a-zA-Z])", text) if entry.strip()
        )
    assert "resolved" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
