"""Bearer tokens for the simulated people, signed as `homeward token` signs them, renewed in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from api.web.sign_in.tokens import Claims, sign
from deploy.embedded.keys import Keys
from deploy.simulate.pace import wall_now

LIFETIME = timedelta(hours=12)
RENEW_BEFORE = timedelta(hours=1)


def display_name(role: str, organisation: str) -> str:
    """The name under which simulated people of a role sign in."""
    return f"Simulation ({role}, {organisation})"


class Bearers:
    """A token for each role of each organisation."""

    def __init__(self, keys: Path) -> None:
        self._key = Keys(keys).token_signing_key()
        self._held: dict[tuple[str, str], tuple[str, datetime]] = {}

    def __call__(self, role: str, organisation: str) -> str:
        """A token that is good for a while yet."""
        now = wall_now()
        token, until = self._held.get((role, organisation), ("", now))
        if until - now < RENEW_BEFORE:
            subject = f"simulation-{role}-{organisation}"
            claims = Claims(subject, display_name(role, organisation), role, organisation)
            token = sign(claims, self._key, now, LIFETIME)
            self._held[role, organisation] = token, now + LIFETIME
        return token
