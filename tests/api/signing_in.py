"""A browser that has signed in, without a provider: the session is put where the callback puts it."""

from __future__ import annotations

import re

from starlette.responses import Response

from api.principals import Identity
from api.sessions import COOKIE, Session
from tests.api.conftest import ROLE_ORGANISATION, Door


def sign_in(door: Door, role: str, organisation: str | None = None) -> Session:
    """Sign the door's client in, in place of whoever was."""
    door.client.cookies.clear()
    cookies = door.app.state.services.cookies
    identity = Identity(
        issuer="http://openid.test",
        subject=f"page-{role}-{organisation or ''}",
        name=f"Test {role}",
        role=role,
        organisation=organisation or ROLE_ORGANISATION[role],
    )
    session: Session = cookies.new(identity, door.clock.now.timestamp())
    answer = Response()
    cookies.write(answer, session)
    value = re.search(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])
    assert value
    door.client.cookies.clear()
    door.client.cookies.set(COOKIE, value[1].strip('"'))
    return session


def form_token(door: Door, session: Session) -> str:
    """What a form of this session carries."""
    token: str = door.app.state.services.cookies.form_token(session)
    return token


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    form = html.rsplit("<form", 1)[1]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
