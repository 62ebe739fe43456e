"""`homeward feed`: profiles and the check of sample messages, as a person calls them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from deploy.cli.main import app
from fhir_adapters.feeds.profile_loader import PROFILES, load_profile, shipped_profiles
from tests.fhir_adapters.hl7v2.samples import Sample


def feed(*words: str, **settings: str) -> Result:
    return CliRunner().invoke(app, ["feed", *words], env={"HOMEWARD_FEED_PROFILES": "", **settings})


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.hl7"
    path.write_bytes(Sample().raw() + Sample(message_id="M2", more={"PID": {8: "Q"}}).raw())
    return path


def test_given_the_shipped_profiles_then_list_names_each_with_its_version() -> None:
    told = json.loads(feed("list", "--json").output)

    assert {row["name"] for row in told} == set(shipped_profiles().names)
    assert "carecast         1  2012-01-01  CareCast PAS" in feed("list").output


@pytest.mark.parametrize("name", shipped_profiles().names)
def test_given_what_show_tells_then_it_is_a_profile_of_its_own(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.yaml").write_text(feed("show", name).output)

    own = load_profile(tmp_path / f"{name}.yaml")
    assert own.model_dump() == shipped_profiles().newest(name).model_dump()


def test_given_sample_messages_then_check_tells_and_the_exit_code_says_whether_to_go_on(sample: Path) -> None:
    told = feed("check", "itk-2.4", str(sample))

    assert told.exit_code == 1
    assert "2 messages in 1 files, read with itk-2.4, version 1" in told.output
    assert "1 PID-8 Q  (first: sample.hl7, message 2)" in told.output
    assert feed("check", "itk-2.4", str(sample), "--threshold", "50").exit_code == 0


def test_given_each_message_is_wanted_then_there_is_a_line_for_each(sample: Path) -> None:
    told = feed("check", "itk-2.4", str(sample), "--each").output

    assert "sample.hl7, message 1: ADT^A01: used: person by NHS number" in told
    assert "sample.hl7, message 2: ADT^A01: used: " in told
    assert "not mapped: PID-8 Q" in told
    assert 'sex: {"Q": female}' in told


def test_given_json_then_the_same_figures_can_be_read_by_a_program(sample: Path) -> None:
    report = json.loads(feed("check", "itk-2.4", str(sample), "--json").output)

    assert (report["messages"], report["troubled"]) == (2, 1)
    assert report["unmapped"][0]["value"] == "Q"


def test_given_messages_marked_as_tests_then_live_takes_them(tmp_path: Path) -> None:
    path = tmp_path / "tests.hl7"
    path.write_bytes(Sample(processing="T").raw())

    assert feed("check", "itk-2.4", str(path)).exit_code == 1
    assert feed("check", "itk-2.4", str(path), "--live", "T").exit_code == 0


def test_given_a_profile_of_ones_own_then_its_path_or_its_folder_names_it(
    sample: Path, tmp_path: Path
) -> None:
    data = yaml.safe_load((PROFILES / "itk-2.4.yaml").read_text())
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.yaml").write_text(
        yaml.safe_dump(data | {"name": "ours", "sex": {"Q": "female", "2": "female"}})
    )

    assert feed("check", str(own / "ours.yaml"), str(sample)).exit_code == 0
    assert feed("check", "ours", str(sample), "--profiles", str(own)).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "epik"], "There is no profile epik. Did you mean epic?"),
        (["show", "epic@9"], "There is no version 9 of epic. There are: 1."),
        (["check", "epic", "nowhere.hl7"], "There is no nowhere.hl7."),
        (["check", "nowhere.yaml", "x"], "nowhere.yaml: (whole file): cannot be read"),
        (["check", str(PROFILES), "x"], "is a folder. Name the file of one profile in it."),
        (["check", "epic", os.devnull], "There is no message in"),
        (["list", "--profiles", "nowhere"], "nowhere: (folder of profiles): cannot be read"),
    ],
)
def test_given_something_that_is_not_there_then_it_is_said_in_a_sentence(words: list[str], said: str) -> None:
    told = feed(*words)

    assert told.exit_code == 1
    assert said in told.output
    assert "Traceback" not in told.output


def test_given_a_profile_with_a_fault_then_file_key_and_mend_are_told(sample: Path, tmp_path: Path) -> None:
    text = (PROFILES / "itk-2.4.yaml").read_text().replace("zone:", "zoen:")
    (tmp_path / "itk-2.4.yaml").write_text(text)

    told = feed("check", str(tmp_path / "itk-2.4.yaml"), str(sample))

    assert told.exit_code == 1
    assert "itk-2.4.yaml: zoen: Extra inputs are not permitted - did you mean zone?" in told.output
