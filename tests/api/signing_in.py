"""A browser that has signed in, without a provider: the session is put where the callback puts it."""

from __future__ import annotations

import re

import psycopg

from api.web.sign_in.sessions import COOKIE, Session, new_session
from tests.api.conftest import ROLE_ORGANISATION, Door

ISSUER = "http://openid.test"

_SIGNED_IN = """
WITH signed AS (
    INSERT INTO users (id, issuer, subject, display_name, organisation_id, role)
    SELECT gen_random_uuid(), %(issuer)s, %(subject)s, %(name)s, id, %(role)s
    FROM organisations WHERE code = %(organisation)s
    ON CONFLICT (issuer, subject) DO UPDATE SET role = EXCLUDED.role
    RETURNING id, organisation_id, role
)
INSERT INTO sessions (id_hash, user_id, organisation_id, role, started_at, last_used_at)
SELECT %(hash)s, id, organisation_id, role, %(now)s, %(now)s FROM signed
"""


def sign_in(door: Door, role: str, organisation: str | None = None) -> Session:
    """Sign the door's client in, in place of whoever was."""
    opened = new_session()
    who = {"issuer": ISSUER, "subject": f"page-{role}-{organisation or ''}", "name": f"Test {role}"}
    where = {"organisation": organisation or ROLE_ORGANISATION[role], "role": role}
    url = door.worker.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute(_SIGNED_IN, {**who, **where, "hash": opened.hash, "now": door.clock.now})
    door.client.cookies.clear()
    door.client.cookies.set(COOKIE, opened.session_id)
    return opened


def form_token(door: Door, session: Session) -> str:
    """What a form of this session carries."""
    token: str = door.app.state.services.cookies.form_token(session)
    return token


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    form = html.rsplit("<form", 1)[1]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
