"""A variable that begins like a setting and is none is told at the start, with what was meant."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from deploy.unknown_variables import known, unknown_variables, warn_of_unknown_variables

GUIDE = Path(__file__).parents[2] / "deploy/guide/operating.md"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HOMEWARD_SESION_SECRET", "HOMEWARD_SESSION_SECRET"),
        ("HOMEWARD_HTTP_PROT", "HOMEWARD_HTTP_PORT"),
        ("HOMEWARD_SESSION_SECRET_FILES", "HOMEWARD_SESSION_SECRET_FILE"),
        ("HOMEWARD_ZZZ", None),
    ],
)
def test_given_a_variable_that_is_no_setting_then_the_nearest_is_named(name: str, meant: str | None) -> None:
    assert unknown_variables({name: "1", "PATH": "/bin"}) == {name: meant}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOMEWARD_HTTP_PORT", "8000"),
        ("HOMEWARD_SESSION_SECRET_FILE", "/run/secret"),
        ("HOMEWARD_TEMPORAL_PORT", "7233"),
        ("HOMEWARD_API_SERVICE_HOST", "10.0.0.1"),
        ("HOMEWARD_API_PORT", "tcp://10.0.0.1:8000"),
        ("HOMEWARD_API_PORT_8000_TCP_ADDR", "10.0.0.1"),
    ],
)
def test_given_a_variable_that_something_reads_or_sets_then_it_is_not_told(name: str, value: str) -> None:
    assert unknown_variables({name: value}) == {}


def test_given_the_guide_then_every_variable_in_it_is_known() -> None:
    named = set(re.findall(r"HOMEWARD_[A-Z_]+[A-Z]", GUIDE.read_text()))

    assert named <= known()


def test_given_an_unknown_variable_when_a_program_starts_then_it_warns_without_the_value(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOMEWARD_SESION_SECRET", "very-hidden")
    with caplog.at_level(logging.WARNING, "homeward.settings"):
        warn_of_unknown_variables()

    assert "HOMEWARD_SESION_SECRET is not a setting" in caplog.text
    assert "is HOMEWARD_SESSION_SECRET meant?" in caplog.text
    assert "very-hidden" not in caplog.text
