"""Files that settings name: secrets from files, and a sentence that names the setting of a file that is no
good.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.main import app
from deploy.embedded.address import Address
from deploy.embedded.stack import Stack
from deploy.secret_files import SecretFiles, WrongSetting
from deploy.settings import MissingSetting, Settings, variable
from deploy.temporal_access import CA, CERTIFICATE, KEY, temporal_access
from tests.fhir_adapters.hl7v2.certificates import Authority


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
        monkeypatch.delenv(variable(name) + "_FILE", raising=False)
    monkeypatch.setattr("workflows.logs.configure", lambda _: None)  # this process keeps its own


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("very-hidden\n")
    return path


@pytest.mark.parametrize("name", ["temporal_api_key", "session_secret", "database_url"])
def test_given_a_secret_in_a_file_when_read_then_it_is_the_setting_and_is_not_shown(
    name: str, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable(name) + "_FILE", str(secret))
    settings = Settings()
    assert settings.need(name) == "very-hidden"
    assert "very-hidden" not in repr(settings)


def test_given_a_secret_in_a_file_when_one_field_is_read_then_it_is_the_text_of_that_field(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_SESSION_SECRET_FILE", str(secret))
    source = SecretFiles(Settings)
    for name, value in (("session_secret", "very-hidden"), ("temporal_api_key", None)):
        assert source.get_field_value(Settings.model_fields[name], name) == (value, name, False)


def test_given_a_setting_that_is_no_secret_when_a_file_is_named_then_it_is_not_read(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_TEMPORAL_ADDRESS_FILE", str(secret))
    assert Settings().temporal_address is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "is not text"),
    ],
)
def test_given_a_file_that_is_no_good_when_read_then_the_sentence_names_the_setting(
    content: bytes | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wrong"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("HOMEWARD_TEMPORAL_API_KEY_FILE", str(path))
    with pytest.raises(WrongSetting) as refused:
        Settings()
    assert str(refused.value) == f"HOMEWARD_TEMPORAL_API_KEY_FILE names {path}, which {why}."


def test_given_a_secret_twice_when_read_then_neither_is_chosen(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_SESSION_SECRET_FILE", str(secret))
    monkeypatch.setenv("HOMEWARD_SESSION_SECRET", "another")
    with pytest.raises(WrongSetting) as refused:
        Settings()
    assert str(refused.value) == (
        "HOMEWARD_SESSION_SECRET and HOMEWARD_SESSION_SECRET_FILE are both set. Set one of them."
    )


def test_given_a_wrong_ca_for_temporal_when_a_worker_starts_then_it_says_which_setting(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("HOMEWARD_TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("HOMEWARD_PAYLOAD_KEYS", "k1:" + "A" * 43 + "=")
    monkeypatch.setenv("HOMEWARD_TEMPORAL_TLS_CA", str(secret))
    ended = CliRunner().invoke(app, ["worker"])
    assert ended.exit_code == 1
    assert ended.stderr.startswith("HOMEWARD_TEMPORAL_TLS_CA names")
    assert "very-hidden" not in ended.output


def test_given_a_wrong_file_for_mllp_when_the_listener_starts_then_it_says_which_setting(
    secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Authority(tmp_path).signs("ours")
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("HOMEWARD_MLLP_TLS_CERTIFICATE", str(ours.certificate))
    monkeypatch.setenv("HOMEWARD_MLLP_TLS_KEY", str(ours.key))
    monkeypatch.setenv("HOMEWARD_MLLP_TLS_CLIENT_CA", str(secret))
    ended = CliRunner().invoke(app, ["mllp"])
    assert ended.exit_code == 1
    assert ended.stderr.startswith("HOMEWARD_MLLP_TLS_CLIENT_CA names")


def test_given_half_a_pair_when_read_then_the_missing_half_is_named(tmp_path: Path) -> None:
    ours = Authority(tmp_path).signs("homeward")
    for given, missing in ((CERTIFICATE, KEY), (KEY, CERTIFICATE)):
        with pytest.raises(MissingSetting, match=variable(missing)):
            temporal_access(Settings.model_validate({"temporal_address": "t:1", given: ours.certificate}))


def test_given_a_key_of_another_certificate_when_read_then_both_settings_are_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    given = {CERTIFICATE: authority.signs("a").certificate, KEY: authority.signs("b").key}
    with pytest.raises(WrongSetting, match=f"{variable(CERTIFICATE)} and {variable(KEY)}"):
        temporal_access(Settings.model_validate({"temporal_address": "t:1", **given}))


def test_given_a_missing_ca_when_read_then_its_setting_is_named(tmp_path: Path) -> None:
    given = {"temporal_address": "t:1", CA: tmp_path / "none.pem"}
    with pytest.raises(WrongSetting, match=f"^{variable(CA)} names .* cannot be read"):
        temporal_access(Settings.model_validate(given))


def test_given_settings_of_another_temporal_when_ours_is_started_then_its_programs_speak_plainly(
    secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_TEMPORAL_TLS", "true")
    monkeypatch.setenv("HOMEWARD_TEMPORAL_API_KEY_FILE", str(secret))
    monkeypatch.setenv("HOMEWARD_PAYLOAD_KEYS_FILE", str(secret))

    def of_a_worker(**given: str) -> Settings:
        stack = Stack(tmp_path, Address(), Settings(**given), "24h", demo=False)
        environment = stack.programs()[0].environment
        with pytest.MonkeyPatch.context() as worker:
            for name in os.environ:
                worker.delenv(name)
            for name, value in environment.items():
                worker.setenv(name, value)
            return Settings()

    abroad = temporal_access(of_a_worker(temporal_address="temporal.example:7233"))
    assert (abroad.address, abroad.api_key) == ("temporal.example:7233", "very-hidden")
    assert abroad.tls is not None
    ours = of_a_worker()
    assert temporal_access(ours).tls is None
    assert ours.need("payload_keys") != "very-hidden", "the stack has keys of its own"
