"""A browser's session: a cookie with a random id; what it means is kept in the record, and can end there.

A session ends by signing out, after an hour without a request, after twelve hours in any case, when its
person's role or organisation changes, and when they are disabled. The cookie ends with the browser. Times are
machine time.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.web.principals import Principal
from api.web.settings import ApiSettings
from api.web.sign_in.sealed import Seal

COOKIE = "homeward_session"
STEP_COOKIE = "homeward_sign_in"
STEP_SECONDS = 600

_BEGIN = text("SELECT homeward_begin_session(:hash, :user_id, :id_token, :now)")
_USE = text("SELECT * FROM homeward_use_session(:hash, :now, :idle, :longest)")
_END = text("SELECT homeward_end_session(:hash, :now)")


@dataclass(frozen=True)
class Session:
    """One signed-in browser. `session_id` is what its cookie holds; nothing else knows it."""

    session_id: str

    @property
    def hash(self) -> str:
        """What is kept of the id: whoever reads the record cannot sign in with it."""
        return sha256(self.session_id.encode()).hexdigest()


def new_session() -> Session:
    """An id that nobody can guess."""
    return Session(secrets.token_urlsafe(32))


async def begin_session(
    session: AsyncSession, opened: Session, user_id: UUID, id_token: str | None, now: datetime
) -> None:
    """Keep a session that begins now. Raises not-signed-in for somebody who is disabled."""
    values = {"hash": opened.hash, "user_id": user_id, "id_token": id_token, "now": now}
    await session.execute(_BEGIN, values)


async def use_session(
    session: AsyncSession, opened: Session, now: datetime, settings: ApiSettings
) -> Principal | None:
    """Whose session it is, noting its use; none once it has ended."""
    values = {
        "hash": opened.hash,
        "now": now,
        "idle": timedelta(seconds=settings.session_idle_seconds),
        "longest": timedelta(seconds=settings.session_longest_seconds),
    }
    row = (await session.execute(_USE, values)).one_or_none()
    if row is None:
        return None
    return Principal(
        issuer=row.issuer,
        subject=row.subject,
        name=row.display_name,
        role=row.role,
        organisation_id=row.organisation_id,
        organisation_code=row.organisation_code,
        organisation_name=row.organisation_name,
        user_id=row.user_id,
        team_id=row.team_id,
        how="session",
    )


async def end_session(session: AsyncSession, opened: Session, now: datetime) -> str | None:
    """End a session, once, and return the provider's token of it."""
    id_token: str | None = await session.scalar(_END, {"hash": opened.hash, "now": now})
    return id_token


@dataclass(frozen=True)
class SignInStep:
    """What must come back unchanged from the OpenID provider, and where to go then."""

    state: str
    nonce: str
    verifier: str
    then: str


class SessionCookies:
    """Writes and reads the two cookies of the pages. `kept_forms` seals what was sent without a session."""

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        self.kept_forms = Seal(settings.session_secret, "kept-forms")
        self._steps = URLSafeTimedSerializer(settings.session_secret, salt="homeward.sign-in")

    def read(self, cookie: str | None) -> Session | None:
        """The session that a cookie names, if it names any."""
        return Session(cookie) if cookie else None

    def write(self, response: Response, session: Session) -> None:
        """Give the browser its id, until it is closed."""
        self._set(response, COOKIE, session.session_id)

    def end(self, response: Response, *, keep_unsent: bool = False) -> None:
        """Have the browser forget the id, and whatever it kept of our pages; but for answers that were not
        sent yet, where somebody said so: they stay there under their PIN.
        """
        response.delete_cookie(COOKIE, path="/")
        response.headers["Clear-Site-Data"] = '"cache"' if keep_unsent else '"cache", "storage"'

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

    def device_owner(self, user_id: UUID) -> str:
        """A tag of a person for their devices: the same at each sign-in, and nobody can tell whose."""
        key = self._settings.session_secret.encode()
        return hmac.new(key, b"device:" + user_id.bytes, sha256).hexdigest()[:32]

    def form_token(self, session: Session) -> str:
        """What a form of this session must bring; another site cannot know it."""
        key = self._settings.session_secret.encode()
        return hmac.new(key, b"form:" + session.session_id.encode(), sha256).hexdigest()

    def form_is_ours(self, session: Session, token: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(self.form_token(session), token)

    def _set(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._settings.secure_cookies,
        )
