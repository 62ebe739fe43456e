"""Text that the record keeps and cannot read: sealed with a key that the API alone has."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Seal:
    """Seals and opens text under a key made from the secret of sessions, for one purpose."""

    def __init__(self, secret: str, purpose: str) -> None:
        key = hmac.new(secret.encode(), f"seal:{purpose}".encode(), sha256).digest()
        self._cipher = AESGCM(key)

    def seal(self, text: str) -> str:
        """Return a text that tells nothing but how long the other is."""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def open(self, sealed: str) -> str | None:
        """Return what was sealed; none for what another secret sealed."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (InvalidTag, binascii.Error, ValueError):
            return None
