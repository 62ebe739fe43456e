"""Keys and passwords of one embedded stack: made at its first start, kept below `keys/`, readable by the
owner only.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import ECKey, RSAKey

from api.web.sign_in.tokens import new_signing_key

SIGNING_KEY_ID = "embedded-1"


class Keys:
    """One file a secret. What is missing is made, what is there is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def password(self, name: str) -> str:
        """A password of 32 characters that needs no quoting in a URL."""
        return self._kept(f"{name}.password", lambda: secrets.token_urlsafe(24))

    def secret(self, name: str) -> str:
        """64 hexadecimal digits."""
        return self._kept(f"{name}.secret", lambda: secrets.token_hex(32))

    def payload_keys(self) -> str:
        """The key for what Temporal stores, as HOMEWARD_PAYLOAD_KEYS wants it: `id:base64`."""
        return self._kept("payload.keys", lambda: f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}")

    def token_signing_key(self) -> ECKey:
        """The private key with which `homeward token` signs."""
        return ECKey.import_key(json.loads(self._kept("token-signing.jwk", _new_token_key)))

    def token_keys(self) -> str:
        """The public half, as HOMEWARD_TOKEN_KEYS wants it."""
        return json.dumps({"keys": [self.token_signing_key().as_dict(private=False)]})

    def openid_keys(self) -> str:
        """The JSON Web Key Set, private, with which the demo's OpenID provider signs."""
        return self._kept("openid.jwks", _new_openid_keys)

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self._folder / name
        if not path.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_privately(path, make())
        return path.read_text(encoding="utf-8")


def _new_token_key() -> str:
    return json.dumps(new_signing_key(SIGNING_KEY_ID).as_dict(private=True))


def _new_openid_keys() -> str:
    key = RSAKey.generate_key(2048, {"kid": SIGNING_KEY_ID, "use": "sig", "alg": "RS256"}, private=True)
    return json.dumps({"keys": [key.as_dict(private=True)]})


def _write_privately(path: Path, text: str) -> None:
    """All of it or nothing, and never for a moment readable by others."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
