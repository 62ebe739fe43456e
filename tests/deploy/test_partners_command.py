"""`homeward partners` against a stack's answers: the same rules as the page, in one line each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import stack_access
from deploy.cli.main import app

COUNCIL: dict[str, Any] = {
    "partner_id": "c1", "organisation": "Council", "organisation_code": "HVC", "transport": "fhir",
    "sign_in": "bearer", "encrypted": True, "state": "well", "since": None, "code": None,
    "reason": None, "waiting": 2,
}  # fmt: skip
TRUST = COUNCIL | {
    "partner_id": "t1", "organisation_code": "RXH", "transport": "hl7v2", "state": "paused",
    "since": "2026-03-02T10:00:00Z", "code": "partner-setup-wrong", "reason": "HTTP 401",
}  # fmt: skip
OFF = COUNCIL | {
    "partner_id": "o1",
    "organisation_code": "OAK",
    "state": "off",
    "since": "2026-03-02T10:00:00Z",
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the stack was asked to do."""
    asked: list[tuple[str, dict[str, Any]]] = []
    pages = {
        "": {"partners": [COUNCIL], "next": "2"},
        "2": {"partners": [TRUST, OFF], "next": None},
    }
    monkeypatch.setattr(stack_access, "ask", lambda _url, _token, query: pages[query.get("after", "")])
    monkeypatch.setattr(stack_access, "tell", lambda url, _, body: asked.append((url, body)))
    return asked


def partners(folder: Path, *words: str) -> Result:
    (folder / "keys").mkdir(exist_ok=True)
    return CliRunner().invoke(app, ["partners", *words, "--data", str(folder)])


@pytest.mark.parametrize(
    ("words", "partner", "decision"),
    [
        (("pause", "HVC"), "c1", "off"),
        (("pause", "RXH/hl7v2"), "t1", "off"),
        (("resume", "RXH/hl7v2"), "t1", "try"),
        (("resume", "OAK"), "o1", "on"),
        (("resume", "o1"), "o1", "on"),
    ],
)
def test_given_a_partner_when_switched_then_it_is_decided_as_on_the_page_and_why(
    words: tuple[str, str],
    partner: str,
    decision: str,
    told: list[tuple[str, dict[str, Any]]],
    tmp_path: Path,
) -> None:
    assert partners(tmp_path, *words, "--reason", "they move house").exit_code == 0
    [(url, body)] = told
    assert url.endswith(f"/api/v1/partners/{partner}/decision")
    assert body == {"decision": decision, "reason": "they move house"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pause", "OAK"), "OAK is switched off already. Nothing was changed."),
        (("resume", "HVC"), "HVC accepts items. Nothing was changed."),
        (("pause", "RXH"), "There is no partner RXH. There are: HVC, RXH/hl7v2, OAK."),
    ],
)
def test_given_nothing_to_switch_when_asked_then_it_says_so_and_changes_nothing(
    words: tuple[str, str], said: str, told: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    ended = partners(tmp_path, *words, "--reason", "they move house")
    assert (ended.exit_code, ended.stderr.strip(), told) == (1, said, [])


def test_given_no_reason_when_switched_then_it_is_asked_for(
    told: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    assert partners(tmp_path, "pause", "HVC").exit_code == 2
    assert told == []


@pytest.mark.usefixtures("told")
def test_given_partners_when_listed_then_each_shows_its_state_its_safety_and_why_it_rests(
    tmp_path: Path,
) -> None:
    lines = partners(tmp_path, "list").stdout.splitlines()
    assert lines[0].split() == ["HVC", "well", "2", "wait", "encrypted,", "sign-in:", "bearer", "Council"]
    assert lines[2].strip() == "since 2026-03-02T10:00:00: partner-setup-wrong (HTTP 401)"
