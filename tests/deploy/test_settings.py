from __future__ import annotations

import pytest

from deploy.settings import MissingSetting, Settings, driver_url, variable

SECRETS = ("database_url", "payload_keys", "session_secret", "openid_client_secret")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


@pytest.mark.parametrize("name", [*SECRETS, "temporal_address", "openid_issuer", "token_keys"])
def test_given_nothing_set_when_needed_then_the_sentence_names_the_variable(name: str) -> None:
    with pytest.raises(MissingSetting, match=rf"^HOMEWARD_{name.upper()} is not set\. It is needed here: "):
        Settings().need(name)


@pytest.mark.parametrize("name", SECRETS)
def test_given_a_secret_when_settings_are_printed_then_it_is_not_shown(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable(name), "very-hidden")
    settings = Settings()
    assert settings.need(name) == "very-hidden"
    assert "very-hidden" not in repr(settings) + str(settings)


def test_given_an_empty_variable_when_needed_then_it_counts_as_not_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOMEWARD_SESSION_SECRET", "")
    with pytest.raises(MissingSetting):
        Settings().need("session_secret")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_given_any_postgres_url_when_used_then_it_names_our_driver(scheme: str) -> None:
    assert driver_url(f"{scheme}://u:p@h/d") == "postgresql+psycopg://u:p@h/d"
