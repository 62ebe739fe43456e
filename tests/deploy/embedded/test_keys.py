from __future__ import annotations

from pathlib import Path

from deploy.embedded.keys import Keys
from workflows.codec import PayloadKeys


def test_given_no_keys_when_asked_for_then_they_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first, again = Keys(tmp_path / "keys"), Keys(tmp_path / "keys")
    assert first.password("api") == again.password("api") != first.password("worker")
    assert first.token_signing_key().as_dict() == again.token_signing_key().as_dict()
    assert first.openid_keys() == again.openid_keys()
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_given_the_token_keys_when_published_then_the_private_half_is_not_among_them(tmp_path: Path) -> None:
    assert '"d"' not in Keys(tmp_path).token_keys()


def test_given_the_payload_keys_when_read_by_the_codec_then_they_fit(tmp_path: Path) -> None:
    assert PayloadKeys.parse(Keys(tmp_path).payload_keys()).current == "k1"
