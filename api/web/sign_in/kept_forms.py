"""A form sent after its session had ended: kept for whoever typed it, and there again once they sign in.

Only a form that a page of that session made is kept, and only the person whose session it was reads it: in
the record it is sealed, its address with it, because it may say what named people alone may know.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import Request

from api.web.page.typed_text import TypedText, typed_of
from api.web.services import Services
from api.web.sign_in.sealed import Seal
from api.web.sign_in.sessions import COOKIE, Session
from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.tables import KeptFormRow

KEPT_FOR = timedelta(hours=12)
MOST_CHARACTERS = 200_000
SEALED = "sealed"
"""Stands for the address of a form, which is sealed with it."""

_KEEP = text("SELECT homeward_keep_form(:hash, :path, cast(:fields AS jsonb), :now, :keep_for)")
_FILLED_AGAIN = (
    (re.compile(r"(/cases/[^/]+/do/[^/]+)"), r"\1"),
    (re.compile(r"(/cases/[^/]+/safety)"), r"\1"),
    (re.compile(r"(/cases/[^/]+/check/all)(/hand-in|/save)?"), r"\1"),
    (re.compile(r"(/cases/[^/]+/check/(?:items|domains)/[^/]+)"), r"\1"),
    (re.compile(r"(/referrals/new/[^/]+)"), r"\1"),
)
"""Forms that their page shows filled in again, and that page's address; any other is shown as text."""

_log = logging.getLogger("homeward.api")


async def keep_form(request: Request) -> str | None:
    """Keep what was sent without a living session, and return where it is found after signing in.

    None where nothing was kept: no form of ours, no such session, too much, or no database.
    """
    typed, cookie = typed_of(request), request.cookies.get(COOKIE)
    if typed is None or not cookie:
        return None
    services: Services = request.app.state.services
    ended = Session(cookie)
    if not services.cookies.form_is_ours(ended, dict(typed.fields).get("form_token", "")):
        return None
    try:
        kept = await _keep(services, ended, typed)
    except (HomewardError, SQLAlchemyError) as error:
        _log.warning("a form could not be kept: %s", type(error).__name__)
        return None
    return _place_of(typed.path, kept) if kept else None


async def _keep(services: Services, ended: Session, typed: TypedText) -> UUID | None:
    fields = [field for field in typed.fields if field[0] != "form_token"]
    said = json.dumps([typed.path, fields])
    if len(said) > MOST_CHARACTERS:
        return None
    values = {
        "hash": ended.hash,
        "path": SEALED,
        "fields": json.dumps(services.cookies.kept_forms.seal(said)),
        "now": services.now(),
        "keep_for": KEPT_FOR,
    }
    async with transaction(services.sessions) as session:
        kept: UUID | None = await session.scalar(_KEEP, values)
        return kept


def _place_of(path: str, kept: UUID) -> str:
    for pattern, page in _FILLED_AGAIN:
        if found := pattern.fullmatch(path):
            return f"{found.expand(page)}?{urlencode({'kept': kept})}"
    return f"/kept-forms/{kept}"


async def kept_form(session: AsyncSession, kept: UUID, seal: Seal) -> TypedText | None:
    """A form that the caller's own ended session sent; none of anybody else's."""
    row = await session.scalar(select(KeptFormRow).where(KeptFormRow.id == kept))
    if row is None:
        return None
    if isinstance(row.sealed, list):  # kept before forms were sealed
        return TypedText(row.path, tuple((name, value) for name, value in row.sealed))
    said = seal.open(row.sealed)
    if said is None:
        return None
    path, fields = json.loads(said)
    return TypedText(path, tuple((name, value) for name, value in fields))


def as_sent(typed: TypedText) -> FormData:
    """The form as its page reads it."""
    return FormData(list(typed.fields))
