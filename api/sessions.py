"""A browser's session: a signed cookie that says who signed in, and a token that every form must bring.

The cookie holds no secret and cannot be changed. It ends after an hour without a request and after twelve
hours in any case. Times are machine time.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from api.principals import Identity
from api.settings import ApiSettings

COOKIE = "homeward_session"
STEP_COOKIE = "homeward_sign_in"
STEP_SECONDS = 600


@dataclass(frozen=True)
class Session:
    """One signed-in browser; `started` is seconds since 1970."""

    session_id: str
    identity: Identity
    started: int


@dataclass(frozen=True)
class SignInStep:
    """What must come back unchanged from the OpenID provider, and where to go then."""

    state: str
    nonce: str
    verifier: str
    then: str


class SessionCookies:
    """Writes and reads the two cookies of the pages."""

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self._sessions = URLSafeTimedSerializer(settings.session_secret, salt="homeward.session")
        self._steps = URLSafeTimedSerializer(settings.session_secret, salt="homeward.sign-in")

    def new(self, identity: Identity, now: float) -> Session:
        """A session that begins now."""
        return Session(secrets.token_urlsafe(18), identity, int(now))

    def read(self, cookie: str | None, now: float) -> Session | None:
        """The session in a cookie, unless it is not ours, too long unused or too old."""
        try:
            raw = self._sessions.loads(cookie or "", max_age=self._settings.session_idle_seconds)
            session = Session(raw["id"], Identity(**raw["who"]), int(raw["started"]))
        except (BadSignature, KeyError, TypeError, ValueError):
            return None
        too_old = now - session.started > self._settings.session_longest_seconds
        return None if too_old else session

    def write(self, response: Response, session: Session) -> None:
        """Send the session along; each answer begins the idle hour again."""
        raw = {"id": session.session_id, "who": asdict(session.identity), "started": session.started}
        self._set(response, COOKIE, str(self._sessions.dumps(raw)), self._settings.session_longest_seconds)

    def end(self, response: Response) -> None:
        """Forget the session."""
        response.delete_cookie(COOKIE, path="/")

    def write_step(self, response: Response, step: SignInStep) -> None:
        """Remember a sign-in that has begun."""
        self._set(response, STEP_COOKIE, str(self._steps.dumps(json.dumps(asdict(step)))), STEP_SECONDS)

    def read_step(self, cookie: str | None) -> SignInStep | None:
        """The sign-in that this browser began within the last ten minutes."""
        try:
            return SignInStep(**json.loads(self._steps.loads(cookie or "", max_age=STEP_SECONDS)))
        except (BadSignature, TypeError, ValueError):
            return None

    def end_step(self, response: Response) -> None:
        """Forget the sign-in that has ended."""
        response.delete_cookie(STEP_COOKIE, path="/")

    def form_token(self, session: Session) -> str:
        """What a form of this session must bring; another site cannot know it."""
        key = self._settings.session_secret.encode()
        return hmac.new(key, b"form:" + session.session_id.encode(), sha256).hexdigest()

    def form_is_ours(self, session: Session, token: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(self.form_token(session), token)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._settings.secure_cookies,
        )
