"""Commands without a stack, or with the wrong one: each says what is in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc.jwk import KeySet

from api.web.sign_in.tokens import Claims, verify
from deploy.embedded import address, day_length
from deploy.embedded.address import Address
from deploy.embedded.failures import CannotRun
from deploy.embedded.keys import Keys
from deploy.embedded.ports import Ports
from discharge.roles import ROLES

pytestmark = pytest.mark.slow


def homeward(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("HOMEWARD_")}
    command = [sys.executable, "-m", "deploy.cli.main", *words]
    return subprocess.run(
        command, env=environment | settings, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("role", ROLES)
def test_given_a_data_directory_when_a_token_is_asked_for_then_its_own_api_believes_it(
    role: str, tmp_path: Path
) -> None:
    keys = Keys(tmp_path / "keys")
    published = keys.token_keys()
    token = homeward("token", role, "--org", "MEA", "--data", str(tmp_path)).stdout.strip()
    claims = verify(token, KeySet.import_key_set(json.loads(published)), datetime.now(UTC))
    assert claims == Claims(f"token-{role}-MEA", f"Script ({role}, MEA)", role, "MEA")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["token", "admin"], "No stack has been started in"),
        (["replay"], "No stack has been started in"),
        (["report", "bed-days"], "No stack has been started in"),
        (["bench", "stack"], "No stack has been started in"),
        (["simulate"], "No stack has been started in"),
        (["census", "nowhere.csv", "--feed", "x"], "nowhere.csv cannot be read"),
    ],
)
def test_given_no_stack_when_a_command_needs_one_then_it_says_so(
    words: list[str], said: str, tmp_path: Path
) -> None:
    ended = homeward(*words, "--data", str(tmp_path))
    assert (ended.returncode, ended.stderr.startswith(said)) == (1, True), ended.stderr


def test_given_no_file_when_sent_then_it_says_so_and_ends_as_not_sent(tmp_path: Path) -> None:
    ended = homeward("send", "nowhere.hl7", "--data", str(tmp_path))
    assert (ended.returncode, ended.stderr.strip()) == (2, "There is no nowhere.hl7.")


def test_given_an_unknown_role_when_a_token_is_asked_for_then_the_roles_are_listed(tmp_path: Path) -> None:
    ended = homeward("token", "nurse", "--data", str(tmp_path))
    assert ended.stderr.strip() == f"There is no role nurse. There are: {', '.join(ROLES)}."


def test_given_a_wrong_setting_when_a_part_starts_then_its_variable_is_named_and_not_its_value() -> None:
    ended = homeward("mllp", HOMEWARD_MLLP_PORT="secret-port")
    assert ended.returncode == 1
    assert ended.stderr.startswith("HOMEWARD_MLLP_PORT: ")
    assert "secret-port" not in ended.stderr


def test_given_payload_keys_that_are_none_when_the_worker_starts_then_it_says_so_without_them() -> None:
    ended = homeward("worker", HOMEWARD_PAYLOAD_KEYS="k1:hidden", HOMEWARD_DATABASE_URL="x")
    assert ended.returncode == 1
    assert "HOMEWARD_PAYLOAD_KEYS cannot be used" in ended.stderr
    assert "hidden" not in ended.stderr


def test_given_how_a_stack_was_started_when_read_then_the_same_unless_an_offset_is_said(
    tmp_path: Path,
) -> None:
    assert address.read(tmp_path) == Address()
    started = Address(Ports(http=1234), "0.0.0.0", "ward.example")
    address.write(tmp_path, started)
    assert address.read(tmp_path) == started
    assert address.read(tmp_path, 7) == Address(Ports().shifted(7))


@pytest.mark.parametrize(
    ("stored", "asked", "demo", "settled"),
    [
        (None, None, False, "24h"),
        (None, None, True, "1m"),
        (None, "10s", True, "10s"),
        ("10s", None, True, "10s"),
        ("60s", "1m", False, "60s"),
    ],
)
def test_given_a_length_of_day_when_settled_then_the_first_choice_stays(
    stored: str | None, asked: str | None, demo: bool, settled: str, tmp_path: Path
) -> None:
    if stored:
        day_length.keep(tmp_path, stored)
    assert day_length.settle(tmp_path, asked, demo=demo) == settled


def test_given_another_length_of_day_when_asked_for_then_it_is_refused_in_a_sentence(tmp_path: Path) -> None:
    day_length.keep(tmp_path, "10s")
    with pytest.raises(CannotRun, match="lasts 10s, fixed at its first start"):
        day_length.settle(tmp_path, "24h", demo=False)
